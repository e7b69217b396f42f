//! The demo as real processes: it comes up, plays, and leaves nothing behind however it ends.

// clippy.toml lets tests unwrap, but not the helpers beside them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::{Duration, Instant};

use corescope_top::demo::{Demo, DemoState, Scenario};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_corescope-top");

/// Waits until `done`, for at most 20 s.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < end, "never: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

fn start(scenario: Scenario) -> (Demo, DemoState) {
    let mut demo = Demo::start_with(Path::new(PROGRAM), scenario).unwrap();
    let state = demo.target().unwrap();
    (demo, state)
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
}

/// Whether `pid` runs; one that only waits to be reaped doesn't.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

fn parent(pid: u32) -> u32 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    stat.rsplit_once(") ").unwrap().1.split(' ').nth(1).unwrap().parse().unwrap()
}

fn folder(state: &DemoState) -> &Path {
    state.db.parent().unwrap()
}

fn gone(state: &DemoState) -> bool {
    let pids = [state.ingestor, state.server].into_iter().flatten();
    !folder(state).exists() && pids.filter(|&pid| runs(pid)).count() == 0
}

fn stats(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn update(updates: &Receiver<Result<DemoState, String>>) -> DemoState {
    updates.recv_timeout(Duration::from_secs(20)).unwrap().unwrap()
}

/// Held until dropped, so that a failing test leaves no process.
struct Kept(Child);

impl Drop for Kept {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn it_is_all_there_at_once_and_gone_afterwards() {
    let (demo, state) = start(Scenario::Quiet);
    let (ingestor, server) = (state.ingestor.unwrap(), state.server.unwrap());
    for (pid, name) in [(ingestor, "corescope-ingestor"), (server, "corescope-server")] {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap();
        assert_eq!(line.split(|&b| b == 0).next(), Some(name.as_bytes()));
        assert_eq!(fs::read_to_string(format!("/proc/{pid}/comm")).unwrap().trim_end(), &name[..15]);
    }
    assert_eq!(fs::metadata(folder(&state)).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(stats(&state.stats)["tx_inserted"].as_i64() >= Some(100));
    let conn = rusqlite::Connection::open(&state.db).unwrap();
    for table in ["transmissions", "observations", "nodes", "observers"] {
        let rows: i64 =
            conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "{table}");
    }
    drop(conn);
    drop(demo);
    assert!(gone(&state));
}

#[test]
fn counters_agree_with_the_database() {
    let (_demo, state) = start(Scenario::Quiet);
    let conn = rusqlite::Connection::open(&state.db).unwrap();
    let settings = "SELECT (SELECT auto_vacuum FROM pragma_auto_vacuum) || (SELECT journal_mode FROM pragma_journal_mode)";
    assert_eq!(conn.query_row(settings, [], |row| row.get::<_, String>(0)), Ok("2wal".to_owned()));
    let count = |table: &str| {
        conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let first = stats(&state.stats)["tx_inserted"].clone();
    until("the traffic flows", || stats(&state.stats)["tx_inserted"] != first);
    // The file is at most a second old and lies between two looks at the tables, the first of them older.
    let (tx, obs) = (count("transmissions"), count("observations"));
    let mut seen = stats(&state.stats);
    until("the counters pass the tables", || {
        seen = stats(&state.stats);
        seen["tx_inserted"].as_i64() >= Some(tx) && seen["obs_inserted"].as_i64() >= Some(obs)
    });
    assert!(seen["tx_inserted"].as_i64() <= Some(count("transmissions")));
    assert!(seen["obs_inserted"].as_i64() <= Some(count("observations")));
    assert!(seen["walCommits"].as_i64() >= seen["obs_inserted"].as_i64());
    assert_eq!(seen["write_errors"], 0);
}

#[test]
fn nothing_is_left_when_the_monitor_is_killed() {
    // What matters of the monitor is that it alone holds the other end of the director's input.
    let mut holder = Kept(Command::new("sleep").arg("600").stdout(Stdio::piped()).spawn().unwrap());
    let input = holder.0.stdout.take().unwrap();
    let mut director = Command::new(PROGRAM);
    director.args(["demo-director", "quiet"]).stdin(input).stdout(Stdio::piped());
    let mut director = Kept(director.spawn().unwrap());
    let mut line = String::new();
    let mut lines = std::io::BufReader::new(director.0.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut lines, &mut line).unwrap();
    let state: DemoState = serde_json::from_str(&line).unwrap();
    assert!(!gone(&state));
    signal(holder.0.id(), Signal::KILL);
    until("everything is gone", || gone(&state));
    assert_eq!(director.0.wait().unwrap().code(), Some(0));
}

#[test]
fn nothing_is_left_when_the_director_is_killed() {
    let (mut demo, state) = start(Scenario::Quiet);
    let updates = demo.updates().unwrap();
    signal(parent(state.ingestor.unwrap()), Signal::KILL);
    let last = update(&updates);
    assert_eq!((last.ingestor, last.server), (None, None));
    until("everything is gone", || gone(&state));
    assert!(updates.recv().is_err());
}

#[test]
fn a_director_that_is_stopped_does_not_hold_up_the_end() {
    let (demo, state) = start(Scenario::Quiet);
    signal(parent(state.ingestor.unwrap()), Signal::STOP);
    let began = Instant::now();
    drop(demo);
    assert!(began.elapsed() < Duration::from_secs(4));
    until("everything is gone", || gone(&state));
}

#[test]
fn a_director_asked_to_end_clears_away() {
    let (mut demo, state) = start(Scenario::Quiet);
    let updates = demo.updates().unwrap();
    signal(parent(state.ingestor.unwrap()), Signal::TERM);
    assert_eq!(update(&updates).ingestor, None);
    assert!(gone(&state));
}

#[test]
fn a_killed_ingestor_is_replaced() {
    let (mut demo, state) = start(Scenario::Quiet);
    let updates = demo.updates().unwrap();
    signal(state.ingestor.unwrap(), Signal::KILL);
    assert_eq!(update(&updates).ingestor, None);
    let back = update(&updates);
    assert!(back.ingestor.is_some() && back.ingestor != state.ingestor);
    assert_eq!(back.server, state.server);
    drop(demo);
    assert!(gone(&back) && gone(&state));
}

struct Alone {
    ingestor: Kept,
    folder: tempfile::TempDir,
}

impl Alone {
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (db, stats) = (folder.path().join("meshcore.db"), folder.path().join("stats.json"));
        let mut command = Command::new(PROGRAM);
        command.arg("demo-ingestor").arg("--db").arg(&db).arg("--stats").arg(&stats).args(more);
        let ingestor = Kept(command.stdin(Stdio::piped()).spawn().unwrap());
        until("stats are published", || stats.exists());
        Self { ingestor, folder }
    }

    fn stats(&self) -> Value {
        stats(&self.folder.path().join("stats.json"))
    }
}

#[test]
fn an_ingestor_alone_plays_and_ends_when_asked() {
    let mut alone = Alone::start(&["--scenario", "backfill-loop"]);
    drop(alone.ingestor.0.stdin.take());
    until("the backfill climbs", || alone.stats()["backfillUpdates"]["path_json"].as_i64() > Some(300));
    until("its own rates are published", || alone.stats()["procIO"]["writeBytesPerSec"].is_f64());
    signal(alone.ingestor.0.id(), Signal::TERM);
    assert_eq!(alone.ingestor.0.wait().unwrap().code(), Some(0));
    // It was the last connection, so SQLite removes what the truncation left.
    assert!(!alone.folder.path().join("meshcore.db-wal").exists());
}

#[test]
fn the_stats_stop_and_come_back_on_command() {
    let mut alone = Alone::start(&["--commands"]);
    let mut commands = alone.ingestor.0.stdin.take().unwrap();
    std::io::Write::write_all(&mut commands, b"scenario stats-stall\n").unwrap();
    let stamp = || fs::metadata(alone.folder.path().join("stats.json")).unwrap().modified().unwrap();
    until("the file is stale", || stamp().elapsed().is_ok_and(|age| age > Duration::from_secs(2)));
    let stale = stamp();
    std::io::Write::write_all(&mut commands, b"scenario quiet\n").unwrap();
    until("the file is fresh", || stamp() > stale);
    drop(commands);
    assert_eq!(alone.ingestor.0.wait().unwrap().code(), Some(0));
}
