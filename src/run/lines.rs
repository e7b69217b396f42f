//! Line outputs: one JSON object per sample, from the second sample on.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::cli::Monitor;
use crate::event::{self, Event};
use crate::model::Model;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::snapshot::{ProcView, Snapshot};
use crate::output::json;
use crate::run::End;
use crate::run::memory::{self, Memory, News};
use crate::run::screen::BLIND_AFTER;
use crate::run::setup::{Plan, unusable};
use crate::run::watcher::{Outcome, Watcher};
use crate::source::finder::Sighting;

/// How often processes are looked at while a target is missing.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Prints lines until `--count` is reached, the pipe is closed, or a signal ends it.
pub fn run(plan: Plan, monitor: &Monitor, limits: Limits) -> End {
    // One place only: who reads slowly gets fewer lines, and nothing piles up.
    let (sender, receiver) = sync_channel(1);
    let searches = plan.searches();
    let Plan { given, names, mut demo, .. } = plan;
    let mut watcher = Watcher::new(given, names, monitor.interval, sender.clone());
    let followed = demo.as_mut().map_or(Ok(()), |demo| event::spawn_demo(demo, sender));
    let begun = followed.and_then(|()| if searches { watcher.search() } else { watcher.fix().map(drop) });
    if let Err(error) = begun {
        return End::Bug(format!("no thread for sampling: {error}"));
    }
    let patience = Instant::now() + Duration::from_secs_f64(monitor.wait.unwrap_or(0.0));
    let (left, found) = (monitor.count.unwrap_or(u64::MAX), !searches);
    let (model, looked) = (Model::new(limits), Instant::now());
    let mut lines = Lines {
        watcher,
        memory: Memory::start(searches && !monitor.no_state, None),
        model,
        left,
        found,
        judged: false,
        lost: false,
        patience,
        looked,
        begun: looked,
        sighted: false,
    };
    let end = lines.print_all(&receiver);
    lines.memory.end(lines.model.learned());
    end
}

// Each of these says what has been seen so far; they combine freely.
#[allow(clippy::struct_excessive_bools)]
struct Lines {
    watcher: Watcher,
    memory: Memory,
    model: Model,
    left: u64,
    /// There is a target, or was one.
    found: bool,
    /// The first sample has been looked at for something to watch.
    judged: bool,
    /// A watched process has gone away.
    lost: bool,
    patience: Instant,
    /// When processes were looked at last.
    looked: Instant,
    /// When the first look was asked for, and whether any has come back.
    begun: Instant,
    sighted: bool,
}

impl Lines {
    fn print_all(&mut self, receiver: &Receiver<Event>) -> End {
        loop {
            // While the target is there only its samples wake this up.
            let idle = if self.found && !self.lost { Duration::from_hours(1) } else { LOOK_EVERY };
            let end = match receiver.recv_timeout(idle) {
                Ok(event) => self.handle(event),
                Err(RecvTimeoutError::Timeout) => self.idle(),
                Err(RecvTimeoutError::Disconnected) => Some(End::Bug("sampling ended by itself".to_owned())),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Nothing came for a while: looks once more, and goes without if no look comes back.
    fn idle(&mut self) -> Option<End> {
        self.look();
        if self.found || self.sighted || self.begun.elapsed() < BLIND_AFTER {
            return None;
        }
        self.found = true;
        match self.watcher.go_blind() {
            Ok(Outcome::Attached { .. }) => {
                self.memory.attached(self.watcher.database());
                None
            }
            Ok(_) => Some(End::Unusable(vec!["looking at the processes takes too long".to_owned()])),
            Err(error) => Some(End::Bug(format!("no thread for sampling: {error}"))),
        }
    }

    fn look(&mut self) {
        self.looked = Instant::now();
        self.watcher.look();
    }

    fn handle(&mut self, event: Event) -> Option<End> {
        match event {
            Event::Sample { generation, .. } if !self.watcher.is_current(generation) => None,
            Event::Sample { sample, .. } => {
                self.remember();
                let snapshot = self.model.push(&sample);
                if !std::mem::replace(&mut self.judged, true)
                    && let Some(reasons) = unusable(&sample)
                {
                    return Some(End::Unusable(reasons));
                }
                self.lost = is_lost(&snapshot);
                self.watcher.heed(&snapshot);
                if (self.lost || self.watcher.misses_somebody()) && self.looked.elapsed() >= LOOK_EVERY {
                    self.look();
                }
                self.print(&snapshot)
            }
            Event::Seen(sighting) => self.seen(*sighting),
            Event::Demo(update) => {
                self.watcher.set_processes(update.ingestor, update.server);
                None
            }
            Event::DemoFailed(error) => Some(End::Unusable(vec![format!("the demo ended: {error}")])),
            Event::Died(text) => Some(End::Bug(text)),
            Event::Key(_) | Event::Signal(_) | Event::Hangup => None,
        }
    }

    /// Takes what earlier runs learned, and sees to it that the next ones have it.
    fn remember(&mut self) {
        for news in self.memory.news() {
            match news {
                News::Recalled(state) => drop(self.model.feed(&Input::State(state))),
                News::Notice(text) => memory::say(&text),
            }
        }
        self.memory.keep_when_due(|| self.model.learned());
    }

    fn seen(&mut self, sighting: Sighting) -> Option<End> {
        self.sighted = true;
        let outcome = match (self.found, self.lost || self.watcher.misses_somebody()) {
            (false, _) => self.watcher.found(sighting),
            (true, true) => self.watcher.follow(&sighting),
            (true, false) => return None,
        };
        match outcome {
            Ok(Outcome::Attached { same, .. }) => {
                self.found = true;
                if !same {
                    self.memory.keep(self.model.learned());
                    self.model = Model::new(*self.model.limits());
                    self.memory.attached(self.watcher.database());
                }
                None
            }
            Ok(Outcome::Nobody(waiting)) if Instant::now() >= self.patience => {
                let looked = format!("no process named {} was found", waiting.looks_for);
                Some(End::Unusable([vec![looked], waiting.problems].concat()))
            }
            Ok(Outcome::Nothing | Outcome::Nobody(_)) => None,
            Ok(Outcome::Several(rows)) => {
                let pids: Vec<String> = rows.iter().map(|row| row.pid.to_string()).collect();
                let text = format!("several ingestors run: choose one with --ingestor ({})", pids.join(", "));
                Some(End::Unusable(vec![text]))
            }
            Err(error) => Some(End::Bug(format!("no thread for sampling: {error}"))),
        }
    }

    fn print(&mut self, snapshot: &Snapshot) -> Option<End> {
        if snapshot.seq == 1 {
            return None;
        }
        match print(&json::line(snapshot)) {
            Ok(()) => self.left -= 1,
            Err(error) if error.kind() == ErrorKind::BrokenPipe => return Some(End::Done),
            Err(error) => return Some(End::Unusable(vec![format!("writing to standard output: {error}")])),
        }
        (self.left == 0).then_some(End::Done)
    }
}

fn is_lost(snapshot: &Snapshot) -> bool {
    let gone = |process: &Option<ProcView>| process.as_ref().is_some_and(|it| it.gone_since.is_some());
    gone(&snapshot.ingestor) || gone(&snapshot.server)
}

fn print(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}
