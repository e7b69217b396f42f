//! The explanations themselves.

use std::time::Duration;

use super::Said;
use crate::model::snapshot::FlagId;
use crate::ui::Panel;
use crate::units::{Bytes, BytesPerSec, Span};

/// One figure or flag, explained.
pub(super) struct Entry {
    /// As the panel calls it.
    pub(super) name: &'static str,
    /// What it is.
    pub(super) what: &'static str,
    /// Where it comes from.
    pub(super) from: &'static str,
    /// Its limit, where it has one.
    pub(super) limit: Option<Said>,
    /// What to do when it is over; empty where nothing is.
    pub(super) todo: &'static str,
    /// The flag that it raises.
    pub(super) flag: Option<FlagId>,
}

const fn figure(name: &'static str, what: &'static str, from: &'static str) -> Entry {
    Entry { name, what, from, limit: None, todo: "", flag: None }
}

const fn judged(
    name: &'static str,
    what: &'static str,
    from: &'static str,
    limit: Said,
    todo: &'static str,
    flag: FlagId,
) -> Entry {
    Entry { name, what, from, limit: Some(limit), todo, flag: Some(flag) }
}

/// Everything that the panel shows.
pub(super) fn entries(panel: Panel) -> &'static [Entry] {
    match panel {
        Panel::Disk => &DISK,
        Panel::Sqlite => &SQLITE,
        Panel::Sources => &SOURCES,
    }
}

fn span(secs: f64) -> Span {
    Span(Duration::try_from_secs_f64(secs).unwrap_or_default())
}

static DISK: [Entry; 4] = [
    judged(
        "write/s",
        "Bytes of pages that the process dirtied, per second. They reach the disk some time later, unless they are dropped before.",
        "write_bytes of /proc/PID/io, over two samples of the same process",
        |limits| format!("more than {} (--limit write-rate)", BytesPerSec(limits.write_rate)),
        "See in Write sources which source grew: a backfill against few transactions is a loop; traffic that grew explains itself.",
        FlagId::WriteRate,
    ),
    judged(
        "cancelled/s",
        "Bytes that were dirtied and then dropped before they reached the disk, because the file was truncated or removed.",
        "cancelled_write_bytes of /proc/PID/io",
        |limits| format!("more than {} (--limit cancelled-writes)", BytesPerSec(limits.cancelled_writes)),
        "Something writes files only to throw them away: temporary tables, or a log that is truncated again and again.",
        FlagId::CancelledWrites,
    ),
    figure(
        "read/s",
        "Bytes fetched from storage per second; what came from the page cache is not in it.",
        "read_bytes of /proc/PID/io",
    ),
    figure(
        "reads/s, writes/s",
        "Read and write calls per second, whatever they moved.",
        "syscr and syscw of /proc/PID/io",
    ),
];

static SQLITE: [Entry; 9] = [
    judged(
        "WAL",
        "Size of the -wal file: a high-water mark. It stays when the log starts over; only a TRUNCATE checkpoint or journal_size_limit makes it smaller.",
        "stat(2) of the -wal file",
        |limits| format!("more than {} (--limit wal-size)", Bytes(limits.wal_size as u64)),
        "If frames are pending see who pins the log; if none are, PRAGMA wal_checkpoint(TRUNCATE) gives the space back.",
        FlagId::WalSize,
    ),
    judged(
        "readers",
        "Who holds a read mark. No checkpoint gets past the frame of the oldest one, so the log grows behind it.",
        "locks on bytes 123 to 127 of -shm in /proc/locks, read marks of the wal-index",
        |limits| format!("pinned for more than {} (--limit wal-pinned)", span(limits.wal_pinned)),
        "End that read transaction, or restart the process that is named. The next checkpoint then catches up by itself.",
        FlagId::WalPinned,
    ),
    judged(
        "writer",
        "Who holds the one WRITE lock, and for how long without a commit. Everybody else waits, then gets SQLITE_BUSY.",
        "lock on byte 120 of -shm in /proc/locks",
        |limits| format!("held for more than {} (--limit writer-held)", span(limits.writer_held)),
        "See what that process does in one transaction; it should be cut into smaller ones.",
        FlagId::WriterHeld,
    ),
    judged(
        "cache hit",
        "Share of what the process read in the last minute that came from the page cache: 1 - read_bytes / rchar. The page of CoreScope shows another one, of its own row cache.",
        "/proc/PID/io of the server, else of the ingestor",
        |limits| format!("under {:.0} % (--limit cache-hit)", limits.cache_hit * 100.0),
        "The machine has too little free memory for the part of the database in use, or something scans all of it.",
        FlagId::CacheHit,
    ),
    figure(
        "live, checkpointed, pending",
        "Frames in the log, frames already copied into the database, and the difference that is still to be copied.",
        "mxFrame and nBackfill of the wal-index",
    ),
    figure(
        "growth",
        "How fast the -wal file grows, mean of half a minute, and what follows from that.",
        "sizes of the -wal file",
    ),
    figure(
        "checkpoint, restarts",
        "When a checkpoint last made progress, and how often the log started over in the last hour.",
        "nBackfill and the salts of the wal-index",
    ),
    figure(
        "pages, free",
        "Size of the database in pages and how many of them are free; auto_vacuum gives those back.",
        "the wal-index, and SQLite's own header",
    ),
    figure(
        "disk free",
        "Bytes that this user's processes can still write to the filesystem of the database.",
        "statvfs(3)",
    ),
];

static SOURCES: [Entry; 7] = [
    judged(
        "backfill_…",
        "Rows written by one of the ingestor's backfills. One that is done rests; one that rewrites rows that are done never ends.",
        "backfillUpdates of the stats file",
        |limits| {
            format!(
                "more than {} times the rate of tx_inserted (--limit backfill-ratio)",
                limits.backfill_ratio
            )
        },
        "Disable that backfill, or restart the ingestor with a build that remembers what is done.",
        FlagId::BackfillVsTx,
    ),
    judged(
        "baseline, ratio",
        "Mean rate of the last five minutes, and how far the rate of now is above it. The rate flows into its own mean: after half a minute any jump looks normal. The learned normal behind the verdicts doesn't do that.",
        "the stats file, from 30 s of history on",
        |limits| format!("more than {} times the mean (--limit baseline-ratio)", limits.baseline_ratio),
        "See whether the traffic itself grew; if not, this source has a story of its own.",
        FlagId::Baseline,
    ),
    figure(
        "total, rate",
        "Rows since the ingestor's start, and rows per second between its last two updates. Unknown across a restart and while the file is stale.",
        "the counters of the stats file, its modification times",
    ),
    figure(
        "tx_inserted, obs_inserted, tx_dupes",
        "New transmissions, observations of them (new or renewed), and transmissions that were known already.",
        "the stats file",
    ),
    figure(
        "walCommits",
        "Handled messages rather than commits of SQLite; each is about four fsyncs.",
        "the stats file",
    ),
    figure(
        "writer lock",
        "How long each component of the ingestor waits for the writer lock and holds it: 95th percentile and longest.",
        "writer_perf of the stats file, newer builds",
    ),
    figure(
        "MQTT sources",
        "Whether each is connected, when its last packet came, and whether what it delivers is written.",
        "source_statuses and source_liveness of the stats file, newer builds",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_is_explained_once() {
        let all = || Panel::ALL.into_iter().flat_map(entries);
        for id in FlagId::ALL {
            assert_eq!(all().filter(|entry| entry.flag == Some(id)).count(), 1, "{id:?}");
        }
    }
}
