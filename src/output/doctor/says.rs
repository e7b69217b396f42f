//! What one reading of each source says, in words, and the remedy where it says nothing.

use std::time::Duration;

use super::Check;
use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{DbSample, Fault, FaultKind, ProcSample, Reading, StatsSample};
use crate::units::{Bytes, Count, Counted, Span, Wall};

/// A stats file that is older is stale, seconds.
const STALE: f64 = 5.0;
/// Holders of locks that are named.
const MAX_HOLDERS: usize = 8;

/// What a process says: that it runs, and its counters. `denied` is the remedy for want of rights.
pub fn process(reading: &Reading<ProcSample>, parts: [&'static str; 2], denied: &str) -> Vec<Check> {
    let sample = match reading {
        Reading::Unwatched => return Vec::new(),
        Reading::Failed(fault) => return vec![failed(parts[0], fault, denied, "start it again")],
        Reading::Good(sample) => sample,
    };
    let uptime = span(sample.uptime);
    let runs = Check::ok(parts[0], format!("{} runs as pid {} for {uptime}", sample.name, sample.pid));
    let io = match &sample.io {
        Reading::Good(io) => Check::ok(
            parts[1],
            format!(
                "{} written in {}, {} read, {} cancelled since its start",
                Bytes(io.write_bytes),
                Counted(io.syscw as i64, "call"),
                Bytes(io.read_bytes),
                Bytes(io.cancelled_write_bytes)
            ),
        ),
        Reading::Failed(fault) => failed(parts[1], fault, denied, "look at the kernel's log"),
        Reading::Unwatched => Check::unneeded(parts[1], "not read"),
    };
    vec![runs, io]
}

/// What the stats file says at the time `now`, and whether its changes are told.
pub fn stats(reading: &Reading<StatsSample>, watch: &Reading<()>, now: Wall, denied: &str) -> Vec<Check> {
    const PART: &str = "stats";
    let says = match reading {
        Reading::Unwatched => return Vec::new(),
        Reading::Failed(fault) => {
            let remedy = match fault.kind {
                FaultKind::Gone => {
                    "start the ingestor or wait for it: newer builds publish only once their backfills are \
                     through; or give the path with --stats"
                }
                FaultKind::Invalid => {
                    "remove that file if it is not the ingestor's; or give the path with --stats"
                }
                _ => "look at the filesystem of that path; or give another with --stats",
            };
            failed(PART, fault, denied, remedy)
        }
        Reading::Good(sample) => content(sample, now),
    };
    let told = match watch {
        Reading::Good(()) => Check::ok("inotify", "tells when the stats file is replaced"),
        Reading::Unwatched => Check::unneeded("inotify", "not asked"),
        Reading::Failed(fault) => failed(
            "inotify",
            fault,
            denied,
            "raise it: sysctl fs.inotify.max_user_instances=1024 fs.inotify.max_user_watches=65536",
        ),
    };
    vec![says, told]
}

fn content(sample: &StatsSample, now: Wall) -> Check {
    let file = &sample.file;
    let held = format!(
        "{}, {}, {}",
        Counted::len(file.counters.len(), "counter"),
        Counted::len(file.backfills.len(), "backfill"),
        Counted::len(file.sources.len(), "MQTT source")
    );
    let Some(at) = file.sampled_at else {
        return Check::missing(
            "stats",
            format!("{held}, and no time of its own"),
            "is it an ingestor's stats file?",
        );
    };
    let age = now.secs_since(at);
    if age > STALE {
        let text = format!("stale: of {} ago; {held}", span(age));
        return Check::missing(
            "stats",
            text,
            "the ingestor has stopped or its stats writer is stuck: see its log",
        );
    }
    Check::ok("stats", format!("of {} ago; {held}", span(age)))
}

/// What the database says.
pub fn database(reading: &Reading<DbSample>, denied: &str) -> Vec<Check> {
    let sample = match reading {
        Reading::Unwatched => return Vec::new(),
        Reading::Failed(fault) => {
            return vec![failed("file", fault, denied, "bring it back, or give its path with --db")];
        }
        Reading::Good(sample) => sample,
    };
    let nobody = "start the ingestor: these files are there while somebody has the database open";
    let either = |part, good: Option<String>, fault: Option<&Fault>, remedy: &str| match (good, fault) {
        (Some(text), _) => Check::ok(part, text),
        (None, Some(fault)) => failed(part, fault, denied, remedy),
        (None, None) => Check::unneeded(part, "not asked"),
    };
    let free = sample.free.good().map_or_else(String::new, |free| format!(", {free} free beside it"));
    let size = |reading: &Reading<crate::sample::FileStat>| reading.good().map(|file| file.size.to_string());
    let db = size(&sample.db).map(|size| size + &free);
    vec![
        either("file", db, sample.db.fault(), "bring it back, or give its path with --db"),
        header(sample, denied),
        either("-wal", size(&sample.wal), sample.wal.fault(), nobody),
        either("-shm", size(&sample.shm), sample.shm.fault(), nobody),
        either("wal-index", index(sample), sample.wal_index.fault(), nobody),
        log(sample, denied),
        pragmas(sample, denied),
        either("locks", sample.locks.good().map(|held| holders(held)), sample.locks.fault(), "mount /proc"),
    ]
}

fn header(sample: &DbSample, denied: &str) -> Check {
    match &sample.header {
        Reading::Good(header) if header.wal_mode => Check::ok(
            "header",
            format!(
                "{} of {}, WAL mode",
                Counted(header.page_count.into(), "page"),
                Bytes(header.page_size.into())
            ),
        ),
        Reading::Good(_) => Check::missing(
            "header",
            "not in WAL mode: readers and the writer block each other",
            "the ingestor sets it at its start: is it its database?",
        ),
        Reading::Failed(fault) => {
            failed("header", fault, denied, "is it the ingestor's database? give it with --db")
        }
        Reading::Unwatched => Check::unneeded("header", "not read"),
    }
}

fn index(sample: &DbSample) -> Option<String> {
    let index = sample.wal_index.good()?;
    let (frames, checkpointed) = (i64::from(index.mx_frame), i64::from(index.checkpointed));
    let pending = Count((frames - checkpointed).max(0));
    Some(format!("{}, {} checkpointed, {pending} pending", Counted(frames, "frame"), Count(checkpointed)))
}

fn log(sample: &DbSample, denied: &str) -> Check {
    match &sample.wal_header {
        Reading::Good(log) => {
            Check::ok("log header", format!("checkpoint sequence {}", log.checkpoint_sequence))
        }
        // The -wal itself, if it is missing, has been said.
        Reading::Failed(fault) if fault.kind == FaultKind::Gone => {
            Check::unneeded("log header", fault.text.clone())
        }
        Reading::Failed(fault) => failed("log header", fault, denied, "see the ingestor's log"),
        Reading::Unwatched => Check::unneeded("log header", "not read"),
    }
}

fn pragmas(sample: &DbSample, denied: &str) -> Check {
    match &sample.pragmas {
        Reading::Good(answer) => Check::ok(
            "pragmas",
            format!(
                "{}, {} of them free, {} mode",
                Counted(answer.page_count, "page"),
                Count(answer.freelist_count),
                answer.journal_mode
            ),
        ),
        Reading::Failed(fault) => failed("pragmas", fault, denied, "once the rest is well, they are known"),
        Reading::Unwatched => Check::unneeded("pragmas", "not asked"),
    }
}

fn holders(held: &[HeldLock]) -> String {
    let mut names: Vec<String> = Vec::new();
    for lock in held {
        let name = match (&lock.name, lock.pid) {
            (Some(name), Some(pid)) => format!("{name} ({pid})"),
            (None, Some(pid)) => format!("process {pid}"),
            _ => "a process that can't be seen".to_owned(),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() {
        return "nobody holds one".to_owned();
    }
    let more = names.len().saturating_sub(MAX_HOLDERS);
    names.truncate(MAX_HOLDERS);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let writing = held.iter().any(|lock| lock.slot == Slot::Write);
    format!("held by {}{more}{}", names.join(", "), if writing { "; somebody is writing" } else { "" })
}

fn failed(part: &'static str, fault: &Fault, denied: &str, remedy: &str) -> Check {
    let remedy = match fault.kind {
        FaultKind::Denied => denied,
        FaultKind::Stalled => "the filesystem hangs: look at the kernel's log, at NFS, at frozen mounts",
        _ => remedy,
    };
    Check::missing(part, fault.text.clone(), remedy)
}

fn span(secs: f64) -> Span {
    Span(Duration::try_from_secs_f64(secs.max(0.0)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::doctor::State;
    use crate::sample::{StatsFile, WalIndex};

    fn stats_of(at: Option<i64>) -> Reading<StatsSample> {
        let file = StatsFile { sampled_at: at.map(Wall::from_secs), ..StatsFile::default() };
        Reading::Good(StatsSample { mono: crate::units::Mono(0), mtime: Wall(0), ino: 1, file: file.into() })
    }

    #[test]
    fn old_stats_are_stale() {
        let state = |at| stats(&stats_of(at), &Reading::Good(()), Wall::from_secs(100), "d")[0].state;
        assert_eq!(state(Some(95)), State::Ok);
        assert_eq!(state(Some(94)), State::Missing);
        assert_eq!(state(Some(200)), State::Ok);
        assert_eq!(state(None), State::Missing);
    }

    #[test]
    fn want_of_rights_has_its_own_remedy() {
        let fault = Fault::new(FaultKind::Denied, "no");
        let checks =
            stats(&Reading::Failed(fault.clone()), &Reading::Failed(fault.clone()), Wall(0), "be root");
        assert!(checks.iter().all(|check| check.remedy.as_deref() == Some("be root")));
        assert_eq!(database(&Reading::Failed(fault), "be root")[0].remedy.as_deref(), Some("be root"));
    }

    #[test]
    fn frames_are_counted() {
        let index = WalIndex { mx_frame: 1003, checkpointed: 1000, ..WalIndex::default() };
        let sample = DbSample { wal_index: Reading::Good(index), ..DbSample::default() };
        let checks = database(&Reading::Good(sample), "d");
        assert!(checks.iter().any(|check| check.text == "1,003 frames, 1,000 checkpointed, 3 pending"));
    }

    #[test]
    fn holders_are_named_once() {
        let lock = |slot, pid, name: Option<&str>| HeldLock {
            slot,
            exclusive: false,
            pid,
            name: name.map(Into::into),
        };
        let held = [
            lock(Slot::Open, Some(7), Some("a")),
            lock(Slot::Write, Some(7), Some("a")),
            lock(Slot::Read(1), Some(8), None),
            lock(Slot::Read(2), None, None),
        ];
        assert_eq!(
            holders(&held),
            "held by a (7), process 8, a process that can't be seen; somebody is writing"
        );
        assert_eq!(holders(&[]), "nobody holds one");
    }
}
