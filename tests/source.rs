//! Processes, the stats file and the sampler: against a folder that plays /proc, real processes, and
//! everything that anybody may put at the stats file's path.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "source_common/common.rs"]
mod common;

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use common::until;
use corescope_top::sample::{FaultKind, Reading, Sample};
use corescope_top::source::clock::Clock;
use corescope_top::source::process::ProcReader;
use corescope_top::source::sampler::{Sampler, SamplerHandle, SourceConfig, SourceEvent};
use corescope_top::source::stats::{StatsReader, StatsSource};
use corescope_top::units::{Mono, Wall};
use tempfile::{TempDir, tempdir};

const FULL: &str = include_str!("fixtures/stats-full.json");

#[test]
fn writer() {
    common::serve();
}

struct FakeProc(TempDir);

impl FakeProc {
    fn new() -> Self {
        let fake = Self(tempdir().unwrap());
        fs::create_dir(fake.0.path().join("4382")).unwrap();
        fake.stat("corescope-inges", 'S', 12_300);
        fake.file("io", &io(1000));
        fake.file("cmdline", "/app/corescope-ingestor\0-config\0/app/config.json\0");
        fake.file("status", "Name:\tx\nUid:\t1000\t1001\t1000\t1000\n");
        fake
    }

    fn file(&self, name: &str, content: &str) {
        fs::write(self.0.path().join("4382").join(name), content).unwrap();
    }

    fn stat(&self, comm: &str, state: char, start: u64) {
        let line = format!("4382 ({comm}) {state} 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 9 0 {start} 1 2\n");
        self.file("stat", &line);
    }

    fn reader(&self) -> ProcReader {
        ProcReader::new(self.0.path(), 4382, "ingestor")
    }
}

fn io(written: u64) -> String {
    format!(
        "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: {written}\ncancelled_write_bytes: 7\n"
    )
}

#[test]
fn a_process_is_known_by_its_program_and_read_anew_each_time() {
    let fake = FakeProc::new();
    let clock = Clock::manual(Wall(0), Mono(150_000_000_000));
    let mut reader = fake.reader();
    let first = reader.read(&clock).good().unwrap().clone();
    assert_eq!((first.pid, first.start, first.name.as_ref()), (4382, 12_300, "corescope-ingestor"));
    assert!((first.uptime - 27.0).abs() < 1e-6, "{}", first.uptime);
    assert_eq!(reader.euid(), Some(1001));
    fake.file("io", &io(5000));
    assert_eq!(reader.read(&clock).good().unwrap().io.good().unwrap().write_bytes, 5000);
    fake.file("cmdline", "\u{1b}[31mother\0");
    fake.stat("other", 'S', 12_300);
    assert_eq!(reader.read(&clock).good().unwrap().name.as_ref(), "[31mother");
}

#[test]
fn a_pid_that_was_used_again_is_not_mistaken() {
    let fake = FakeProc::new();
    let mut reader = fake.reader();
    assert!(reader.read(&Clock::real()).good().is_some());
    fake.stat("corescope-inges", 'S', 99_999);
    for _ in 0..3 {
        let reading = reader.read(&Clock::real());
        let fault = reading.fault().unwrap();
        assert_eq!(fault.kind, FaultKind::Gone);
        assert_eq!(fault.text, "process 4382 (corescope-ingestor) has exited");
    }
}

#[test]
fn what_is_not_there_or_dead_says_so() {
    let fake = FakeProc::new();
    let nobody = ProcReader::new(fake.0.path(), 7, "server").read(&Clock::real());
    assert_eq!(nobody.fault().unwrap().text, "no process 7: give the pid of the running server");
    fake.stat("corescope-inges", 'Z', 12_300);
    assert_eq!(fake.reader().read(&Clock::real()).fault().unwrap().kind, FaultKind::Gone);
    fake.file("stat", "garbage");
    assert_eq!(fake.reader().read(&Clock::real()).fault().unwrap().kind, FaultKind::Gone);
}

#[test]
fn garbage_in_io_leaves_the_rest() {
    let fake = FakeProc::new();
    fake.file("io", "rchar: many\n");
    let reading = fake.reader().read(&Clock::real());
    assert!(reading.good().unwrap().io.fault().unwrap().text.contains("no counters"));
}

#[test]
fn a_real_process_ends_under_its_reader() {
    let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
    let mut reader = ProcReader::new(Path::new("/proc"), child.id(), "ingestor");
    until("exec", || reader.read(&Clock::real()).good().is_some_and(|seen| seen.name.as_ref() == "sleep"));
    let seen = reader.read(&Clock::real()).good().unwrap().clone();
    assert!(seen.io.good().is_some() && seen.uptime < 20.0);
    child.kill().unwrap();
    let text = format!("process {} (sleep) has exited", child.id());
    let gone = |reader: &mut ProcReader| reader.read(&Clock::real()).fault().map(|fault| fault.text.clone());
    until("the end", || gone(&mut reader) == Some(text.clone()));
    child.wait().unwrap();
    assert_eq!(gone(&mut reader), Some(text));
}

#[test]
fn another_users_counters_are_refused_and_the_rest_is_known() {
    // Whoever runs this: pid 1 belongs to root, and root is refused nothing.
    let reading = ProcReader::new(Path::new("/proc"), 1, "ingestor").read(&Clock::real());
    let Some(seen) = reading.good() else { return };
    if let Reading::Failed(fault) = &seen.io {
        assert_eq!(fault.kind, FaultKind::Denied);
        assert_eq!(fault.text, "permission denied reading /proc/1/io: run as the ingestor's user or root");
    }
}

struct Stats {
    folder: TempDir,
    path: PathBuf,
}

impl Stats {
    fn new() -> Self {
        let folder = tempdir().unwrap();
        let path = folder.path().join("stats.json");
        Self { folder, path }
    }

    fn publish(&self, content: &str) {
        let tmp = self.path.with_extension("json.tmp");
        fs::write(&tmp, content).unwrap();
        fs::rename(tmp, &self.path).unwrap();
    }

    fn refusal(&self) -> String {
        let began = Instant::now();
        let reading = StatsReader::new(&self.path).read(&Clock::real(), None);
        assert!(began.elapsed() < Duration::from_secs(5), "it blocked");
        let text = reading.fault().unwrap().text.clone();
        assert!(text.contains(self.path.to_str().unwrap()) && !text.contains('\n'), "{text}");
        text
    }
}

#[test]
fn an_update_is_read_and_an_unchanged_file_is_shared() {
    let stats = Stats::new();
    let mut reader = StatsReader::new(&stats.path);
    stats.publish(FULL);
    let first = reader.read(&Clock::real(), None).good().unwrap().clone();
    let again = reader.read(&Clock::real(), None).good().unwrap().clone();
    assert!(std::sync::Arc::ptr_eq(&first.file, &again.file) && again.mono > first.mono);
    stats.publish(r#"{"tx_inserted":614}"#);
    let next = reader.read(&Clock::real(), None).good().unwrap().clone();
    assert_eq!(next.file.counters, [("tx_inserted".into(), 614)]);
    assert!(next.ino != first.ino && next.mtime >= first.mtime);
}

#[test]
fn only_a_small_regular_file_is_read() {
    let stats = Stats::new();
    assert!(stats.refusal().starts_with("no stats file at"));
    fs::create_dir(&stats.path).unwrap();
    assert!(stats.refusal().contains("is a folder"));
    fs::remove_dir(&stats.path).unwrap();
    for target in ["/dev/zero", "/etc/passwd", "/nowhere"] {
        symlink(target, &stats.path).unwrap();
        assert!(stats.refusal().contains("is a symbolic link"));
        fs::remove_file(&stats.path).unwrap();
    }
    let made = Command::new("mkfifo").arg(&stats.path).status().unwrap();
    assert!(made.success());
    assert!(stats.refusal().contains("is a FIFO"));
    fs::remove_file(&stats.path).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(&stats.path).unwrap();
    assert!(stats.refusal().contains("only a regular file is read"));
    drop(socket);
    fs::remove_file(&stats.path).unwrap();
    File::create(&stats.path).unwrap().set_len(10 << 20).unwrap();
    assert!(stats.refusal().contains("larger than 1 MB"));
    let device = StatsReader::new(Path::new("/dev/zero")).read(&Clock::real(), None);
    assert!(device.fault().unwrap().text.contains("is a device"));
}

#[test]
fn bad_content_says_what_is_wrong_with_it() {
    let stats = Stats::new();
    for (content, reason) in
        [("", "is empty"), (&FULL[..900], "ends in the middle"), ("[]", "is no JSON object")]
    {
        stats.publish(content);
        assert!(stats.refusal().contains(reason));
    }
}

#[test]
fn a_file_of_a_stranger_is_not_believed() {
    let stats = Stats::new();
    stats.publish(FULL);
    let mine = rustix::process::geteuid().as_raw();
    let mut reader = StatsReader::new(&stats.path);
    assert!(reader.read(&Clock::real(), Some(mine)).good().is_some());
    let other = reader.read(&Clock::real(), Some(mine + 1));
    if mine == 0 {
        assert!(other.good().is_some(), "root is believed");
        std::os::unix::fs::chown(&stats.path, Some(1234), None).unwrap();
        assert!(reader.read(&Clock::real(), Some(1)).fault().unwrap().text.contains("belongs to user 1234"));
    } else {
        assert!(other.fault().unwrap().text.contains("not believed"));
        fs::set_permissions(&stats.path, fs::Permissions::from_mode(0o0)).unwrap();
        assert_eq!(reader.read(&Clock::real(), None).fault().unwrap().kind, FaultKind::Denied);
    }
}

#[test]
fn the_watch_tells_of_updates_at_once() {
    let stats = Stats::new();
    stats.publish(FULL);
    // Time stands still, so nothing is found but by an event.
    let clock = Clock::manual(Wall(0), Mono(1));
    let mut source = StatsSource::new(&stats.path);
    let counters = |source: &mut StatsSource| source.read(&clock, None).good().map(|s| s.file.counters.len());
    assert_eq!(counters(&mut source), Some(9));
    assert!(source.watched().good().is_some());
    stats.publish(r#"{"a":1}"#);
    until("the event", || counters(&mut source) == Some(1));
    fs::remove_file(&stats.path).unwrap();
    until("the removal", || counters(&mut source).is_none());
}

#[test]
fn a_folder_made_again_is_watched_again() {
    let outer = tempdir().unwrap();
    let folder = outer.path().join("inner");
    let path = folder.join("stats.json");
    let clock = Clock::manual(Wall(0), Mono(1));
    let secs = |n: u64| clock.set(Wall(0), Mono(1 + n * 1_000_000_000));
    let mut source = StatsSource::new(&path);
    assert!(source.read(&clock, None).fault().is_some());
    let note = source.watched().fault().unwrap().text.clone();
    assert!(note.starts_with("inotify unavailable (no folder") && note.contains("at every interval instead"));
    for round in 1..=2_i64 {
        fs::create_dir(&folder).unwrap();
        fs::write(&path, format!("{{\"a\":{round}}}")).unwrap();
        secs(round.unsigned_abs() * 100);
        assert_eq!(source.read(&clock, None).good().unwrap().file.counters[0].1, round);
        assert!(source.watched().good().is_some(), "{:?}", source.watched());
        fs::remove_dir_all(&folder).unwrap();
        secs(round.unsigned_abs() * 100 + 50);
        assert!(source.read(&clock, None).fault().is_some());
    }
}

#[test]
fn a_storm_ends_the_watch_for_a_while() {
    let stats = Stats::new();
    stats.publish(FULL);
    let clock = Clock::manual(Wall(0), Mono(1));
    let mut source = StatsSource::new(&stats.path);
    source.read(&clock, None);
    let other = stats.folder.path().join("other");
    until("the storm", || {
        fs::write(&other, "").unwrap();
        fs::rename(&other, stats.folder.path().join("another")).unwrap();
        source.read(&clock, None);
        source.watched().fault().is_some_and(|fault| fault.text.contains("events a second"))
    });
    assert!(source.read(&clock, None).good().is_some(), "it goes on by reading");
    clock.set(Wall(0), Mono(6_000_000_000));
    source.read(&clock, None);
    assert!(source.watched().good().is_some(), "and watches again afterwards");
}

fn sampling(config: SourceConfig) -> (SamplerHandle, Receiver<Sample>) {
    let (sender, receiver) = channel();
    let sink = move |event| match event {
        SourceEvent::Sample(sample) => sender.send(Sample::clone(&sample)).is_ok(),
        SourceEvent::Died(text) => panic!("{text}"),
    };
    (Sampler::spawn(config, Clock::real(), sink).unwrap(), receiver)
}

fn config(stats: &Stats) -> SourceConfig {
    SourceConfig {
        proc_root: PathBuf::from("/proc"),
        ingestor: Some(std::process::id()),
        server: None,
        stats: stats.path.clone(),
        db: None,
        interval: 0.1,
    }
}

fn next(samples: &Receiver<Sample>) -> Sample {
    samples.recv_timeout(Duration::from_secs(20)).unwrap()
}

#[test]
fn the_first_sample_is_whole_and_comes_at_once() {
    let stats = Stats::new();
    stats.publish(FULL);
    let db = stats.folder.path().join("m.db");
    let mut other = common::Writer::start(&db);
    other.order("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
    let config = SourceConfig { db: Some(db), interval: 60.0, ..config(&stats) };
    let (_handle, samples) = sampling(config);
    let sample = next(&samples);
    assert!(sample.ingestor.good().unwrap().io.good().is_some());
    assert!(sample.stats.good().is_some() && sample.watch.good().is_some());
    assert!(sample.db.good().unwrap().pragmas.good().is_some());
    assert_eq!((sample.server, sample.interval), (Reading::Unwatched, 60.0));
}

#[test]
fn interval_and_processes_change_at_once() {
    let stats = Stats::new();
    let (handle, samples) = sampling(SourceConfig { interval: 3600.0, ..config(&stats) });
    assert!(next(&samples).stats.fault().is_some());
    handle.set_interval(1800.0);
    assert!((next(&samples).interval - 1800.0).abs() < 1e-9);
    let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    handle.set_processes(None, Some(child.id()));
    let sample = next(&samples);
    assert_eq!((sample.ingestor, sample.server.good().unwrap().pid), (Reading::Unwatched, child.id()));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn samples_come_on_an_absolute_schedule_and_end_when_told() {
    let stats = Stats::new();
    let (handle, samples) = sampling(config(&stats));
    let first = next(&samples).mono;
    let last = (0..10).fold(first, |_, _| next(&samples).mono);
    // A busy machine may skip ticks, never add any.
    assert!(last.since(first) >= Duration::from_millis(900), "{:?}", last.since(first));
    handle.stop();
    until("the end", || samples.try_recv() == Err(std::sync::mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_sink_that_is_gone_ends_the_threads() {
    let stats = Stats::new();
    let (handle, samples) = sampling(config(&stats));
    next(&samples);
    drop(samples);
    drop(handle);
}
