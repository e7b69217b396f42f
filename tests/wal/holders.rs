//! Readers: where they sit, who pins, and when that is over.

use crate::common::Writer;
use crate::monitor::Monitor;
use crate::{INSERT, READ, database, held, pinned_by, rows};

#[test]
fn several_readers_on_several_marks_and_the_lowest_pins() {
    let (_folder, db, mut writer) = database();
    let mut readers: Vec<Writer> = (0..3).map(|_| Writer::start(&db)).collect();
    for reader in &mut readers {
        writer.order(INSERT);
        reader.order(READ);
    }
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    let wal = monitor.until("three holders", |wal| rows(wal).len() == 3 && pinned_by(wal, readers[0].pid()));
    let rows = rows(&wal);
    let pids: Vec<u64> = readers.iter().map(|reader| reader.pid().into()).collect();
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), pids, "the lowest mark first");
    assert!(rows.is_sorted_by_key(|row| row.2) && rows[0].2 < rows[1].2 && rows[1].2 < rows[2].2);
    let behind: Vec<u64> =
        wal["holders"].as_array().unwrap().iter().map(|row| row["framesBehind"].as_u64().unwrap()).collect();
    let live = wal["liveFrames"].as_u64().unwrap();
    assert_eq!(behind, rows.iter().map(|row| live - row.2).collect::<Vec<_>>());
    // When the lowest goes, the next one pins.
    readers.remove(0).kill();
    assert!(pinned_by(&monitor.second(), readers[0].pid()));
}

#[test]
fn two_processes_on_one_slot_are_two_rows() {
    let (_folder, db, mut writer) = database();
    let (mut one, mut two) = (Writer::start(&db), Writer::start(&db));
    one.order(READ);
    two.order(READ);
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    let wal = monitor.until("two holders", |wal| rows(wal).len() == 2);
    let rows = rows(&wal);
    assert_eq!((rows[0].1, rows[0].2), (rows[1].1, rows[1].2), "one slot, one mark");
    let mut pids = [rows[0].0, rows[1].0];
    pids.sort_unstable();
    let mut expected = [u64::from(one.pid()), u64::from(two.pid())];
    expected.sort_unstable();
    assert_eq!(pids, expected);
}

#[test]
fn a_reader_on_the_database_alone_pins_whatever_is_written_next() {
    let (_folder, db, mut writer) = database();
    writer.order("PRAGMA wal_checkpoint(TRUNCATE)");
    let mut reader = Writer::start(&db);
    reader.order(READ);
    let mut monitor = Monitor::start(&db);
    let wal = monitor.until("a holder in slot 0", |wal| rows(wal) == [(reader.pid().into(), 0, 0)]);
    assert_eq!(wal["diagnosis"], "fine", "nothing is pending");
    writer.order(INSERT);
    let wal = monitor.second();
    assert!(pinned_by(&wal, reader.pid()), "{wal:#}");
    assert_eq!(writer.ask("PRAGMA wal_checkpoint(PASSIVE)"), "0");
    assert_eq!(monitor.second()["checkpointedFrames"], 0, "and so it is");
}

#[test]
fn a_killed_reader_lets_go_within_two_samples() {
    let (_folder, db, mut writer) = database();
    let mut reader = Writer::start(&db);
    reader.order(READ);
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    monitor.until("the pin", |wal| pinned_by(wal, reader.pid()));
    reader.kill();
    let wal = monitor.second();
    assert_eq!((rows(&wal), wal["diagnosis"].as_str()), (vec![], Some("fine")));
}

#[test]
fn a_reader_that_moves_on_starts_anew() {
    let (_folder, db, mut writer) = database();
    let mut reader = Writer::start(&db);
    reader.order(READ);
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    let before = monitor.until("a second of pinning", |wal| pinned_by(wal, reader.pid()) && held(wal) > 1.0);
    reader.order("COMMIT");
    reader.order(READ);
    writer.order(INSERT);
    let wal = monitor.until("the pin", |wal| pinned_by(wal, reader.pid()) && rows(wal) != rows(&before));
    assert!(rows(&wal)[0].2 > rows(&before)[0].2);
    assert!(held(&wal) < held(&before), "{wal:#}");
}

#[test]
fn a_writer_that_does_not_commit_is_named_and_one_that_does_is_not() {
    let (_folder, db, mut writer) = database();
    let mut monitor = Monitor::start(&db);
    writer.order("BEGIN IMMEDIATE; INSERT INTO t VALUES(2)");
    let wal = monitor.until("the writer", |wal| wal["diagnosis"] == "writer_held");
    assert_eq!(wal["writer"]["pid"], writer.pid());
    assert!(wal["writer"]["heldSeconds"].as_f64().unwrap() >= 3.0);
    assert!(wal["longestWriterRun"]["samples"].as_u64().unwrap() >= 30);
    assert!(wal["writeLockShare"].as_f64().unwrap() > 0.4);
    writer.order("COMMIT; BEGIN IMMEDIATE");
    let wal = monitor.second();
    assert!(wal["writer"]["heldSeconds"].as_f64().unwrap() < 2.0, "it was let go in between: {wal:#}");
    writer.order("COMMIT");
    assert!(monitor.second()["writer"].is_null());
}
