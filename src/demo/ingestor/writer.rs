//! The one thread that writes the database: the traffic first, then the chores and the incident's job.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::{Connection, Result};

use super::counters::{Counters, lock};
use super::job::Job;
use super::mqtt::Sources;
use super::own_io::OwnIo;
use super::radio::Message;
use super::store::{self, Holding, Store};
use crate::demo::scenario::Scenario;

/// What the writer is told.
#[derive(Debug)]
pub enum Event {
    /// A message came in, at this moment.
    Message(Message, Instant),
    /// Play this from now on.
    Play(Scenario),
    /// The job of what is being played is done.
    Rest,
    /// End.
    End {
        /// Whether to cut the log before, as the real one does when it is told to stop.
        truncate: bool,
    },
}

/// The database's writer.
#[derive(Debug)]
pub struct Writer {
    store: Store,
    counters: Arc<Counters>,
    sources: Arc<Mutex<Sources>>,
    playing: Scenario,
    job: Option<Job>,
    /// The transaction that keeps everything else waiting.
    holding: Option<Holding>,
    waiting: VecDeque<(Message, Instant)>,
    chores_due: Instant,
    truncate_due: Instant,
    /// When the next of `waiting` is written, or what is held is let go.
    next_due: Instant,
}

/// Time between two rounds of chores.
const CHORES: Duration = Duration::from_secs(10);
/// Time between two truncations of the log, as in the field.
const HOURLY: Duration = Duration::from_hours(1);
/// How many transmissions stay; with them the database levels off at some 10 MB.
const KEEP: i64 = 4000;
/// Rows that a backfill goes round and round on.
const BACKFILLED: u32 = 600;
/// Rows in one transaction of an honest backfill.
const HONEST_BATCH: usize = 100;
/// What is held is let go after this at the latest: the messages that wait take memory.
const LONGEST: Duration = Duration::from_mins(1);
/// Time between two messages that have waited: several times the traffic, and no burst that were a flag of its own.
const CATCH_UP: Duration = Duration::from_millis(20);

/// The component that removes old packets.
const PRUNE: &str = "prune_packets";

impl Writer {
    /// A writer on `store`.
    pub fn new(store: Store, counters: Arc<Counters>, sources: Arc<Mutex<Sources>>) -> Self {
        let now = Instant::now();
        Self {
            store,
            counters,
            sources,
            playing: Scenario::Quiet,
            job: None,
            holding: None,
            waiting: VecDeque::new(),
            chores_due: now + CHORES,
            truncate_due: now + HOURLY,
            next_due: now,
        }
    }

    /// Works until an [`Event::End`], or until nobody can send one any more.
    pub fn run(&mut self, events: &Receiver<Event>) {
        let truncate = loop {
            let wait = self.next_due().saturating_duration_since(Instant::now());
            match events.recv_timeout(wait) {
                Ok(Event::Message(message, since)) => self.receive(message, since),
                Ok(Event::Play(scenario)) => self.play(scenario),
                Ok(Event::Rest) => self.job = None,
                Ok(Event::End { truncate }) => break truncate,
                Err(RecvTimeoutError::Timeout) => self.work(),
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        self.let_go();
        if truncate {
            self.truncate();
        }
    }

    /// Writes one message in a transaction of its own; it has waited for that since `since`.
    pub fn ingest(&mut self, message: &Message, since: Instant) {
        let result = self.commit("mqtt_handler", since, |conn| store::ingest(conn, message, unix_now()));
        if let Some(result) = result {
            self.counters.ingested(result);
            lock(&self.sources).written(message.observer(), unix_now());
        }
    }

    /// Does what is to be done of the backfill: each row that is there once, and then it is finished.
    pub fn backfill(&mut self) {
        let ids = self.store.observation_ids(BACKFILLED).unwrap_or_default();
        for batch in ids.chunks(HONEST_BATCH) {
            let now = Instant::now();
            let rows = self.commit("backfill_path_json", now, |conn| store::rewrite_paths(conn, batch));
            self.counters.backfilled("path_json", rows.unwrap_or(0));
        }
    }

    /// Writes a message, or has it wait behind those that wait already.
    fn receive(&mut self, message: Message, since: Instant) {
        if self.holding.is_some() || !self.waiting.is_empty() {
            self.waiting.push_back((message, since));
        } else {
            self.ingest(&message, since);
        }
    }

    /// Turns to `scenario`.
    pub fn play(&mut self, scenario: Scenario) {
        if scenario == self.playing {
            return;
        }
        self.let_go();
        if matches!(self.playing, Scenario::WalGrowth | Scenario::WalHighWater) {
            // The reader is gone by now: whoever was called to the real one would cut the log here.
            self.truncate_due = Instant::now();
        }
        self.playing = scenario;
        self.counters.stalled.store(scenario == Scenario::StatsStall, Ordering::Relaxed);
        self.job = Job::of(scenario, self.store.observation_ids(BACKFILLED).unwrap_or_default());
    }

    fn next_due(&self) -> Instant {
        if self.holding.is_some() {
            return self.next_due;
        }
        let job = self.job.as_ref().map(Job::due);
        let waiting = (!self.waiting.is_empty()).then_some(self.next_due);
        let chores = self.chores_due.min(self.truncate_due);
        [job, waiting].into_iter().flatten().fold(chores, Instant::min)
    }

    fn work(&mut self) {
        let now = Instant::now();
        if self.holding.is_some() {
            if now >= self.next_due {
                self.let_go();
            }
        } else if now >= self.next_due
            && let Some((message, since)) = self.waiting.pop_front()
        {
            self.ingest(&message, since);
            self.next_due = now + CATCH_UP;
        } else if now >= self.truncate_due {
            // A reader in the way is asked again soon, but not so soon that the traffic waits all the time.
            self.truncate_due = now + if self.truncate() { HOURLY } else { CHORES };
        } else if now >= self.chores_due {
            self.chores_due = now + CHORES;
            self.chores();
        } else if let Some(job) = self.job.take() {
            self.job = Some(self.work_on(job, now));
        }
    }

    fn work_on(&mut self, mut job: Job, now: Instant) -> Job {
        let done = match &mut job {
            Job::Backfill(backfill) => {
                let ids = backfill.batch(now);
                let rows = self.commit("backfill_path_json", now, |conn| store::rewrite_paths(conn, &ids));
                rows.map(|rows| self.counters.backfilled("path_json", rows)).is_some()
            }
            Job::Neighbors(neighbors) => match neighbors.turn(self.store.wal_size()) {
                Some(turn) => {
                    let work = |conn: &Connection| neighbors.write(conn, turn, unix_now());
                    let done = self.commit("neighbor_builder", now, work).is_some();
                    neighbors.pace(Instant::now(), OwnIo::now().unwrap_or_default());
                    done
                }
                None => true,
            },
            Job::Hold(due) => {
                self.hold();
                *due = now + LONGEST + CHORES;
                self.holding.is_some()
            }
        };
        if !done {
            job.retry_after(Duration::from_secs(1));
        }
        job
    }

    fn chores(&mut self) {
        self.commit(PRUNE, Instant::now(), |conn| store::prune(conn, KEEP));
        let began = Instant::now();
        match self.store.vacuum(64) {
            Ok(()) => {
                let held = store::Held { wait: Duration::ZERO, hold: began.elapsed() };
                self.counters.committed("vacuum", held);
            }
            Err(_) => self.counters.write_errors.add(1),
        }
    }

    /// Prunes, but doesn't commit: the writer lock is kept.
    fn hold(&mut self) {
        match self.store.hold(|conn| store::prune(conn, KEEP)) {
            Ok(holding) => {
                self.holding = Some(holding);
                self.next_due = Instant::now() + LONGEST;
            }
            Err(_) => self.counters.write_errors.add(1),
        }
    }

    /// Commits what [`Writer::hold`] has kept open.
    fn let_go(&mut self) {
        let Some(holding) = self.holding.take() else { return };
        match self.store.let_go(holding) {
            Ok(held) => self.counters.committed(PRUNE, held),
            Err(_) => self.counters.write_errors.add(1),
        }
        self.next_due = Instant::now();
    }

    fn truncate(&self) -> bool {
        self.store.truncate_wal().unwrap_or(false)
    }

    /// One transaction of `component`, wanted since `since`, counted; `None` if it failed.
    fn commit<T>(
        &mut self,
        component: &'static str,
        since: Instant,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Option<T> {
        if let Ok((value, held)) = self.store.write(since, |transaction| work(transaction)) {
            self.counters.committed(component, held);
            Some(value)
        } else {
            self.counters.write_errors.add(1);
            None
        }
    }
}

/// Seconds since the epoch.
pub fn unix_now() -> i64 {
    Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
