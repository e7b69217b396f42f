//! Rates of a process from the counters of `/proc/<pid>/io`.

use std::sync::Arc;
use std::time::Duration;

use crate::model::snapshot::{IoRates, ProcView};
use crate::sample::{IoCounters, ProcSample, Reading};
use crate::units::Mono;

/// Two samples closer than this give no rate: one call in a millisecond is not 1,000 a second.
const MIN_GAP: Duration = Duration::from_millis(20);

/// Follows one process from sample to sample.
#[derive(Clone, Debug, Default)]
pub struct ProcTracker {
    identity: Option<(u32, u64)>,
    name: Arc<str>,
    uptime: Option<f64>,
    seen: Option<Mono>,
    base: Option<(Mono, IoCounters)>,
    rates: Option<IoRates>,
    last_rates: Option<IoRates>,
    restarts: u32,
    restarted: Option<Mono>,
}

impl ProcTracker {
    /// Pid and start time of the process seen last.
    pub fn identity(&self) -> Option<(u32, u64)> {
        self.identity
    }

    /// Eats one reading; `None` if no process is watched.
    pub fn push(&mut self, reading: &Reading<ProcSample>) -> Option<ProcView> {
        match reading {
            Reading::Unwatched => return None,
            Reading::Good(process) => self.seen(process),
            Reading::Failed(_) => self.rates = None,
        }
        if self.rates.is_some() {
            self.last_rates = self.rates;
        }
        let gone = reading.good().is_none();
        Some(ProcView {
            pid: self.identity.map(|(pid, _)| pid),
            name: Arc::clone(&self.name),
            uptime: self.uptime,
            gone_since: self.seen.filter(|_| gone),
            counters: reading.good().and_then(|process| process.io.good()).copied(),
            rates: self.rates,
            last_rates: self.last_rates.filter(|_| gone),
            restarts: self.restarts,
            restarted: self.restarted,
        })
    }

    fn seen(&mut self, process: &ProcSample) {
        let identity = Some((process.pid, process.start));
        if self.identity != identity {
            // Another process: nothing of the old one may enter its rates.
            (self.base, self.rates, self.last_rates) = (None, None, None);
            if self.identity.is_some() {
                self.restarts += 1;
                self.restarted = Some(process.mono);
            }
            self.identity = identity;
        }
        self.name = Arc::clone(&process.name);
        self.uptime = Some(process.uptime);
        self.seen = Some(process.mono);
        if let Reading::Good(now) = process.io {
            self.count(process.mono, now);
        } else {
            (self.base, self.rates) = (None, None);
        }
    }

    fn count(&mut self, mono: Mono, now: IoCounters) {
        if let Some((since, before)) = self.base {
            let gap = mono.since(since);
            if gap < MIN_GAP {
                return;
            }
            self.rates = rates(&before, &now, gap.as_secs_f64());
        }
        self.base = Some((mono, now));
    }
}

/// Rates between two readings `secs` apart; `None` if any counter went back.
pub fn rates(before: &IoCounters, now: &IoCounters, secs: f64) -> Option<IoRates> {
    let per_sec = |before: u64, now: u64| now.checked_sub(before).map(|delta| delta as f64 / secs);
    Some(IoRates {
        read: per_sec(before.read_bytes, now.read_bytes)?,
        write: per_sec(before.write_bytes, now.write_bytes)?,
        cancelled: per_sec(before.cancelled_write_bytes, now.cancelled_write_bytes)?,
        syscr: per_sec(before.syscr, now.syscr)?,
        syscw: per_sec(before.syscw, now.syscw)?,
        rchar: per_sec(before.rchar, now.rchar)?,
        wchar: per_sec(before.wchar, now.wchar)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Fault, FaultKind};

    fn sample(secs: f64, start: u64, write_bytes: u64) -> Reading<ProcSample> {
        Reading::Good(ProcSample {
            mono: Mono((secs * 1e9) as u64),
            pid: 7,
            start,
            uptime: secs,
            name: "corescope-ingestor".into(),
            io: Reading::Good(IoCounters { write_bytes, ..IoCounters::default() }),
        })
    }

    fn writes(tracker: &mut ProcTracker, reading: &Reading<ProcSample>) -> Option<f64> {
        tracker.push(reading).unwrap().rates.map(|rates| rates.write)
    }

    #[test]
    fn a_rate_needs_two_good_samples_of_one_process() {
        let mut tracker = ProcTracker::default();
        assert_eq!(writes(&mut tracker, &sample(1.0, 1, 0)), None);
        assert_eq!(writes(&mut tracker, &sample(3.0, 1, 4096)), Some(2048.0));
        // The pid is used again by another process, whose counters are larger.
        assert_eq!(writes(&mut tracker, &sample(4.0, 2, 1 << 40)), None);
        assert_eq!(writes(&mut tracker, &sample(5.0, 2, (1 << 40) + 10)), Some(10.0));
        let view = tracker.push(&sample(6.0, 2, 1 << 41)).unwrap();
        assert_eq!((view.restarts, view.restarted), (1, Some(Mono(4_000_000_000))));
    }

    #[test]
    fn a_counter_that_went_back_gives_no_rate() {
        let mut tracker = ProcTracker::default();
        writes(&mut tracker, &sample(1.0, 1, 4096));
        assert_eq!(writes(&mut tracker, &sample(2.0, 1, 0)), None);
        assert_eq!(writes(&mut tracker, &sample(3.0, 1, 100)), Some(100.0));
    }

    #[test]
    fn samples_on_top_of_each_other_give_no_giant_rate() {
        let mut tracker = ProcTracker::default();
        writes(&mut tracker, &sample(1.0, 1, 0));
        writes(&mut tracker, &sample(2.0, 1, 1000));
        assert_eq!(writes(&mut tracker, &sample(2.001, 1, 5000)), Some(1000.0));
        assert_eq!(writes(&mut tracker, &sample(3.0, 1, 6000)), Some(5000.0));
    }

    #[test]
    fn a_process_that_is_gone_keeps_its_name_and_loses_its_rates() {
        let mut tracker = ProcTracker::default();
        tracker.push(&sample(1.0, 1, 0));
        tracker.push(&sample(2.0, 1, 10));
        let view = tracker.push(&Reading::Failed(Fault::new(FaultKind::Gone, "gone"))).unwrap();
        assert_eq!((view.pid, view.rates), (Some(7), None));
        assert_eq!(view.last_rates.map(|rates| rates.write), Some(10.0));
        assert_eq!(view.gone_since, Some(Mono(2_000_000_000)));
        assert!(tracker.push(&Reading::Unwatched).is_none());
    }

    #[test]
    fn a_refused_io_file_gives_no_rates_before_or_after() {
        let mut tracker = ProcTracker::default();
        tracker.push(&sample(1.0, 1, 0));
        let Reading::Good(mut refused) = sample(2.0, 1, 0) else { unreachable!() };
        refused.io = Reading::Failed(Fault::new(FaultKind::Denied, "denied"));
        assert_eq!(writes(&mut tracker, &Reading::Good(refused)), None);
        assert_eq!(writes(&mut tracker, &sample(3.0, 1, 50)), None);
        assert_eq!(writes(&mut tracker, &sample(4.0, 1, 60)), Some(10.0));
    }
}
