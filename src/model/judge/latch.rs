//! Keeps a finding up until it has not held for a while.

use super::Facts;
use super::finding::{Finding, Say};
use crate::model::verdict::{Severity, VerdictId};
use crate::units::Mono;

/// Seconds for which a finding must not hold before it is over: eight samples, which may come a little early.
const CLEAR_SECS: f64 = 7.5;

/// One verdict's memory.
#[derive(Clone, Debug)]
pub(super) struct Latch {
    pub(super) id: VerdictId,
    raised: Option<Raised>,
    /// Seconds for which it has not held, without a hole.
    not: f64,
}

/// A verdict that holds.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// As it was found last.
    pub(super) finding: Finding,
    pub(super) since: Mono,
    pub(super) worst: Severity,
    pub(super) peak: (f64, String),
}

impl Latch {
    pub(super) fn new(id: VerdictId) -> Self {
        Self { id, raised: None, not: 0.0 }
    }

    pub(super) fn raised(&self) -> Option<&Raised> {
        self.raised.as_ref()
    }

    pub(super) fn push(&mut self, say: Say, facts: &Facts) {
        match say {
            Say::Holds(finding) => {
                self.not = 0.0;
                self.hold(*finding, facts.snapshot.mono);
            }
            Say::Not => {
                self.not += facts.secs.unwrap_or(0.0);
                if self.not >= CLEAR_SECS {
                    self.raised = None;
                }
            }
            Say::Over => self.raised = None,
            Say::Unknown => {}
        }
    }

    fn hold(&mut self, finding: Finding, now: Mono) {
        let raised = self.raised.get_or_insert_with(|| Raised {
            since: finding.since.unwrap_or(now),
            worst: finding.severity,
            peak: finding.peak.clone(),
            finding: finding.clone(),
        });
        raised.worst = raised.worst.max(finding.severity);
        if finding.peak.0 > raised.peak.0 {
            raised.peak.clone_from(&finding.peak);
        }
        raised.finding = finding;
    }
}
