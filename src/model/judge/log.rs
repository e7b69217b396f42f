//! The write-ahead log and the disk under it.

use std::collections::VecDeque;

use super::Facts;
use super::finding::{Finding, Say, span};
use crate::model::snapshot::SqliteView;
use crate::model::wal::view::Diagnosis;
use crate::units::{Bytes, BytesPerSec, MB, Mono};

/// Seconds between two points of the free space, and how many of them make a trend: ten minutes where the end is
/// near, else half an hour, so that a copy or a job makes none.
const POINT_SECS: f64 = 10.0;
/// A sample may come by so much earlier.
const POINT_SLACK: f64 = 0.5;
const POINTS: usize = 60;
const MANY_POINTS: usize = 180;
/// The end is near when it is this many times the shorter trend away.
const NEAR: f64 = 4.0;
/// Seconds until the disk is full that are worth a word.
const DAY_SECS: f64 = 86_400.0;
/// Free bytes below which it does not matter how fast they go.
const NO_ROOM: u64 = 64 * MB;
/// Share of the trend that the last seconds must still show, and how many they are.
const STILL: f64 = 0.2;
const LATELY_SECS: f64 = 5.0;

/// Follows the free space.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    free: VecDeque<(Mono, u64)>,
    /// The same of every sample of the last seconds.
    lately: VecDeque<(Mono, u64)>,
}

impl Log {
    /// Writer held, log pinned, nobody checkpoints, disk full within a day, high-water mark.
    pub(super) fn push(&mut self, facts: &Facts) -> [Say; 5] {
        let Some(db) = &facts.snapshot.sqlite else { return [const { Say::Unknown }; 5] };
        let disk = self.disk(db, facts);
        // Nobody holds anything in a log that nobody has open.
        if matches!(db.wal.diagnosis, Diagnosis::Closed | Diagnosis::NotWal { .. }) {
            return [Say::Not, Say::Not, Say::Not, disk, Say::Not];
        }
        if matches!(db.wal.diagnosis, Diagnosis::CantTell { .. }) || db.wal.live.is_none() {
            return [Say::Unknown, Say::Unknown, Say::Unknown, disk, Say::Unknown];
        }
        [writer_held(db, facts), pinned(db, facts), nobody(db), disk, high_water(db, facts)]
    }

    fn disk(&mut self, db: &SqliteView, facts: &Facts) -> Say {
        let Some(free) = db.wal.free else { return Say::Unknown };
        let now = facts.snapshot.mono;
        if self.free.back().is_none_or(|(at, _)| facts.since(*at) > POINT_SECS - POINT_SLACK) {
            self.free.push_back((now, free.0));
            if self.free.len() > MANY_POINTS + 1 {
                self.free.pop_front();
            }
        }
        self.lately.push_back((now, free.0));
        // Two of them at least, however rare the looks are.
        while self.lately.len() > 2
            && self.lately.front().is_some_and(|(at, _)| facts.since(*at) > LATELY_SECS)
        {
            self.lately.pop_front();
        }
        let left_at = |trend: f64| if trend > 0.0 { free.0 as f64 / trend } else { f64::INFINITY };
        let near = self.trend(POINTS).unwrap_or(0.0);
        let is_near = left_at(near) < NEAR * POINTS as f64 * POINT_SECS;
        let trend = if is_near { near } else { self.trend(MANY_POINTS).unwrap_or(0.0) };
        let left = left_at(trend);
        let still = self.recent() >= STILL * trend;
        Say::when(free.0 < NO_ROOM || (left < DAY_SECS && still), || {
            let text = if trend > 0.0 {
                format!(
                    "the disk of the database will be full in {}: {free} left, {} are used up",
                    span(left),
                    BytesPerSec(trend)
                )
            } else {
                format!("the disk of the database is full: {free} left")
            };
            Finding::critical(
                "disk",
                text,
                "free some space there, and see what grows: the WAL, the database, or somebody else",
            )
            .evidence("freeBytes", free.0 as f64)
            .evidence("bytesPerSec", trend)
            .evidence("secondsLeft", left.min(1e12))
            .peak(trend, BytesPerSec(trend))
        })
    }

    /// Bytes used up per second in that third of so many points in which it was least, so that a copy or a job
    /// of some minutes makes no trend; `None` before there are so many.
    fn trend(&self, points: usize) -> Option<f64> {
        let first = self.free.len().checked_sub(points + 1)?;
        let at = |third: usize| self.free.get(first + third * points / 3);
        let slope = |third: usize| {
            let ((then, before), (now, after)) = (at(third)?, at(third + 1)?);
            Some((*before as f64 - *after as f64) / now.since(*then).as_secs_f64())
        };
        [slope(0)?, slope(1)?, slope(2)?].into_iter().min_by(f64::total_cmp).filter(|slope| *slope > 0.0)
    }

    /// The same of the last seconds only.
    fn recent(&self) -> f64 {
        let (Some((then, before)), Some((now, free))) = (self.lately.front(), self.lately.back()) else {
            return 0.0;
        };
        (*before as f64 - *free as f64) / now.since(*then).as_secs_f64().max(1.0)
    }
}

fn writer_held(db: &SqliteView, facts: &Facts) -> Say {
    if db.wal.holders.is_none() {
        return Say::Unknown;
    }
    let Some(writer) = &db.wal.writer else { return Say::Not };
    if writer.held <= facts.limits.writer_held {
        // A job that takes the lock again as soon as it has let go is not over, and an ordinary message has it
        // in one sample only.
        return if writer.held > 0.0 { Say::Unknown } else { Say::Not };
    }
    let text = format!(
        "{} has held the writer lock for {} in one transaction: nobody else can write",
        writer.process,
        span(writer.held)
    );
    let remedy =
        format!("see what {} does in that transaction; other writers get SQLITE_BUSY", writer.process);
    Finding::critical(writer.process.to_string(), text, remedy)
        .evidence("heldSeconds", writer.held)
        .since(Some(super::process::earlier(facts, writer.held)))
        .peak(writer.held, span(writer.held))
        .holds()
}

fn pinned(db: &SqliteView, facts: &Facts) -> Say {
    if db.wal.holders.is_none() {
        return Say::Unknown;
    }
    let Some(pin) = db.wal.pinning().filter(|pin| pin.held > facts.limits.wal_pinned) else {
        return Say::Not;
    };
    let waiting = db.wal.bytes_of(pin.behind);
    Finding::warning(
        pin.process.to_string(),
        format!("WAL {}", db.wal.diagnosis),
        db.wal.diagnosis.remedy().unwrap_or_else(|| format!("end the read transaction of {}", pin.process)),
    )
    .evidence("heldSeconds", pin.held)
    .evidence("framesBehind", f64::from(pin.behind))
    .evidence("bytesBehind", waiting.map_or(0.0, |bytes| bytes.0 as f64))
    .since(Some(super::process::earlier(facts, pin.held)))
    .peak(f64::from(pin.behind), waiting.unwrap_or_default())
    .holds()
}

fn nobody(db: &SqliteView) -> Say {
    let Diagnosis::NobodyCheckpoints { frames, bytes } = &db.wal.diagnosis else { return Say::Not };
    let remedy = db.wal.diagnosis.remedy().unwrap_or_default();
    Finding::warning("wal", format!("WAL: {}", db.wal.diagnosis), remedy)
        .evidence("pendingFrames", f64::from(*frames))
        .evidence("pendingBytes", bytes.map_or(0.0, |bytes| bytes.0 as f64))
        .peak(f64::from(*frames), bytes.unwrap_or_default())
        .holds()
}

fn high_water(db: &SqliteView, facts: &Facts) -> Say {
    let Diagnosis::HighWater { file, live } = &db.wal.diagnosis else { return Say::Not };
    Say::when(file.0 as f64 > facts.limits.wal_size, || {
        let remedy = db.wal.diagnosis.remedy().unwrap_or_default();
        Finding::notice("wal", format!("WAL at its {}", db.wal.diagnosis), remedy)
            .evidence("fileBytes", file.0 as f64)
            .evidence("liveBytes", live.0 as f64)
            .peak(file.0 as f64, Bytes(file.0))
    })
}
