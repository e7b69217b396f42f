//! Looking for targets again and again, on a thread of its own: reading another process's command
//! line can hang with that process.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::clock::Clock;
use super::discover::scanner::Scanner;
use super::discover::{Choice, Found, Given, Names};
use super::process::ProcReader;
use crate::sample::ProcSample;

const STACK: usize = 256 << 10;
/// Two looks closer than this give no rate, seconds.
const MIN_GAP: f64 = 0.1;
/// How long a disk may take to answer, for what is found and once more for what was given.
const PATIENCE: Duration = Duration::from_millis(700);

/// What one look at all processes found.
#[derive(Debug)]
pub struct Sighting {
    /// What there is to choose from.
    pub choice: Choice,
    /// Every ingestor and server.
    pub found: Found,
    /// Bytes written per second by pid, where two looks saw the same process.
    pub writes: HashMap<u32, f64>,
}

/// The asking end. Dropping it ends the thread.
#[derive(Debug)]
pub struct Finder(SyncSender<()>);

impl Finder {
    /// Starts the thread; `sink` gets what each look finds and ends it by returning false.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn spawn(
        proc_root: PathBuf,
        given: Given,
        names: Names,
        mut sink: impl FnMut(Sighting) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let (ask, asked) = sync_channel(1);
        let run = move || look(&proc_root, &given, names, &asked, &mut sink);
        thread::Builder::new().name("finder".to_owned()).stack_size(STACK).spawn(run)?;
        Ok(Self(ask))
    }

    /// Asks for one more look, unless one waits already.
    pub fn look(&self) {
        let _ = self.0.try_send(());
    }
}

fn look(
    proc_root: &Path,
    given: &Given,
    names: Names,
    asked: &Receiver<()>,
    sink: &mut impl FnMut(Sighting) -> bool,
) {
    let clock = Clock::real();
    let mut before: HashMap<u32, ProcSample> = HashMap::new();
    let mut scanner = Scanner::new(proc_root, names);
    while asked.recv().is_ok() {
        let found = scanner.scan(PATIENCE);
        let now = counters(proc_root, &found, &clock);
        let rates =
            now.iter().filter_map(|(pid, sample)| Some((*pid, write_rate(before.get(pid)?, sample)?)));
        let writes = rates.collect();
        before = now;
        let choice = scanner.choose(given, &found, PATIENCE);
        if !sink(Sighting { choice, found, writes }) {
            return;
        }
    }
}

fn counters(proc_root: &Path, found: &Found, clock: &Clock) -> HashMap<u32, ProcSample> {
    let read = |pid: u32| ProcReader::new(proc_root, pid, "ingestor").read(clock).good().cloned();
    found.ingestors.iter().filter_map(|it| read(it.pid)).map(|sample| (sample.pid, sample)).collect()
}

/// Bytes per second between two looks; `None` for another process under the same pid.
fn write_rate(before: &ProcSample, now: &ProcSample) -> Option<f64> {
    let secs = now.mono.since(before.mono).as_secs_f64();
    let written = now.io.good()?.write_bytes.checked_sub(before.io.good()?.write_bytes)?;
    (before.start == now.start && secs >= MIN_GAP).then(|| written as f64 / secs)
}
