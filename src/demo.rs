//! `demo`: an ingestor in miniature, so that everybody can see the monitor work.
//!
//! A user of the crate, imported by nothing but `main` and `cli`. Real processes, a real WAL database and a real stats
//! file, watched as any others would be:
//!
//! ```text
//! monitor ──stdin (its end is the signal to clear away)──► director ──► corescope-ingestor ──► meshcore.db, stats
//!         ◄──stdout: a line of JSON for each change──────           └─► corescope-server ────► reads, pins the log
//! ```

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

pub use self::scenario::Scenario;

mod child;
pub mod director;
pub mod folder;
pub mod ingestor;
mod prng;
mod process;
pub mod scenario;
pub mod schedule;
pub mod server;

/// The demo as it is at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DemoState {
    /// The ingestor's process; `None` while there is none.
    pub ingestor: Option<u32>,
    /// The server's process; `None` while there is none.
    pub server: Option<u32>,
    /// The database.
    pub db: PathBuf,
    /// The stats file.
    pub stats: PathBuf,
    /// What is being played; in a tour, the part of it.
    pub scenario: Scenario,
}

/// A line that the director prints.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    /// Something changed.
    State(DemoState),
    /// The demo can't go on.
    Error {
        /// Why.
        error: String,
    },
}

/// A running demo. It ends, with its processes and its folder, when this is dropped or when the process that holds it
/// ends in any way.
#[derive(Debug)]
pub struct Demo {
    director: Child,
    lines: Option<Receiver<Result<DemoState, String>>>,
    reader: Option<JoinHandle<()>>,
    first: Option<DemoState>,
}

/// How long the demo may take until there is something to watch.
const START_LIMIT: Duration = Duration::from_secs(30);
/// How long the director may take to clear away.
const END_LIMIT: Duration = Duration::from_secs(2);

impl Demo {
    /// Starts the demo; returns at once, before there is anything to watch.
    ///
    /// # Errors
    /// When this program can't be run once more.
    pub fn start(scenario: Scenario) -> anyhow::Result<Self> {
        Self::start_with(Path::new(child::SELF), scenario)
    }

    /// Like [`Demo::start`], with `program` in this program's place: one with the subcommands `demo-director`,
    /// `demo-ingestor` and `demo-server`.
    ///
    /// # Errors
    /// When `program` can't be run.
    pub fn start_with(program: &Path, scenario: Scenario) -> anyhow::Result<Self> {
        let mut director = Command::new(program)
            .args(["demo-director", scenario.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // Ctrl-C goes to the monitor alone, which then ends the demo in good order.
            .process_group(0)
            .spawn()
            .context("cannot start the demo")?;
        let (sender, lines) = mpsc::channel();
        let stdout = director.stdout.take().context("the demo has no output")?;
        let reader = Some(thread::spawn(move || read_lines(stdout, &sender)));
        Ok(Self { director, lines: Some(lines), reader, first: None })
    }

    /// What to watch: waits for up to 10 s until the processes, the database with its tables and the first
    /// stats file are all there. Later calls give the same answer; for what changes see [`Demo::updates`].
    ///
    /// # Errors
    /// When the demo fails to start, with its reason.
    pub fn target(&mut self) -> anyhow::Result<DemoState> {
        if let Some(first) = &self.first {
            return Ok(first.clone());
        }
        let lines = self.lines.as_ref().context("the demo's changes go elsewhere already")?;
        let state = match lines.recv_timeout(START_LIMIT) {
            Ok(Ok(state)) => state,
            Ok(Err(error)) => anyhow::bail!(error),
            Err(RecvTimeoutError::Timeout) => anyhow::bail!("the demo does not start"),
            Err(RecvTimeoutError::Disconnected) => anyhow::bail!("the demo ended while it started"),
        };
        self.first = Some(state.clone());
        Ok(state)
    }

    /// All changes after [`Demo::target`]: a new process, another part of the tour. An error is the last one.
    /// `None` if they were taken before.
    pub fn updates(&mut self) -> Option<Receiver<Result<DemoState, String>>> {
        self.lines.take()
    }
}

/// Passes the director's lines on. At their end the director is gone: then so are its children, and their folder
/// is removed in case it had no time to.
fn read_lines(stdout: ChildStdout, sender: &Sender<Result<DemoState, String>>) {
    let mut last = None;
    for line in BufReader::new(stdout).lines() {
        let Ok(line) = line else { break };
        let result = match serde_json::from_str(&line) {
            Ok(Line::State(state)) => {
                last = Some(state.clone());
                Ok(state)
            }
            Ok(Line::Error { error }) => Err(error),
            Err(_) => continue,
        };
        // Nobody has to listen.
        let _ = sender.send(result);
    }
    if let Some(state) = last {
        if let Some(folder) = state.db.parent() {
            folder::remove(folder);
        }
        let _ = sender.send(Ok(DemoState { ingestor: None, server: None, ..state }));
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.director.stdin.take());
        let end = Instant::now() + END_LIMIT;
        while matches!(self.director.try_wait(), Ok(None)) && Instant::now() < end {
            thread::sleep(Duration::from_millis(5));
        }
        // Harmless if it has ended: the process is waited for, so its id can't be another's.
        let _ = self.director.kill();
        let _ = self.director.wait();
        if let Some(reader) = self.reader.take() {
            // It ends with the director's output, and removes what that has left.
            let _ = reader.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Waits until `done`, for at most 20 s.
    pub(super) fn until(what: &str, mut done: impl FnMut() -> bool) {
        let end = Instant::now() + Duration::from_secs(20);
        while !done() {
            assert!(Instant::now() < end, "never: {what}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn lines_keep_their_shape() {
        let state = DemoState {
            ingestor: Some(7),
            server: None,
            db: "/d/meshcore.db".into(),
            stats: "/d/ingestor-stats.json".into(),
            scenario: Scenario::WalGrowth,
        };
        let text = serde_json::to_string(&Line::State(state.clone())).unwrap();
        assert_eq!(
            text,
            r#"{"ingestor":7,"server":null,"db":"/d/meshcore.db","stats":"/d/ingestor-stats.json","scenario":"wal-growth"}"#
        );
        assert!(matches!(serde_json::from_str(&text), Ok(Line::State(read)) if read == state));
        let error = serde_json::from_str(r#"{"error":"no space"}"#).unwrap();
        assert!(matches!(error, Line::Error { error } if error == "no space"));
    }
}
