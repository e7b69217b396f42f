//! A demo that runs, and the lines it has printed.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// What a demo may take of the disk.
const DISK: u64 = 400 << 20;

/// `corescope-top demo --scenario NAME --json` at two samples a second; it ends when this is dropped.
pub struct Run {
    monitor: Child,
    lines: Receiver<String>,
    began: Instant,
    seen: Vec<Value>,
    most: u64,
}

impl Run {
    /// Starts `scenario`.
    pub fn start(scenario: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_corescope-top"));
        command.args(["demo", "--scenario", scenario, "--json", "-n", "0.5"]);
        let mut monitor = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(monitor.stdout.take().unwrap());
        let (sender, lines) = mpsc::channel();
        // It ends with the program's output.
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
        Self { monitor, lines, began: Instant::now(), seen: Vec::new(), most: 0 }
    }

    /// The first line from here on that `wanted` holds for; fails when there is none `secs` seconds after the start.
    pub fn until(&mut self, what: &str, secs: u64, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        let end = self.began + Duration::from_secs(secs);
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let Ok(line) = self.lines.recv_timeout(left) else {
                panic!("never: {what}; the last of {} lines: {:?}", self.seen.len(), self.seen.last())
            };
            self.take(&line);
            if self.seen.last().is_some_and(&mut wanted) {
                return self.seen.last().cloned().unwrap();
            }
        }
    }

    /// All lines until `secs` seconds after the start.
    pub fn lines_for(&mut self, secs: u64) -> &[Value] {
        let (began, length) = (self.began, Duration::from_secs(secs));
        self.until("a line in time", secs + 5, |_| began.elapsed() >= length);
        self.seen()
    }

    /// Every line so far.
    pub fn seen(&self) -> &[Value] {
        &self.seen
    }

    /// The most that the demo's folder has held, in bytes.
    pub fn most_of_the_disk(&self) -> u64 {
        self.most
    }

    /// The stats file as it is now.
    pub fn stats(&self) -> Value {
        let text = fs::read(self.argument("--stats").unwrap()).unwrap();
        serde_json::from_slice(&text).unwrap()
    }

    /// Checks what holds for every line of every scenario.
    fn take(&mut self, line: &str) {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["at"].is_string() && line["flags"].is_array(), "{line}");
        for rate in rates(&line) {
            assert!(rate.is_null() || rate.as_f64() >= Some(0.0), "{line}");
        }
        for process in ["ingestor", "server"] {
            let figures = line["io"][process].as_object().into_iter().flatten();
            assert!(
                figures.into_iter().all(|(_, value)| value.is_null() || value.as_f64() >= Some(0.0)),
                "{line}"
            );
        }
        self.seen.push(line);
        self.most = self.most.max(self.disk_use());
        assert!(self.most < DISK, "{} bytes on the disk", self.most);
    }

    /// What the demo's folder holds; 0 while there is no ingestor to ask for it.
    fn disk_use(&self) -> u64 {
        let folder = self.argument("--db").and_then(|db| fs::read_dir(db.parent()?).ok());
        let files = folder.into_iter().flatten().flatten();
        files.filter_map(|file| file.metadata().ok()).map(|meta| meta.blocks() * 512).sum()
    }

    /// What stands behind `name` on the ingestor's command line.
    fn argument(&self, name: &str) -> Option<PathBuf> {
        let pid = self.seen.last()?["io"]["ingestor"]["pid"].as_u64()?;
        let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?;
        line.split('\0').skip_while(|argument| *argument != name).nth(1).map(PathBuf::from)
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.monitor.kill();
        let _ = self.monitor.wait();
    }
}

/// The flag `name` of a line.
pub fn flag<'a>(line: &'a Value, name: &str) -> Option<&'a Value> {
    line["flags"].as_array().unwrap().iter().find(|flag| flag["flag"] == name)
}

/// Whether a line has the flag `name`.
pub fn flagged(line: &Value, name: &str) -> bool {
    flag(line, name).is_some()
}

/// The rates of all write sources.
pub fn rates(line: &Value) -> impl Iterator<Item = &Value> {
    line["writeSources"]["rates"].as_object().into_iter().flatten().map(|(_, rate)| rate)
}
