//! What a sample costs. Not part of a normal run: `cargo test --release --test source_cost -- --ignored
//! --nocapture` prints the figures.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "source_common/common.rs"]
mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use common::Writer;
use corescope_top::source::clock::Clock;
use corescope_top::source::db_files::DbReader;
use corescope_top::source::sampler::{Sampler, SourceConfig, SourceEvent};
use rustix::time::{ClockId, clock_gettime};

#[test]
fn writer() {
    common::serve();
}

fn switches() -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let status = std::fs::read_to_string(task.path().join("status")).unwrap_or_default();
        let field =
            |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default().trim();
        let count = field("voluntary_ctxt_switches:").parse().unwrap_or(0);
        all.insert(format!("{} {}", field("Name:"), task.file_name().display()), count);
    }
    all
}

fn cpu_of_threads() -> BTreeMap<String, f64> {
    let mut all = BTreeMap::new();
    for task in std::fs::read_dir("/proc/self/task").unwrap().flatten() {
        let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
        let nanos: f64 = read("schedstat").split(' ').next().unwrap().parse().unwrap_or(0.0);
        all.insert(format!("{} {}", read("comm").trim(), task.file_name().display()), nanos / 1e6);
    }
    all
}

fn cpu_ms() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

#[test]
#[ignore = "20 s of measuring"]
fn cost_of_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let (db, stats) = (folder.path().join("m.db"), folder.path().join("stats.json"));
    let mut writer = Writer::start(&db);
    writer
        .order("PRAGMA journal_mode=WAL; CREATE TABLE t(x); CREATE TABLE u(a,b,c); INSERT INTO t VALUES(1)");
    let pid = writer.pid();
    // A shell publishes, so that its wake-ups are not counted here.
    let script = format!(
        "while sleep 1; do cat {f} > {s}.tmp && mv {s}.tmp {s}; done",
        f = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stats-full.json"),
        s = stats.display()
    );
    let mut shell = std::process::Command::new("sh").args(["-c", &script]).spawn().unwrap();
    let samples = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&samples);
    let quiet = Arc::new(AtomicBool::new(std::env::var_os("QUIET").is_some()));
    let config = SourceConfig {
        proc_root: Path::new("/proc").to_owned(),
        ingestor: Some(pid),
        server: Some(std::process::id()),
        stats,
        db: Some(db),
        interval: 1.0,
    };
    let handle = Sampler::spawn(config, Clock::real(), move |event| {
        if let SourceEvent::Sample(sample) = event
            && seen.fetch_add(1, Ordering::Relaxed) == 4
        {
            println!("{:?}", sample.db);
        }
        true
    })
    .unwrap();
    std::thread::sleep(Duration::from_millis(2500));
    let threads = cpu_of_threads();
    let (before, cpu, count) = (switches(), cpu_ms(), samples.load(Ordering::Relaxed));
    for _ in 0..20 {
        std::thread::sleep(Duration::from_secs(1));
        if !quiet.load(Ordering::Relaxed) {
            writer.order("INSERT INTO t VALUES(2)");
        }
    }
    for (name, ms) in cpu_of_threads() {
        println!("{:.3} ms/s {name}", (ms - threads.get(&name).copied().unwrap_or(0.0)) / 20.0);
    }
    let (after, spent) = (switches(), cpu_ms() - cpu);
    println!("samples {} cpu {:.3} ms/s", samples.load(Ordering::Relaxed) - count, spent / 20.0);
    for (name, count) in after {
        println!("{:.2}/s {name}", (count - before.get(&name).copied().unwrap_or(0)) as f64 / 20.0);
    }
    handle.stop();
    shell.kill().unwrap();
    shell.wait().unwrap();
}

#[test]
#[ignore = "a measurement"]
fn cost_of_a_parse() {
    let bytes = include_bytes!("fixtures/stats-full.json");
    for _ in 0..3 {
        let start = std::time::Instant::now();
        for _ in 0..2000 {
            std::hint::black_box(corescope_top::parse::stats::parse(std::hint::black_box(bytes)).unwrap());
        }
        println!("parse of the full stats file: {:?}", start.elapsed() / 2000);
    }
    let start = std::time::Instant::now();
    for _ in 0..20000 {
        std::hint::black_box(corescope_top::parse::text::name(std::hint::black_box("observer_upserts")));
    }
    println!("text::name: {:?}", start.elapsed() / 20000);
}

#[test]
#[ignore = "a measurement"]
fn cost_of_free_pages() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x)");
    writer.order("INSERT INTO t VALUES(1)");
    let mut reader = DbReader::new(&db, Path::new("/proc"));
    for frames in ["a short log", "a log of 50,000 frames"] {
        for committed in [false, true] {
            let mut times: Vec<Duration> = (0..1000)
                .map(|_| {
                    if committed {
                        writer.order("INSERT INTO t VALUES(1)");
                    }
                    let start = std::time::Instant::now();
                    assert!(reader.read(&Clock::real()).good().unwrap().pragmas.good().is_some());
                    start.elapsed()
                })
                .collect();
            times.sort();
            println!("{frames}, after a commit {committed}: p50 {:?} p99 {:?}", times[500], times[990]);
        }
        writer.order("INSERT INTO t SELECT zeroblob(200000000)");
    }
    let start = std::time::Instant::now();
    let mut fresh = DbReader::new(&db, Path::new("/proc"));
    assert!(fresh.read(&Clock::real()).good().unwrap().pragmas.good().is_some());
    println!("the first look at it: {:?}", start.elapsed());
}

/// CPU time of one look at a database in milliseconds, SQLite not asked; mean of many.
fn look_ms(db: &Path, proc_root: &Path) -> f64 {
    let clock = Clock::manual(corescope_top::units::Wall(0), corescope_top::units::Mono(1));
    let mut reader = DbReader::new(db, proc_root);
    let sample = reader.read(&clock);
    assert!(sample.good().unwrap().locks.good().is_some());
    let before = cpu_ms();
    for _ in 0..200 {
        std::hint::black_box(reader.read(&clock));
    }
    (cpu_ms() - before) / 200.0
}

#[test]
#[ignore = "a measurement"]
fn cost_of_a_look() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    let proc = Path::new("/proc");
    println!("a look at a log of 8 KB: {:.4} ms", look_ms(&db, proc));
    // No data, but a size that anything which goes through the file would have to face.
    for suffix in ["-wal", ""] {
        let path = format!("{}{suffix}", db.display());
        std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(10 << 30).unwrap();
        println!("and with 10 GB of m.db{suffix}: {:.4} ms", look_ms(&db, proc));
    }
    let fake = tempfile::tempdir().unwrap();
    let mut table = std::fs::read_to_string("/proc/locks").unwrap();
    for n in 0..10_000 {
        writeln!(table, "{n}: POSIX  ADVISORY  READ {n} fe:00:{} 124 124", 90_000_000 + n).unwrap();
    }
    std::fs::write(fake.path().join("locks"), table).unwrap();
    println!("and with 10,000 lines of locks: {:.4} ms", look_ms(&db, fake.path()));
}
