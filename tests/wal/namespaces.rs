//! Holders in other pid namespaces: those below ours are seen, those outside are not, and said so.

use std::process::{Command, Stdio};

use crate::common::Writer;
use crate::monitor::Monitor;
use crate::{INSERT, READ, database, pinned_by};

/// `unshare -pf`, where this user may; else the reason is printed.
fn unshare() -> Option<Command> {
    let mut command = Command::new("unshare");
    command.args(["--pid", "--fork", "--kill-child", "--mount-proc"]);
    let probe = Command::new("unshare")
        .args(["--pid", "--fork", "--kill-child", "--mount-proc", "true"])
        .stderr(Stdio::null())
        .status();
    match probe {
        Ok(status) if status.success() => Some(command),
        Ok(status) => {
            println!("skipped: this user may not make a pid namespace (unshare: {status})");
            None
        }
        Err(error) => {
            println!("skipped: no unshare: {error}");
            None
        }
    }
}

#[test]
fn a_holder_outside_our_pid_namespace_is_said_to_be_unseen() {
    let (_folder, db, mut writer) = database();
    let Some(mut inside) = unshare() else { return };
    let mut reader = Writer::start(&db);
    reader.order(READ);
    writer.order(INSERT);
    inside.arg(env!("CARGO_BIN_EXE_corescope-top"));
    let mut monitor = Monitor::start_by(inside, &db);
    let wal = monitor.until("the pin", |wal| wal["diagnosis"] == "pinned");
    let text = wal["text"].as_str().unwrap();
    assert!(text.contains("by a process this user can't see for"), "{text}");
    let holder = &wal["holders"][0];
    assert!(holder["pid"].is_null() && holder["name"].is_null() && holder["pins"] == true);
    writer.order("BEGIN IMMEDIATE");
    let wal = monitor.second();
    assert!(wal["writer"].is_object() && wal["writer"]["pid"].is_null(), "{wal:#}");
    reader.kill();
    writer.order("COMMIT");
    let wal = monitor.second();
    assert_eq!((wal["diagnosis"].as_str(), &wal["writer"]), (Some("fine"), &serde_json::Value::Null));
}

#[test]
fn a_reader_in_a_namespace_below_ours_is_named_by_our_number() {
    let (_folder, db, mut writer) = database();
    let Some(mut below) = unshare() else { return };
    below.arg(std::env::current_exe().unwrap());
    let mut reader = Writer::start_by(below, &db);
    reader.order(READ);
    writer.order(INSERT);
    let mut monitor = Monitor::start(&db);
    let wal = monitor.until("the pin", |wal| wal["diagnosis"] == "pinned");
    let pid = u32::try_from(wal["holders"][0]["pid"].as_u64().unwrap()).unwrap();
    assert!(pinned_by(&wal, pid));
    // unshare is the child, and the reader is its child.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let parent = stat.rsplit(") ").next().unwrap().split(' ').nth(1).unwrap();
    assert_eq!(parent, reader.pid().to_string());
}
