//! What is normal for this target: learned from quiet times only, so that no incident gets into it.
//!
//! Learning stands still while a verdict holds and while the level deviates. What is learned meanwhile
//! is kept aside: somebody may say that it is the new normal, or it becomes so after a long time.

pub mod level;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::snapshot::{IoRates, Learning, Snapshot};
use crate::model::state::State;
use crate::units::Mono;
use level::{Level, Usual};

/// Seconds of quiet operation that are needed before deviations are judged.
pub const NEEDED_SECS: f64 = 600.0;
/// Series that are kept at most; a stats file may name others in every update.
pub const MAX_SERIES: usize = 128;
/// Seconds of learning that are remembered at most: only whether there are enough matters.
const MAX_SECS: f64 = 86_400.0;

/// The ingestor's bytes written per second.
pub const WRITE: &str = "ingestor.write";
/// The ingestor's bytes written per handled message.
pub const PER_MESSAGE: &str = "ingestor.write_per_message";

/// Messages per second below which bytes per message say nothing: the fixed costs outweigh them.
const FEW_MESSAGES: f64 = 0.5;

/// What has been learned.
#[derive(Clone, Debug, Default)]
pub struct Normal {
    secs: f64,
    levels: BTreeMap<Arc<str>, Level>,
    /// The same of the time in which the level deviates.
    aside: BTreeMap<Arc<str>, Level>,
    deviates: Option<Mono>,
    last: Option<Mono>,
}

impl Normal {
    /// What is usual of a series; `None` before enough was learned.
    pub fn usual(&self, series: &str) -> Option<Usual> {
        self.levels.get(series).filter(|_| self.done())?.usual()
    }

    /// Whether enough was learned to judge by.
    pub fn done(&self) -> bool {
        self.secs >= NEEDED_SECS
    }

    /// How far it is.
    pub fn learning(&self, now: Mono) -> Learning {
        Learning {
            secs: self.secs,
            needed: NEEDED_SECS,
            deviates: self.deviates.map(|since| now.since(since).as_secs_f64()),
        }
    }

    /// Learns from a snapshot. `quiet` while no verdict holds; `deviates` since the level is another.
    pub fn push(&mut self, snapshot: &Snapshot, quiet: bool, deviates: Option<Mono>) {
        let secs = self.last.replace(snapshot.mono).map(|last| snapshot.mono.since(last).as_secs_f64());
        if self.deviates.is_some() && deviates.is_none() {
            self.aside.clear();
        }
        if self.deviates.is_none() && deviates.is_some() {
            self.levels.values_mut().for_each(Level::drop_bucket);
        }
        self.deviates = deviates;
        // After a hole in the samples it is not known what went on.
        let Some(secs) = secs.filter(|secs| *secs > 0.0 && *secs <= 3.0 * snapshot.interval.max(1.0)) else {
            return;
        };
        if deviates.is_some() {
            learn(&mut self.aside, snapshot, secs);
        } else if quiet && snapshot.ingestor.as_ref().is_none_or(|process| process.rates.is_some()) {
            self.secs = (self.secs + secs).min(MAX_SECS);
            learn(&mut self.levels, snapshot, secs);
        }
    }

    /// The level of now is normal from now on. Without a level that deviates nothing changes.
    pub fn accept(&mut self) {
        if self.deviates.take().is_some() {
            self.levels.append(&mut self.aside);
        }
    }

    /// Takes what an earlier run learned, unless this one has learned enough by itself.
    pub fn recall(&mut self, state: &State) {
        if self.done() {
            return;
        }
        self.secs = state.secs.clamp(0.0, MAX_SECS);
        let known = state.levels.iter().take(MAX_SERIES);
        self.levels = known
            .map(|(name, blocks)| (Arc::clone(name), Level::of_blocks(blocks.iter().copied())))
            .collect();
    }

    /// Writes down what was learned.
    pub fn remember(&self, state: &mut State) {
        state.secs = self.secs;
        state.levels =
            self.levels.iter().map(|(name, level)| (Arc::clone(name), level.blocks().collect())).collect();
    }
}

fn learn(levels: &mut BTreeMap<Arc<str>, Level>, snapshot: &Snapshot, secs: f64) {
    let mut put = |name: &str, rate: Option<f64>| {
        let Some(rate) = rate else { return };
        if let Some(level) = levels.get_mut(name) {
            level.push(secs, rate);
        } else if levels.len() < MAX_SERIES {
            levels.entry(name.into()).or_default().push(secs, rate);
        }
    };
    for (index, (_, process)) in snapshot.processes().into_iter().enumerate() {
        let rates = process.and_then(|process| process.rates);
        for (names, rate) in IO {
            put(names[index], rates.as_ref().map(rate));
        }
    }
    put("wal.growth", snapshot.sqlite.as_ref().and_then(|db| db.wal_growth).map(|rate| rate.max(0.0)));
    for row in &snapshot.sources.rows {
        put(&row.name, row.rate);
    }
    put(PER_MESSAGE, per_message(snapshot));
}

/// A rate of a process and what its series is called for the ingestor and for the server.
type IoSeries = ([&'static str; 2], fn(&IoRates) -> f64);

const IO: [IoSeries; 5] = [
    ([WRITE, "server.write"], |io| io.write),
    (["ingestor.read", "server.read"], |io| io.read),
    (["ingestor.cancelled", "server.cancelled"], |io| io.cancelled),
    (["ingestor.syscr", "server.syscr"], |io| io.syscr),
    (["ingestor.syscw", "server.syscw"], |io| io.syscw),
];

/// Messages that the ingestor handled per second: new observations and known transmissions.
pub fn messages(snapshot: &Snapshot) -> Option<f64> {
    let rate = |name: &str| snapshot.sources.rows.iter().find(|row| &*row.name == name)?.rate;
    let seen = rate("obs_inserted").or_else(|| rate("tx_inserted"))?;
    Some(seen + rate("tx_dupes").unwrap_or(0.0))
}

/// Bytes written per handled message; `None` while there are too few to tell.
pub fn per_message(snapshot: &Snapshot) -> Option<f64> {
    let write = snapshot.ingestor.as_ref()?.rates?.write;
    let messages = messages(snapshot).filter(|rate| *rate >= FEW_MESSAGES)?;
    Some(write / messages)
}
