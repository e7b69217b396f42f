//! Samples of an ingestor of the newest builds.

use std::fmt::Write as _;
use std::sync::Arc;

use corescope_top::sample::{
    DbHeader, DbSample, FileStat, IoCounters, ProcSample, Reading, Sample, StatsFile, StatsSample, WalIndex,
};
use corescope_top::units::{Bytes, Mono, Wall};

const FULL: &[u8] = include_bytes!("../fixtures/stats-full.json");
pub const START: i64 = 1_795_359_500;

/// The newest builds' stats file with `count` backfills.
pub fn stats_json(count: usize) -> Vec<u8> {
    let mut names = String::new();
    for index in 0..count {
        let _ = write!(names, "{}\"job_{index}\":{index}", if index > 0 { "," } else { "" });
    }
    String::from_utf8_lossy(FULL)
        .replace("\"backfillUpdates\":{}", &format!("\"backfillUpdates\":{{{names}}}"))
        .into_bytes()
}

/// Sample number `second` of an ingestor with `sources` backfills.
pub fn sample(second: u64, file: &StatsFile) -> Sample {
    let mono = Mono(second * 1_000_000_000);
    let at = Wall::from_secs(START + second as i64);
    let mut file = file.clone();
    file.sampled_at = Some(at);
    for (_, total) in file.counters.iter_mut().chain(&mut file.backfills) {
        *total += second as i64 * 5;
    }
    let io = IoCounters {
        write_bytes: second * 2_000_000 + second % 7 * 100_000,
        rchar: second * 900_000,
        syscw: second * 600,
        ..IoCounters::default()
    };
    let process = ProcSample {
        mono,
        pid: 4382,
        start: 1,
        uptime: second as f64,
        name: "corescope-ingestor".into(),
        io: Reading::Good(io),
    };
    let file_of = |size| Reading::Good(FileStat { size: Bytes(size), dev: 1, ino: 1 });
    let index = WalIndex {
        change: second as u32,
        page_size: 4096,
        mx_frame: second as u32 % 1000,
        page_count: 900,
        salts: [1, second as u32 / 1000],
        checkpointed: 0,
        read_marks: [Some(0), Some(213), None, None, None],
    };
    Sample {
        at,
        mono,
        interval: 1.0,
        ingestor: Reading::Good(process.clone()),
        server: Reading::Good(ProcSample { pid: 4391, name: "corescope-server".into(), ..process }),
        stats: Reading::Good(StatsSample { mono, mtime: at, ino: second, file: Arc::new(file) }),
        watch: Reading::Good(()),
        db: Reading::Good(DbSample {
            mono,
            db: file_of(5 << 30),
            wal: file_of(4 << 20),
            shm: file_of(32 << 10),
            header: Reading::Good(DbHeader {
                page_size: 4096,
                wal_mode: true,
                page_count: 900,
                freelist_count: 3,
            }),
            wal_index: Reading::Good(index),
            locks: Reading::Good(Vec::new()),
            free: Reading::Good(Bytes(50 << 30)),
            ..DbSample::default()
        }),
    }
}
