//! The pure core: samples in, snapshots out. No clock, no file, no terminal; time is data.

pub mod baseline;
pub mod cache;
pub mod faults;
pub mod history;
pub mod input;
pub mod io;
pub mod judge;
pub mod limits;
pub mod log;
pub mod normal;
pub mod rules;
pub mod snapshot;
pub mod sources;
pub mod sqlite;
pub mod state;
pub mod verdict;
pub mod wal;

use crate::sample::Sample;
use cache::CacheShare;
use faults::FaultTracker;
use io::ProcTracker;
use judge::Judge;
use limits::Limits;
use normal::Normal;
use snapshot::{FlagId, Snapshot};
use sources::StatsTracker;
use sqlite::SqliteTracker;
use state::State;
use wal::Roles;

/// Turns samples into snapshots. It keeps only what the next sample needs.
#[derive(Clone, Debug)]
pub struct Model {
    limits: Limits,
    seq: u64,
    ingestor: ProcTracker,
    server: ProcTracker,
    ingestor_cache: CacheShare,
    server_cache: CacheShare,
    stats: StatsTracker,
    sqlite: SqliteTracker,
    normal: Normal,
    judge: Judge,
    faults: FaultTracker,
}

impl Model {
    /// A model that has seen nothing, with the limits of its rules.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            seq: 0,
            ingestor: ProcTracker::default(),
            server: ProcTracker::default(),
            ingestor_cache: CacheShare::default(),
            server_cache: CacheShare::default(),
            stats: StatsTracker::default(),
            sqlite: SqliteTracker::default(),
            normal: Normal::default(),
            judge: Judge::default(),
            faults: FaultTracker::default(),
        }
    }

    /// The limits of its rules.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Takes what an earlier run learned about this database. Where this run has learned enough by itself
    /// that stays.
    pub fn recall(&mut self, state: &State) {
        self.normal.recall(state);
        self.judge.recall(state);
    }

    /// What has been learned so far, for the next run.
    pub fn learned(&self) -> State {
        let mut state = State::default();
        self.normal.remember(&mut state);
        self.judge.remember(&mut state);
        state
    }

    /// Takes the level of now as normal.
    pub fn accept(&mut self) {
        self.normal.accept();
        self.judge.accept();
    }

    /// Eats one sample and says what is known after it.
    pub fn push(&mut self, sample: &Sample) -> Snapshot {
        self.seq += 1;
        self.ingestor_cache.push(sample.ingestor.good());
        self.server_cache.push(sample.server.good());
        let mut snapshot = Snapshot {
            at: sample.at,
            mono: sample.mono,
            interval: sample.interval,
            seq: self.seq,
            ingestor: self.ingestor.push(&sample.ingestor),
            server: self.server.push(&sample.server),
            ..Snapshot::default()
        };
        let roles = Roles {
            ingestor: self.ingestor.identity().map(|(pid, _)| pid),
            server: self.server.identity().map(|(pid, _)| pid),
        };
        snapshot.sqlite = self.sqlite.push(&sample.db, roles, self.limits.wal_size);
        self.stats.push(sample, self.ingestor.identity());
        snapshot.sources = self.stats.view(sample);
        self.put_cache_share(&mut snapshot, sample);
        snapshot.flags = rules::flags(&snapshot, &self.limits, self.stats.interval());
        mark_rows(&mut snapshot);
        snapshot.faults = self.faults.push(sample, &snapshot);
        self.judge(&mut snapshot, sample);
        snapshot
    }

    /// Judges by what is normal, and learns from it where nothing is wrong.
    fn judge(&mut self, snapshot: &mut Snapshot, sample: &Sample) {
        let (verdicts, events) = self.judge.push(snapshot, sample, &self.limits, &self.normal);
        (snapshot.verdicts, snapshot.events) = (verdicts, events);
        let deviates = self.judge.deviates();
        self.normal.push(snapshot, self.judge.quiet(), deviates);
        if deviates.is_some_and(|since| sample.mono.since(since).as_secs_f64() > self.limits.accept_after) {
            self.accept();
        }
        snapshot.learning = self.normal.learning(sample.mono);
    }

    /// The server reads for the web page, so its share is the interesting one; where none can be
    /// read the ingestor's takes its place.
    fn put_cache_share(&self, snapshot: &mut Snapshot, sample: &Sample) {
        let Some(sqlite) = &mut snapshot.sqlite else { return };
        let of_server = sample.server.good().is_some_and(|process| process.io.good().is_some());
        let (share, of) = if of_server {
            (self.server_cache.share(), "server")
        } else {
            (self.ingestor_cache.share(), "ingestor")
        };
        sqlite.cache_hit_rate = share;
        sqlite.cache_hit_of = of;
    }
}

/// Marks the rows of the table with the most serious flag that names them.
fn mark_rows(snapshot: &mut Snapshot) {
    for flag in snapshot.flags.iter().rev() {
        if matches!(flag.id, FlagId::BackfillVsTx | FlagId::Baseline)
            && let Some(row) = snapshot.sources.rows.iter_mut().find(|row| row.name == flag.subject)
        {
            row.flag = Some(flag.id);
        }
    }
}
