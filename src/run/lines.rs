//! Line outputs: what a sample becomes is its form's affair.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use crate::cli::Monitor;
use crate::event::{self, Event};
use crate::model::Model;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::snapshot::{ProcView, Snapshot};
use crate::run::End;
use crate::run::forms::Form;
use crate::run::memory::{self, Memory, News};
use crate::run::screen::BLIND_AFTER;
use crate::run::setup::{Plan, unusable};
use crate::run::tee::Tee;
use crate::run::watcher::{Outcome, Watcher};
use crate::source::finder::Sighting;
use crate::tape::recorder::{Summary, Target};
use crate::ui::Labels;

/// How often processes are looked at while a target is missing.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How long a run may take to end after a signal: with a recording to finish, and with what was learned to keep.
const GRACE: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(1);

/// What a form that ends with its first line may take beyond two samples.
const ONE_SHOT: Duration = Duration::from_secs(3);

/// Prints lines until the form has enough, the pipe is closed, or a signal ends it.
pub fn run(plan: Plan, monitor: &Monitor, limits: Limits, form: Form) -> End {
    let tee = match monitor.recording.target() {
        Some(target) => Tee::file(target, monitor, &limits),
        None => Ok(Tee::None),
    };
    let (end, summary) = match tee {
        Ok(tee) => watch(plan, monitor, limits, tee, form, None),
        Err(end) => return end,
    };
    if let Some(trouble) = summary.and_then(|summary| summary.trouble) {
        warn(&format!("recording stopped: {trouble}"));
    }
    end
}

/// Records for `span`, or until a signal ends it, and says in one line what was recorded.
pub fn record(plan: Plan, monitor: &Monitor, limits: Limits, target: Target, span: Option<Duration>) -> End {
    let tee = match Tee::file(target, monitor, &limits) {
        Ok(tee) => tee,
        Err(end) => return end,
    };
    let (end, summary) = watch(plan, monitor, limits, tee, Form::Silent, span);
    let Some(summary) = summary else { return end };
    let _ = writeln!(io::stdout(), "{summary}");
    match (end, summary.trouble) {
        (End::Done, Some(trouble)) => End::Failed(format!("recording stopped: {trouble}")),
        (end, _) => end,
    }
}

fn watch(
    plan: Plan,
    monitor: &Monitor,
    limits: Limits,
    tee: Tee,
    form: Form,
    span: Option<Duration>,
) -> (End, Option<Summary>) {
    // One place only: who reads slowly gets fewer lines, and nothing piles up.
    let (sender, receiver) = sync_channel(1);
    let searches = plan.searches();
    let Plan { given, names, mut demo, scenario } = plan;
    let watcher = Watcher::new(given, names, monitor.interval, sender.clone());
    let grace = if matches!(tee, Tee::File(_)) { GRACE } else { PATIENCE };
    // What ends with its first line has nothing to finish.
    let endings = if form.is_one_shot() { Ok(()) } else { event::spawn_endings(sender.clone(), grace) };
    let followed =
        endings.and_then(|()| demo.as_mut().map_or(Ok(()), |demo| event::spawn_demo(demo, sender)));
    let patience = Instant::now() + Duration::from_secs_f64(monitor.wait.unwrap_or(0.0));
    let (model, looked) = (Model::new(limits), Instant::now());
    let hurry = patience + Duration::from_secs_f64(2.0 * monitor.interval) + ONE_SHOT;
    let mut lines = Lines {
        watcher,
        memory: Memory::start(searches && !monitor.no_state, None),
        model,
        tee,
        deadline: form.is_one_shot().then_some(hurry),
        form,
        until: span.map(|span| looked + span),
        warned: false,
        found: !searches,
        judged: false,
        lost: false,
        patience,
        looked,
        begun: looked,
        sighted: false,
    };
    let end = match followed.and_then(|()| lines.begin(searches, scenario)) {
        Ok(()) => lines.print_all(&receiver),
        Err(error) => End::Bug(format!("no thread for sampling: {error}")),
    };
    // Two samples teach nothing: a line for a status bar every few seconds must not write to the disk.
    if !lines.form.is_one_shot() {
        lines.memory.end(lines.model.learned());
    }
    (end, lines.tee.finish())
}

// Each of these says what has been seen so far; they combine freely.
#[allow(clippy::struct_excessive_bools)]
struct Lines {
    watcher: Watcher,
    memory: Memory,
    model: Model,
    tee: Tee,
    form: Form,
    /// When a form that can't wait gives up.
    deadline: Option<Instant>,
    /// When to end.
    until: Option<Instant>,
    /// It was said that something is wrong with the recording.
    warned: bool,
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
    fn begin(&mut self, searches: bool, scenario: Option<Arc<str>>) -> io::Result<()> {
        if searches {
            return self.watcher.search();
        }
        let labels = Labels { scenario, ..self.watcher.fix()? };
        self.feed(&Input::Attach(labels.into()));
        Ok(())
    }

    /// The model eats what is kept, and nothing else.
    fn feed(&mut self, input: &Input) -> Option<Snapshot> {
        self.tee.note(&self.model, input);
        self.model.feed(input)
    }

    fn print_all(&mut self, receiver: &Receiver<Event>) -> End {
        loop {
            // While the target is there only its samples wake this up.
            let calm = if self.deadline.is_some() { LOOK_EVERY } else { Duration::from_hours(1) };
            let idle = if self.found && !self.lost { calm } else { LOOK_EVERY };
            let left = self.until.map_or(idle, |until| until.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return End::Done;
            }
            let idle = idle.min(left);
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
            Ok(Outcome::Attached { .. }) => {
                self.memory.attached(self.watcher.database());
                None
            }
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
                self.remember();
                let snapshot = self.feed(&Input::Sample(Arc::clone(&sample)))?;
                if !std::mem::replace(&mut self.judged, true)
                    && let Some(reasons) = unusable(&sample)
                {
                    return Some(self.form.unusable(reasons));
                }
                self.lost = is_lost(&snapshot);
                self.watcher.heed(&snapshot);
                if (self.lost || self.watcher.misses_somebody()) && self.looked.elapsed() >= LOOK_EVERY {
                    self.look();
                }
                self.trouble().or_else(|| self.form.put(&snapshot, self.model.limits()))
            }
            Event::Seen(sighting) => self.seen(*sighting),
            Event::Demo(update) => {
                self.watcher.set_processes(update.ingestor, update.server);
                None
            }
            Event::DemoFailed(error) => Some(self.form.unusable(vec![format!("the demo ended: {error}")])),
            Event::Died(text) => Some(End::Bug(text)),
            Event::Signal(number) => Some(End::Signal(number)),
            Event::Key(_) | Event::Written(_) | Event::Hangup | Event::Shown(_) | Event::Judged(_) => None,
        }
    }

    /// Takes what earlier runs learned, and sees to it that the next ones have it.
    fn remember(&mut self) {
        for news in self.memory.news() {
            match news {
                News::Recalled(state) => drop(self.feed(&Input::State(state))),
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
            Ok(Outcome::Attached { same, labels }) => {
                self.found = true;
                if !same {
                    self.memory.keep(self.model.learned());
                    self.feed(&Input::Attach(labels.into()));
                    self.memory.attached(self.watcher.database());
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
                Some(self.form.undecided(&pids))
            }
            Err(error) => Some(End::Bug(format!("no thread for sampling: {error}"))),
        }
    }

    /// Says once that something is wrong with the recording. Without lines there is then nothing left to
    /// do.
    fn trouble(&mut self) -> Option<End> {
        let trouble = self.tee.trouble().filter(|_| !self.warned)?;
        self.warned = true;
        if matches!(self.form, Form::Silent) {
            return Some(End::Done).filter(|_| self.tee.stopped());
        }
        warn(&trouble);
        None
    }
}

fn warn(text: &str) {
    let _ = writeln!(io::stderr(), "corescope-top: {text}");
}

fn is_lost(snapshot: &Snapshot) -> bool {
    let gone = |process: &Option<ProcView>| process.as_ref().is_some_and(|it| it.gone_since.is_some());
    gone(&snapshot.ingestor) || gone(&snapshot.server)
}
