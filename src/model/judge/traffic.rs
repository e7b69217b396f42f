//! What comes in against what is written.

use super::Facts;
use super::finding::{Finding, Say, span};
use super::window::Window;
use crate::model::snapshot::SourceRow;
use crate::units::{Mono, PerSec, grouped};

/// Seconds without a row after which a path on which packets arrive is stuck, and how much older the last
/// write must be than the last packet.
const STUCK_SECS: f64 = 20.0;
const BEHIND_SECS: f64 = 20.0;
/// A packet this old is no sign of life.
const FRESH_SECS: f64 = 30.0;
/// Failed writes within the window that are more than an accident.
const ERRORS: f64 = 3.0;
/// Dropped messages per second that are never worth a word, and how many times the normal rate are.
const DROPS: f64 = 0.5;
const DROPS_TIMES: f64 = 10.0;
/// Milliseconds of waiting for the writer lock that are too long for one message.
const WAIT_MS: f64 = 1000.0;
/// Share of what is normal below which traffic has collapsed.
const COLLAPSED: f64 = 0.3;
/// Seconds for which writers must have starved.
const STARVED_SECS: f64 = 15.0;

/// Follows messages and rows.
#[derive(Clone, Debug)]
pub(super) struct Traffic {
    rows: Window,
    errors: Window,
    drops: Window,
    packets: Window,
    tx: Window,
    last_packets: Option<i64>,
    idle: Option<Mono>,
    starved: Option<Mono>,
    says: [Say; 4],
}

impl Default for Traffic {
    fn default() -> Self {
        let window = |secs| Window::new(secs);
        Self {
            rows: window(STUCK_SECS),
            errors: window(10.0),
            drops: window(10.0),
            packets: window(20.0),
            tx: window(10.0),
            last_packets: None,
            idle: None,
            starved: None,
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
        self.says = [self.stuck(facts), self.errors(facts), self.drops(facts), self.starved(facts)];
        self.says.clone()
    }

    fn count(&mut self, secs: f64, facts: &Facts) {
        let (snapshot, now) = (facts.snapshot, facts.snapshot.mono);
        let rate = |name: &str| snapshot.row(name).and_then(|row: &SourceRow| row.rate).unwrap_or(0.0);
        let rows = rate("tx_inserted") + rate("obs_inserted") + rate("tx_dupes");
        self.rows.push(now, secs, rows * secs);
        self.errors.push(now, secs, rate("write_errors") * secs);
        self.drops.push(now, secs, rate("sig_drops") * secs);
        self.tx.push(now, secs, rate("tx_inserted") * secs);
        let packets = snapshot.sources.mqtt.iter().filter_map(|(source, _)| source.packets);
        let packets =
            packets.fold(None, |sum: Option<i64>, count| Some(sum.unwrap_or(0).saturating_add(count)));
        if let (Some(before), Some(after)) = (self.last_packets, packets) {
            self.packets.push(now, secs, after.saturating_sub(before).max(0) as f64);
        }
        self.last_packets = packets;
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

    fn errors(&self, facts: &Facts) -> Say {
        let Some(row) = facts.snapshot.row("write_errors") else { return Say::Unknown };
        let recent = self.errors.sum();
        Say::when(recent >= ERRORS, || {
            let text = format!(
                "writes fail: {} in the last 10 s, {} since the ingestor started",
                grouped(recent.round() as i64),
                grouped(row.total)
            );
            Finding::critical("write_errors", text, "SQLITE_BUSY or a full disk; the ingestor's log says which, and who holds the lock stands in SQLite / WAL")
                .evidence("errorsPerSec", recent / 10.0)
                .evidence("total", row.total as f64)
                .peak(recent, PerSec(recent / 10.0))
        })
    }

    fn drops(&self, facts: &Facts) -> Say {
        if facts.snapshot.row("sig_drops").is_none() {
            return Say::Unknown;
        }
        let rate = self.drops.sum() / 10.0;
        let usual = facts.normal.usual("sig_drops").map_or(0.0, |usual| usual.high);
        Say::when(rate > DROPS.max(DROPS_TIMES * usual), || {
            let text = format!(
                "{} messages are dropped for their signature, {} are normal here",
                PerSec(rate),
                PerSec(usual)
            );
            Finding::warning("sig_drops", text, "a sender's clock or key is wrong, or somebody sends forgeries: see which in the ingestor's log")
                .evidence("dropsPerSec", rate)
                .evidence("normalPerSec", usual)
                .peak(rate, PerSec(rate))
        })
    }

    /// The lock is wanted all the time and somebody has it most of the time, so that hardly a message
    /// gets written although packets arrive.
    fn starved(&mut self, facts: &Facts) -> Say {
        let sources = &facts.snapshot.sources;
        let wait = sources.writer_perf.iter().filter_map(|(_, perf)| perf.wait_p95).fold(0.0, f64::max);
        let holder = sources
            .writer_perf
            .iter()
            .filter_map(|(name, perf)| Some((name, perf.hold_p95.or(perf.hold_max)?)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let normal = facts.normal.usual("tx_inserted").map(|usual| usual.median);
        let (Some(tx), Some(packets)) = (self.tx.mean(), self.packets.mean()) else {
            self.starved = None;
            return Say::Unknown;
        };
        // Packets are many times the new transmissions; without a learned rate half of them is generous.
        let wanted = normal.map_or(packets / 2.0, |normal| normal.min(packets));
        let collapsed = tx < COLLAPSED * wanted && packets > 0.5;
        if !(collapsed && (wait > WAIT_MS || held_share(facts) > 0.6)) {
            self.starved = None;
            return Say::Not;
        }
        let since = *self.starved.get_or_insert(facts.snapshot.mono);
        Say::when(facts.since(since) >= STARVED_SECS, || {
            let who =
                match (&facts.snapshot.sqlite.as_ref().and_then(|db| db.wal.longest_run.clone()), holder) {
                    (Some((process, _)), _) if process.role != "ingestor" => process.to_string(),
                    (_, Some((name, _))) => name.to_string(),
                    _ => "somebody".to_owned(),
                };
            let text = format!(
                "{who} keeps the writer lock from the others: {} transactions where {} are expected, waits of {:.1} s",
                PerSec(tx),
                PerSec(wanted),
                wait / 1000.0
            );
            let remedy =
                format!("see what {who} does while it has the lock; it should let go between batches");
            Finding::critical(who.as_str(), text, remedy)
                .evidence("txPerSec", tx)
                .evidence("expectedPerSec", wanted)
                .evidence("waitSeconds", wait / 1000.0)
                .since(Some(since))
                .peak(wait, format!("{:.1} s", wait / 1000.0))
        })
    }
}

fn held_share(facts: &Facts) -> f64 {
    facts.snapshot.sqlite.as_ref().and_then(|db| db.wal.write_share).unwrap_or(0.0)
}
