//! An ingestor in miniature: traffic in, a real WAL database and a real stats file out.
//!
//! ```text
//! radio thread ──Message──┐
//! stdin, signals ─Play/End┴─► writer (the calling thread) ──► meshcore.db
//!                                └─ counters ─► publisher thread ──► stats.json, each second
//! ```

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use self::counters::{Counters, lock};
use self::mqtt::Sources;
use self::own_io::OwnIo;
use self::radio::Radio;
use self::store::Store;
use self::writer::{Event, Writer, unix_now};
use super::prng::Prng;
use super::process;
use super::scenario::Scenario;

pub mod counters;
pub mod job;
pub mod mqtt;
pub mod own_io;
pub mod radio;
pub mod stats;
pub mod store;
pub mod writer;

/// What the ingestor in miniature is started with.
#[derive(Clone, Debug, clap::Args)]
pub struct IngestorArgs {
    /// The database, made if it isn't there
    #[arg(long, value_name = "PATH")]
    pub db: PathBuf,
    /// The stats file
    #[arg(long, value_name = "PATH")]
    pub stats: PathBuf,
    /// What to play from the start, for ever; what needs a second process (wal-growth) shows little alone
    #[arg(long, value_name = "NAME", default_value = "quiet")]
    pub scenario: Scenario,
    /// Take commands from standard input, and end with it and with the parent process
    #[arg(long)]
    pub commands: bool,
}

/// Transmissions that are there at once, as retained messages are: the Perf page's rule on backfills needs 100.
const BACKLOG: usize = 150;
/// Time between two updates of the stats file.
const TICK: Duration = Duration::from_secs(1);

/// Runs the ingestor until a signal ends it or, with `commands`, the end of standard input.
///
/// The commands are lines: `scenario NAME`; `rest`, which ends the scenario's job, though not the scenario; and
/// `stop`, which ends the ingestor without cutting the log.
///
/// # Errors
/// When the database can't be opened or signals can't be handled.
pub fn run(args: &IngestorArgs) -> anyhow::Result<()> {
    process::set_name("corescope-ingestor");
    let (sender, events) = mpsc::channel();
    if args.commands {
        process::die_with_parent()?;
        let sender = sender.clone();
        thread::spawn(move || read_commands(&sender));
    }
    end_on_signals(sender.clone())?;
    ingest(args, &sender, &events)
}

/// The ingestor itself, told what to do by `events`; `sender` is the other end of it, for the traffic.
///
/// # Errors
/// When the database can't be opened.
pub fn ingest(args: &IngestorArgs, sender: &Sender<Event>, events: &Receiver<Event>) -> anyhow::Result<()> {
    let store = Store::open(&args.db).with_context(|| format!("cannot open {}", args.db.display()))?;
    let counters = Arc::new(Counters::default());
    counters.wal_commits.add(1);
    let sources = Arc::new(Mutex::new(Sources::new(unix_now())));
    let mut writer = Writer::new(store, Arc::clone(&counters), Arc::clone(&sources));

    let mut radio = Radio::new(Prng::from_time());
    for message in (0..BACKLOG).flat_map(|_| radio.transmission()) {
        lock(&sources).received(message.observer(), unix_now());
        writer.ingest(&message, Instant::now());
    }
    writer.backfill();
    let on_air = Arc::clone(&sources);
    let traffic = sender.clone();
    thread::spawn(move || transmit(radio, &on_air, &traffic));

    // Only now: the builds since June 2026 publish nothing before they are through with their start.
    let (publishing, end) = mpsc::channel::<()>();
    let stats = args.stats.clone();
    let publisher = thread::spawn(move || publish(&stats, &counters, &sources, &end));
    writer.play(args.scenario);
    writer.run(events);
    drop(publishing);
    // It cannot fail but by a panic, which has said so already.
    let _ = publisher.join();
    Ok(())
}

fn transmit(mut radio: Radio, sources: &Mutex<Sources>, traffic: &Sender<Event>) {
    loop {
        thread::sleep(radio.pause());
        for message in radio.transmission() {
            lock(sources).received(message.observer(), unix_now());
            if traffic.send(Event::Message(message, Instant::now())).is_err() {
                return;
            }
        }
    }
}

fn publish(path: &Path, counters: &Counters, sources: &Mutex<Sources>, end: &Receiver<()>) {
    let mut due = Instant::now();
    let mut last: Option<(Instant, OwnIo)> = None;
    loop {
        let now = unix_now();
        let io = OwnIo::now().map(|io| (Instant::now(), io));
        let rates = io.zip(last).and_then(|((at, io), (before, old))| io.rates(old, at - before, now));
        last = io;
        if !counters.stalled.load(Ordering::Relaxed) {
            let sources = lock(sources).at(now);
            // A full disk is the only cause, and the file's age is what tells of it.
            let _ = stats::text(counters, &sources, rates, now).map(|text| stats::publish(path, &text));
        }
        due = (due + TICK).max(Instant::now());
        if end.recv_timeout(due - Instant::now()) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

fn read_commands(sender: &Sender<Event>) {
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let event = match line.split_once(' ') {
            Some(("scenario", name)) => name.parse().ok().map(Event::Play),
            None if line == "rest" => Some(Event::Rest),
            None if line == "stop" => Some(Event::End { truncate: false }),
            _ => None,
        };
        if let Some(event) = event
            && sender.send(event).is_err()
        {
            return;
        }
    }
    // If this fails the writer has ended by itself.
    let _ = sender.send(Event::End { truncate: true });
}

fn end_on_signals(sender: Sender<Event>) -> anyhow::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP]).context("cannot handle signals")?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if sender.send(Event::End { truncate: true }).is_err() {
                return;
            }
        }
    });
    Ok(())
}
