//! What is wrong, in a sentence: verdicts, and the events that are their beginnings and endings.

use std::sync::Arc;

use crate::units::{Mono, Wall};

/// What is wrong; the names are those of the JSON output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VerdictId {
    /// No ingestor: it ended and nobody took its place.
    IngestorDown,
    /// The ingestor starts, ends and starts again.
    RestartLoop,
    /// A backfill rewrites rows that are done.
    BackfillLoop,
    /// An ingestor that writes hard since its start and publishes no stats file.
    StartupBackfill,
    /// One transaction keeps the writer lock.
    WriterHeld,
    /// Who wants the writer lock waits for it most of the time.
    WriterStarved,
    /// The broker delivers and nothing is written.
    WritePathStuck,
    /// Writes fail.
    WriteErrors,
    /// A reader keeps the log from being checkpointed.
    WalPinned,
    /// The log grows and nobody checkpoints it.
    NobodyCheckpoints,
    /// The disk will be full within a day.
    DiskFull,
    /// More is written than this target writes normally, and traffic does not explain it.
    WriteStorm,
    /// Bytes are dirtied and dropped again.
    CancelledWrites,
    /// The ingestor works and its stats file is no longer written.
    StatsWedged,
    /// Messages are dropped for their signature.
    SignatureDrops,
    /// The `-wal` file is big and empty.
    WalHighWater,
    /// Reads miss the page cache.
    CacheMisses,
}

impl VerdictId {
    /// Every verdict, the most serious first.
    pub const ALL: [Self; 17] = [
        Self::IngestorDown,
        Self::RestartLoop,
        Self::BackfillLoop,
        Self::StartupBackfill,
        Self::WriterHeld,
        Self::WriterStarved,
        Self::WritePathStuck,
        Self::WriteErrors,
        Self::WalPinned,
        Self::NobodyCheckpoints,
        Self::DiskFull,
        Self::WriteStorm,
        Self::CancelledWrites,
        Self::StatsWedged,
        Self::SignatureDrops,
        Self::WalHighWater,
        Self::CacheMisses,
    ];

    /// Its name in the JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::IngestorDown => "ingestor_down",
            Self::RestartLoop => "restart_loop",
            Self::BackfillLoop => "backfill_loop",
            Self::StartupBackfill => "startup_backfill",
            Self::WriterHeld => "writer_held",
            Self::WriterStarved => "writer_starved",
            Self::WritePathStuck => "write_path_stuck",
            Self::WriteErrors => "write_errors",
            Self::WalPinned => "wal_pinned",
            Self::NobodyCheckpoints => "nobody_checkpoints",
            Self::DiskFull => "disk_full",
            Self::WriteStorm => "write_storm",
            Self::CancelledWrites => "cancelled_writes",
            Self::StatsWedged => "stats_wedged",
            Self::SignatureDrops => "signature_drops",
            Self::WalHighWater => "wal_high_water",
            Self::CacheMisses => "cache_misses",
        }
    }

    /// It in two or three words, for where there is no room for a sentence.
    pub fn words(self) -> String {
        match self {
            Self::WalPinned => "WAL pinned".to_owned(),
            Self::WalHighWater => "WAL high water".to_owned(),
            other => other.name().replace('_', " "),
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing, nothing is lost.
    Notice,
    /// It will get worse.
    Warning,
    /// Data is lost, or the disk, or the service.
    Critical,
}

impl Severity {
    /// Its name in the JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// One number that a verdict rests on, in base units.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// What it is, in camelCase as in the JSON output.
    pub name: &'static str,
    /// Its value: bytes, seconds, rows or a rate of these per second.
    pub value: f64,
}

/// Something that is wrong now.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What.
    pub id: VerdictId,
    /// What it is about: a process, a source's name, `wal`.
    pub subject: Arc<str>,
    /// How bad.
    pub severity: Severity,
    /// When it began, wall clock; earlier than it was noticed where the evidence says so.
    pub since: Wall,
    /// When it began, monotonic.
    pub since_mono: Mono,
    /// A sentence with the numbers in it.
    pub text: String,
    /// What to do next.
    pub remedy: String,
    /// The numbers.
    pub evidence: Vec<Evidence>,
    /// What follows from it, a sentence each.
    pub effects: Vec<String>,
}

/// A verdict's beginning or end.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Which verdict.
    pub id: VerdictId,
    /// What it is about.
    pub subject: Arc<str>,
    /// How bad it was at its worst.
    pub severity: Severity,
    /// When it began, wall clock.
    pub began: Wall,
    /// When it began, monotonic.
    pub began_mono: Mono,
    /// Seconds that it lasted; `None` while it lasts.
    pub lasted: Option<f64>,
    /// The main number at its worst, as text with its unit.
    pub peak: String,
    /// Its sentence.
    pub text: String,
}
