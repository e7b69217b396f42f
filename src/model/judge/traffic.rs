//! What comes in against what is written.

use super::Facts;
use super::dropping::Dropping;
use super::finding::{Finding, Say, span};
use super::starving::Starving;
use super::window::Window;
use crate::model::snapshot::SourceRow;
use crate::units::{Mono, PerSec, grouped};

/// Seconds without a row after which a path on which packets arrive is stuck, and how much older the last
/// write must be than the last packet.
const STUCK_SECS: f64 = 19.0;
const BEHIND_SECS: f64 = 18.0;
/// A packet this old is no sign of life.
const FRESH_SECS: f64 = 30.0;
/// Seconds over which failed writes are counted, and how many are no accident.
const BAD_SECS: f64 = 5.0;
const BAD: f64 = 3.0;
/// The same for writes that fail one by one, each after its time-out.
const SLOW_SECS: f64 = 30.0;
const SLOW: f64 = 5.0;

/// Follows messages and rows.
#[derive(Clone, Debug)]
pub(super) struct Traffic {
    rows: Window,
    errors: Window,
    slow_errors: Window,
    failing: bool,
    dropping: Dropping,
    starving: Starving,
    idle: Option<Mono>,
    says: [Say; 4],
}

impl Default for Traffic {
    fn default() -> Self {
        let window = |secs| Window::new(secs);
        Self {
            rows: window(STUCK_SECS),
            errors: window(BAD_SECS),
            slow_errors: window(SLOW_SECS),
            failing: false,
            dropping: Dropping::default(),
            starving: Starving::default(),
            idle: None,
            says: Default::default(),
        }
    }
}

impl Traffic {
    /// Write path stuck, write errors, signature drops, writer starved.
    pub(super) fn push(&mut self, facts: &Facts) -> [Say; 4] {
        if facts.snapshot.sources.restarted {
            *self = Self::default();
        }
        let Some(secs) = facts.updated else {
            return if facts.snapshot.sources.stale { Default::default() } else { self.says.clone() };
        };
        self.count(secs, facts);
        self.says = [
            self.stuck(facts),
            self.errors(facts),
            self.dropping.push(secs, facts),
            self.starving.push(secs, facts),
        ];
        self.says.clone()
    }

    fn count(&mut self, secs: f64, facts: &Facts) {
        let (snapshot, now) = (facts.snapshot, facts.snapshot.mono);
        let rate = |name: &str| snapshot.row(name).and_then(|row: &SourceRow| row.rate).unwrap_or(0.0);
        let rows = rate("tx_inserted") + rate("obs_inserted") + rate("tx_dupes");
        self.rows.push(now, secs, rows * secs);
        // Of an update that covers a longer time only the last part counts.
        self.errors.push(now, secs, rate("write_errors") * secs.min(BAD_SECS));
        self.slow_errors.push(now, secs, rate("write_errors") * secs.min(SLOW_SECS));
        if rows > 0.0 {
            self.idle = None;
        } else {
            self.idle.get_or_insert(now);
        }
    }

    fn stuck(&self, facts: &Facts) -> Say {
        let at = facts.snapshot.at;
        let alive = facts.snapshot.sources.mqtt.iter().filter_map(|(source, liveness)| {
            let liveness = liveness.as_ref()?;
            let receipt = liveness.last_receipt?;
            let fresh = at.secs_since(receipt) < FRESH_SECS;
            let behind = liveness.last_message.map(|message| receipt.secs_since(message));
            (fresh && behind.is_none_or(|secs| secs >= BEHIND_SECS)).then_some((source, behind))
        });
        let Some((source, behind)) =
            alive.max_by(|a, b| a.1.unwrap_or(f64::MAX).total_cmp(&b.1.unwrap_or(f64::MAX)))
        else {
            return Say::Not;
        };
        let idle = self.idle.map_or(0.0, |since| facts.since(since));
        Say::when(self.rows.sum() <= 0.0 && idle + 1.0 >= STUCK_SECS, || {
            let last = behind.map_or_else(
                || "nothing was written since".to_owned(),
                |secs| format!("the last row is {} older", span(secs)),
            );
            let text = format!(
                "{} delivers packets and no row has been written for {}: {last}",
                source.name,
                span(idle)
            );
            Finding::critical(
                std::sync::Arc::clone(&source.name),
                text,
                "the write path is stuck behind a living broker: save its stacks, then restart the ingestor",
            )
            .evidence("idleSeconds", idle)
            .evidence("behindSeconds", behind.unwrap_or(idle))
            .since(self.idle)
            .peak(idle, span(idle))
        })
    }

    fn errors(&mut self, facts: &Facts) -> Say {
        let Some(row) = facts.snapshot.row("write_errors") else { return Say::Unknown };
        let (recent, slow) = (self.errors.sum(), self.slow_errors.sum());
        // Rates times seconds are whole numbers but for rounding.
        let many = recent > BAD - 0.5 || slow > SLOW - 0.5;
        let was = self.failing;
        self.failing = recent > 0.0 && (many || was);
        if was && !self.failing {
            self.slow_errors.clear();
        }
        Say::when(self.failing, || {
            let text = format!(
                "writes fail: {} in the last {SLOW_SECS} s, {} since the ingestor started",
                grouped(slow.round() as i64),
                grouped(row.total)
            );
            Finding::critical("write_errors", text, "SQLITE_BUSY or a full disk; the ingestor's log says which, and who holds the lock stands in SQLite / WAL")
                .evidence("errorsPerSec", recent / BAD_SECS)
                .evidence("total", row.total as f64)
                .peak(recent, PerSec(recent / BAD_SECS))
        })
    }
}
