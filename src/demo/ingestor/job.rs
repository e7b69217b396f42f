//! The jobs that make an incident: what they write, and at what pace.

use std::ops::Range;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::own_io::OwnIo;
use super::radio::NODES;
use super::store;
use crate::demo::prng::Prng;
use crate::demo::scenario::Scenario;
use crate::units::MB;

/// A job that writes beside the traffic: one small transaction at a time, or one that doesn't end.
#[derive(Debug)]
pub enum Job {
    /// Rewrites rows that are done.
    Backfill(Backfill),
    /// Rewrites what the nodes know of their neighbours.
    Neighbors(Neighbors),
    /// Keeps the writer lock from the moment it is due.
    Hold(Instant),
}

impl Job {
    /// The job of `scenario`, if it has one. `ids` are the observations that a backfill works on.
    pub fn of(scenario: Scenario, ids: Vec<i64>) -> Option<Self> {
        match scenario {
            Scenario::BackfillLoop => Some(Self::Backfill(Backfill::new(ids))),
            Scenario::WriteBurst => Some(Self::Neighbors(Neighbors::new(16 * MB, NODES, u64::MAX))),
            // Past the 100 MB of the Perf page, and well below what the demo may take of the disk. The pace
            // stays under the write limit: only the log is to be flagged.
            Scenario::WalGrowth => Some(Self::Neighbors(Neighbors::new(5 * MB, 10, 144 * MB))),
            Scenario::WalHighWater => Some(Self::Neighbors(Neighbors::new(7 * MB + MB / 2, 15, 112 * MB))),
            Scenario::WriterHeld => Some(Self::Hold(Instant::now())),
            Scenario::Quiet | Scenario::StatsStall | Scenario::Restart | Scenario::Tour => None,
        }
    }

    /// When the next transaction is due.
    pub fn due(&self) -> Instant {
        match self {
            Self::Backfill(job) => job.due,
            Self::Neighbors(job) => job.due,
            Self::Hold(due) => *due,
        }
    }

    /// Waits for `pause` after a failure.
    pub fn retry_after(&mut self, pause: Duration) {
        let due = Instant::now() + pause;
        match self {
            Self::Backfill(job) => job.due = due,
            Self::Neighbors(job) => job.due = due,
            Self::Hold(hold) => *hold = due,
        }
    }
}

/// Rewrites `observations.path_json` of the same rows for ever.
#[derive(Debug)]
pub struct Backfill {
    ids: Vec<i64>,
    next: usize,
    due: Instant,
}

/// Rows in one transaction, and the time between two: 240 rows a second, far beyond ten times the traffic.
const BATCH: usize = 8;
const BATCH_PAUSE: Duration = Duration::from_micros(33_333);
impl Backfill {
    /// A loop over the rows `ids`.
    fn new(mut ids: Vec<i64>) -> Self {
        // Neighbours would share a page; a loop in the field writes about one page for each row.
        let mut prng = Prng::from_time();
        for n in (1..ids.len()).rev() {
            ids.swap(n, prng.below(n as u64 + 1) as usize);
        }
        Self { ids, next: 0, due: Instant::now() }
    }

    /// The rows that come next; sets when those after them are due.
    pub fn batch(&mut self, now: Instant) -> Vec<i64> {
        self.due = later(self.due + BATCH_PAUSE, now);
        let batch: Vec<_> =
            self.ids.iter().cycle().skip(self.next).take(BATCH.min(self.ids.len())).copied().collect();
        self.next = (self.next + batch.len()) % self.ids.len().max(1);
        batch
    }
}

/// Rewrites long lists of neighbours in place, at a pace measured in bytes written by this process.
#[derive(Debug)]
pub struct Neighbors {
    rate: u64,
    per_commit: u64,
    wal_limit: u64,
    next: u64,
    text: String,
    due: Instant,
    began: Instant,
    base: OwnIo,
}

/// Length of one list: six pages, so that all nodes together are about a megabyte and a half.
const LIST: usize = 24_000;
/// One neighbour in the list: `"0123456789ABCDEF",` .
const ENTRY: usize = 19;
/// When the limit of the log is reached, look again after this.
const AT_LIMIT: Duration = Duration::from_millis(500);

impl Neighbors {
    /// `rate` bytes per second in transactions of `per_commit` nodes, while the log is under `wal_limit` bytes.
    fn new(rate: u64, per_commit: u64, wal_limit: u64) -> Self {
        let mut prng = Prng::from_time();
        let entries: Vec<_> = (0..2 * LIST / ENTRY).map(|_| prng.hex(8)).collect();
        let text = format!("\"{}\"", entries.join("\",\""));
        let now = Instant::now();
        let base = OwnIo::now().unwrap_or_default();
        Self { rate, per_commit, wal_limit, next: 0, text, due: now, began: now, base }
    }

    /// The nodes whose turn it is; `None` while the log, `wal` bytes long, is long enough.
    pub fn turn(&mut self, wal: u64) -> Option<Range<u64>> {
        if wal >= self.wal_limit {
            self.retry_at_limit();
            return None;
        }
        let turn = self.next..self.next + self.per_commit;
        self.next = turn.end;
        Some(turn)
    }

    /// Writes the nodes of `turn`.
    pub fn write(&self, conn: &Connection, turn: Range<u64>, now: i64) -> rusqlite::Result<()> {
        for step in turn {
            // Another stretch of the text each time: SQLite leaves out a page whose bytes stay the same.
            let from = (step % (LIST / ENTRY) as u64) as usize * ENTRY;
            let entries = self.text.get(from..from + LIST / ENTRY * ENTRY - 1).unwrap_or_default();
            store::rewrite_neighbors(conn, step % NODES, &format!("[{entries}]"), now)?;
        }
        Ok(())
    }

    /// Sets when the next transaction is due, from what this process has written so far.
    pub fn pace(&mut self, now: Instant, written: OwnIo) {
        let bytes = written.written_since(self.base);
        let due = self.began + Duration::from_secs_f64(bytes as f64 / self.rate as f64);
        if due < now.checked_sub(BEHIND).unwrap_or(now) {
            // A disk that stalled is not made up for: the burst would be a flag of its own.
            (self.began, self.base, self.due) = (now, written, now);
        } else {
            self.due = due;
        }
    }

    fn retry_at_limit(&mut self) {
        let now = Instant::now();
        self.base = OwnIo::now().unwrap_or_default();
        (self.began, self.due) = (now, now + AT_LIMIT);
    }
}

/// How far a job may lag behind its pace before the lag is forgotten.
const BEHIND: Duration = Duration::from_millis(250);

fn later(due: Instant, now: Instant) -> Instant {
    if due + BEHIND < now { now } else { due }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_loop_rewrites_every_row_again_and_again() {
        for rows in [1, 5, BATCH, 600] {
            let mut job = Backfill::new((0..).take(rows).collect());
            for _ in 0..3 {
                let lap = (0..rows.div_ceil(BATCH)).flat_map(|_| job.batch(Instant::now()));
                assert_eq!(lap.collect::<HashSet<_>>().len(), rows);
            }
        }
        assert!(Backfill::new(Vec::new()).batch(Instant::now()).is_empty());
    }

    #[test]
    fn a_late_loop_does_not_catch_up() {
        let now = Instant::now();
        assert_eq!(later(now, now + Duration::from_millis(100)), now);
        let much_later = now + Duration::from_secs(3);
        assert_eq!(later(now, much_later), much_later);
    }

    #[test]
    fn the_log_has_a_limit() {
        let Some(Job::Neighbors(mut job)) = Job::of(Scenario::WalGrowth, Vec::new()) else { panic!() };
        assert_eq!(job.turn(0), Some(0..10));
        assert_eq!(job.turn(144 * MB), None);
        assert!(job.due > Instant::now());
        assert_eq!(job.turn(0), Some(10..20));
        assert!(Job::of(Scenario::Quiet, Vec::new()).is_none());
    }
}
