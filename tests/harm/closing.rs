//! Checkpoints and the last close, with the monitor as without.

use std::time::{Duration, Instant};

use crate::common::Writer;
use crate::{Site, beside};

/// How many of the checkpoints came through, over at least `time`.
fn truncations(site: &mut Site, timeout: u32, time: Duration) -> (u32, u32) {
    let mut checkpointer = Writer::start(&site.db);
    checkpointer.order(&format!("PRAGMA busy_timeout={timeout}"));
    let end = Instant::now() + time;
    let (mut tried, mut done) = (0, 0);
    while Instant::now() < end {
        site.writer.order("INSERT INTO t VALUES(randomblob(3000))");
        site.reader.order("SELECT count(*) FROM t");
        tried += 1;
        done += u32::from(checkpointer.ask("PRAGMA wal_checkpoint(TRUNCATE)") == "0");
    }
    (tried, done)
}

#[test]
fn truncating_succeeds_as_often_with_the_monitor() {
    let mut site = Site::new();
    let time = Duration::from_secs(6);
    let alone = [0, 5000].map(|timeout| truncations(&mut site, timeout, time / 3));
    let monitor = site.watch();
    let watched = [0, 5000].map(|timeout| truncations(&mut site, timeout, time));
    println!("TRUNCATE (tried, done) with busy_timeout 0 and 5000: alone {alone:?}, watched {watched:?}");
    assert!(alone.iter().all(|(tried, done)| tried == done));
    let [(at_once, done), (patient, done_patient)] = watched;
    assert_eq!(patient, done_patient, "whoever waits as the ingestor does never fails");
    assert!(at_once == done && at_once >= 20, "{done} of {at_once}");
    // And a reader in the way is in the way, with as without.
    site.reader.order("BEGIN; SELECT count(*) FROM t");
    site.writer.order("INSERT INTO t VALUES(1)");
    assert_eq!(site.writer.ask("PRAGMA wal_checkpoint(PASSIVE)"), "0");
    let mut blocked = Writer::start(&site.db);
    blocked.order("PRAGMA busy_timeout=0");
    assert_eq!(blocked.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "1");
    drop(monitor);
    assert_eq!(blocked.ask("PRAGMA wal_checkpoint(TRUNCATE)"), "1");
}

/// Opens, writes and closes as the last one; how often something stayed behind.
fn last_closes(site: &mut Site, rounds: u32) -> u32 {
    site.writer.order("close");
    site.reader.order("close");
    let mut left = 0;
    for _ in 0..rounds {
        site.writer.order("INSERT INTO t VALUES(randomblob(3000))");
        assert!(beside(&site.db, "-shm").exists());
        site.writer.order("close");
        left += u32::from(beside(&site.db, "-wal").exists() || beside(&site.db, "-shm").exists());
    }
    left
}

#[test]
fn the_last_close_leaves_nothing_behind_with_the_monitor_as_without() {
    let mut site = Site::new();
    let rounds = 200;
    let alone = last_closes(&mut site, rounds);
    site.writer.order("INSERT INTO t VALUES(1)");
    let monitor = site.watch();
    let watched = last_closes(&mut site, rounds);
    println!("left behind by {rounds} last closes: alone {alone}, watched {watched}");
    assert_eq!((alone, watched), (0, 0));
    drop(monitor);
}
