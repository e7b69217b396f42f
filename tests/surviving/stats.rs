//! Everything that may stand where the stats file should: one monitor is fed all of it in turn, with
//! a good file in between each time.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;

use crate::is_root;
use crate::monitor::{Monitor, assert_sane, faults};
use crate::patient::Patient;

/// A good file with `total` transmissions.
pub fn good(total: i64) -> String {
    format!("{{\"sampledAt\":\"{}\",\"tx_inserted\":{total},\"obs_inserted\":{total}}}", now())
}

/// The time as the ingestor writes it.
pub fn now() -> String {
    format!("{:.0}", jiff::Timestamp::now())
}

/// Publishes `content` as the ingestor does.
pub fn publish(path: &Path, content: &[u8]) {
    let fresh = path.with_extension("json.tmp");
    fs::write(&fresh, content).unwrap();
    if path.is_dir() {
        fs::remove_dir(path).unwrap();
    }
    fs::rename(&fresh, path).unwrap();
}

/// Publishes again and again, as an ingestor does, until it is dropped.
pub struct Feeder(Arc<AtomicBool>);

impl Feeder {
    /// `content` makes the file out of the number of the update.
    pub fn start(path: &Path, content: impl Fn(i64) -> String + Send + 'static) -> Self {
        let (over, path) = (Arc::new(AtomicBool::new(false)), path.to_owned());
        publish(&path, content(0).as_bytes());
        let stop = Arc::clone(&over);
        std::thread::spawn(move || {
            for number in 1.. {
                std::thread::sleep(Duration::from_millis(600));
                if stop.load(Ordering::Relaxed) || !path.exists() {
                    return;
                }
                publish(&path, content(number).as_bytes());
            }
        });
        Self(over)
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn tx(line: &Value) -> Option<i64> {
    line["writeSources"]["sources"]["tx_inserted"].as_i64()
}

struct Fed {
    path: PathBuf,
    total: i64,
    monitor: Monitor,
    _patient: Patient,
}

impl Fed {
    fn start() -> Self {
        let patient = Patient::start();
        let path = patient.folder().join("fed.json");
        publish(&path, good(1000).as_bytes());
        let monitor = Monitor::start(&patient.with_stats(&path));
        Self { path, total: 1000, monitor, _patient: patient }
    }

    /// A good file, until it is seen and nothing is said against it.
    fn good(&mut self) {
        self.total += 1;
        publish(&self.path, good(self.total).as_bytes());
        let total = self.total;
        let quiet = |line: &Value| tx(line) == Some(total) && faults(line, "stats").is_empty();
        self.monitor.until("the good file", quiet);
    }

    /// After `put` the fault says `words`, and the last good values stay.
    fn bad(&mut self, words: &str, put: impl FnOnce(&Path)) {
        self.good();
        let _ = fs::remove_file(&self.path);
        put(&self.path);
        let since = Instant::now();
        let line = self.monitor.fault("stats", words);
        assert!(since.elapsed() < Duration::from_secs(5), "{words}: {:?}", since.elapsed());
        assert_eq!(tx(&line), Some(self.total), "{words}: the last good value is gone in {line}");
        let text = faults(&line, "stats")[0];
        assert!(text.contains(" old") || text.contains(" ago"), "it doesn't say since when: {text}");
    }

    /// After `content`, which is an object, only what is good in it is believed.
    fn bent(&mut self, content: &str) {
        self.good();
        publish(&self.path, content.as_bytes());
        let line = self.monitor.until("the bent file", |line| {
            line["writeSources"]["sources"]["obs_inserted"] == 77_000_000 && tx(line).is_none()
        });
        let text = line.to_string();
        assert!(!text.contains("e308") && !text.contains("NaN") && !text.contains("922337"), "{text}");
    }
}

#[test]
fn whatever_stands_there_is_said_and_the_last_values_stay() {
    let mut fed = Fed::start();
    fed.bad("no stats file at", |_| {});
    let write = |content: &[u8]| {
        let content = content.to_vec();
        move |path: &Path| publish(path, &content)
    };
    let whole = good(5);
    fed.bad("ends in the middle of its JSON", write(&whole.as_bytes()[..whole.len() / 2]));
    fed.bad("is empty", write(b""));
    fed.bad("stats", write(b"{}"));
    fed.bad("is no JSON object", write(b"[1,2]"));
    fed.bad("is no JSON object", write(b"null"));
    fed.bad("is no valid JSON", write(b"{\"tx_inserted\":NaN}"));
    fed.bad("is no valid JSON", write(b"NaN"));
    fed.bad("is no valid JSON", write(&[0xff, 0xfe, 0, 1]));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    fed.bad("neither a time nor a counter", write(deep.as_bytes()));
    let large = format!("{{\"tx_inserted\":1,\"x\":\"{}\"}}", "y".repeat(10 << 20));
    fed.bad("is larger than 1 MB", write(large.as_bytes()));
    let elsewhere = fed.path.with_file_name("elsewhere.json");
    fs::write(&elsewhere, good(1_000_000)).unwrap();
    fed.bad("is a symbolic link", |path| symlink(&elsewhere, path).unwrap());
    fed.bad("is a symbolic link", |path| symlink("/dev/zero", path).unwrap());
    let mode = Mode::from_raw_mode(0o666);
    fed.bad("is a FIFO", |path| mknodat(CWD, path, FileType::Fifo, mode, 0).unwrap());
    fed.bad("is a folder", |path| fs::create_dir(path).unwrap());
    fed.bad("is a device", |path| drop(std::os::unix::net::UnixListener::bind(path).unwrap()));
    if is_root() {
        let zero = rustix::fs::makedev(1, 5);
        fed.bad("is a device", |path| {
            mknodat(CWD, path, FileType::CharacterDevice, mode, zero).unwrap();
        });
    } else {
        println!("skipped: a device can't be made by this user");
    }
    fed.good();
    assert_sane(&fed.monitor.values(), 3000.0);
    assert_eq!(fed.monitor.end(), "");
}

#[test]
fn of_a_bent_file_only_the_good_is_believed() {
    let mut fed = Fed::start();
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let values =
        ["-5", "-9223372036854775808", "9223372036854775808", "1e308", "1.5", "\"NaN\"", "null", "{}", &deep];
    for value in values {
        let rest = "\"obs_inserted\":77000000,\"backfillUpdates\":7,\"procIO\":[],\"writer_perf\":\"x\"";
        fed.bent(&format!("{{\"sampledAt\":\"{}\",\"tx_inserted\":{value},{rest}}}", now()));
        // A lower count is a restart, and no rate is known across it.
    }
    fed.good();
    let lines = fed.monitor.values();
    let tx_rates = lines.iter().filter_map(|line| line["writeSources"]["rates"]["tx_inserted"].as_f64());
    assert!(tx_rates.into_iter().all(|rate| (0.0..100.0).contains(&rate)));
    assert_eq!(fed.monitor.end(), "");
}

#[test]
fn another_users_file_is_not_believed() {
    if !is_root() {
        println!("skipped: only root can give a file away");
        return;
    }
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    publish(&path, good(1000).as_bytes());
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    monitor.until("the good file", |line| tx(line) == Some(1000));
    let fresh = path.with_extension("strange");
    fs::write(&fresh, good(666_666)).unwrap();
    std::os::unix::fs::chown(&fresh, Some(54321), Some(54321)).unwrap();
    fs::rename(&fresh, &path).unwrap();
    let line = monitor.fault("stats", "belongs to user 54321");
    assert_eq!(tx(&line), Some(1000));
    publish(&path, good(1001).as_bytes());
    monitor.until("the good file", |line| tx(line) == Some(1001) && faults(line, "stats").is_empty());
    assert!(monitor.values().iter().all(|line| tx(line) != Some(666_666)));
}

#[test]
fn a_file_left_over_is_stale_from_the_first_line() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let stamp = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(3600);
    publish(&path, format!("{{\"sampledAt\":\"{stamp:.0}\",\"tx_inserted\":9}}").as_bytes());
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    let line = monitor.next();
    assert_eq!((&line["writeSources"]["stale"], tx(&line)), (&true.into(), Some(9)), "{line}");
    let text = faults(&line, "stats")[0];
    assert!(text.contains("1 h") && text.contains("old"), "{text}");
}

#[test]
fn writes_without_a_stats_file_are_called_what_they_may_be() {
    let patient = Patient::play("write-burst");
    let nowhere = patient.folder().join("nowhere.json");
    let mut monitor = Monitor::start(&patient.with_stats(&nowhere));
    let line = monitor.fault("stats", "publishes no stats");
    assert!(faults(&line, "stats").iter().any(|text| text.contains("MB/s")), "{line}");
}
