//! What one look at the target yields: raw values, nothing derived.
//!
//! A [`Sample`] holds everything the model eats, so that whatever is derived from it live can be
//! derived from it again later. What could not be read is [`Reading::Failed`] with its reason;
//! what nobody asked for is [`Reading::Unwatched`].

pub mod compact;
pub mod db;
pub mod locks;
pub mod reading;
mod rows;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::db::{DbHeader, DbSample, FileStat, Pragmas, WalHeader, WalIndex};
pub use self::reading::{Fault, FaultKind, Reading};
use crate::units::{Mono, Wall};

/// One look at every source.
///
/// In a recording its text begins with `at` and `mono`, so that a file can be indexed without reading
/// all of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Sample {
    /// Wall-clock time of the look; for display and for the age of the stats file.
    pub at: Wall,
    /// Monotonic time of the look; the order of samples.
    pub mono: Mono,
    /// Interval that was asked for when it was taken, in seconds.
    pub interval: f64,
    /// The ingestor's process.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub ingestor: Reading<ProcSample>,
    /// The server's process.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub server: Reading<ProcSample>,
    /// The ingestor's stats file.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub stats: Reading<StatsSample>,
    /// Whether changes of the stats file are told by inotify; a failure says why they are not, and
    /// that the file is read every interval instead.
    #[serde(with = "compact::unit", skip_serializing_if = "Reading::unwatched")]
    pub watch: Reading<()>,
    /// The database and its write-ahead log.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub db: Reading<DbSample>,
}

/// A process at one moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcSample {
    /// When its counters were read.
    pub mono: Mono,
    /// Process id as the monitor sees it.
    pub pid: u32,
    /// Start time in clock ticks after boot, field 22 of `/proc/<pid>/stat`; with the pid it
    /// identifies the process.
    pub start: u64,
    /// Seconds since it was started.
    pub uptime: f64,
    /// Name from `argv[0]` or the `exe` link, without folders, cleaned.
    pub name: Arc<str>,
    /// Its counters; they may be refused where the rest is not.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub io: Reading<IoCounters>,
}

/// The counters of `/proc/<pid>/io`, see proc(5): totals since the process began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct IoCounters {
    /// Bytes passed to read(2) and its like, page cache included.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub rchar: u64,
    /// Bytes passed to write(2) and its like.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub wchar: u64,
    /// Read calls.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub syscr: u64,
    /// Write calls.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub syscw: u64,
    /// Bytes fetched from storage.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub read_bytes: u64,
    /// Bytes of pages dirtied, on their way to storage.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub write_bytes: u64,
    /// Bytes dirtied whose write was cancelled by truncation or removal.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub cancelled_write_bytes: u64,
}

/// The stats file as last seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatsSample {
    /// When the file was read.
    pub mono: Mono,
    /// Modification time; its differences are the interval between two updates.
    pub mtime: Wall,
    /// Inode; every update is a new one.
    pub ino: u64,
    /// Its content; shared, because most looks find the file unchanged.
    pub file: Arc<StatsFile>,
}

/// The content of the ingestor's stats file, all three generations of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatsFile {
    /// When the ingestor took it, whole seconds.
    #[serde(with = "compact::secs", skip_serializing_if = "Option::is_none")]
    pub sampled_at: Option<Wall>,
    /// Top-level integers, in the file's order, unknown ones included.
    #[serde(with = "compact::by_name", skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<(Arc<str>, i64)>,
    /// Rows written by each named backfill; names as in the file, without a prefix.
    #[serde(with = "compact::by_name", skip_serializing_if = "Vec::is_empty")]
    pub backfills: Vec<(Arc<str>, i64)>,
    /// Backfills and counters left out because there were too many.
    #[serde(skip_serializing_if = "compact::is_default")]
    pub left_out: u32,
    /// The ingestor's own disk rates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proc_io: Option<ProcIoRates>,
    /// Times of the writer lock by component.
    #[serde(with = "compact::by_name", skip_serializing_if = "Vec::is_empty")]
    pub writer_perf: Vec<(Arc<str>, WriterPerf)>,
    /// MQTT sources.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "compact::bounded")]
    pub sources: Vec<MqttSource>,
    /// When each source was last heard, and last written.
    #[serde(with = "compact::by_name", skip_serializing_if = "Vec::is_empty")]
    pub liveness: Vec<(Arc<str>, Liveness)>,
    /// Last tick of the ingestor's watchdog.
    #[serde(with = "compact::secs", skip_serializing_if = "Option::is_none")]
    pub watchdog_last_tick: Option<Wall>,
    /// Panics that the ingestor's watchdog caught.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub watchdog_panics: Option<i64>,
}

/// `procIO` of the stats file: the ingestor's own view of its rates, per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProcIoRates {
    /// `readBytesPerSec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<f64>,
    /// `writeBytesPerSec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write: Option<f64>,
    /// `cancelledWriteBytesPerSec`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<f64>,
    /// `syscallsRead`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syscr: Option<f64>,
    /// `syscallsWrite`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syscw: Option<f64>,
}

/// One component of `writer_perf`: times in milliseconds.
///
/// Written down as a list of its fields in this order, `null` where one is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WriterPerf {
    /// How often the component took the writer lock.
    pub count: Option<i64>,
    /// How often it had to wait.
    pub contention: Option<i64>,
    /// 95th percentile of the wait, ms.
    pub wait_p95: Option<f64>,
    /// Longest wait, ms.
    pub wait_max: Option<f64>,
    /// 95th percentile of the hold, ms.
    pub hold_p95: Option<f64>,
    /// Longest hold, ms.
    pub hold_max: Option<f64>,
}

/// One entry of `source_statuses`; names and addresses are masked and cleaned.
///
/// Written down as a list of its fields in this order, `null` where one is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MqttSource {
    /// Name, cleaned and masked.
    pub name: Arc<str>,
    /// Broker's address, cleaned and masked.
    pub broker: Arc<str>,
    /// Whether it is connected.
    pub connected: Option<bool>,
    /// Time of the last packet; absent where there was none.
    pub last_packet: Option<Wall>,
    /// Packets since the start.
    pub packets: Option<i64>,
    /// Packets of the last five minutes.
    pub packets_5m: Option<i64>,
    /// Connections lost since the start.
    pub disconnects: Option<i64>,
    /// The last error, cleaned and masked.
    pub last_error: Option<Arc<str>>,
}

/// One entry of `source_liveness`; 0 in the file means never and is absent here.
///
/// Written down as a list of its fields in this order, `null` where one is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Liveness {
    /// The broker delivered something.
    pub last_receipt: Option<Wall>,
    /// Something was written to the database.
    pub last_message: Option<Wall>,
}
