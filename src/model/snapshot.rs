//! What is shown: one moment of the target, everything derived. Screen and line outputs are
//! siblings that eat it.
//!
//! Unknown is `None`, never 0.

use std::sync::Arc;

use crate::model::verdict::{Event, Verdict};
use crate::model::wal::view::WalView;
use crate::sample::{DbHeader, FileStat, IoCounters, Liveness, MqttSource, Reading, WalIndex, WriterPerf};
use crate::units::{Bytes, Mono, Wall};

/// Everything known at one sample.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// Wall-clock time of the sample.
    pub at: Wall,
    /// Monotonic time of the sample.
    pub mono: Mono,
    /// Seconds between samples.
    pub interval: f64,
    /// How many samples the model has eaten, this one included.
    pub seq: u64,
    /// The ingestor; `None` if none is watched.
    pub ingestor: Option<ProcView>,
    /// The server; `None` if none is watched.
    pub server: Option<ProcView>,
    /// The database; `None` if none is watched.
    pub sqlite: Option<SqliteView>,
    /// The stats file.
    pub sources: SourcesView,
    /// What is over a limit, the most serious first.
    pub flags: Vec<Flag>,
    /// What could not be read.
    pub faults: Vec<SourceFault>,
    /// What is wrong now, the most serious first.
    pub verdicts: Vec<Verdict>,
    /// Verdicts that began or ended in this sample.
    pub events: Vec<Event>,
    /// How far it has been learned what is normal.
    pub learning: Learning,
}

impl Snapshot {
    /// The processes with their roles.
    pub fn processes(&self) -> [(&'static str, Option<&ProcView>); 2] {
        [("ingestor", self.ingestor.as_ref()), ("server", self.server.as_ref())]
    }

    /// The row of a write source.
    pub fn row(&self, name: &str) -> Option<&SourceRow> {
        self.sources.rows.iter().find(|row| &*row.name == name)
    }
}

/// How far it has been learned what is normal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Learning {
    /// Seconds of normal operation that were learned from, those of earlier runs included.
    pub secs: f64,
    /// Seconds that it takes until deviations are judged.
    pub needed: f64,
    /// Seconds that the level has been another than the learned one, without a break; `None` if it is not.
    pub deviates: Option<f64>,
}

impl Learning {
    /// Whether deviations are judged.
    pub fn done(&self) -> bool {
        self.secs >= self.needed
    }
}

/// A watched process.
#[derive(Clone, Debug, Default)]
pub struct ProcView {
    /// Its pid; `None` if it was never seen.
    pub pid: Option<u32>,
    /// Its name, cleaned; empty if it was never seen.
    pub name: Arc<str>,
    /// Seconds since it was started, as of the last good sample.
    pub uptime: Option<f64>,
    /// When it was last read, if it can't be read now.
    pub gone_since: Option<Mono>,
    /// Its counters; `None` where they could not be read just now.
    pub counters: Option<IoCounters>,
    /// Its rates; `None` until two good samples of the same process.
    pub rates: Option<IoRates>,
    /// The rates that were known last, of a process that can't be read now.
    pub last_rates: Option<IoRates>,
    /// How often another process took its place while it was watched.
    pub restarts: u32,
    /// When that happened last.
    pub restarted: Option<Mono>,
}

/// Rates of one process, per second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IoRates {
    /// Bytes fetched from storage per second (`read_bytes`).
    pub read: f64,
    /// Bytes of pages dirtied per second (`write_bytes`).
    pub write: f64,
    /// Bytes whose write was cancelled, per second.
    pub cancelled: f64,
    /// Read calls per second.
    pub syscr: f64,
    /// Write calls per second.
    pub syscw: f64,
    /// Bytes passed to read calls per second, page cache included (`rchar`).
    pub rchar: f64,
    /// Bytes passed to write calls per second (`wchar`).
    pub wchar: f64,
}

/// The database and its log.
#[derive(Clone, Debug, Default)]
pub struct SqliteView {
    /// The database file.
    pub db: Option<FileStat>,
    /// Size of the `-wal` file, a high-water mark; `None` if it can't be read, 0 if there is none.
    pub wal_size: Option<Bytes>,
    /// Growth of the `-wal` file in bytes per second; negative when it shrank.
    pub wal_growth: Option<f64>,
    /// Whether anybody has the database open (there is a `-shm`); `None` if that can't be told.
    pub open: Option<bool>,
    /// The database header.
    pub header: Option<DbHeader>,
    /// The wal-index header.
    pub wal_index: Option<WalIndex>,
    /// Pages in the database, the log included.
    pub page_count: Option<i64>,
    /// Bytes in a page.
    pub page_size: Option<i64>,
    /// Free pages in the database.
    pub freelist_count: Option<i64>,
    /// `cache_size` of a new connection.
    pub cache_size: Option<i64>,
    /// Journal mode.
    pub journal_mode: Option<String>,
    /// Share of what was read in the last minute that came from the page cache, 0 to 1.
    pub cache_hit_rate: Option<f64>,
    /// Which process the cache share is of: `server` or `ingestor`.
    pub cache_hit_of: &'static str,
    /// The log: frames, holders, writer, diagnosis.
    pub wal: Arc<WalView>,
}

/// The stats file and what follows from it.
#[derive(Clone, Debug, Default)]
pub struct SourcesView {
    /// `sampledAt` of the last good content.
    pub sampled_at: Option<Wall>,
    /// Seconds since then.
    pub age: Option<f64>,
    /// Older than the limit: totals are the last good ones, rates are not known.
    pub stale: bool,
    /// The ingestor restarted: the counters went back in this update.
    pub restarted: bool,
    /// Counts the updates of the file, from 1; rates change only with it.
    pub updates: u64,
    /// Seconds between the last two updates; `None` before the second and across a restart.
    pub interval: Option<f64>,
    /// Rows of the table, in the file's order: counters, then backfills.
    pub rows: Vec<SourceRow>,
    /// How many names were left out because there were too many.
    pub left_out: u32,
    /// Times of the writer lock by component.
    pub writer_perf: Arc<[(Arc<str>, WriterPerf)]>,
    /// MQTT sources, with their liveness.
    pub mqtt: Arc<[(MqttSource, Option<Liveness>)]>,
}

/// One write source.
#[derive(Clone, Debug)]
pub struct SourceRow {
    /// Its name; backfills carry the prefix `backfill_`.
    pub name: Arc<str>,
    /// Whether it is a backfill.
    pub backfill: bool,
    /// Rows since the ingestor's start.
    pub total: i64,
    /// Rows per second; `None` when stale, after a restart, or before the second update.
    pub rate: Option<f64>,
    /// Mean rate of the last five minutes; `None` before 30 s of history.
    pub baseline: Option<f64>,
    /// The flag that this source raises.
    pub flag: Option<FlagId>,
}

impl SourceRow {
    /// Rate over baseline; `None` where either is unknown or the baseline is 0.
    pub fn ratio(&self) -> Option<f64> {
        match (self.rate, self.baseline) {
            (Some(rate), Some(baseline)) if baseline > 0.0 => Some(rate / baseline),
            _ => None,
        }
    }
}

/// Which rule was broken; the names are those of the JSON output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FlagId {
    /// Backfill rate against the live transaction rate.
    BackfillVsTx,
    /// A reader keeps the log from being checkpointed.
    WalPinned,
    /// A transaction keeps all other writers out.
    WriterHeld,
    /// Write rate of a process.
    WriteRate,
    /// Size of the `-wal` file.
    WalSize,
    /// Cancelled writes of a process.
    CancelledWrites,
    /// A source's rate against its rolling baseline.
    Baseline,
    /// Page-cache share of reads.
    CacheHit,
}

impl FlagId {
    /// Every flag, the most serious first.
    pub const ALL: [Self; 8] = [
        Self::BackfillVsTx,
        Self::WalPinned,
        Self::WriterHeld,
        Self::WriteRate,
        Self::WalSize,
        Self::CancelledWrites,
        Self::Baseline,
        Self::CacheHit,
    ];

    /// Its name in the JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::BackfillVsTx => "backfill_vs_tx",
            Self::WalPinned => "wal_pinned",
            Self::WriterHeld => "writer_held",
            Self::WriteRate => "write_rate",
            Self::WalSize => "wal_size",
            Self::CancelledWrites => "cancelled_writes",
            Self::Baseline => "baseline",
            Self::CacheHit => "cache_hit",
        }
    }
}

/// A rule that is broken now.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Which rule.
    pub id: FlagId,
    /// What it is about: a process's role, a source's name, `wal`.
    pub subject: Arc<str>,
    /// The value that was compared, in base units.
    pub value: f64,
    /// The limit that it broke, in base units.
    pub limit: f64,
    /// A sentence with the numbers in it.
    pub text: String,
}

/// When something was seen first, by both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// Wall-clock time, for people.
    pub at: Wall,
    /// Monotonic time, to count from.
    pub mono: Mono,
}

/// A source that could not be read, or can't be relied on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceFault {
    /// Which: `ingestor`, `server`, `stats`, `db`, `wal`.
    pub source: &'static str,
    /// One clear line: what failed, on what, what to do.
    pub text: String,
    /// The sample that had this fault first, all since then having it; filled in by the model.
    pub since: Option<Since>,
}

impl SourceFault {
    /// The fault of a reading, if it has one.
    pub fn of<T>(source: &'static str, reading: &Reading<T>) -> Option<Self> {
        reading.fault().map(|fault| Self { source, text: fault.text.clone(), since: None })
    }

    /// Seconds that it has lasted at `now`.
    pub fn age(&self, now: Mono) -> Option<f64> {
        self.since.map(|since| now.since(since.mono).as_secs_f64())
    }
}
