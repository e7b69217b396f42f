//! Do no harm: the real program at its fastest, against control runs without it.
//!
//! What the monitor does to a database is reading, by hand: it takes no lock and asks SQLite nothing.
//! Every bound here follows from that.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

mod closing;
#[path = "../source_common/common.rs"]
mod common;
mod folders;
mod latency;
mod locks;
#[path = "../source_common/monitor.rs"]
mod monitor;

use std::path::{Path, PathBuf};

use common::Writer;
use monitor::Monitor;
use tempfile::TempDir;

#[test]
fn writer() {
    common::serve();
}

/// A database in WAL mode with a writer and a reader, each in a process of its own.
struct Site {
    _folder: TempDir,
    db: PathBuf,
    writer: Writer,
    reader: Writer,
}

impl Site {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("m.db");
        let (mut writer, mut reader) = (Writer::start(&db), Writer::start(&db));
        writer.order("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t(x)");
        writer.order("INSERT INTO t VALUES(1)");
        reader.order("SELECT count(*) FROM t");
        Self { _folder: folder, db, writer, reader }
    }

    /// Starts the monitor and waits until it knows the free pages.
    fn watch(&self) -> Monitor {
        let mut monitor = Monitor::start(&self.db);
        wait_for(&mut monitor, |sqlite| sqlite["freelistCount"].is_u64());
        monitor
    }
}

/// Waits for a sample whose `sqlite` is as wanted.
fn wait_for(monitor: &mut Monitor, mut wanted: impl FnMut(&serde_json::Value) -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !wanted(&monitor.next()["sqlite"]) {
        assert!(std::time::Instant::now() < deadline, "it did not happen");
    }
}

fn beside(db: &Path, suffix: &str) -> PathBuf {
    let mut name = db.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
