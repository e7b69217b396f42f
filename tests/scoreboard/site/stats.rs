//! The stats file: counters, times of the writer lock, MQTT sources, published once a second.

use std::collections::VecDeque;
use std::sync::Arc;

use corescope_top::sample::{Liveness, MqttSource, ProcIoRates, StatsFile, StatsSample, WriterPerf};
use corescope_top::units::{Mono, Wall};

/// Acquisitions of the writer lock over which its percentiles are taken.
const PERF_WINDOW: u64 = 1000;

/// Which keys the build writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Counters alone.
    Oldest,
    /// All of them.
    Newest,
}

/// Counters of one run of the ingestor.
#[derive(Clone, Debug, Default)]
pub struct Counters {
    pub tx: i64,
    pub obs: i64,
    pub dupes: i64,
    pub nodes: i64,
    pub observers: i64,
    pub errors: i64,
    pub sig_drops: i64,
    pub commits: i64,
    pub packets: i64,
    pub backfills: Vec<(Arc<str>, i64)>,
}

impl Counters {
    /// Adds rows to a backfill, which appears with its first row.
    pub fn backfill(&mut self, name: &Arc<str>, rows: i64) {
        match self.backfills.iter_mut().find(|(other, _)| other == name) {
            Some((_, total)) => *total += rows,
            None => self.backfills.push((Arc::clone(name), rows)),
        }
    }
}

/// Waits for the writer lock and times that it was held, of one component.
#[derive(Clone, Debug, Default)]
pub struct LockTimes {
    count: i64,
    contention: i64,
    wait_max: f64,
    hold_max: f64,
    recent: VecDeque<(u64, bool, bool)>,
    total: u64,
    waited: u64,
    held: u64,
    slow_wait: f64,
    slow_hold: f64,
}

impl LockTimes {
    /// `count` acquisitions that waited and held so long, in milliseconds.
    pub fn push(&mut self, count: u64, wait: f64, hold: f64) {
        if count == 0 {
            return;
        }
        let (waits, holds) = (wait > 5.0, hold > 50.0);
        self.count += count as i64;
        self.contention += if waits { count as i64 } else { 0 };
        self.wait_max = self.wait_max.max(wait);
        self.hold_max = self.hold_max.max(hold);
        if waits {
            self.slow_wait = wait;
        }
        if holds {
            self.slow_hold = hold;
        }
        self.total += count;
        self.waited += if waits { count } else { 0 };
        self.held += if holds { count } else { 0 };
        self.recent.push_back((count, waits, holds));
        while let Some(&(n, w, h)) = self.recent.front().filter(|(n, ..)| self.total - n >= PERF_WINDOW) {
            self.total -= n;
            self.waited -= if w { n } else { 0 };
            self.held -= if h { n } else { 0 };
            self.recent.pop_front();
        }
    }

    fn perf(&self) -> WriterPerf {
        let slow = |part: u64| part * 20 > self.total;
        WriterPerf {
            count: Some(self.count),
            contention: Some(self.contention),
            wait_p95: Some(if slow(self.waited) { self.slow_wait } else { 0.0005 }),
            wait_max: Some(self.wait_max.max(0.001)),
            hold_p95: Some(if slow(self.held) { self.slow_hold } else { 2.9 }),
            hold_max: Some(self.hold_max.max(15.0)),
        }
    }
}

/// What the stats writer of one run knows and publishes.
#[derive(Clone, Debug)]
pub struct Publisher {
    pub counters: Counters,
    pub handler: LockTimes,
    pub jobs: LockTimes,
    pub last_receipt: Option<Wall>,
    pub last_message: Option<Wall>,
    pub connected: bool,
    packets_5m: VecDeque<i64>,
    names: Names,
    pub build: Build,
}

/// Names, shared between all updates.
#[derive(Clone, Debug)]
struct Names {
    counters: [Arc<str>; 9],
    handler: Arc<str>,
    jobs: Arc<str>,
    source: Arc<str>,
    broker: Arc<str>,
}

impl Publisher {
    pub fn new(build: Build) -> Self {
        let counters = [
            "tx_inserted",
            "obs_inserted",
            "tx_dupes",
            "node_upserts",
            "observer_upserts",
            "write_errors",
            "sig_drops",
            "walCommits",
            "groupCommitFlushes",
        ];
        let names = Names {
            counters: counters.map(Arc::from),
            handler: "mqtt_handler".into(),
            jobs: "prune_packets".into(),
            source: "local".into(),
            broker: "tcp://127.0.0.1:1883".into(),
        };
        Self {
            counters: Counters::default(),
            handler: LockTimes::default(),
            jobs: LockTimes::default(),
            last_receipt: None,
            last_message: None,
            connected: true,
            packets_5m: VecDeque::new(),
            names,
            build,
        }
    }

    /// Another run: all begins at nothing.
    pub fn restart(&mut self) {
        let names = self.names.clone();
        *self = Self { names, ..Self::new(self.build) };
    }

    /// One update, taken and written at `at`.
    pub fn publish(&mut self, at: Wall, mono: Mono, ino: u64, io: ProcIoRates) -> StatsSample {
        self.packets_5m.push_back(self.counters.packets);
        if self.packets_5m.len() > 300 {
            self.packets_5m.pop_front();
        }
        StatsSample { mono, mtime: at, ino, file: Arc::new(self.file(at, io)) }
    }

    fn file(&self, at: Wall, io: ProcIoRates) -> StatsFile {
        let c = &self.counters;
        let values = [c.tx, c.obs, c.dupes, c.nodes, c.observers, c.errors, c.sig_drops, c.commits, 0];
        let mut file = StatsFile {
            sampled_at: Some(whole_secs(at)),
            counters: self.names.counters.iter().cloned().zip(values).collect(),
            backfills: c.backfills.clone(),
            ..StatsFile::default()
        };
        if self.build == Build::Newest {
            file.proc_io = Some(io);
            file.writer_perf = vec![
                (Arc::clone(&self.names.handler), self.handler.perf()),
                (Arc::clone(&self.names.jobs), self.jobs.perf()),
            ];
            file.liveness = vec![(Arc::clone(&self.names.source), self.liveness())];
            file.sources = vec![self.source()];
            file.watchdog_last_tick = Some(Wall::from_secs(at.0 / 1_000_000_000 / 15 * 15));
            file.watchdog_panics = Some(0);
        }
        file
    }

    fn liveness(&self) -> Liveness {
        Liveness {
            last_receipt: self.last_receipt.map(whole_secs),
            last_message: self.last_message.map(whole_secs),
        }
    }

    fn source(&self) -> MqttSource {
        let packets = self.counters.packets;
        MqttSource {
            name: Arc::clone(&self.names.source),
            broker: Arc::clone(&self.names.broker),
            connected: Some(self.connected),
            last_packet: self.last_receipt.map(whole_secs),
            packets: Some(packets),
            packets_5m: Some(packets - self.packets_5m.front().copied().unwrap_or(0)),
            disconnects: Some(0),
            last_error: None,
        }
    }
}

fn whole_secs(at: Wall) -> Wall {
    Wall::from_secs(at.0.div_euclid(1_000_000_000))
}
