//! Write sources: totals, rates, baselines and the age of the stats file.
//!
//! The interval between two updates is the difference of the file's modification times, which
//! have nanoseconds, unless the monotonic clock contradicts it: then the wall clock was set, or the
//! machine slept, and the monotonic clock is right.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::model::baseline::Rolling;
use crate::model::limits::STALE_SECS;
use crate::model::snapshot::{Snapshot, SourceFault, SourceRow, SourcesView};
use crate::sample::{FaultKind, Liveness, MqttSource, Reading, Sample, StatsFile, StatsSample};
use crate::units::{BytesPerSec, MB, Mono, Span, Wall};

/// Two updates closer than this are one: rates over less are noise.
const MIN_GAP: f64 = 0.2;
/// The two clocks may disagree by this much, on top of the sampling interval.
const CLOCK_SLACK: f64 = 2.0;

/// Bytes written per second that ordinary traffic never reaches: twice a busy site's.
const HARD_WRITES: f64 = 5.0 * MB as f64;

type Identity = Option<(u32, u64)>;
type MqttView = Arc<[(MqttSource, Option<Liveness>)]>;

/// One update of the stats file that rates can start from.
#[derive(Clone, Debug)]
struct Base {
    seen: Mono,
    mtime: Wall,
    process: Identity,
    totals: HashMap<Arc<str>, i64>,
}

/// Follows the stats file from sample to sample.
#[derive(Clone, Debug, Default)]
pub struct StatsTracker {
    /// Modification time and inode of the update seen last.
    last: Option<(Wall, u64)>,
    base: Option<Base>,
    baselines: HashMap<Arc<str>, Rolling>,
    interval: Option<f64>,
    freshness: Option<Freshness>,
    view: SourcesView,
}

/// How old the content was when it was first seen; from there on the monotonic clock counts.
#[derive(Clone, Copy, Debug)]
struct Freshness {
    sampled_at: Wall,
    seen: Mono,
    age: f64,
}

impl Freshness {
    /// The wall clock says how old the content was. Where an earlier update was seen, the new one
    /// can't be older than the time since then: a clock set forth makes nothing stale.
    fn new(sampled_at: Wall, at: Wall, seen: Mono, earlier: Option<Self>) -> Self {
        let mut age = at.secs_since(sampled_at).max(0.0);
        if let Some(earlier) = earlier.filter(|earlier| sampled_at > earlier.sampled_at) {
            age = age.min(seen.since(earlier.seen).as_secs_f64() + CLOCK_SLACK);
        }
        Self { sampled_at, seen, age }
    }

    fn at(&self, now: Mono) -> f64 {
        self.age + now.since(self.seen).as_secs_f64()
    }
}

impl StatsTracker {
    /// Seconds between the last two updates; `None` before the second.
    pub fn interval(&self) -> Option<f64> {
        self.interval
    }

    /// Eats the stats file of one sample; `process` tells a restarted ingestor from the old one.
    pub fn push(&mut self, sample: &Sample, process: Identity) {
        let Reading::Good(stats) = &sample.stats else { return };
        let update = Some((stats.mtime, stats.ino));
        if self.last == update {
            return;
        }
        self.last = update;
        if let Some(sampled_at) = stats.file.sampled_at {
            self.freshness = Some(Freshness::new(sampled_at, sample.at, stats.mono, self.freshness));
        }
        self.update(stats, process, sample.interval);
    }

    fn update(&mut self, stats: &StatsSample, process: Identity, sampling: f64) {
        let totals: HashMap<Arc<str>, i64> =
            totals(&stats.file).map(|(name, _, total)| (name, total)).collect();
        let gap = self.base.as_ref().map(|base| gap(base, stats, sampling));
        if gap.is_some_and(|gap| gap < MIN_GAP) && !self.restarted(&totals, process) {
            self.show(stats, |_, old| old);
            return;
        }
        let restarted = self.restarted(&totals, process);
        self.interval = gap.filter(|_| !restarted);
        let base = self.base.take().filter(|_| !restarted);
        for (name, total) in &totals {
            if let (Some(secs), Some(before)) =
                (self.interval, base.as_ref().and_then(|b| b.totals.get(name)))
            {
                let rolling = self.baselines.entry(Arc::clone(name)).or_default();
                rolling.push(stats.mono.secs(), secs, total.saturating_sub(*before));
            }
        }
        let secs = self.interval;
        self.show(stats, |name, _| {
            let before = base.as_ref()?.totals.get(name)?;
            Some(totals.get(name)?.saturating_sub(*before) as f64 / secs?)
        });
        self.view.restarted = restarted;
        self.baselines.retain(|name, _| totals.contains_key(name));
        self.base = Some(Base { seen: stats.mono, mtime: stats.mtime, process, totals });
    }

    /// A counter that went back, or another process behind the file, is a restart: no rate is
    /// known across it.
    fn restarted(&self, totals: &HashMap<Arc<str>, i64>, process: Identity) -> bool {
        self.base.as_ref().is_some_and(|base| {
            let other = process.is_some() && base.process.is_some() && base.process != process;
            other || totals.iter().any(|(name, total)| base.totals.get(name).is_some_and(|old| total < old))
        })
    }

    /// Rebuilds the rows; `rate` gives the rate of a name, from its old one if need be.
    fn show(&mut self, stats: &StatsSample, rate: impl Fn(&Arc<str>, Option<f64>) -> Option<f64>) {
        let old: HashMap<Arc<str>, Option<f64>> =
            self.view.rows.drain(..).map(|row| (row.name, row.rate)).collect();
        let baselines = &self.baselines;
        self.view.rows = totals(&stats.file)
            .map(|(name, backfill, total)| SourceRow {
                rate: rate(&name, old.get(&name).copied().flatten()),
                baseline: baselines.get(&name).and_then(Rolling::mean),
                name,
                backfill,
                total,
                flag: None,
            })
            .collect();
        let file = &stats.file;
        self.view.updates += 1;
        self.view.interval = self.interval;
        self.view.sampled_at = file.sampled_at;
        self.view.restarted = false;
        self.view.left_out = file.left_out;
        self.view.writer_perf = file.writer_perf.as_slice().into();
        self.view.mqtt = mqtt(file);
    }

    /// What is known of the stats file at `sample`.
    pub fn view(&self, sample: &Sample) -> SourcesView {
        let mut view = self.view.clone();
        view.age = self.freshness.map(|freshness| freshness.at(sample.mono));
        view.stale = view.age.is_some_and(|age| age > STALE_SECS);
        if view.stale {
            view.rows.iter_mut().for_each(|row| row.rate = None);
        }
        view
    }
}

/// Every source of the file: name, whether it is a backfill, total. A counter that bears a
/// backfill's name would stand there twice: the backfill wins.
fn totals(file: &StatsFile) -> impl Iterator<Item = (Arc<str>, bool, i64)> {
    let backfills: Vec<(Arc<str>, i64)> =
        file.backfills.iter().map(|(name, total)| (format!("backfill_{name}").into(), *total)).collect();
    let counters: Vec<(Arc<str>, i64)> = file
        .counters
        .iter()
        .filter(|(name, _)| {
            !name.starts_with("backfill_") || backfills.iter().all(|(other, _)| other != name)
        })
        .cloned()
        .collect();
    let counters = counters.into_iter().map(|(name, total)| (name, false, total));
    counters.chain(backfills.into_iter().map(|(name, total)| (name, true, total)))
}

/// Seconds between two updates.
fn gap(base: &Base, stats: &StatsSample, sampling: f64) -> f64 {
    let wall = stats.mtime.secs_since(base.mtime);
    let mono = stats.mono.since(base.seen).as_secs_f64();
    if (wall - mono).abs() <= CLOCK_SLACK + sampling { wall } else { mono }
}

fn mqtt(file: &StatsFile) -> MqttView {
    let alive =
        |name: &str| file.liveness.iter().find(|(other, _)| &**other == name).map(|(_, liveness)| *liveness);
    let listed = file.sources.iter().map(|source| (source.clone(), alive(&source.name)));
    let unlisted =
        file.liveness.iter().filter(|(name, _)| file.sources.iter().all(|source| source.name != *name)).map(
            |(name, liveness)| {
                (MqttSource { name: Arc::clone(name), ..MqttSource::default() }, Some(*liveness))
            },
        );
    listed.chain(unlisted).collect()
}

/// The fault of a stats file that could not be read, with the age of the values that stay on show.
pub fn unread_fault(view: &SourcesView, reading: &Reading<StatsSample>) -> Option<SourceFault> {
    let mut fault = SourceFault::of("stats", reading)?;
    if let Some(age) = view.age {
        fault.text = format!("{}; the last good values are {} old", fault.text, span(age));
    }
    Some(fault)
}

/// The fault of a stats file that is there and no longer written. `uptime` of the ingestor, in
/// seconds, tells one that was left over from an earlier run.
pub fn stale_fault(
    view: &SourcesView,
    reading: &Reading<StatsSample>,
    uptime: Option<f64>,
) -> Option<SourceFault> {
    let age = view.age.filter(|_| view.stale && reading.good().is_some())?;
    let shown = span(age);
    let text = match uptime.filter(|uptime| *uptime < age) {
        Some(uptime) => format!(
            "stats file is {shown} old, left over from an earlier run: the ingestor started {} ago",
            span(uptime)
        ),
        None => format!(
            "stats file is {shown} old (limit {STALE_SECS} s): the ingestor has stopped publishing it, or has ended"
        ),
    };
    Some(SourceFault { source: "stats", text, since: None })
}

/// Newer builds wait for their backfills before they publish anything: an ingestor that writes hard
/// and has not published since it started is most likely at one.
pub fn silent_fault(snapshot: &Snapshot, reading: &Reading<StatsSample>) -> Option<SourceFault> {
    let ingestor = snapshot.ingestor.as_ref()?;
    let write = ingestor.rates.map(|rates| rates.write).filter(|write| *write > HARD_WRITES)?;
    let absent = reading.fault().is_some_and(|fault| fault.kind == FaultKind::Gone);
    let left_over = snapshot.sources.age.zip(ingestor.uptime).is_some_and(|(age, uptime)| age > uptime);
    let text =
        format!("ingestor writes {} and publishes no stats: a backfill at start-up?", BytesPerSec(write));
    (absent || left_over).then_some(SourceFault { source: "stats", text, since: None })
}

fn span(secs: f64) -> Span {
    Span(Duration::from_secs_f64(secs.max(0.0)))
}

#[cfg(test)]
mod tests;
