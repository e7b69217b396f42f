//! The real program's `doctor`.

use std::process::{Command, Output};

use serde_json::Value;

use crate::live::{Ingestor, PROGRAM, until};

pub fn run(program: &std::path::Path, arguments: &[&str]) -> (Output, Value) {
    let output = Command::new(program)
        .args(["doctor", "--json"])
        .args(arguments)
        .env_remove("CORESCOPE_INGESTOR_STATS")
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let value = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output, value)
}

fn doctor(arguments: &[&str]) -> (i32, Value) {
    let (output, value) = run(PROGRAM.as_ref(), arguments);
    assert!(output.stderr.is_empty(), "{output:?}");
    assert_eq!(value["status"], output.status.code().unwrap());
    (output.status.code().unwrap(), value)
}

/// All checks of a part: state and text.
pub fn checks<'a>(value: &'a Value, part: &str) -> Vec<(&'a str, &'a str)> {
    let sections = value["sections"].as_array().into_iter().flatten();
    let all = sections.flat_map(|section| section["checks"].as_array().into_iter().flatten());
    all.filter(|check| check["part"] == part)
        .map(|check| (check["state"].as_str().unwrap(), check["text"].as_str().unwrap()))
        .collect()
}

/// Whether the ingestor that was found has this pid.
fn names_process(value: &Value, pid: &str) -> bool {
    checks(value, "ingestor").iter().any(|(_, text)| text.contains(&format!("pid {pid} ")))
}

fn state<'a>(value: &'a Value, part: &str) -> &'a str {
    checks(value, part).last().unwrap_or_else(|| panic!("no {part} in {value}")).0
}

#[test]
fn all_is_well() {
    let ingestor = Ingestor::start();
    let server = ingestor.server();
    let pid = ingestor.pid().to_string();
    // The server's connections, and the stats of a machine that is busy with other tests, may be late.
    let value = until("all is well", || {
        let (status, value) = doctor(&["--ingestor", &pid]);
        let with_server = checks(&value, "server").iter().any(|(_, text)| text.contains("same database"));
        (status == 0 && with_server).then_some(value)
    });
    for part in [
        "ingestor",
        "server",
        "database",
        "stats file",
        "ingestor io",
        "server io",
        "stats",
        "inotify",
        "file",
        "header",
        "-wal",
        "-shm",
        "wal-index",
        "pragmas",
        "locks",
    ] {
        assert_eq!(state(&value, part), "ok", "{part}: {value}");
    }
    let db = ingestor.db();
    assert!(checks(&value, "database")[0].1.starts_with(db.to_str().unwrap()), "{value}");
    assert!(checks(&value, "locks")[0].1.contains(&pid), "{value}");
    assert!(checks(&value, "server")[0].1.contains(&server.pid().to_string()), "{value}");
}

#[test]
fn lines_for_people() {
    let ingestor = Ingestor::start();
    let pid = ingestor.pid().to_string();
    let output = Command::new(PROGRAM).args(["doctor", "--ingestor", &pid]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("corescope-top ") && lines[0].contains("doctor, run by uid "), "{text}");
    let marked = lines.iter().filter(|line| line.starts_with("  ") && !line.contains("fix: "));
    let mut columns: Vec<usize> = marked
        .map(|line| {
            assert!(["  ok  ", "  !!  ", "  --  "].iter().any(|mark| line.starts_with(mark)), "{line}");
            line[6..].find("  ").map_or(0, |end| 6 + end + line[6 + end..].find(|c| c != ' ').unwrap())
        })
        .collect();
    columns.dedup();
    assert_eq!(columns.len(), 1, "{text}");
    assert!(text.is_ascii() && !text.contains('\x1b'), "{text}");
    assert!(text.ends_with("All is well.\n") == output.status.success(), "{text}");
}

#[test]
fn every_thing_that_is_missing_has_its_reason_and_its_remedy() {
    let ingestor = Ingestor::start();
    let pid = ingestor.pid().to_string();
    let (status, value) =
        doctor(&["--ingestor", &pid, "--stats", "/nonexistent/s.json", "--db", "/nonexistent.db"]);
    assert_eq!(status, 1);
    for part in ["stats", "inotify", "file"] {
        assert_eq!(state(&value, part), "missing", "{part}: {value}");
    }
    assert_eq!((state(&value, "ingestor"), state(&value, "ingestor io")), ("ok", "ok"));
    let sections = value["sections"].as_array().unwrap();
    for check in sections.iter().flat_map(|section| section["checks"].as_array().unwrap()) {
        let told = check["remedy"].as_str().is_some_and(|remedy| remedy.len() > 5);
        assert_eq!(told, check["state"] == "missing", "{check}");
    }
}

#[test]
fn a_pid_that_is_nobodys() {
    let mut ingestor = Ingestor::start();
    ingestor.process.0.kill().unwrap();
    ingestor.process.0.wait().unwrap();
    let (db, stats) = (ingestor.db(), ingestor.stats());
    let pid = ingestor.pid().to_string();
    let arguments = ["--ingestor", &pid, "--db", db.to_str().unwrap(), "--stats", stats.to_str().unwrap()];
    let (status, value) = doctor(&arguments);
    assert_eq!((status, state(&value, "ingestor")), (1, "missing"));
    // Its database is still there to be looked at.
    assert_eq!((state(&value, "file"), state(&value, "header")), ("ok", "ok"));
    until("the stats file is stale", || {
        let (_, value) = doctor(&arguments);
        checks(&value, "stats")[0].1.starts_with("stale").then_some(())
    });
}

#[test]
fn files_lead_to_their_ingestor() {
    let ingestor = Ingestor::start();
    let (db, pid) = (ingestor.db(), ingestor.pid().to_string());
    let (_, value) = doctor(&["--db", db.to_str().unwrap()]);
    assert!(names_process(&value, &pid), "{value}");
    let other = ingestor.folder.path().join("other.db");
    std::fs::write(&other, "").unwrap();
    let (status, value) = doctor(&["--db", other.to_str().unwrap()]);
    assert!(status == 1 && !names_process(&value, &pid), "{value}");
}

#[test]
fn without_options_every_ingestor_has_its_sections() {
    let (one, two) = (Ingestor::start(), Ingestor::start());
    let (_, value) = doctor(&[]);
    for ingestor in [&one, &two] {
        let sections = value["sections"].as_array().unwrap();
        let own = sections.iter().filter(|section| section["ingestor"] == ingestor.pid());
        assert_eq!(own.count(), 2, "{value}");
    }
}

#[test]
fn another_name() {
    let ingestor = Ingestor::with(PROGRAM.as_ref(), "/opt/mesh-ingest-of-the-test");
    let (db, name) = (ingestor.db(), "mesh-ingest-of-the-test");
    let pid = ingestor.pid().to_string();
    let (_, value) = doctor(&["--db", db.to_str().unwrap()]);
    assert!(!names_process(&value, &pid), "{value}");
    let (_, value) = doctor(&["--db", db.to_str().unwrap(), "--match", name]);
    assert!(names_process(&value, &pid), "{value}");
}

#[test]
fn usage_is_status_2() {
    for wrong in [&["--ingestor", "x"][..], &["--nonsense"], &["--db"]] {
        assert_eq!(run(PROGRAM.as_ref(), wrong).0.status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn a_closed_pipe_is_no_harm() {
    let ingestor = Ingestor::start();
    let pid = ingestor.pid();
    let line = format!("{PROGRAM} doctor --ingestor {pid} 2>&1 >/dev/full; echo $?");
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(matches!(text.trim(), "0" | "1"), "{text}");
}
