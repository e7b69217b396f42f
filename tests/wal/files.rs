//! What becomes of the files under the monitor: restarts, another database, garbage.

use std::fs;
use std::path::Path;

use crate::common::Writer;
use crate::monitor::Monitor;
use crate::{INSERT, READ, SCHEMA, database, pinned_by, rows};

fn restarts(wal: &serde_json::Value) -> u64 {
    wal["restartsLastHour"].as_u64().unwrap()
}

#[test]
fn restarts_between_two_samples_are_all_counted_whoever_makes_them() {
    let (_folder, db, mut writer) = database();
    let mut other = Writer::start(&db);
    let mut monitor = Monitor::start(&db);
    assert_eq!(restarts(&monitor.second()), 0);
    // Faster than anybody samples.
    for _ in 0..7 {
        writer.order("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES(1)");
    }
    let wal = monitor.second();
    assert_eq!(restarts(&wal), 7);
    assert!(wal["lastRestartSecondsAgo"].as_f64().unwrap() < 20.0);
    // Each connection has a checkpoint sequence of its own; the log's salts know of both.
    for _ in 0..3 {
        other.order("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES(1)");
        writer.order("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES(1)");
    }
    assert_eq!(restarts(&monitor.second()), 13);
}

#[test]
fn a_log_cut_by_one_and_begun_by_another_has_restarted_once() {
    let (_folder, db, mut writer) = database();
    let mut other = Writer::start(&db);
    let mut monitor = Monitor::start(&db);
    writer.order("PRAGMA wal_checkpoint(TRUNCATE)");
    let wal = monitor.second();
    assert_eq!((restarts(&wal), wal["liveFrames"].as_u64(), wal["fileSize"].as_u64()), (1, Some(0), Some(0)));
    // Its connection has never restarted the log, so it makes new random salts.
    other.order(INSERT);
    let wal = monitor.until("frames", |wal| wal["liveFrames"].as_u64() > Some(0));
    assert_eq!(restarts(&wal), 1);
}

#[test]
fn a_replaced_database_starts_anew() {
    let (folder, db, mut writer) = database();
    let mut reader = Writer::start(&db);
    reader.order(READ);
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    monitor.until("the pin", |wal| pinned_by(wal, reader.pid()));
    for suffix in ["", "-wal", "-shm"] {
        let file = format!("{}{suffix}", db.display());
        fs::rename(&file, folder.path().join(format!("old.db{suffix}"))).unwrap();
    }
    let mut fresh = Writer::start(&db);
    fresh.order(SCHEMA);
    let wal = monitor.second();
    assert_eq!((rows(&wal), wal["diagnosis"].as_str(), restarts(&wal)), (vec![], Some("fine"), 0));
    assert_eq!(wal["openBy"][0]["pid"], fresh.pid());
    assert!(wal["watchedSeconds"].as_f64().unwrap() < 20.0);
    // The old one goes on under its new name, and is not mistaken for this one.
    let mut second = Writer::start(&db);
    second.order(READ);
    fresh.order(INSERT);
    assert_eq!(rows(&monitor.until("the new pin", |wal| pinned_by(wal, second.pid()))).len(), 1);
}

#[test]
fn a_database_without_a_log_or_without_anybody_is_no_error() {
    let (folder, db, mut writer) = database();
    let mut monitor = Monitor::start(&db);
    writer.order("close");
    assert_eq!(monitor.second()["diagnosis"], "closed");
    writer.order("PRAGMA journal_mode=DELETE");
    let wal = monitor.second();
    assert_eq!((wal["diagnosis"].as_str(), &wal["remedy"]), (Some("not_wal"), &serde_json::Value::Null));
    writer.order("PRAGMA journal_mode=WAL; INSERT INTO t VALUES(2)");
    assert_eq!(monitor.second()["diagnosis"], "fine");
    drop(folder);
}

#[test]
fn a_bent_or_truncated_index_is_told_and_mended_by_the_next_writer() {
    let (_folder, db, writer) = database();
    writer.kill();
    let shm = format!("{}-shm", db.display());
    let shm = Path::new(&shm);
    let whole = fs::read(shm).unwrap();
    let mut monitor = Monitor::start(&db);
    let garbage: Vec<u8> = (0..whole.len()).map(|n| (n % 48 * 7) as u8 | 1).collect();
    for (content, reason) in [
        (&garbage[..], "unknown version"),
        (&whole[..100], "shorter than its header"),
        (&[][..], "shorter than its header"),
        (&[0; 4096], "not initialised"),
    ] {
        fs::write(shm, content).unwrap();
        let wal = monitor.second();
        assert_eq!(wal["diagnosis"], "cant_tell");
        let text = wal["text"].as_str().unwrap();
        assert!(text.contains(reason), "{text}");
        assert!(wal["liveFrames"].is_null() && wal["pendingBytes"].is_null());
    }
    fs::write(shm, garbage).unwrap();
    let mut second = Writer::start(&db);
    second.order(INSERT);
    let wal = monitor.second();
    assert_eq!(wal["diagnosis"], "fine");
    assert!(wal["liveFrames"].as_u64() > Some(2), "SQLite has rebuilt it from the log");
}
