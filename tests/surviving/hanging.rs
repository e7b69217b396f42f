//! A source that hangs: a filesystem whose server takes every request and answers none.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::monitor::{Monitor, faults};
use crate::patient::Patient;
use crate::stats::{Feeder, good};
use crate::terminal::{PROGRAM, Terminal};
use crate::{may, until};

/// Mounts it over `$1` and keeps it until standard input ends; then the kernel ends every request.
const SERVER: &str = r#"
exec 3<>/dev/fuse
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,allow_other none "$1" || exit 1
echo mounted
read end
umount -l "$1"
"#;

/// A folder that has stopped answering.
pub struct Dead {
    folder: PathBuf,
    server: Child,
}

impl Dead {
    /// Whether this user may do that to a folder.
    pub fn possible() -> bool {
        may("sh", &["-c", "exec 3<>/dev/fuse && test $(id -u) = 0"])
            && may(
                "unshare",
                &["--mount", "sh", "-c", &SERVER.replace("\"$1\"", "/mnt").replace("read end", "")],
            )
    }

    /// Everything in `folder` hangs from now on.
    pub fn over(folder: &Path) -> Self {
        let mut server = Command::new("sh")
            .args(["-c", SERVER, "sh"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(server.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "mounted\n");
        Self { folder: folder.to_owned(), server }
    }
}

impl Drop for Dead {
    fn drop(&mut self) {
        // Not through the folder: detached first, and the requests end with their server.
        let _ = Command::new("umount").arg("-l").arg(&self.folder).stderr(Stdio::null()).status();
        drop(self.server.stdin.take());
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A folder to be mounted over, with a link to nothing in it that could be removed by mistake.
fn mountpoint() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn threads(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/task")).unwrap().count()
}

fn seconds(text: &str) -> f64 {
    let figure = text.rsplit("for ").next().unwrap().split(' ').next().unwrap();
    figure.parse().unwrap_or_else(|_| panic!("no seconds in {text:?}"))
}

/// Reads lines while `source` hangs, until it has for 3 s; the threads don't grow.
fn hangs(monitor: &mut Monitor, source: &str, others: impl Fn(&Value)) {
    let line = monitor.fault(source, "has not answered for");
    let before = threads(monitor.pid());
    let mut last = line;
    while seconds(faults(&last, source)[0]) < 3.0 {
        let next = monitor.fault(source, "has not answered for");
        assert!(next["at"].as_str() > last["at"].as_str());
        others(&next);
        last = next;
    }
    assert!(threads(monitor.pid()) <= before, "threads pile up");
}

#[test]
fn a_stats_file_that_hangs_stops_nothing_else() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let folder = mountpoint();
    let path = folder.path().join("fed.json");
    let feeder = Feeder::start(&path, |number| good(1000 + number));
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    monitor.until("rates", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    drop(feeder);
    let dead = Dead::over(folder.path());
    hangs(&mut monitor, "stats", |line| {
        assert!(line["io"]["ingestor"]["writeBytesPerSec"].is_number(), "{line}");
        assert!(line["sqlite"]["pageCount"].is_number(), "{line}");
        assert!(line["writeSources"]["sources"]["tx_inserted"].is_number(), "{line}");
    });
    drop(dead);
    let _feeder = Feeder::start(&path, |number| good(5000 + number));
    monitor.until("the file", |line| {
        line["writeSources"]["sources"]["tx_inserted"].as_i64() >= Some(5000)
            && faults(line, "stats").is_empty()
    });
}

#[test]
fn a_database_that_hangs_stops_nothing_else() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let folder = mountpoint();
    let db = folder.path().join("m.db");
    let connection = rusqlite::Connection::open(&db).unwrap();
    connection.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE t (x);").unwrap();
    let (pid, stats) = (patient.pid().to_string(), patient.stats());
    let arguments = ["--ingestor", &pid, "--db", db.to_str().unwrap(), "--stats", stats.to_str().unwrap()]
        .map(str::to_owned);
    let mut monitor = Monitor::start(&arguments);
    monitor.until("pages", |line| line["sqlite"]["pageCount"].is_number());
    let dead = Dead::over(folder.path());
    hangs(&mut monitor, "db", |line| {
        assert!(line["io"]["ingestor"]["writeBytesPerSec"].is_number(), "{line}");
        assert_eq!(line["writeSources"]["stale"], false);
    });
    drop(dead);
    monitor.until("the database", |line| {
        line["sqlite"]["pageCount"].is_number() && faults(line, "db").is_empty()
    });
    drop(connection);
}

#[test]
fn keys_are_answered_at_once_while_both_hang() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let folder = mountpoint();
    let (path, db) = (folder.path().join("fed.json"), folder.path().join("m.db"));
    fs::write(&path, good(1000)).unwrap();
    let connection = rusqlite::Connection::open(&db).unwrap();
    connection.execute_batch("PRAGMA journal_mode=WAL; CREATE TABLE t (x);").unwrap();
    let pid = patient.pid().to_string();
    let arguments = ["--ingestor", &pid, "--db", db.to_str().unwrap(), "--stats", path.to_str().unwrap()];
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 120, 40);
    terminal.see("tx_inserted");
    let dead = Dead::over(folder.path());
    terminal
        .wait("stalled sources", |text| text.contains("has not answered for") || text.contains("stalled"));
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let since = Instant::now();
            terminal.type_keys("?");
            terminal.see("next, previous panel");
            let time = since.elapsed();
            terminal.type_keys("?");
            terminal.wait("closed help", |text| !text.contains("next, previous panel"));
            time
        })
        .collect();
    times.sort();
    // The tests beside this one may take the processor away for a while.
    assert!(times[1] < Duration::from_millis(100), "{times:?}");
    let since = Instant::now();
    terminal.type_keys("q");
    terminal.ends_with(0);
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    drop(dead);
    until("folder", || path.exists());
    drop(connection);
}

#[test]
fn a_place_that_hangs_from_the_start_stops_nothing_else() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let folder = mountpoint();
    let dead = Dead::over(folder.path());
    let pid = patient.pid().to_string();
    let [db, path] = ["m.db", "fed.json"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let mut monitor = Monitor::start(&["--ingestor", &pid, "--db", &db, "--stats", &path].map(str::to_owned));
    let line = monitor.until("rates", |line| line["io"]["ingestor"]["writeBytesPerSec"].is_number());
    assert!(!faults(&line, "db").is_empty() && !faults(&line, "stats").is_empty(), "{line}");
    drop(dead);
}

#[test]
fn an_ingestor_whose_disk_hangs_is_found() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    // By its pid, too: others may run on this machine.
    let (name, pid) = (patient.wanted()[1].clone(), patient.pid().to_string());
    let dead = Dead::over(patient.folder());
    let mut monitor = Monitor::start(&["--match", &name, "--ingestor", &pid].map(str::to_owned));
    let line = monitor.until("rates", |line| line["io"]["ingestor"]["writeBytesPerSec"].is_number());
    assert_eq!(line["io"]["ingestor"]["pid"], patient.pid(), "{line}");
    hangs(&mut monitor, "db", |line| assert!(!faults(line, "stats").is_empty(), "{line}"));
    drop(dead);
    monitor.until("pages", |line| line["sqlite"]["pageCount"].is_number() && faults(line, "db").is_empty());
}

#[test]
fn q_right_after_the_start_quits() {
    if !Dead::possible() {
        return;
    }
    let folder = mountpoint();
    let dead = Dead::over(folder.path());
    let [db, path] = ["m.db", "fed.json"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    // Before the first look is given up, and after what was given is watched without it.
    for wait in ["waiting for an ingestor", "has not answered for"] {
        let mut terminal = Terminal::run(PROGRAM, &["--db", &db, "--stats", &path], &[], 100, 30);
        terminal.wait("the screen", |text| text.contains(wait) || text.contains("has not answered for"));
        let since = Instant::now();
        terminal.type_keys("q");
        terminal.ends_with(0);
        assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    }
    drop(dead);
}

/// The doctor's status, its text, and how long it took.
fn doctor(arguments: &[&str]) -> (i32, String, Duration) {
    let since = Instant::now();
    let output = Command::new(PROGRAM).arg("doctor").args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap(), text, since.elapsed())
}

#[test]
fn the_doctor_says_what_hangs_and_ends() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let folder = mountpoint();
    let dead = Dead::over(folder.path());
    let pid = patient.pid().to_string();
    let [db, path] = ["m.db", "fed.json"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    for arguments in [
        &["--db", &db][..],
        &["--stats", &path],
        &["--db", &db, "--stats", &path],
        &["--ingestor", &pid, "--db", &db, "--stats", &path],
    ] {
        let (status, text, took) = doctor(arguments);
        assert_eq!(status, 1, "{text}");
        let hung =
            arguments.iter().filter(|argument| argument.starts_with("--db") || **argument == "--stats");
        assert_eq!(text.matches("has not answered for").count(), hung.count(), "{text}");
        assert!(text.contains("fix: the filesystem hangs"), "{text}");
        assert!(took < Duration::from_secs(6), "{took:?}");
    }
    drop(dead);
    // What was found hangs, not what was given.
    let name = patient.wanted()[1].clone();
    let dead = Dead::over(patient.folder());
    let (status, text, took) = doctor(&["--match", &name]);
    assert!(status == 1 && took < Duration::from_secs(6), "{took:?} {text}");
    assert!(text.contains(&format!("pid {pid} (found by argv[0]")), "{text}");
    assert!(text.contains("the database has not answered for"), "{text}");
    assert!(text.contains(patient.db().to_str().unwrap()), "{text}");
    drop(dead);
}
