//! From snapshots to verdicts: what is wrong, since when, what it does and what to do about it.
//!
//! Each rule says of every sample whether its finding holds, does not, or can't be told. A latch keeps
//! what was said until the opposite has held for a while; what can't be told changes nothing. Then
//! causes take their effects under them: one cause is one verdict.

mod backfill;
mod causes;
mod dropping;
mod finding;
mod io;
mod latch;
mod log;
mod process;
mod starving;
mod traffic;
pub(crate) mod window;

use crate::model::limits::Limits;
use crate::model::normal::Normal;
use crate::model::snapshot::Snapshot;
use crate::model::state::State;
use crate::model::verdict::{Event, Severity, Verdict, VerdictId};
use crate::sample::Sample;
use crate::units::{Mono, Wall};
use causes::Shown;
use finding::Say;
use latch::Latch;

/// Everything that a rule may look at.
pub(crate) struct Facts<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) sample: &'a Sample,
    pub(crate) limits: &'a Limits,
    pub(crate) normal: &'a Normal,
    /// Seconds since the sample before; `None` for the first, and after a hole.
    pub(crate) secs: Option<f64>,
    /// The stats file was updated in this sample, and its rates are known.
    pub(crate) updated: Option<f64>,
}

impl Facts<'_> {
    /// Wall-clock time of an earlier moment.
    fn wall(&self, then: Mono) -> Wall {
        Wall(self.snapshot.at.0.saturating_sub(self.snapshot.mono.since(then).as_nanos() as i64))
    }

    /// Seconds since an earlier moment.
    pub(crate) fn since(&self, then: Mono) -> f64 {
        self.snapshot.mono.since(then).as_secs_f64()
    }
}

/// A sample this many intervals after the last one comes after a hole.
const HOLE: f64 = 3.0;

/// Judges sample after sample.
#[derive(Clone, Debug)]
pub struct Judge {
    last: Option<Mono>,
    updates: u64,
    backfills: backfill::Backfills,
    processes: process::Processes,
    io: io::Io,
    traffic: traffic::Traffic,
    log: log::Log,
    latches: Vec<Latch>,
    shown: Shown,
}

impl Default for Judge {
    fn default() -> Self {
        Self {
            last: None,
            updates: 0,
            backfills: backfill::Backfills::default(),
            processes: process::Processes::default(),
            io: io::Io::default(),
            traffic: traffic::Traffic::default(),
            log: log::Log::default(),
            latches: VerdictId::ALL.map(Latch::new).into(),
            shown: Shown::default(),
        }
    }
}

impl Judge {
    /// Judges one snapshot; `sample` is what it was made of.
    pub fn push(
        &mut self,
        snapshot: &Snapshot,
        sample: &Sample,
        limits: &Limits,
        normal: &Normal,
    ) -> (Vec<Verdict>, Vec<Event>) {
        let last = self.last.replace(snapshot.mono);
        let secs = last.map(|last| snapshot.mono.since(last).as_secs_f64());
        let secs = secs.filter(|secs| *secs > 0.0 && *secs <= HOLE * snapshot.interval.max(1.0));
        let updated = snapshot.sources.interval.filter(|_| self.updates != snapshot.sources.updates);
        self.updates = snapshot.sources.updates;
        let facts = Facts { snapshot, sample, limits, normal, secs, updated };
        let says = self.ask(&facts);
        for (latch, say) in self.latches.iter_mut().zip(says) {
            latch.push(say, &facts);
        }
        self.shown.push(&self.latches, &facts)
    }

    /// What each rule says, in the order of [`VerdictId::ALL`].
    fn ask(&mut self, facts: &Facts) -> [Say; VerdictId::ALL.len()] {
        let [write_storm, cancelled_writes, cache_misses] = self.io.push(facts);
        let [write_path_stuck, write_errors, signature_drops, writer_starved] = self.traffic.push(facts);
        let [ingestor_down, restart_loop, startup_backfill, stats_wedged] = self.processes.push(facts);
        let [writer_held, wal_pinned, nobody_checkpoints, disk_full, wal_high_water] = self.log.push(facts);
        let backfill_loop = self.backfills.push(facts);
        [
            ingestor_down,
            restart_loop,
            backfill_loop,
            startup_backfill,
            writer_held,
            writer_starved,
            write_path_stuck,
            write_errors,
            wal_pinned,
            nobody_checkpoints,
            disk_full,
            write_storm,
            cancelled_writes,
            stats_wedged,
            signature_drops,
            wal_high_water,
            cache_misses,
        ]
    }

    /// Whether nothing holds that keeps this time from being normal.
    pub fn quiet(&self) -> bool {
        self.latches
            .iter()
            .all(|latch| latch.raised().is_none_or(|it| it.finding.severity == Severity::Notice))
    }

    /// Since when another level of writing has held; `None` while it is the learned one.
    pub fn deviates(&self) -> Option<Mono> {
        self.io.deviates()
    }

    /// The level of now is normal: nothing deviates any more.
    pub fn accept(&mut self) {
        self.io.accept();
    }

    /// Takes what an earlier run knew.
    pub fn recall(&mut self, state: &State) {
        self.backfills.recall(state);
    }

    /// Writes down what is known.
    pub fn remember(&self, state: &mut State) {
        self.backfills.remember(state);
    }
}

#[cfg(test)]
mod tests;
