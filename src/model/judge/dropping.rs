//! Messages dropped for their signature: so many among so few that it is no accident.

use super::Facts;
use super::finding::{Finding, Say};
use super::window::Window;
use crate::model::snapshot::SourceRow;
use crate::units::PerSec;

/// So many dropped among so many messages are no accident. The fewer they are, the closer they must stand: one in
/// some thousand is dropped on every day.
const NO_ACCIDENT: [(f64, f64); 3] = [(3.0, 12.0), (4.0, 150.0), (5.0, 300.0)];
/// Seconds within which they must have been dropped: twenty updates, which may come a little early.
const LATELY_SECS: f64 = 19.5;
/// Seconds after which it is over if the share of dropped messages was so much less in them than before: where there
/// were many a stray one does not make it go on, where there were few none may come.
const OVER_SECS: f64 = 12.5;
const LESS: f64 = 0.1;
/// Dropped messages that are too many, as a multiple of the normal rate; and that still are.
const TIMES: f64 = 10.0;
const GO_ON: f64 = 2.0;
/// Seconds of which the rate is the mean: five updates.
const RATE_SECS: f64 = 4.5;

/// Follows dropped messages among all.
#[derive(Clone, Debug)]
pub(super) struct Dropping {
    drops: Window,
    messages: Window,
    /// Seconds that were watched since it began or since a hole, at most those that its end takes.
    watched: Window,
    /// Dropped messages of the spate that goes on, and all messages meanwhile.
    spate: Option<Count>,
}

/// Dropped messages among all.
type Count = (f64, f64);

impl Default for Dropping {
    fn default() -> Self {
        Self {
            drops: Window::new(LATELY_SECS),
            messages: Window::new(LATELY_SECS),
            watched: Window::new(OVER_SECS),
            spate: None,
        }
    }
}

impl Dropping {
    /// Eats an update of the stats file that came `secs` after the one before.
    pub(super) fn push(&mut self, secs: f64, facts: &Facts) -> Say {
        if facts.snapshot.row("sig_drops").is_none() {
            return Say::Unknown;
        }
        if facts.secs.is_none() {
            *self = Self { spate: self.spate, ..Self::default() };
            return Say::Unknown;
        }
        let now = facts.snapshot.mono;
        let rate = |name: &str| facts.snapshot.row(name).and_then(|row: &SourceRow| row.rate).unwrap_or(0.0);
        // The two count the same messages; builds differ in which of them leaves some out.
        let written = rate("obs_inserted").max(rate("tx_inserted") + rate("tx_dupes"));
        // Of an update that covers a longer time only the last part counts.
        let lately = secs.min(LATELY_SECS);
        let (dropped, of) = (rate("sig_drops") * lately, (written + rate("sig_drops")) * lately);
        self.drops.push(now, secs, dropped);
        self.messages.push(now, secs, of);
        self.watched.push(now, secs, 0.0);
        self.spate = self.spate.map(|before| (before.0 + dropped, before.1 + of));
        self.judge(facts)
    }

    fn judge(&mut self, facts: &Facts) -> Say {
        let mean = |secs: f64| self.drops.sum_of(secs) / secs.ceil();
        let rate = mean(RATE_SECS).max(mean(OVER_SECS));
        let usual = facts.normal.usual("sig_drops").map_or(0.0, |usual| usual.high);
        let Some(spate) = self.spate else {
            self.spate = self.no_accident().filter(|_| rate > TIMES * usual);
            self.watched.clear();
            return Say::when(self.spate.is_some(), || finding(rate, usual));
        };
        if self.watched.mean().is_none() || (self.goes_on(spate) && rate > GO_ON * usual) {
            return finding(rate, usual).holds();
        }
        // The next one begins anew, not with what is left of this.
        *self = Self::default();
        Say::Over
    }

    /// The last messages, however many of them, that have too many dropped ones.
    fn no_accident(&self) -> Option<Count> {
        let steps = self.drops.newest().zip(self.messages.newest());
        let mut counts = steps.scan((0.0, 0.0), |sum, ((_, dropped), (_, of))| {
            *sum = (sum.0 + dropped, sum.1 + of);
            Some(*sum)
        });
        // Rates times seconds are whole numbers but for rounding.
        counts.find(|count| {
            NO_ACCIDENT.iter().any(|(enough, among)| count.0 > enough - 0.5 && count.1 < among + 0.5)
        })
    }

    /// Whether the share of dropped messages is about that of the spate.
    fn goes_on(&self, spate: Count) -> bool {
        self.drops.sum_of(OVER_SECS) * spate.1 > LESS * spate.0 * self.messages.sum_of(OVER_SECS)
    }
}

fn finding(rate: f64, usual: f64) -> Finding {
    let text = format!(
        "{} messages are dropped for their signature, {} are normal here",
        PerSec(rate),
        PerSec(usual)
    );
    let remedy =
        "a sender's clock or key is wrong, or somebody sends forgeries: see which in the ingestor's log";
    Finding::warning("sig_drops", text, remedy)
        .evidence("dropsPerSec", rate)
        .evidence("normalPerSec", usual)
        .peak(rate, PerSec(rate))
}
