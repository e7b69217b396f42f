//! inotify: a folder that goes and comes back, and limits that are used up.

use std::process::{Command, Stdio};

use crate::may;
use crate::monitor::{Monitor, faults};
use crate::patient::Patient;
use crate::stats::{good, now, publish};

fn tx(line: &serde_json::Value) -> Option<i64> {
    line["writeSources"]["sources"]["tx_inserted"].as_i64()
}

/// Threads of the monitor that read inotify: one for each watch that is armed.
fn watches(pid: u32) -> usize {
    let folder = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let links = folder.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    links.filter(|link| link.to_string_lossy().contains("inotify")).count()
}

#[test]
fn the_stats_folder_is_removed_and_made_again() {
    let patient = Patient::start();
    let folder = patient.folder().join("stats");
    let path = folder.join("fed.json");
    std::fs::create_dir(&folder).unwrap();
    publish(&path, good(1000).as_bytes());
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    for round in 1..=3 {
        monitor.until("the file", |line| tx(line) == Some(1000 * round) && faults(line, "stats").is_empty());
        crate::until("watch", || watches(monitor.pid()) == 1);
        std::fs::remove_dir_all(&folder).unwrap();
        monitor.fault("stats", "no stats file at");
        monitor.fault("stats", "no folder");
        std::fs::create_dir(&folder).unwrap();
        publish(&path, good(1000 * (round + 1)).as_bytes());
        monitor.until("the new file", |line| tx(line) == Some(1000 * (round + 1)));
    }
    monitor.until("no fault", |line| faults(line, "stats").is_empty());
    assert_eq!(monitor.end(), "");
}

/// Without inotify the file is read at every interval, and said so; `setting` is set to 0 in a user
/// namespace of its own.
fn without(setting: &str, reason: &str) {
    let namespace = ["--user", "--map-root-user"];
    let path = format!("/proc/sys/user/{setting}");
    let set = format!("echo 0 > {path}");
    if !may("unshare", &[&namespace[..], &["sh", "-c", &set]].concat()) {
        return;
    }
    let patient = Patient::start();
    let fed = patient.folder().join("fed.json");
    publish(&fed, format!("{{\"sampledAt\":\"{}\",\"tx_inserted\":7}}", now()).as_bytes());
    let run = format!("{set}; exec \"$0\" --json -n 0.1 \"$@\"");
    let mut command = Command::new("unshare");
    command.args(namespace).args(["sh", "-c", &run, crate::terminal::PROGRAM]).args(patient.with_stats(&fed));
    let mut monitor = Monitor::run_with(command, Stdio::null());
    let line = monitor.fault("stats", reason);
    assert!(
        faults(&line, "stats").iter().any(|text| text.contains("reading") && text.contains("every interval"))
    );
    assert_eq!(tx(&line), Some(7));
    for total in [1000, 1001, 1002] {
        publish(&fed, good(total).as_bytes());
        monitor.until("the update", |line| tx(line) == Some(total));
    }
}

#[test]
fn without_inotify_instances_it_polls() {
    without("max_inotify_instances", "limit of inotify instances is used up");
}

#[test]
fn without_inotify_watches_it_polls() {
    without("max_inotify_watches", "limit of watches is used up");
}
