//! Samples like those of a busy ingestor of the newest builds: seeded, and no two alike.
#![allow(dead_code, reason = "each program uses a part of it")]

use std::sync::Arc;

use corescope_top::parse::stats;
use corescope_top::sample::locks::{HeldLock, Slot};
use corescope_top::sample::{
    DbHeader, DbSample, FileStat, IoCounters, Pragmas, ProcIoRates, ProcSample, Reading, Sample, StatsFile,
    StatsSample, WalHeader, WalIndex, WriterPerf,
};
use corescope_top::units::{Bytes, Mono, Wall};

const FULL: &[u8] = include_bytes!("../fixtures/stats-full.json");
const START: i64 = 1_795_359_500_000_000_000;

/// Makes samples, one a second.
pub struct Target {
    file: StatsFile,
    seed: u64,
    second: u64,
    io: IoCounters,
    server: IoCounters,
    frames: u32,
}

impl Target {
    pub fn new(seed: u64) -> Self {
        let mut file = stats::parse(FULL).unwrap_or_default();
        file.backfills = vec![("path_json".into(), 18_220), ("content_hash".into(), 0)];
        let io = IoCounters::default();
        Self { file, seed, second: 0, io, server: io, frames: 0 }
    }

    /// A sample in which every field has a value that is written down.
    pub fn everything() -> Sample {
        let mut target = Self::new(1);
        let mut sample = Sample::clone(&target.next());
        target.io.cancelled_write_bytes = 5;
        target.io.read_bytes = 5;
        sample.ingestor = target.process(sample.mono, 4382, "corescope-ingestor", target.io);
        target.file.left_out = 1;
        target.file.watchdog_panics = Some(1);
        for (_, perf) in &mut target.file.writer_perf {
            perf.contention = Some(5);
        }
        for source in &mut target.file.sources {
            source.last_error = Some("refused".into());
        }
        sample.stats = target.stats(sample.at, sample.mono);
        sample
    }

    /// A number below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % limit.max(1)
    }

    pub fn next(&mut self) -> Arc<Sample> {
        self.second += 1;
        let messages = 10 + self.below(20);
        let mono = Mono(151_000_000_000_000 + self.second * 1_000_000_000 + self.below(90_000));
        let at = Wall(START + self.second as i64 * 1_000_000_000 + self.below(90_000) as i64);
        self.count(messages as i64);
        let (wrote, calls) =
            (80_000 * messages + self.below(400_000) / 4096 * 4096, 30 * messages + self.below(9));
        self.io.write_bytes += wrote;
        self.io.wchar += wrote + self.below(4000);
        self.io.syscw += calls;
        self.io.syscr += calls / 5;
        self.io.rchar += 9000 * messages + self.below(4000);
        self.io.read_bytes += 4096 * u64::from(self.below(10) == 0);
        self.server.rchar += 100_000 + self.below(90_000);
        self.server.syscr += 40 + self.below(9);
        let ingestor = self.process(mono, 4382, "corescope-ingestor", self.io);
        let server = self.process(mono, 4391, "corescope-server", self.server);
        let (stats, db) = (self.stats(at, mono), self.db(mono, messages as u32));
        Arc::new(Sample { at, mono, interval: 1.0, ingestor, server, stats, watch: Reading::Good(()), db })
    }

    fn count(&mut self, messages: i64) {
        for (name, total) in &mut self.file.counters {
            *total += match &**name {
                "tx_inserted" | "tx_dupes" => messages / 2,
                "obs_inserted" | "walCommits" => messages,
                "node_upserts" => messages / 5,
                "observer_upserts" => messages + 1,
                _ => 0,
            };
        }
        let jitter = |value: u64| value as f64 / 1e6;
        let times =
            [self.below(900), self.below(3000), self.below(4_000_000), self.below(90_000_000)].map(jitter);
        if let Some((_, perf)) = self.file.writer_perf.first_mut() {
            let count = perf.count.map(|count| count + messages);
            *perf = WriterPerf {
                count,
                wait_p95: Some(times[0]),
                wait_max: Some(times[1]),
                hold_p95: Some(times[2]),
                hold_max: Some(times[3]),
                ..*perf
            };
        }
        let rates = [self.below(1 << 31), self.below(1 << 31), self.below(1 << 31)]
            .map(|value| value as f64 / 1234.567);
        self.file.proc_io = Some(ProcIoRates {
            read: Some(0.0),
            write: Some(rates[0]),
            cancelled: Some(0.0),
            syscr: Some(rates[1]),
            syscw: Some(rates[2]),
        });
    }

    fn process(&mut self, mono: Mono, pid: u32, name: &str, io: IoCounters) -> Reading<ProcSample> {
        let mono = Mono(mono.0 + 20_000 + self.below(60_000));
        let uptime = (mono.secs() * 1e3).round() / 1e3 - 150_871.0;
        Reading::Good(ProcSample {
            mono,
            pid,
            start: 15_087_113,
            uptime,
            name: name.into(),
            io: Reading::Good(io),
        })
    }

    fn stats(&mut self, at: Wall, mono: Mono) -> Reading<StatsSample> {
        let mtime = Wall(at.0 - 300_000_000 + self.below(400_000_000) as i64);
        let second = Wall::from_secs(at.0 / 1_000_000_000);
        self.file.sampled_at = Some(second);
        for (_, alive) in &mut self.file.liveness {
            (alive.last_receipt, alive.last_message) = (Some(second), Some(second));
        }
        for source in &mut self.file.sources {
            source.last_packet = Some(second);
            source.packets = source.packets.map(|packets| packets + 17);
            source.packets_5m = Some(5400 + (second.0 / 7_000_000_000) % 100);
        }
        let mono = Mono(mono.0 - 200_000 + self.below(90_000));
        let ino = 10_019_000 + self.below(900);
        Reading::Good(StatsSample { mono, mtime, ino, file: Arc::new(self.file.clone()) })
    }

    fn db(&mut self, mono: Mono, messages: u32) -> Reading<DbSample> {
        self.frames = if self.frames > 1000 { 0 } else { self.frames + messages * 4 };
        let stat = |size, ino| Reading::Good(FileStat { size: Bytes(size), dev: 65_024, ino });
        let salt = 0x3f1c_22d0 + (self.second / 20) as u32 * 0x0101_0101;
        let lock = |slot, pid: u32, name: &str| HeldLock {
            slot,
            exclusive: false,
            pid: Some(pid),
            name: Some(name.into()),
        };
        let mut locks = vec![
            lock(Slot::Shared, 4382, "corescope-ingestor"),
            lock(Slot::Open, 4382, "corescope-ingestor"),
            lock(Slot::Shared, 4391, "corescope-server"),
            lock(Slot::Open, 4391, "corescope-server"),
        ];
        if self.below(3) == 0 {
            locks.push(HeldLock { exclusive: true, ..lock(Slot::Write, 4382, "corescope-ingestor") });
        }
        if self.below(4) == 0 {
            locks.push(lock(Slot::Read(1 + self.below(3) as u8), 4391, "corescope-server"));
        }
        Reading::Good(DbSample {
            mono: Mono(mono.0 - 100_000 + self.below(60_000)),
            db: stat(5 << 30, 10_019_970),
            wal: stat(4_185_952, 10_019_978),
            shm: stat(32_768, 10_019_980),
            header: Reading::Good(DbHeader {
                page_size: 4096,
                wal_mode: true,
                page_count: 1_310_720,
                freelist_count: 3,
            }),
            wal_index: Reading::Good(WalIndex {
                change: self.second as u32 * 57,
                page_size: 4096,
                mx_frame: self.frames,
                page_count: 1_310_720 + self.second as u32 / 3,
                salts: [salt, salt.wrapping_mul(77)],
                checkpointed: self.frames / 2,
                read_marks: [Some(0), Some(self.frames.saturating_sub(3)), Some(213), None, None],
            }),
            wal_header: Reading::Good(WalHeader {
                page_size: 4096,
                checkpoint_sequence: (self.second / 20) as u32,
                salts: [salt, salt.wrapping_mul(77)],
            }),
            pragmas: Reading::Good(Pragmas {
                mono: Mono(mono.0 / 5_000_000_000 * 5_000_000_000),
                page_count: 1_310_720 + self.second as i64 / 3,
                page_size: 4096,
                freelist_count: 3,
                cache_size: -2000,
                journal_mode: "wal".to_owned(),
            }),
            locks: Reading::Good(locks),
            free: Reading::Good(Bytes((50 << 30) - self.io.write_bytes / 100 / 4096 * 4096)),
        })
    }
}
