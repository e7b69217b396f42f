//! The ingestor exits, is killed, comes back.

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::monitor::{Monitor, assert_sane, faults};
use crate::patient::Patient;
use crate::terminal::{PROGRAM, Terminal};

/// Two seconds, and what a machine that is busy with other tests may add.
const ATTACHED: Duration = Duration::from_millis(3500);
/// A demo's backlog comes at once and is fewer rows than this.
const ROWS: f64 = 3000.0;

fn tx_rate(line: &Value) -> bool {
    line["writeSources"]["rates"]["tx_inserted"].is_number()
}

fn writes(line: &Value, pid: u32) -> bool {
    line["io"]["ingestor"]["pid"] == pid && line["io"]["ingestor"]["writeBytesPerSec"].is_number()
}

#[test]
fn a_new_ingestor_is_followed_and_no_rate_reaches_across() {
    let mut patient = Patient::start();
    let mut monitor = Monitor::start(&patient.wanted());
    for signal in [Signal::KILL, Signal::TERM] {
        let old = patient.pid();
        monitor.until("rates", |line| writes(line, old) && tx_rate(line));
        patient.end_by(signal);
        let line = monitor.fault("ingestor", &format!("process {old} ("));
        assert!(faults(&line, "ingestor")[0].ends_with("has exited"), "{line}");
        assert!(line["io"]["ingestor"]["writeBytesPerSec"].is_null());
        assert!(line["writeSources"]["sources"]["tx_inserted"].as_i64().unwrap() >= 150);
        // A stats file that was left over grows stale.
        let line = monitor.until("stale stats", |line| line["writeSources"]["stale"] == true);
        assert!(line["writeSources"]["rates"]["tx_inserted"].is_null());
        patient.spawn();
        let (new, since) = (patient.pid(), Instant::now());
        monitor.until("new ingestor", |line| writes(line, new));
        assert!(since.elapsed() < ATTACHED, "{:?}", since.elapsed());
        monitor.until("new rates", |line| tx_rate(line) && faults(line, "ingestor").is_empty());
    }
    assert_sane(&monitor.values(), ROWS);
    assert_eq!(monitor.end(), "");
}

#[test]
fn ten_quick_restarts_give_no_false_rate() {
    let mut patient = Patient::start();
    let mut monitor = Monitor::start(&patient.wanted());
    for _ in 0..10 {
        let pid = patient.pid();
        monitor.until("ingestor", |line| line["io"]["ingestor"]["pid"] == pid);
        patient.end_by(Signal::KILL);
        patient.spawn();
    }
    let pid = patient.pid();
    monitor.until("rates", |line| writes(line, pid) && tx_rate(line));
    assert_sane(&monitor.values(), ROWS);
}

#[test]
fn the_screen_says_since_when_and_counts_the_restart() {
    let mut patient = Patient::start();
    let arguments = patient.wanted();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 120, 40);
    terminal.wait("rates", |text| text.contains("live") && text.contains("KB/s"));
    patient.end_by(Signal::KILL);
    let text = terminal.wait("its end", |text| {
        text.lines().any(|line| line.contains("exited 2 s ago") || line.contains("exited 3 s ago"))
    });
    assert!(text.contains("tx_inserted") && text.contains("KB/s"), "the last values are gone:\n{text}");
    patient.spawn();
    terminal.wait("the new one", |text| text.contains(&format!("[{}]", patient.pid())));
    terminal.see("restarted");
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn a_server_that_starts_later_is_attached_to() {
    let patient = Patient::start();
    let mut monitor = Monitor::start(&patient.wanted());
    let line = monitor.until("rates", |line| writes(line, patient.pid()));
    assert!(line["io"]["server"].is_null(), "{line}");
    let mut server = Command::new(PROGRAM)
        .arg0("/app/corescope-server")
        .args(["demo-server".as_ref(), "--db".as_ref(), patient.db().as_os_str()])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let line = monitor.until("the server", |line| line["io"]["server"]["writeBytesPerSec"].is_number());
    assert_eq!(line["io"]["server"]["pid"], server.id());
    assert_eq!(line["io"]["ingestor"]["pid"], patient.pid());
    server.kill().unwrap();
    server.wait().unwrap();
}

#[test]
fn an_ingestor_that_starts_after_a_database_was_given_is_attached_to() {
    let mut patient = Patient::start();
    patient.end_by(Signal::TERM);
    let mut monitor = Monitor::start(&patient.wanted());
    let line = monitor.until("pages", |line| line["sqlite"]["pageCount"].is_number());
    assert!(line["io"]["ingestor"].is_null(), "{line}");
    patient.spawn();
    monitor.until("the ingestor", |line| writes(line, patient.pid()) && tx_rate(line));
}
