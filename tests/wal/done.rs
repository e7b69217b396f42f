//! The whole story with three processes: a writer, one that checkpoints, and a reader that pins.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::common::Writer;
use crate::monitor::Monitor;
use crate::{INSERT, READ, database, held, pinned_by, rows};

#[test]
fn the_reader_is_named_in_two_samples_and_let_go_in_two_and_the_file_stays_big() {
    let (_folder, db, mut writer) = database();
    let mut reader = Writer::start(&db);
    let mut checkpointer = Writer::start(&db);
    let over = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&over);
    let writing = thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            writer.order(INSERT);
            thread::sleep(Duration::from_millis(2));
        }
        writer
    });
    let mut monitor = Monitor::start(&db);
    assert_eq!(monitor.second()["diagnosis"], "fine");

    reader.order(READ);
    let first = monitor.fresh();
    let second = monitor.fresh();
    // The first may have been under way while the reader began.
    let named = if pinned_by(&second, reader.pid()) { second } else { monitor.fresh() };
    assert!(pinned_by(&named, reader.pid()), "{first:#} {named:#}");
    let mark = named["holders"][0]["mark"].as_u64().unwrap();
    let mut last = held(&named);
    let mut samples = 0;
    // More than twice the log that checkpoints leave in ordinary times.
    while samples < 50 || checkpointer.ask("SELECT count(*) FROM t").parse::<u64>().unwrap() < 1500 {
        checkpointer.order("PRAGMA wal_checkpoint(PASSIVE)");
        let wal = monitor.fresh();
        assert!(pinned_by(&wal, reader.pid()), "{wal:#}");
        assert!(held(&wal) > last, "{last} {wal:#}");
        assert!(wal["text"].as_str().unwrap().contains(&format!("pinned at frame {mark} by ")), "{wal:#}");
        last = held(&wal);
        samples += 1;
        assert!(samples < 600, "the writer is too slow");
    }
    let pid = u64::from(reader.pid());
    reader.kill();
    let wal = monitor.second();
    assert!(wal["diagnosis"] != "pinned" && rows(&wal).iter().all(|row| row.0 != pid), "{wal:#}");
    checkpointer.order("PRAGMA wal_checkpoint(PASSIVE)");
    let wal = monitor.until("the high-water mark", |wal| wal["diagnosis"] == "high_water");
    assert!(wal["pendingBytes"].as_u64() < wal["fileSize"].as_u64().map(|size| size / 4));
    over.store(true, Ordering::Relaxed);
    let mut writer = writing.join().unwrap();
    assert_eq!(monitor.second()["diagnosis"], "high_water", "it stays so when nobody writes");
    assert_eq!(writer.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "0");
    let wal = monitor.second();
    assert_eq!((wal["diagnosis"].as_str(), wal["fileSize"].as_u64()), (Some("fine"), Some(0)));
}
