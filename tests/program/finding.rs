//! Targets that are found instead of named. The names are the tests' own, and the database chooses
//! among them, so that other ingestors on the machine don't matter.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::lines::{start, wait_for};
use crate::target::Target;
use crate::terminal::{PROGRAM, Terminal};

fn arguments(target: &Target, name: &str) -> Vec<String> {
    ["--match", name, "--db", target.db().to_str().unwrap()].map(str::to_owned).to_vec()
}

#[test]
fn a_database_is_enough_to_find_the_rest() {
    let target = Target::named("test-ingest-rest");
    let mut child = start(&arguments(&target, "test-ingest-rest"), &["-n", "0.2"]);
    let line = wait_for(&mut child, "everything", |line| {
        line["io"]["ingestor"]["writeBytesPerSec"].is_number() && line["writeSources"]["stale"] == false
    });
    assert_eq!(line["io"]["ingestor"]["pid"], target.pid());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_restarted_ingestor_is_attached_to_within_two_seconds() {
    let name = "test-ingest-again";
    let mut target = Target::named(name);
    let mut child = start(&arguments(&target, name), &["-n", "0.2"]);
    wait_for(&mut child, "rates", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    target.restart(name);
    let since = Instant::now();
    let pid = target.pid();
    wait_for(&mut child, "the new ingestor's rates", |line| {
        let rate = line["io"]["ingestor"]["writeBytesPerSec"].as_f64();
        let tx = line["writeSources"]["rates"]["tx_inserted"].as_f64();
        assert!(rate.is_none_or(|rate| (0.0..1e8).contains(&rate)), "{line}");
        assert!(tx.is_none_or(|tx| (0.0..1e4).contains(&tx)), "{line}");
        line["io"]["ingestor"]["pid"] == pid && rate.is_some()
    });
    // Two seconds, two samples, and a loaded machine.
    assert!(since.elapsed() < Duration::from_secs(6), "{:?}", since.elapsed());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn the_screen_follows_a_restart() {
    let name = "test-ingest-screen";
    let mut target = Target::named(name);
    let arguments = arguments(&target, name);
    let all: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(PROGRAM, &all, &[], 100, 30);
    terminal.see("tx_inserted");
    target.kill();
    terminal.see("exited");
    target.restart_after_kill(name);
    terminal.see(&format!("[{}]", target.pid()));
    terminal.see("restarted");
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn of_several_one_is_picked() {
    let name = "test-ingest-pick";
    let (first, second) = (Target::named(name), Target::named(name));
    let mut terminal = Terminal::run(PROGRAM, &["--match", name], &[], 120, 30);
    terminal.see("which ingestor?");
    terminal.see(&first.pid().to_string());
    let wanted = second.pid().to_string();
    terminal.see(&wanted);
    terminal.type_keys(&wanted);
    terminal.wait("one row", |text| text.contains(" 1 of "));
    terminal.type_keys("\r");
    terminal.see(&format!("{name}[{wanted}]"));
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn lines_wait_only_as_long_as_they_are_told_to() {
    // A name that nobody has; other ingestors on this machine would be found all the same.
    let since = Instant::now();
    let output = Command::new(PROGRAM)
        .args(["--json", "--wait", "1", "--count", "1", "--match", "test-ingest-nobody"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    if output.status.code() == Some(1) && errors.contains("no process named") {
        assert!(errors.contains("test-ingest-nobody"), "{errors}");
        assert!(since.elapsed() >= Duration::from_secs(1));
    } else {
        // Somebody else's ingestor was there.
        assert!(output.status.success() || errors.contains("several"), "{errors}");
    }
}
