//! The ingestor itself: whether it is there, whether it stays, whether it says how it is.

use std::collections::VecDeque;

use super::Facts;
use super::finding::{Finding, Say, span};
use super::window::Window;
use crate::model::snapshot::ProcView;
use crate::sample::{FaultKind, Reading};
use crate::units::{BytesPerSec, MB, Mono};

/// Seconds after which an ingestor that is gone is missed: a restart takes less.
const DOWN_SECS: f64 = 10.0;
/// So many starts within so many seconds are a loop, for as long as the last one is younger than this.
const LOOP_STARTS: usize = 3;
const LOOP_SECS: f64 = 600.0;
const LOOP_YOUNG_SECS: f64 = 60.0;
/// Seconds of hard writes without a stats file after which a start takes too long.
const STARTUP_SECS: f64 = 30.0;
/// Bytes per second that ordinary traffic never reaches.
const HARD_WRITES: f64 = 5.0 * MB as f64;
/// Age in seconds at which the stats file of a working ingestor is given up: a stalled disk delays an
/// update, too.
const WEDGED_SECS: f64 = 20.0;

/// Follows the ingestor.
#[derive(Clone, Debug)]
pub(super) struct Processes {
    restarts: u32,
    starts: VecDeque<Mono>,
    /// Since when it writes hard in silence.
    silent: Option<Mono>,
    write: Window,
    works: Window,
}

impl Default for Processes {
    fn default() -> Self {
        let (write, works) = (Window::new(10.0), Window::new(10.0));
        Self { restarts: 0, starts: VecDeque::new(), silent: None, write, works }
    }
}

impl Processes {
    /// Down, in a restart loop, silent since its start, stats writer wedged.
    pub(super) fn push(&mut self, facts: &Facts) -> [Say; 4] {
        let Some(ingestor) = &facts.snapshot.ingestor else { return [const { Say::Unknown }; 4] };
        self.count(ingestor, facts);
        [
            down(ingestor, facts),
            self.restart_loop(ingestor, facts),
            self.startup(ingestor, facts),
            self.wedged(ingestor, facts),
        ]
    }

    fn count(&mut self, ingestor: &ProcView, facts: &Facts) {
        if ingestor.restarts != self.restarts {
            self.restarts = ingestor.restarts;
            self.starts.push_back(facts.snapshot.mono);
            self.write.clear();
            self.works.clear();
        }
        while self.starts.front().is_some_and(|at| facts.since(*at) > LOOP_SECS) {
            self.starts.pop_front();
        }
        if let (Some(rates), Some(secs)) = (ingestor.rates, facts.secs) {
            self.write.push(facts.snapshot.mono, secs, rates.write * secs);
            self.works.push(facts.snapshot.mono, secs, rates.syscw * secs);
        }
    }

    fn restart_loop(&self, ingestor: &ProcView, facts: &Facts) -> Say {
        let starts = self.starts.len();
        let young =
            ingestor.gone_since.is_some() || ingestor.uptime.is_some_and(|uptime| uptime < LOOP_YOUNG_SECS);
        Say::when(starts >= LOOP_STARTS && young, || {
            let secs = self.starts.front().map_or(0.0, |first| facts.since(*first));
            let text = format!(
                "{} has started {starts} times in the last {}: it does not stay up",
                ingestor.name,
                span(secs)
            );
            Finding::critical(
                "ingestor",
                text,
                "read its log for why it ends; its supervisor only starts it again",
            )
            .evidence("starts", starts as f64)
            .evidence("seconds", secs)
            .peak(starts as f64, format!("{starts} starts"))
        })
    }

    /// Newer builds publish nothing before their backfills are done.
    fn startup(&mut self, ingestor: &ProcView, facts: &Facts) -> Say {
        let sources = &facts.snapshot.sources;
        let absent = facts.sample.stats.fault().is_some_and(|fault| fault.kind == FaultKind::Gone);
        let left_over = sources.age.zip(ingestor.uptime).is_some_and(|(age, uptime)| age > uptime + 2.0);
        let Some(rates) = ingestor.rates else { return Say::Unknown };
        let now = facts.snapshot.mono;
        if !(absent || left_over) || self.write.mean().unwrap_or(rates.write) < HARD_WRITES {
            self.silent = None;
            return Say::Not;
        }
        let since = *self.silent.get_or_insert(now);
        let mean = self.write.mean().unwrap_or(rates.write);
        Say::when(facts.since(since) + 1.0 >= STARTUP_SECS, || {
            let text = format!(
                "ingestor has written {} for {} and publishes no stats: a backfill at start-up that does not end?",
                BytesPerSec(mean),
                span(facts.since(since))
            );
            let remedy = "wait if this build is new to the database; if it goes on, disable the backfill or go back a build";
            Finding::warning("ingestor", text, remedy)
                .evidence("writeBytesPerSec", mean)
                .evidence("uptimeSeconds", ingestor.uptime.unwrap_or(0.0))
                .since(Some(since))
                .peak(mean, BytesPerSec(mean))
        })
    }

    fn wedged(&self, ingestor: &ProcView, facts: &Facts) -> Say {
        let sources = &facts.snapshot.sources;
        let (Some(age), Some(uptime)) = (sources.age, ingestor.uptime) else { return Say::Unknown };
        if age < WEDGED_SECS {
            return Say::Not;
        }
        if ingestor.gone_since.is_some()
            || facts.sample.stats.fault().is_some_and(|it| it.kind != FaultKind::Gone)
        {
            return Say::Unknown;
        }
        let works = self.works.mean();
        let holds = uptime > age && works.is_some_and(|calls| calls > 0.5);
        Say::when(holds, || {
            let calls = works.unwrap_or(0.0);
            let text = format!(
                "ingestor works ({calls:.0} write calls/s) but has not published its stats for {}",
                span(age)
            );
            Finding::warning("stats", text, "its stats writer is stuck: restart the ingestor when convenient")
                .evidence("ageSeconds", age)
                .evidence("writeCallsPerSec", calls)
                .since(Some(earlier(facts, age)))
                .peak(age, span(age))
        })
    }
}

fn down(ingestor: &ProcView, facts: &Facts) -> Say {
    let gone = match &facts.sample.ingestor {
        Reading::Good(_) => return Say::Not,
        Reading::Failed(fault) => fault.kind == FaultKind::Gone,
        Reading::Unwatched => false,
    };
    let Some(since) = ingestor.gone_since.filter(|_| gone && ingestor.pid.is_some()) else {
        return Say::Unknown;
    };
    let secs = facts.since(since);
    if secs < DOWN_SECS {
        return Say::Unknown;
    }
    let pid = ingestor.pid.unwrap_or(0);
    let text =
        format!("{}[{pid}] has been gone for {}: nothing is received or written", ingestor.name, span(secs));
    Finding::critical(
        "ingestor",
        text,
        "start it, or see why its supervisor does not; its log has the reason of its end",
    )
    .evidence("goneSeconds", secs)
    .since(Some(since))
    .peak(secs, span(secs))
    .holds()
}

/// The moment so many seconds ago.
pub(super) fn earlier(facts: &Facts, secs: f64) -> Mono {
    let nanos = (secs.clamp(0.0, 1e9) * 1e9) as u64;
    Mono(facts.snapshot.mono.0.saturating_sub(nanos))
}
