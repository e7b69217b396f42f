//! The demo from the command line: it prints what it was asked for, and leaves nothing behind.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Waits until `done`, for at most `secs` seconds.
fn until(what: &str, secs: u64, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(secs);
    while !done() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// A monitor that is killed if a test fails; its demo then clears itself away.
struct Monitor(Child);

impl Monitor {
    fn start(more: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corescope-top"));
        command.args(["demo", "--scenario", "quiet", "--json"]).args(more);
        let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Self(command.spawn().unwrap())
    }

    fn lines(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.0.stdout.take().unwrap())
    }

    fn errors(&mut self) -> String {
        let mut text = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Waits for the end, for at most 20 s, and gives the status.
    fn status(&mut self) -> Option<i32> {
        let mut status = None;
        until("the monitor ends", 20, || {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a demo has put into the world.
struct Traces {
    pids: Vec<u64>,
    folder: PathBuf,
}

impl Traces {
    /// As a line and the ingestor's command line tell.
    fn of(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).unwrap();
        let pid = |role: &str| line["io"][role]["pid"].as_u64().unwrap();
        let (ingestor, server) = (pid("ingestor"), pid("server"));
        let stat = fs::read_to_string(format!("/proc/{ingestor}/stat")).unwrap();
        let director = stat.rsplit_once(") ").unwrap().1.split(' ').nth(1).unwrap().parse().unwrap();
        let arguments = fs::read_to_string(format!("/proc/{ingestor}/cmdline")).unwrap();
        let db = arguments.split('\0').skip_while(|argument| *argument != "--db").nth(1).unwrap();
        let folder = Path::new(db).parent().unwrap().to_owned();
        assert!(folder.exists());
        Self { pids: vec![ingestor, server, director], folder }
    }

    fn are_gone(&self) -> bool {
        !self.folder.exists() && self.pids.iter().all(|pid| !runs(*pid))
    }
}

/// Whether `pid` runs; one that only waits to be reaped doesn't.
fn runs(pid: u64) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn first_line(lines: &mut impl std::io::BufRead) -> String {
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    line
}

#[test]
fn a_count_is_kept_to() {
    let mut monitor = Monitor::start(&["--count", "8"]);
    let mut lines = monitor.lines();
    let first = first_line(&mut lines);
    let traces = Traces::of(&first);
    let rest: Vec<_> = lines.lines().map(Result::unwrap).collect();
    assert_eq!(rest.len(), 7);
    for line in rest {
        let line: Value = serde_json::from_str(&line).unwrap();
        assert!(line["writeSources"]["sources"]["tx_inserted"].as_i64() >= Some(100), "{line}");
        assert_eq!(line["sqlite"]["journalMode"], "wal");
    }
    assert_eq!((monitor.status(), monitor.errors()), (Some(0), String::new()));
    assert!(traces.are_gone());
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut monitor = Monitor::start(&["-n", "0.2"]);
    let mut lines = monitor.lines();
    let traces = Traces::of(&first_line(&mut lines));
    drop(lines);
    assert_eq!((monitor.status(), monitor.errors()), (Some(0), String::new()));
    assert!(traces.are_gone());
}

#[test]
fn others_find_its_stats_file() {
    let mut monitor = Monitor::start(&["-n", "0.2"]);
    let mut lines = monitor.lines();
    let first: Value = serde_json::from_str(&first_line(&mut lines)).unwrap();
    let pid = first["io"]["ingestor"]["pid"].to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_corescope-top"))
        .args(["--ingestor", &pid, "--json", "--count", "1", "--no-state", "-n", "0.2"])
        .env_remove("CORESCOPE_INGESTOR_STATS")
        .output()
        .unwrap();
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(line["writeSources"]["sources"]["tx_inserted"].is_i64(), "{line}");
}

#[test]
fn a_killed_monitor_leaves_nothing() {
    let mut monitor = Monitor::start(&["-n", "0.2"]);
    let traces = Traces::of(&first_line(&mut monitor.lines()));
    monitor.0.kill().unwrap();
    until("everything is gone", 5, || traces.are_gone());
}

#[test]
fn a_signal_ends_it_and_its_demo() {
    let mut monitor = Monitor::start(&["-n", "0.2"]);
    let mut lines = monitor.lines();
    let traces = Traces::of(&first_line(&mut lines));
    let pid = rustix::process::Pid::from_raw(monitor.0.id().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    until("everything is gone", 5, || traces.are_gone());
    assert_ne!(monitor.status(), Some(0));
}
