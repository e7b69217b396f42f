//! `verdicts` and `events`: what is wrong, and what began or ended in this sample.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::timestamp;
use crate::model::snapshot::{Learning, Snapshot};
use crate::model::verdict::{Event, Evidence, Verdict};

#[derive(Serialize)]
pub(super) struct VerdictLine<'a> {
    id: &'static str,
    subject: &'a str,
    severity: &'static str,
    since: Option<String>,
    text: &'a str,
    remedy: &'a str,
    evidence: Numbers<'a>,
    effects: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventLine<'a> {
    id: &'static str,
    subject: &'a str,
    event: &'static str,
    severity: &'static str,
    began: Option<String>,
    lasted_seconds: Option<f64>,
    peak: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LearningLine {
    seconds: f64,
    needed_seconds: f64,
    deviates_seconds: Option<f64>,
}

/// Numbers by name, in the order of the sentence.
struct Numbers<'a>(&'a [Evidence]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for evidence in self.0 {
            map.serialize_entry(evidence.name, &evidence.value)?;
        }
        map.end()
    }
}

pub(super) fn verdicts(snapshot: &Snapshot) -> Vec<VerdictLine<'_>> {
    snapshot.verdicts.iter().map(verdict).collect()
}

fn verdict(verdict: &Verdict) -> VerdictLine<'_> {
    VerdictLine {
        id: verdict.id.name(),
        subject: &verdict.subject,
        severity: verdict.severity.name(),
        since: timestamp(verdict.since, 3),
        text: &verdict.text,
        remedy: &verdict.remedy,
        evidence: Numbers(&verdict.evidence),
        effects: &verdict.effects,
    }
}

pub(super) fn events(snapshot: &Snapshot) -> Vec<EventLine<'_>> {
    snapshot.events.iter().map(event).collect()
}

fn event(event: &Event) -> EventLine<'_> {
    EventLine {
        id: event.id.name(),
        subject: &event.subject,
        event: if event.lasted.is_some() { "end" } else { "begin" },
        severity: event.severity.name(),
        began: timestamp(event.began, 3),
        lasted_seconds: event.lasted,
        peak: &event.peak,
        text: &event.text,
    }
}

pub(super) fn learning(learning: Learning) -> LearningLine {
    LearningLine {
        seconds: learning.secs,
        needed_seconds: learning.needed,
        deviates_seconds: learning.deviates,
    }
}
