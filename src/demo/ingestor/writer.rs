//! The one thread that writes the database: the traffic first, then the chores and the incident's job.

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
use super::store::{self, Store};
use crate::demo::scenario::Scenario;

/// What the writer is told.
#[derive(Debug)]
pub enum Event {
    /// A message came in.
    Message(Message),
    /// Play this from now on.
    Play(Scenario),
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
    chores_due: Instant,
    truncate_due: Instant,
}

/// Time between two rounds of chores.
const CHORES: Duration = Duration::from_secs(10);
/// Time between two truncations of the log, as in the field.
const HOURLY: Duration = Duration::from_secs(3600);
/// How many transmissions stay; with them the database levels off at some 10 MB.
const KEEP: i64 = 4000;
/// Rows that a backfill goes round and round on.
const BACKFILLED: u32 = 600;

impl Writer {
    /// A writer on `store`.
    pub fn new(store: Store, counters: Arc<Counters>, sources: Arc<Mutex<Sources>>) -> Self {
        let now = Instant::now();
        let playing = Scenario::Quiet;
        Self {
            store,
            counters,
            sources,
            playing,
            job: None,
            chores_due: now + CHORES,
            truncate_due: now + HOURLY,
        }
    }

    /// Works until an [`Event::End`], or until nobody can send one any more.
    pub fn run(&mut self, events: &Receiver<Event>) {
        let truncate = loop {
            let wait = self.next_due().saturating_duration_since(Instant::now());
            match events.recv_timeout(wait) {
                Ok(Event::Message(message)) => self.ingest(&message),
                Ok(Event::Play(scenario)) => self.play(scenario),
                Ok(Event::End { truncate }) => break truncate,
                Err(RecvTimeoutError::Timeout) => self.work(),
                Err(RecvTimeoutError::Disconnected) => break true,
            }
        };
        if truncate {
            self.truncate();
        }
    }

    /// Writes one message in a transaction of its own.
    pub fn ingest(&mut self, message: &Message) {
        if let Some(result) = self.commit("mqtt_handler", |conn| store::ingest(conn, message, unix_now())) {
            self.counters.ingested(result);
            lock(&self.sources).written(message.observer(), unix_now());
        }
    }

    /// Turns to `scenario`.
    pub fn play(&mut self, scenario: Scenario) {
        if scenario == self.playing {
            return;
        }
        if self.playing == Scenario::WalGrowth {
            // The reader is gone by now: whoever was called to the real one would cut the log here.
            self.truncate_due = Instant::now();
        }
        self.playing = scenario;
        self.counters.stalled.store(scenario == Scenario::StatsStall, Ordering::Relaxed);
        self.job = Job::of(scenario, self.store.observation_ids(BACKFILLED).unwrap_or_default());
    }

    fn next_due(&self) -> Instant {
        let due = self.chores_due.min(self.truncate_due);
        self.job.as_ref().map_or(due, |job| due.min(job.due()))
    }

    fn work(&mut self) {
        let now = Instant::now();
        if now >= self.truncate_due {
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
                let rows = self.commit("backfill_path_json", |conn| store::rewrite_paths(conn, &ids));
                rows.map(|rows| self.counters.backfilled("path_json", rows)).is_some()
            }
            Job::Neighbors(neighbors) => match neighbors.turn(self.store.wal_size()) {
                Some(turn) => {
                    let work = |conn: &Connection| neighbors.write(conn, turn, unix_now());
                    let done = self.commit("neighbor_builder", work).is_some();
                    neighbors.pace(Instant::now(), OwnIo::now().unwrap_or_default());
                    done
                }
                None => true,
            },
        };
        if !done {
            job.retry_after(Duration::from_secs(1));
        }
        job
    }

    fn chores(&mut self) {
        self.commit("prune_packets", |conn| store::prune(conn, KEEP));
        let began = Instant::now();
        match self.store.vacuum(64) {
            Ok(()) => {
                let held = store::Held { wait: Duration::ZERO, hold: began.elapsed() };
                self.counters.committed("vacuum", held);
            }
            Err(_) => self.counters.write_errors.add(1),
        }
    }

    fn truncate(&self) -> bool {
        self.store.truncate_wal().unwrap_or(false)
    }

    /// One transaction of `component`, counted; `None` if it failed.
    fn commit<T>(
        &mut self,
        component: &'static str,
        work: impl FnOnce(&Connection) -> Result<T>,
    ) -> Option<T> {
        if let Ok((value, held)) = self.store.write(|transaction| work(transaction)) {
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
