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

/// One question takes a fraction of a millisecond and comes at most every 5 s: of 1,000 samples over
/// 10 s or more one in a hundred would be a hundred times that. (Of a monitor that kept a connection
/// open it would be every one.) The margin is for a machine that stops it in the middle.
#[test]
fn the_monitor_is_hardly_ever_named() {
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
    assert!(named <= SAMPLES / 100 && longest <= 5, "{named} of {SAMPLES}, {longest} in a row");
}

#[test]
fn where_nothing_is_committed_it_is_never_named() {
    let mut site = Site::new();
    site.writer.order("PRAGMA auto_vacuum; INSERT INTO t VALUES(zeroblob(90000)), (zeroblob(90000))");
    let mut monitor = site.watch();
    // Seen from SQLite's answer: it has just been asked, so the next question is seconds away and will
    // come after what is committed now.
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

/// `cargo test --release --test harm -- --ignored --nocapture` prints the time of one question.
#[test]
#[ignore = "a minute of measuring"]
fn how_long_it_is_named() {
    let mut site = Site::new();
    let monitor = site.watch();
    let mut watch = Watch::new(monitor.pid(), &site.db);
    let (mut spans, mut since, mut before): (Vec<Duration>, Option<Instant>, Option<Instant>) =
        (Vec::new(), None, None);
    let (end, mut reads) = (Instant::now() + Duration::from_mins(1), 0);
    let mut commit = Instant::now();
    while Instant::now() < end {
        let now = Instant::now();
        let named = watch.names_it();
        reads += 1;
        match (named, since) {
            // From the last sample without it to the next without it: no shorter than it was.
            (true, None) => since = before.or(Some(now)),
            (false, Some(start)) => {
                spans.push(start.elapsed());
                since = None;
            }
            _ => {}
        }
        before = Some(now);
        if commit.elapsed() > Duration::from_millis(100) {
            site.writer.order("INSERT INTO t VALUES(1)");
            (commit, before) = (Instant::now(), None);
        }
    }
    spans.sort();
    println!("60 s, {reads} samples, a commit every 0.1 s: {} times named, {spans:?}", spans.len());
}
