//! One cause is one verdict: what follows from it stands under it.

use std::sync::Arc;

use super::Facts;
use super::latch::{Latch, Raised};
use crate::model::verdict::{Event, Severity, Verdict, VerdictId};
use crate::units::{Mono, Wall};

/// Seconds after a cause's end for which its effects are still its own: a file that grew stays big, a
/// queue has to drain.
const AFTERMATH_SECS: f64 = 60.0;

/// What `cause` brings about.
fn effects(cause: VerdictId) -> &'static [VerdictId] {
    use VerdictId as V;
    match cause {
        V::BackfillLoop => &[
            V::WriteStorm,
            V::CancelledWrites,
            V::CacheMisses,
            V::WriterStarved,
            V::WriteErrors,
            V::DiskFull,
            V::NobodyCheckpoints,
            V::WalHighWater,
        ],
        V::StartupBackfill => {
            &[V::WriteStorm, V::CancelledWrites, V::CacheMisses, V::StatsWedged, V::DiskFull, V::WalHighWater]
        }
        V::WriterHeld => {
            &[V::WriterStarved, V::WritePathStuck, V::WriteErrors, V::NobodyCheckpoints, V::WalHighWater]
        }
        V::WriterStarved => &[V::WritePathStuck, V::WriteErrors],
        V::WalPinned => &[V::NobodyCheckpoints, V::DiskFull, V::WalHighWater, V::CacheMisses],
        V::NobodyCheckpoints => &[V::DiskFull, V::WalHighWater],
        V::IngestorDown => &[V::StatsWedged, V::WritePathStuck, V::WalHighWater],
        V::RestartLoop => &[V::IngestorDown, V::StatsWedged, V::StartupBackfill, V::CacheMisses],
        V::WriteStorm => {
            &[V::CancelledWrites, V::CacheMisses, V::DiskFull, V::NobodyCheckpoints, V::WalHighWater]
        }
        V::DiskFull => &[V::WriteErrors],
        // Where hardly a message is good, none may be for a while.
        V::WriteErrors | V::SignatureDrops => &[V::WritePathStuck],
        _ => &[],
    }
}

/// A verdict that is shown by itself.
#[derive(Clone, Debug)]
struct Own {
    id: VerdictId,
    subject: Arc<str>,
    began: Wall,
    since: Mono,
    worst: Severity,
    peak: String,
    text: String,
}

/// What is shown, and what was until just now.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    own: Vec<Own>,
    /// When each verdict of late held last.
    late: Vec<(VerdictId, Mono)>,
}

impl Shown {
    /// The verdicts that hold, the most serious first, and what began or ended.
    pub(super) fn push(&mut self, latches: &[Latch], facts: &Facts) -> (Vec<Verdict>, Vec<Event>) {
        let now = facts.snapshot.mono;
        let raised: Vec<(VerdictId, &Raised)> =
            latches.iter().filter_map(|latch| Some((latch.id, latch.raised()?))).collect();
        self.late.retain(|(id, at)| {
            now.since(*at).as_secs_f64() < AFTERMATH_SECS && raised.iter().all(|(other, _)| other != id)
        });
        self.late.extend(raised.iter().map(|(id, _)| (*id, now)));
        let caused = |id: VerdictId| self.late.iter().any(|(cause, _)| effects(*cause).contains(&id));
        let mut verdicts: Vec<Verdict> = raised
            .iter()
            .filter(|(id, _)| !caused(*id))
            .map(|(id, it)| verdict(*id, it, &raised, facts))
            .collect();
        verdicts.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.id.cmp(&b.id)));
        let events = self.events(&verdicts, &raised, facts);
        (verdicts, events)
    }

    fn events(&mut self, verdicts: &[Verdict], raised: &[(VerdictId, &Raised)], facts: &Facts) -> Vec<Event> {
        let mut events = Vec::new();
        self.own.retain(|own| {
            let goes_on = verdicts.iter().any(|verdict| verdict.id == own.id);
            if !goes_on {
                events.push(own.event(Some(facts.since(own.since))));
            }
            goes_on
        });
        for verdict in verdicts {
            let latch = raised.iter().find(|(id, _)| *id == verdict.id).map(|(_, raised)| *raised);
            let (worst, peak) = latch.map_or((verdict.severity, ""), |it| (it.worst, it.peak.1.as_str()));
            if let Some(own) = self.own.iter_mut().find(|own| own.id == verdict.id) {
                own.worst = worst;
                if own.peak != peak {
                    peak.clone_into(&mut own.peak);
                }
                own.text.clone_from(&verdict.text);
            } else {
                let own = Own {
                    id: verdict.id,
                    subject: Arc::clone(&verdict.subject),
                    began: verdict.since,
                    since: verdict.since_mono,
                    worst,
                    peak: peak.to_owned(),
                    text: verdict.text.clone(),
                };
                events.push(own.event(None));
                self.own.push(own);
            }
        }
        events
    }
}

impl Own {
    fn event(&self, lasted: Option<f64>) -> Event {
        Event {
            id: self.id,
            subject: Arc::clone(&self.subject),
            severity: self.worst,
            began: self.began,
            began_mono: self.since,
            lasted,
            peak: self.peak.clone(),
            text: self.text.clone(),
        }
    }
}

fn verdict(id: VerdictId, it: &Raised, raised: &[(VerdictId, &Raised)], facts: &Facts) -> Verdict {
    let follows = |(other, _): &&(VerdictId, &Raised)| effects(id).contains(other);
    Verdict {
        id,
        subject: Arc::clone(&it.finding.subject),
        severity: it.finding.severity,
        since: facts.wall(it.since),
        since_mono: it.since,
        text: it.finding.text.clone(),
        remedy: it.finding.remedy.clone(),
        evidence: it.finding.evidence.clone(),
        effects: raised.iter().filter(follows).map(|(_, effect)| effect.finding.text.clone()).collect(),
    }
}
