//! The log as the real program tells it, against SQLite in processes of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "../source_common/common.rs"]
mod common;
mod devices;
mod done;
mod files;
mod holders;
#[path = "../source_common/monitor.rs"]
mod monitor;
mod namespaces;

use std::path::PathBuf;

use common::Writer;
use serde_json::Value;
use tempfile::TempDir;

#[test]
fn writer() {
    common::serve();
}

const SCHEMA: &str = "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)";
/// Takes a snapshot and keeps it.
const READ: &str = "BEGIN; SELECT count(*) FROM t";
const INSERT: &str = "INSERT INTO t VALUES(randomblob(6000))";

/// A database in WAL mode that a process writes.
fn database() -> (TempDir, PathBuf, Writer) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order(SCHEMA);
    (folder, db, writer)
}

/// Pid, slot and mark of every holder.
fn rows(wal: &Value) -> Vec<(u64, u64, u64)> {
    let number = |row: &Value, key: &str| row[key].as_u64().unwrap();
    let holders = wal["holders"].as_array().unwrap();
    holders.iter().map(|row| (number(row, "pid"), number(row, "slot"), number(row, "mark"))).collect()
}

fn pinned_by(wal: &Value, pid: u32) -> bool {
    let row = |row: &Value| row["pins"] == true && row["pid"] == pid;
    wal["diagnosis"] == "pinned" && wal["holders"].as_array().unwrap().iter().any(row)
}

/// Seconds for which the one that pins has been there.
fn held(wal: &Value) -> f64 {
    let holders = wal["holders"].as_array().unwrap();
    holders.iter().find(|row| row["pins"] == true).unwrap()["heldSeconds"].as_f64().unwrap()
}
