//! `--json`, as scripts see it.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::target::Target;
use crate::terminal::{DEADLINE, PROGRAM};

/// The program with `--json` and further arguments.
pub fn start(arguments: &[String], more: &[&str]) -> Child {
    Command::new(PROGRAM)
        .args(arguments)
        .arg("--json")
        .args(more)
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn lines(arguments: &[String], more: &[&str]) -> Vec<Value> {
    let output = start(arguments, more).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Reads lines until one satisfies `condition`.
pub fn wait_for(child: &mut Child, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + DEADLINE;
    let mut last = Value::Null;
    for line in BufReader::new(child.stdout.as_mut().unwrap()).lines() {
        last = serde_json::from_str(&line.unwrap()).unwrap();
        if condition(&last) {
            return last;
        }
        assert!(Instant::now() < end, "no {what}; the last line: {last}");
    }
    panic!("ended without {what}; the last line: {last}");
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_line_per_sample_with_the_fields_of_the_api() {
    let target = Target::start();
    let lines = lines(&target.arguments(), &["--count", "3", "-n", "0.5"]);
    assert_eq!(lines.len(), 3);
    let last = &lines[2];
    let all = ["at", "events", "faults", "flags", "io", "learning", "sqlite", "verdicts", "writeSources"];
    assert_eq!(keys(last), all);
    let ingestor = &last["io"]["ingestor"];
    assert_eq!(ingestor["pid"], target.pid());
    for name in
        ["readBytesPerSec", "writeBytesPerSec", "cancelledWriteBytesPerSec", "syscallsRead", "syscallsWrite"]
    {
        assert!(ingestor[name].as_f64().unwrap() >= 0.0, "{name}");
    }
    assert_eq!(last["io"]["server"], Value::Null);
    let sqlite = &last["sqlite"];
    assert_eq!((&sqlite["pageSize"], &sqlite["journalMode"]), (&4096.into(), &"wal".into()));
    for name in ["walSize", "walSizeMB", "pageCount", "cacheSize", "freelistCount", "dbSize"] {
        assert!(sqlite[name].is_number(), "{name}: {sqlite}");
    }
    assert!(sqlite["wal"]["liveFrames"].as_u64().unwrap() > 0);
    let sources = &last["writeSources"];
    assert!(sources["sources"]["tx_inserted"].as_i64().unwrap() >= 100);
    assert_eq!(sources["stale"], false);
    assert!(sources["baselines"]["tx_inserted"].is_null());
    assert_eq!(last["faults"], Value::Array(vec![]));
}

#[test]
fn rates_of_sources_follow() {
    let target = Target::start();
    let mut child = start(&target.arguments(), &["-n", "0.2"]);
    let line = wait_for(&mut child, "rate", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    let rate = line["writeSources"]["rates"]["tx_inserted"].as_f64().unwrap();
    assert!((0.0..=50.0).contains(&rate), "{rate}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn limits_of_the_command_line_are_obeyed() {
    let target = Target::start();
    let mut child = start(&target.arguments(), &["-n", "0.2", "--limit", "wal-size=1KB"]);
    let line = wait_for(&mut child, "flag", |line| line["flags"].as_array().is_some_and(|f| !f.is_empty()));
    let flags = line["flags"].as_array().unwrap();
    let flag = flags.iter().find(|flag| flag["flag"] == "wal_size").unwrap();
    assert_eq!((&flag["limit"], &flag["subject"]), (&1024.0.into(), &"wal".into()));
    assert!(flag["text"].as_str().unwrap().contains("over the limit of 1.00 KB"), "{flag}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_killed_ingestor_becomes_nulls_and_a_fault_and_sampling_goes_on() {
    let mut target = Target::start();
    let mut child = start(&target.arguments(), &["-n", "0.2"]);
    wait_for(&mut child, "first line", |line| line["io"]["ingestor"]["writeBytesPerSec"].is_number());
    target.kill();
    let line = wait_for(&mut child, "fault", |line| {
        line["faults"]
            .as_array()
            .is_some_and(|faults| faults.iter().any(|fault| fault["source"] == "ingestor"))
    });
    assert!(line["io"]["ingestor"]["writeBytesPerSec"].is_null());
    assert!(line["faults"].to_string().contains("has exited"), "{line}");
    wait_for(&mut child, "stale stats", |line| line["writeSources"]["stale"] == true);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let target = Target::start();
    let mut child = start(&target.arguments(), &["-n", "0.1"]);
    let mut first = String::new();
    BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{'));
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    let mut errors = String::new();
    child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
    assert_eq!(errors, "");
}

#[test]
fn one_source_is_enough_and_the_others_are_null() {
    let target = Target::start();
    let db = target.db().to_str().unwrap().to_owned();
    let only_db =
        lines(&["--db".into(), db, "--stats".into(), "/nonexistent/x.json".into()], &["--count", "1"]);
    assert!(only_db[0]["sqlite"]["pageCount"].is_number());
    assert_eq!(
        (&only_db[0]["io"]["ingestor"], &only_db[0]["writeSources"]["stale"]),
        (&Value::Null, &Value::Null)
    );
    let stats = target.stats().to_str().unwrap().to_owned();
    let only_stats = lines(&["--stats".into(), stats], &["--count", "1"]);
    assert!(only_stats[0]["writeSources"]["sources"]["tx_inserted"].is_number());
}

#[test]
fn nothing_usable_is_status_1_and_says_why() {
    let arguments = ["--ingestor", "4194304", "--stats", "/nonexistent/x.json"].map(str::to_owned);
    let output = start(&arguments, &[]).wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("no process 4194304") && text.contains("/nonexistent/x.json"), "{text}");
}
