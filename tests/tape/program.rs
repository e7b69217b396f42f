//! The real program, recording and playing back.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use corescope_top::model::input::Input;
use corescope_top::tape::Tape;
use corescope_top::units::Wall;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;

use crate::format::{read, samples, write};

const PROGRAM: &str = env!("CARGO_BIN_EXE_corescope-top");

fn command(folder: &TempDir, line: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(line.split(' ')).current_dir(folder.path()).env_remove("CORESCOPE_INGESTOR_STATS");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(folder: &TempDir, line: &str) -> Output {
    command(folder, line).output().unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A stats file that never changes is all that these recordings need.
fn with_stats() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.json"), include_str!("../fixtures/stats-full.json")).unwrap();
    folder
}

const STATS: &str = "--stats s.json --match nobody-has-this-name --db no.db -n 0.1";

/// Waits until the file has grown to `bytes`.
fn grown(path: &Path, bytes: u64) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while path.metadata().map_or(0, |meta| meta.len()) < bytes {
        assert!(Instant::now() < deadline, "{} does not grow", path.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(child.id() as i32).unwrap(), signal).unwrap();
}

#[test]
fn a_replay_prints_the_same_bytes_as_the_live_run() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.ndjson", "x.zst"] {
        let live =
            run(&folder, &format!("demo --scenario write-burst -n 0.1 --json --count 30 --record {name}"));
        assert!(live.status.success(), "{}", errors(&live));
        assert_eq!(crate::lines(&live.stdout), 30);
        let again = run(&folder, &format!("replay {name} --json"));
        assert!(again.status.success(), "{}", errors(&again));
        assert!(live.stdout == again.stdout, "{name} differs");
        assert_eq!(errors(&again), "");
        let mode = folder.path().join(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn kill_9_loses_a_few_seconds_at_most() {
    for name in ["x.ndjson", "x.zst"] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut child = command(&folder, &format!("demo -n 0.1 --json --record {name}")).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let reader = std::thread::spawn(move || lines.by_ref().count());
        // More than the header, which is there at once.
        grown(&path, 1500);
        child.kill().unwrap();
        child.wait().unwrap();
        let printed = reader.join().unwrap() as u64;
        let now = Wall(i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap());
        let tape = Tape::open(&path).unwrap();
        assert!(tape.cut().is_some());
        if name == "x.zst" {
            let Some(Input::Sample(last)) = read(&tape).pop() else { panic!("no sample") };
            assert!(now.secs_since(last.at) < 10.0);
        } else {
            assert!(tape.samples() + 2 >= printed, "{} of {printed}", tape.samples());
        }
    }
}

#[test]
fn record_ends_by_itself_and_says_what_it_did() {
    let folder = with_stats();
    let output = run(&folder, &format!("record x.zst --for 1s {STATS}"));
    assert!(output.status.success(), "{}", errors(&output));
    let tape = Tape::open(&folder.path().join("x.zst")).unwrap();
    assert!((5..=12).contains(&tape.samples()) && tape.cut().is_none(), "{}", tape.samples());
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.starts_with(&format!("x.zst: {} samples, ", tape.samples())), "{said}");
    assert_eq!(said.lines().count(), 1);
    assert_eq!(tape.header().target.stats.as_ref(), "s.json");
}

#[test]
fn signals_end_a_recording_in_order() {
    for (number, status) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        for line in ["record x", "--json --record x"] {
            let folder = with_stats();
            let child = command(&folder, &format!("{line} {STATS}")).spawn().unwrap();
            grown(&folder.path().join("x"), 3000);
            signal(&child, number);
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(status), "{}", errors(&output));
            assert_eq!(Tape::open(&folder.path().join("x")).unwrap().cut(), None);
        }
    }
}

#[test]
fn nothing_is_overwritten_unasked_and_links_never() {
    let folder = with_stats();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("x"), "precious").unwrap();
    std::os::unix::fs::symlink(at("x"), at("link")).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, at("fifo"), rustix::fs::Mode::RWXU).unwrap();
    for (file, words) in
        [("x", "--force"), ("link --force", "symbolic link"), ("fifo --force", "no regular file")]
    {
        let output = run(&folder, &format!("--json --count 1 --record {file} {STATS}"));
        assert_eq!(output.status.code(), Some(1));
        assert!(errors(&output).contains(words) && output.stdout.is_empty(), "{}", errors(&output));
    }
    assert_eq!(std::fs::read(at("x")).unwrap(), b"precious");
    assert!(run(&folder, &format!("--json --count 1 --record x --force {STATS}")).status.success());
    assert_eq!(Tape::open(&at("x")).unwrap().samples(), 2);
}

#[test]
fn a_full_disk_stops_the_recording_and_nothing_else() {
    let folder = with_stats();
    std::fs::create_dir(folder.path().join("small")).unwrap();
    let script = format!(
        "mount -t tmpfs -o size=64k none small || exit 99
         {PROGRAM} --json --count 80 --record small/x {STATS}; status=$?; cp small/x x; exit $status"
    );
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-c", &script])
        .current_dir(folder.path())
        .env_remove("CORESCOPE_INGESTOR_STATS")
        .output();
    let Ok(output) = output else { return };
    if output.stdout.is_empty() && output.status.code() != Some(0) {
        // No namespaces for this user; the recorder's own tests have a full disk, too.
        return;
    }
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(crate::lines(&output.stdout), 80);
    assert!(errors(&output).contains("recording stopped: small/x can't be written: No space left"));
    let tape = Tape::open(&folder.path().join("x")).unwrap();
    assert!(tape.cut().is_some() && tape.samples() > 5, "{}", tape.samples());
}

#[test]
fn no_password_reaches_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let address = "mqtt://hugo:Hunter2@one.example:1883";
    let file = json!({"sampledAt": "2026-11-22T14:59:32Z", "tx_inserted": 5, address: 7,
        "backfillUpdates": {address: 1}, "writer_perf": {address: {"count": 1}},
        "source_liveness": {address: {"lastReceiptUnix": 1_795_359_571}},
        "source_statuses": [{"name": "", "broker": address, "connected": false, "lastError": format!("dial {address}: refused")}]});
    std::fs::write(folder.path().join("s.json"), file.to_string()).unwrap();
    for name in ["x", "x.zst"] {
        let output = run(&folder, &format!("--json --count 2 --record {name} {STATS}"));
        assert!(output.status.success(), "{}", errors(&output));
        let bytes = std::fs::read(folder.path().join(name)).unwrap();
        let text = if name == "x" { bytes } else { zstd::decode_all(&*bytes).unwrap() };
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("mqtt://***@one.example"), "{text}");
        assert!(!text.contains("Hunter2") && !text.contains("hugo"), "{text}");
    }
}

#[test]
fn a_recording_that_is_cut_or_damaged_is_played_as_far_as_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    write(&path, &samples(20));
    let bytes = std::fs::read(&path).unwrap();
    let whole = run(&folder, "replay x --json");
    assert!(whole.status.success() && !whole.stdout.is_empty());
    std::fs::write(&path, &bytes[..bytes.len() - 3000]).unwrap();
    let cut = run(&folder, "replay x --json");
    assert!(cut.status.success() && errors(&cut).contains("is cut"), "{}", errors(&cut));
    assert!(whole.stdout.starts_with(&cut.stdout) && !cut.stdout.is_empty());
    let text = String::from_utf8(bytes).unwrap();
    let bent = text.lines().nth(10).unwrap().replace("\"interval\":", "\"interval\":x");
    std::fs::write(&path, text.replace(text.lines().nth(10).unwrap(), &bent)).unwrap();
    let damaged = run(&folder, "replay x --json");
    assert_eq!(damaged.status.code(), Some(1));
    assert!(errors(&damaged).contains("x is damaged in line 11"), "{}", errors(&damaged));
    assert!(whole.stdout.starts_with(&damaged.stdout) && !damaged.stdout.is_empty());
}
