//! A site of a few numbers.

use std::sync::Arc;

use super::holds;
use crate::model::Model;
use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::model::verdict::VerdictId;
use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{
    DbHeader, DbSample, Fault, FaultKind, FileStat, IoCounters, Liveness, MqttSource, ProcSample, Reading,
    Sample, StatsFile, StatsSample, WalIndex, WriterPerf,
};
use crate::units::{Bytes, Mono, Wall};

const SECOND: u64 = 1_000_000_000;
const EPOCH: i64 = 1_795_000_000;

/// A site, second by second. What is set holds until it is set again; rates are per second.
pub(super) struct Site {
    pub(super) model: Model,
    pub(super) now: u64,
    pub(super) pid: Option<u32>,
    pub(super) started: u64,
    pub(super) write: u64,
    pub(super) tx: i64,
    pub(super) backfill: i64,
    pub(super) name: &'static str,
    pub(super) errors: i64,
    pub(super) drops: i64,
    pub(super) packets: i64,
    pub(super) publishes: bool,
    pub(super) wait_ms: f64,
    pub(super) free: u64,
    pub(super) free_falls: u64,
    pub(super) locks: Vec<HeldLock>,
    pub(super) index: WalIndex,
    pub(super) wal: u64,
    pub(super) io: IoCounters,
    pub(super) totals: [i64; 5],
    pub(super) received: i64,
    pub(super) stats: Option<StatsSample>,
    pub(super) wrote: u64,
}

impl Site {
    /// Five transactions a second, learned for `learned` seconds.
    pub(super) fn new(learned: u64) -> Self {
        let mut site = Self {
            model: Model::new(Limits::default()),
            now: 100_000,
            pid: Some(7),
            started: 10_000,
            write: 450_000,
            tx: 5,
            backfill: 0,
            name: "path_json",
            errors: 0,
            drops: 0,
            packets: 20,
            publishes: true,
            wait_ms: 1.0,
            free: 50 << 30,
            free_falls: 0,
            locks: Vec::new(),
            index: WalIndex { page_size: 4096, page_count: 500_000, ..WalIndex::default() },
            wal: 4 << 20,
            io: IoCounters::default(),
            totals: [1_000_000, 5_000_000, 900, 0, 0],
            received: 0,
            stats: None,
            wrote: 100_000,
        };
        site.run(learned);
        site
    }

    pub(super) fn run(&mut self, secs: u64) -> Snapshot {
        let mut last = None;
        for _ in 0..secs.max(1) {
            last = Some(self.step());
        }
        last.unwrap()
    }

    /// Seconds until the first verdict of this id, at most `within`.
    pub(super) fn until(&mut self, id: VerdictId, within: u64) -> Option<u64> {
        (1..=within).find(|_| holds(&self.step(), id))
    }

    /// Seconds until it is over.
    pub(super) fn until_over(&mut self, id: VerdictId, within: u64) -> Option<u64> {
        (1..=within).find(|_| !holds(&self.step(), id))
    }

    pub(super) fn step(&mut self) -> Snapshot {
        self.now += 1;
        self.io.write_bytes += self.write;
        self.io.syscw += 100;
        let rows = if self.locks.iter().any(|lock| lock.slot == Slot::Write) { 0 } else { self.tx };
        let more = [rows, 4 * rows, self.backfill, self.errors, self.drops];
        self.totals.iter_mut().zip(more).for_each(|(total, more)| *total += more);
        self.received += self.packets;
        self.free -= self.free_falls;
        if rows > 0 {
            self.wrote = self.now;
            self.index.change += 1;
        }
        if self.publishes && self.pid.is_some() {
            self.stats = Some(self.publish());
        }
        let sample = self.sample();
        self.model.push(&sample)
    }

    pub(super) fn publish(&self) -> StatsSample {
        let names = ["tx_inserted", "obs_inserted", self.name, "write_errors", "sig_drops"];
        let count = |at: usize| (Arc::from(names[at]), self.totals[at]);
        let perf = WriterPerf {
            wait_p95: Some(self.wait_ms),
            hold_p95: Some(self.wait_ms),
            ..WriterPerf::default()
        };
        let wall = |secs: u64| Wall::from_secs(EPOCH + secs as i64);
        let source = MqttSource { name: "eu".into(), packets: Some(self.received), ..MqttSource::default() };
        let liveness = Liveness { last_receipt: Some(wall(self.now)), last_message: Some(wall(self.wrote)) };
        let file = StatsFile {
            sampled_at: Some(wall(self.now)),
            counters: [0, 1, 3, 4].map(count).into(),
            backfills: vec![count(2)],
            writer_perf: vec![("mqtt_handler".into(), perf)],
            sources: vec![source],
            liveness: vec![("eu".into(), liveness)],
            ..StatsFile::default()
        };
        StatsSample {
            mono: Mono(self.now * SECOND),
            mtime: wall(self.now),
            ino: self.now,
            file: Arc::new(file),
        }
    }

    pub(super) fn sample(&self) -> Sample {
        let mono = Mono(self.now * SECOND);
        let gone = || Fault::new(FaultKind::Gone, "gone");
        let ingestor = self.pid.map(|pid| ProcSample {
            mono,
            pid,
            start: self.started,
            uptime: (self.now - self.started) as f64,
            name: "corescope-ingestor".into(),
            io: Reading::Good(self.io),
        });
        let stat = |size| Reading::Good(FileStat { size: Bytes(size), dev: 1, ino: 2 });
        let header = DbHeader { page_size: 4096, wal_mode: true, page_count: 500_000, freelist_count: 0 };
        let db = DbSample {
            mono,
            db: stat(2 << 30),
            wal: stat(self.wal),
            shm: stat(32_768),
            header: Reading::Good(header),
            wal_index: Reading::Good(self.index),
            locks: Reading::Good(self.locks.clone()),
            free: Reading::Good(Bytes(self.free)),
            ..DbSample::default()
        };
        Sample {
            at: Wall::from_secs(EPOCH + self.now as i64),
            mono,
            interval: 1.0,
            ingestor: ingestor.ok_or_else(gone).into(),
            stats: self.stats.clone().ok_or_else(gone).into(),
            db: Reading::Good(db),
            ..Sample::default()
        }
    }

    pub(super) fn restart(&mut self, pid: u32) {
        (self.pid, self.started) = (Some(pid), self.now);
        (self.io, self.totals) = (IoCounters::default(), [0; 5]);
    }
}
