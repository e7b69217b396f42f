//! The process between the monitor and the demo's ingestor and server: it starts them, plays the schedule, and
//! clears everything away when the monitor is gone, however the monitor ended.

use std::io::{self, Read as _, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tempfile::TempDir;

use super::child::Keeper;
use super::scenario::Scenario;
use super::schedule::{Phase, schedule};
use super::{DemoState, Line, folder, process};

/// Something happened to the director.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// A child ended.
    Child,
    /// The monitor is gone, or a signal asks to end.
    End,
}

/// How long the ingestor may take until its first stats file.
const START_LIMIT: Duration = Duration::from_secs(25);
/// Time between two looks for that file.
const START_POLL: Duration = Duration::from_millis(20);
/// How long the restarted ingestor stays away.
const AWAY: Duration = Duration::from_secs(2);
/// How long to sleep where nothing is to come.
const LONG: Duration = Duration::from_hours(1);

/// Runs the demo until standard input ends or a signal comes, and prints a line of JSON for each change.
///
/// # Errors
/// When the folder can't be made, a child can't be started, or the ingestor never publishes.
pub fn run(scenario: Scenario) -> anyhow::Result<()> {
    // Another name than the monitor's, so that `killall` of that leaves somebody to clear away.
    process::set_name("corescope-demo");
    let events = listen()?;
    let result = Director::new(scenario).and_then(|mut director| director.direct(&events));
    if let Err(error) = &result {
        // A monitor that is gone needs no reason.
        let _ = print(&Line::Error { error: format!("{error:#}") });
    }
    result
}

fn listen() -> anyhow::Result<Receiver<Event>> {
    let (sender, events) = mpsc::channel();
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGCHLD]).context("cannot handle signals")?;
    let on_signal = sender.clone();
    thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGCHLD { Event::Child } else { Event::End };
            if on_signal.send(event).is_err() {
                return;
            }
        }
    });
    thread::spawn(move || await_end_of_input(&sender));
    Ok(events)
}

fn await_end_of_input(sender: &Sender<Event>) {
    let mut buffer = [0; 64];
    while io::stdin().read(&mut buffer).is_ok_and(|n| n > 0) {}
    // If this fails the director has ended already.
    let _ = sender.send(Event::End);
}

/// The children come first, so that they are gone before their folder is.
struct Director {
    ingestor: Keeper,
    server: Keeper,
    stats: PathBuf,
    db: PathBuf,
    scenario: Scenario,
    /// Index and turn of the stretch being played.
    playing: Option<(u64, u32)>,
    reported: Option<DemoState>,
    folder: TempDir,
}

impl Director {
    fn new(scenario: Scenario) -> anyhow::Result<Self> {
        folder::sweep();
        let folder = folder::make()?;
        let (db, stats) = (folder.path().join("meshcore.db"), folder.path().join("ingestor-stats.json"));
        let log = folder::occupy(folder.path())?;
        let ingestor = ["demo-ingestor".into(), "--commands".into(), "--db".into(), db.clone().into()];
        let ingestor = ingestor.into_iter().chain(["--stats".into(), stats.clone().into()]).collect();
        let server = vec!["demo-server".into(), "--db".into(), db.clone().into()];
        Ok(Self {
            ingestor: Keeper::new("corescope-ingestor", ingestor, &stats, log.try_clone()?),
            server: Keeper::new("corescope-server", server, &stats, log),
            stats,
            db,
            scenario,
            playing: None,
            reported: None,
            folder,
        })
    }

    fn direct(&mut self, events: &Receiver<Event>) -> anyhow::Result<()> {
        self.ingestor.start().context("cannot start the ingestor")?;
        if !self.await_stats(events)? {
            return Ok(());
        }
        self.server.start().context("cannot start the server")?;
        let began = Instant::now();
        loop {
            let now = Instant::now();
            self.ingestor.reap(now);
            self.server.reap(now);
            let phase = schedule(self.scenario, now - began);
            self.revive(phase, now)?;
            self.play(phase);
            if self.report(phase).is_err() {
                return Ok(());
            }
            // Waking up a little late is better than a moment too early, to sleep again for nothing.
            let pause = self.next_change(phase, now) + Duration::from_millis(1);
            if events.recv_timeout(pause) == Ok(Event::End) {
                return Ok(());
            }
        }
    }

    /// Waits for the first stats file; `false` if the end came first.
    fn await_stats(&mut self, events: &Receiver<Event>) -> anyhow::Result<bool> {
        let end = Instant::now() + START_LIMIT;
        while !self.stats.exists() {
            let ended = events.recv_timeout(START_POLL) == Ok(Event::End);
            if ended {
                return Ok(false);
            }
            self.ingestor.reap(Instant::now());
            if self.ingestor.pid().is_none() || Instant::now() > end {
                let log = std::fs::read_to_string(self.folder.path().join(folder::LOG)).unwrap_or_default();
                anyhow::bail!("the demo's ingestor does not start: {}", log.trim());
            }
        }
        Ok(true)
    }

    /// Starts children that are due, and tells them what is being played.
    fn revive(&mut self, phase: Phase, now: Instant) -> anyhow::Result<()> {
        if self.ingestor.due().is_some_and(|due| due <= now) {
            self.ingestor.start().context("cannot start the ingestor")?;
            tell_ingestor(&mut self.ingestor, phase);
        }
        if self.server.due().is_some_and(|due| due <= now) {
            self.server.start().context("cannot start the server")?;
            self.server.tell(reader(phase));
        }
        Ok(())
    }

    fn play(&mut self, phase: Phase) {
        let now = Some((phase.index, phase.turn()));
        if self.playing == now {
            return;
        }
        let begins = self.playing.is_none_or(|(index, _)| index != phase.index);
        if begins || phase.scenario != Scenario::Restart {
            // The reader first: it is to see the log as it is before the writer begins, and to be gone
            // before the writer cuts it.
            self.server.tell(reader(phase));
            tell_ingestor(&mut self.ingestor, phase);
        }
        if phase.scenario == Scenario::Restart {
            // One that is away already is restarted when it is back.
            if self.ingestor.pid().is_none() {
                return;
            }
            self.ingestor.end("stop", AWAY);
        }
        self.playing = now;
    }

    fn report(&mut self, phase: Phase) -> io::Result<()> {
        let state = DemoState {
            ingestor: self.ingestor.pid(),
            server: self.server.pid(),
            db: self.db.clone(),
            stats: self.stats.clone(),
            scenario: phase.scenario,
        };
        if self.reported.as_ref() != Some(&state) {
            print(&Line::State(state.clone()))?;
            self.reported = Some(state);
        }
        Ok(())
    }

    fn next_change(&self, phase: Phase, now: Instant) -> Duration {
        let revivals = [self.ingestor.due(), self.server.due()].into_iter().flatten();
        let pauses = revivals.map(|due| due.saturating_duration_since(now)).chain(phase.next_change());
        pauses.min().unwrap_or(LONG)
    }
}

fn reader(phase: Phase) -> &'static str {
    if phase.is_pinned() { "pin" } else { "release" }
}

fn tell_ingestor(ingestor: &mut Keeper, phase: Phase) {
    ingestor.tell(&format!("scenario {}", phase.scenario));
    if phase.rests() {
        ingestor.tell("rest");
    }
}

fn print(line: &Line) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, line)?;
    out.write_all(b"\n")?;
    out.flush()
}
