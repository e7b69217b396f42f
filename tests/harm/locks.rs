//! How often `/proc/locks` names the monitor, and for how long.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::{Site, beside, wait_for};

const SAMPLES: usize = 1000;

/// Watches for the locks of one process on one database.
struct Watch {
    table: File,
    pid: String,
    inodes: Vec<String>,
    text: String,
}

impl Watch {
    fn new(pid: u32, db: &Path) -> Self {
        let inode = |suffix| format!(":{} ", std::fs::metadata(beside(db, suffix)).unwrap().ino());
        Self {
            table: File::open("/proc/locks").unwrap(),
            pid: format!(" {pid} "),
            inodes: ["", "-wal", "-shm"].map(inode).to_vec(),
            text: String::new(),
        }
    }

    fn names_it(&mut self) -> bool {
        self.text.clear();
        self.table.rewind().unwrap();
        self.table.read_to_string(&mut self.text).unwrap();
        let ours = |line: &str| line.contains(&self.pid) && self.inodes.iter().any(|ino| line.contains(ino));
        self.text.lines().any(ours)
    }

    /// Samples that name it, and the longest run of these.
    fn count(&mut self, samples: usize, mut between: impl FnMut()) -> (usize, usize) {
        let (mut all, mut run, mut longest) = (0, 0, 0);
        for _ in 0..samples {
            run = if self.names_it() { run + 1 } else { 0 };
            all += usize::from(run > 0);
            longest = longest.max(run);
            between();
        }
        (all, longest)
    }
}

/// It takes no lock at all.
#[test]
fn the_monitor_is_never_named() {
    let mut site = Site::new();
    let monitor = site.watch();
    let mut watch = Watch::new(monitor.pid(), &site.db);
    let Site { writer, reader, .. } = &mut site;
    let (named, longest) = watch.count(SAMPLES, || {
        writer.order("INSERT INTO t VALUES(randomblob(300))");
        reader.order("SELECT count(*) FROM t");
        std::thread::sleep(Duration::from_millis(9));
    });
    println!("named in {named} of {SAMPLES} samples, at most {longest} in a row");
    assert_eq!((named, longest), (0, 0));
}

#[test]
fn where_nothing_is_committed_it_is_never_named() {
    let mut site = Site::new();
    site.writer.order("PRAGMA auto_vacuum; INSERT INTO t VALUES(zeroblob(90000)), (zeroblob(90000))");
    let mut monitor = site.watch();
    let mut frees = |what: &str| {
        let before = site.writer.ask("PRAGMA freelist_count");
        site.writer.order(what);
        let after: u64 = site.writer.ask("PRAGMA freelist_count").parse().unwrap();
        assert_ne!(before, after.to_string());
        wait_for(&mut monitor, |sqlite| sqlite["freelistCount"] == after);
    };
    frees("DELETE FROM t WHERE rowid = 2");
    frees("DELETE FROM t WHERE rowid = 3");
    let mut watch = Watch::new(monitor.pid(), &site.db);
    let idle = Instant::now();
    let (named, _) = watch.count(SAMPLES, || std::thread::sleep(Duration::from_millis(5)));
    println!("idle for {:.1} s: named in {named} of {SAMPLES} samples", idle.elapsed().as_secs_f64());
    assert_eq!(named, 0);
    // It has gone on sampling, and sees the next commit.
    wait_for(&mut monitor, |sqlite| sqlite["wal"]["liveFrames"].is_u64());
}
