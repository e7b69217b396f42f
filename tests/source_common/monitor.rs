//! The real program in a process of its own, as fast as it goes, and what it says.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::Value;

/// `corescope-top --json -n 0.1` on a database.
pub struct Monitor {
    child: Child,
    lines: Receiver<Value>,
    /// When the database was first looked at, in seconds since the epoch, and the last look after that.
    first: f64,
    watched: f64,
}

impl Monitor {
    /// Starts it and waits for its first line.
    pub fn start(db: &Path) -> Self {
        Self::start_by(Command::new(env!("CARGO_BIN_EXE_corescope-top")), db)
    }

    /// Like [`Monitor::start`], by a command that runs the program with the arguments that are added.
    pub fn start_by(mut command: Command, db: &Path) -> Self {
        let mut child = command
            .args(["--json", "-n", "0.1", "--db"])
            .arg(db)
            .arg("--stats")
            .arg(db.with_file_name("no-stats-here.json"))
            .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let mut monitor = Self { child, lines, first: 0.0, watched: f64::MAX };
        monitor.next();
        monitor
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line.
    pub fn next(&mut self) -> Value {
        self.lines.recv_timeout(Duration::from_secs(20)).expect("a line of the monitor")
    }

    /// The log of the next line whose look at the database is from now on. On a busy machine a line may
    /// carry a look that came late; it says how long the database has been watched, and so when it was.
    pub fn fresh(&mut self) -> Value {
        let now = seconds(Timestamp::now());
        loop {
            let mut line = self.next();
            let at = seconds(line["at"].as_str().unwrap().parse().unwrap());
            let wal = line["sqlite"]["wal"].take();
            let watched = wal["watchedSeconds"].as_f64().unwrap();
            // No look is later than its line: the smallest difference is the nearest.
            let first = at - watched;
            self.first = if watched < self.watched { first } else { first.min(self.first) };
            self.watched = watched;
            if self.first + watched >= now {
                return wal;
            }
        }
    }

    /// The log after two samples from now on: the first may have been under way already.
    pub fn second(&mut self) -> Value {
        self.fresh();
        self.fresh()
    }

    /// Waits for a sample whose log is as wanted, at most 20 s.
    pub fn until(&mut self, what: &str, mut wanted: impl FnMut(&Value) -> bool) -> Value {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            let wal = self.fresh();
            if wanted(&wal) {
                return wal;
            }
            assert!(Instant::now() < deadline, "{what} did not happen: {wal:#}");
        }
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1e3
}
