//! Line outputs: what a sample becomes is its form's affair.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::cli::Monitor;
use crate::event::{self, Event};
use crate::model::Model;
use crate::model::limits::Limits;
use crate::model::snapshot::{ProcView, Snapshot};
use crate::run::End;
use crate::run::forms::Form;
use crate::run::screen::BLIND_AFTER;
use crate::run::setup::{Plan, unusable};
use crate::run::watcher::{Outcome, Watcher};
use crate::source::finder::Sighting;

/// How often processes are looked at while a target is missing.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a form that ends with its first line may take beyond two samples.
const ONE_SHOT: Duration = Duration::from_secs(3);

/// Prints lines until the form has enough, the pipe is closed, or a signal ends it.
pub fn run(plan: Plan, monitor: &Monitor, limits: Limits, form: Form) -> End {
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
    let (model, looked) = (Model::new(limits), Instant::now());
    let hurry = patience + Duration::from_secs_f64(2.0 * monitor.interval) + ONE_SHOT;
    let mut lines = Lines {
        watcher,
        model,
        deadline: form.is_one_shot().then_some(hurry),
        form,
        found: !searches,
        judged: false,
        lost: false,
        patience,
        looked,
        begun: looked,
        sighted: false,
    };
    lines.print_all(&receiver)
}

// Each of these says what has been seen so far; they combine freely.
#[allow(clippy::struct_excessive_bools)]
struct Lines {
    watcher: Watcher,
    model: Model,
    form: Form,
    /// When a form that can't wait gives up.
    deadline: Option<Instant>,
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
            let calm = if self.deadline.is_some() { LOOK_EVERY } else { Duration::from_hours(1) };
            let idle = if self.found && !self.lost { calm } else { LOOK_EVERY };
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
        if self.deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Some(self.form.unusable(vec!["the target has not answered in time".to_owned()]));
        }
        self.look();
        if self.found || self.sighted || self.begun.elapsed() < BLIND_AFTER {
            return None;
        }
        self.found = true;
        match self.watcher.go_blind() {
            Ok(Outcome::Attached { .. }) => None,
            Ok(_) => Some(self.form.unusable(vec!["looking at the processes takes too long".to_owned()])),
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
                let snapshot = self.model.push(&sample);
                if !std::mem::replace(&mut self.judged, true)
                    && let Some(reasons) = unusable(&sample)
                {
                    return Some(self.form.unusable(reasons));
                }
                self.lost = is_lost(&snapshot);
                if self.lost && self.looked.elapsed() >= LOOK_EVERY {
                    self.look();
                }
                self.form.put(&snapshot, self.model.limits())
            }
            Event::Seen(sighting) => self.seen(*sighting),
            Event::Demo(update) => {
                self.watcher.set_processes(update.ingestor, update.server);
                None
            }
            Event::DemoFailed(error) => Some(self.form.unusable(vec![format!("the demo ended: {error}")])),
            Event::Died(text) => Some(End::Bug(text)),
            Event::Key(_) | Event::Signal(_) | Event::Hangup => None,
        }
    }

    fn seen(&mut self, sighting: Sighting) -> Option<End> {
        self.sighted = true;
        let outcome = match (self.found, self.lost) {
            (false, _) => self.watcher.found(sighting),
            (true, true) => self.watcher.follow(&sighting),
            (true, false) => return None,
        };
        match outcome {
            Ok(Outcome::Attached { same, .. }) => {
                self.found = true;
                if !same {
                    self.model = Model::new(*self.model.limits());
                }
                None
            }
            Ok(Outcome::Nobody(waiting)) if Instant::now() >= self.patience => {
                let looked = format!("no process named {} was found", waiting.looks_for);
                Some(self.form.unusable([vec![looked], waiting.problems].concat()))
            }
            Ok(Outcome::Nothing | Outcome::Nobody(_)) => None,
            Ok(Outcome::Several(rows)) => {
                let pids: Vec<String> = rows.iter().map(|row| row.pid.to_string()).collect();
                let text = format!("several ingestors run: choose one with --ingestor ({})", pids.join(", "));
                Some(self.form.unusable(vec![text]))
            }
            Err(error) => Some(End::Bug(format!("no thread for sampling: {error}"))),
        }
    }
}

fn is_lost(snapshot: &Snapshot) -> bool {
    let gone = |process: &Option<ProcView>| process.as_ref().is_some_and(|it| it.gone_since.is_some());
    gone(&snapshot.ingestor) || gone(&snapshot.server)
}
