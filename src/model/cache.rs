//! The page-cache share of what a process read: `1 − Δread_bytes / Δrchar` over the last minute.
//!
//! An honest cousin of the Perf page's `cacheHitRate`, which comes from the server's own row cache
//! and can't be seen from outside.

use std::collections::VecDeque;

use crate::model::limits::{CACHE_MIN_BYTES, CACHE_SECS};
use crate::sample::ProcSample;
use crate::units::Mono;

/// Readings that are kept at most: in a recording somebody made up time may stand still.
const MAX_POINTS: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Point {
    mono: Mono,
    rchar: u64,
    read_bytes: u64,
}

/// The last minute of one process's read counters.
#[derive(Clone, Debug, Default)]
pub struct CacheShare {
    identity: Option<(u32, u64)>,
    points: VecDeque<Point>,
}

impl CacheShare {
    /// Appends a reading; a missing one changes nothing, another process starts anew.
    pub fn push(&mut self, process: Option<&ProcSample>) {
        let Some(process) = process else { return };
        let identity = Some((process.pid, process.start));
        if self.identity != identity {
            self.points.clear();
            self.identity = identity;
        }
        let Some(io) = process.io.good() else { return };
        if self.points.back().is_some_and(|last| io.rchar < last.rchar || io.read_bytes < last.read_bytes) {
            self.points.clear();
        }
        self.points.push_back(Point { mono: process.mono, rchar: io.rchar, read_bytes: io.read_bytes });
        let old = |next: &Point| process.mono.since(next.mono).as_secs_f64() >= CACHE_SECS;
        while self.points.get(1).is_some_and(old) || self.points.len() > MAX_POINTS {
            self.points.pop_front();
        }
    }

    /// The share, 0 to 1; `None` while less than 64 KB was read in the last minute.
    pub fn share(&self) -> Option<f64> {
        let (first, last) = (self.points.front()?, self.points.back()?);
        let asked = last.rchar - first.rchar;
        let fetched = last.read_bytes - first.read_bytes;
        // Read-ahead and mapped files can fetch more than was asked for: the share is then 0.
        (asked >= CACHE_MIN_BYTES).then(|| (1.0 - fetched as f64 / asked as f64).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{IoCounters, Reading};

    fn process(secs: u64, rchar: u64, read_bytes: u64) -> ProcSample {
        ProcSample {
            mono: Mono(secs * 1_000_000_000),
            pid: 1,
            start: 1,
            uptime: 0.0,
            name: "".into(),
            io: Reading::Good(IoCounters { rchar, read_bytes, ..IoCounters::default() }),
        }
    }

    fn share(points: &[(u64, u64, u64)]) -> Option<f64> {
        let mut cache = CacheShare::default();
        for &(secs, rchar, read_bytes) in points {
            cache.push(Some(&process(secs, rchar, read_bytes)));
        }
        cache.share()
    }

    #[test]
    fn absent_under_64_kb() {
        assert_eq!(share(&[(0, 0, 0), (1, CACHE_MIN_BYTES - 1, 0)]), None);
        assert_eq!(share(&[(0, 0, 0), (1, CACHE_MIN_BYTES, 0)]), Some(1.0));
        assert_eq!(share(&[(0, 1 << 30, 0)]), None);
    }

    #[test]
    fn only_the_last_minute_counts() {
        let early_misses = [(0, 0, 0), (10, 1 << 20, 1 << 20), (75, (1 << 20) + 200_000, 1 << 20)];
        assert_eq!(share(&early_misses), Some(1.0));
        assert_eq!(share(&[(0, 0, 0), (60, 100_000, 25_000)]), Some(0.75));
    }

    #[test]
    fn more_fetched_than_asked_for_is_a_share_of_zero() {
        assert_eq!(share(&[(0, 0, 0), (1, 100_000, 200_000)]), Some(0.0));
    }

    #[test]
    fn counters_that_went_back_and_other_processes_start_anew() {
        assert_eq!(share(&[(0, 500_000, 0), (1, 0, 0), (2, 10, 0)]), None);
        let mut cache = CacheShare::default();
        cache.push(Some(&process(0, 0, 0)));
        cache.push(Some(&ProcSample { start: 2, ..process(1, 1 << 30, 0) }));
        assert_eq!(cache.share(), None);
    }
}
