//! The screen of what happens now.

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::desk::{Desk, Session, Todo};
use super::{guarded, theme, zone};
use crate::app::{App, Effect};
use crate::cli::Monitor;
use crate::event::{self, Event, QUEUE};
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::run::attention::Attention;
use crate::run::memory::{Memory, News};
use crate::run::setup::{Plan, unusable};
use crate::run::tee::Tee;
use crate::run::watcher::Watcher;
use crate::run::{End, panics};
use crate::sample::Sample;
use crate::source::clock::Clock;
use crate::source::locks;
use crate::ui::Labels;
use crate::ui::stage::Stage;
use crate::units::Mono;

/// How long the first frame may wait for the first sample.
const PATIENCE: Duration = Duration::from_millis(15);
/// How often processes are looked at while a target is missing.
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the first look may take before what was given by hand is watched without it.
pub(in crate::run) const BLIND_AFTER: Duration = Duration::from_secs(2);
/// A sample this much later than its interval is late: its age is then shown every second.
const LATE: Duration = Duration::from_millis(1500);

/// Runs the screen until it ends.
pub fn run(plan: Plan, monitor: &Monitor, limits: Limits) -> End {
    panics::keep();
    locks::warm_up();
    let tee = match monitor.recording.target() {
        Some(target) => Tee::file(target, monitor, &limits),
        None => Ok(Tee::memory(monitor, &limits)),
    };
    let tee = match tee {
        Ok(tee) => tee,
        Err(end) => return end,
    };
    let (sender, receiver) = sync_channel(QUEUE);
    let searches = plan.searches();
    // The demo outlives the screen: its processes are ended when the terminal is back.
    let Plan { given, names, mut demo, scenario } = plan;
    let mut app = App::new(limits, Labels::default(), monitor.interval);
    app.ui.zone = zone();
    let theme = theme(monitor);
    let mut session = Live {
        desk: Desk::new(app, theme, Attention::new(monitor.bell, theme)),
        watcher: Watcher::new(given, names, monitor.interval, sender.clone()),
        memory: Memory::start(searches && !monitor.no_state, None),
        tee,
        sender: sender.clone(),
        clock: Clock::real(),
        looked: Mono::default(),
        begun: Mono::default(),
        sighted: false,
        judged: false,
    };
    let followed = demo.as_mut().map_or(Ok(()), |demo| event::spawn_demo(demo, sender.clone()));
    let end = match followed.and_then(|()| session.begin(searches, scenario)) {
        Ok(()) => guarded(|| {
            session.first_sample(&receiver);
            session.run(&sender, &receiver)
        }),
        Err(error) => End::Bug(format!("no thread for sampling: {error}")),
    };
    drop(demo);
    // What a bug made of it is not worth keeping.
    if !matches!(end, End::Bug(_)) {
        session.memory.end(session.desk.app.learned());
    }
    // The terminal is back: what was recorded can be said.
    if let Some(summary) = session.tee.finish() {
        let _ = writeln!(io::stderr(), "corescope-top: {summary}");
    }
    end
}

pub(super) struct Live {
    pub(super) desk: Desk,
    pub(super) watcher: Watcher,
    pub(super) memory: Memory,
    tee: Tee,
    sender: SyncSender<Event>,
    pub(super) clock: Clock,
    /// When processes were looked at last.
    pub(super) looked: Mono,
    /// When the first look was asked for, and whether any has come back.
    pub(super) begun: Mono,
    pub(super) sighted: bool,
    /// Whether the first sample has been looked at for something to watch.
    judged: bool,
}

impl Live {
    /// Watches what is given, or starts looking.
    fn begin(&mut self, searches: bool, scenario: Option<Arc<str>>) -> io::Result<()> {
        self.looked = self.clock.mono();
        self.begun = self.looked;
        if searches {
            self.desk.app.ui.stage = Stage::Waiting(self.watcher.waiting());
            return self.watcher.search();
        }
        let labels = self.watcher.fix()?;
        self.attach(Labels { scenario, ..labels });
        Ok(())
    }

    /// Starts anew with another target.
    pub(super) fn attach(&mut self, labels: Labels) {
        self.tee.note(self.desk.app.model(), &Input::Attach(labels.clone().into()));
        self.desk.app.attach(labels);
    }

    /// The model eats what is kept, and nothing else.
    fn sample(&mut self, sample: &Arc<Sample>) -> Effect {
        self.tee.note(self.desk.app.model(), &Input::Sample(Arc::clone(sample)));
        let effect = self.desk.app.sample(sample);
        self.desk.attention.notice(self.desk.app.newest());
        if let Some(trouble) = self.tee.trouble() {
            self.desk.app.fault("recording", trouble);
        }
        effect
    }

    /// Takes what earlier runs learned, and sees to it that the next ones have it.
    fn remember(&mut self) {
        for news in self.memory.news() {
            match news {
                News::Recalled(state) => {
                    self.tee.note(self.desk.app.model(), &Input::State(Arc::clone(&state)));
                    self.desk.app.recall(state);
                }
                News::Notice(text) => drop(self.desk.app.notice(text)),
            }
        }
        self.memory.keep_when_due(|| self.desk.app.learned());
    }

    /// Most often target and first sample are there before the terminal is ready for them.
    fn first_sample(&mut self, receiver: &Receiver<Event>) {
        let patience = Instant::now() + PATIENCE;
        while self.desk.app.newest().is_none()
            && let Ok(event) = receiver.recv_timeout(patience.saturating_duration_since(Instant::now()))
        {
            self.handle(event);
        }
    }

    /// The time until the newest sample counts as late, then a second at a time.
    fn until_late(&self) -> Duration {
        let interval = Duration::from_secs_f64(self.desk.app.ui.interval);
        let age =
            self.desk.app.newest().map_or(Duration::ZERO, |newest| self.clock.mono().since(newest.mono));
        let late = (interval + LATE).saturating_sub(age).max(Duration::from_secs(1));
        if self.desk.app.ui.stage == Stage::Watching && !self.lost() { late } else { late.min(LOOK_EVERY) }
    }
}

impl Session for Live {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    fn now(&self) -> Mono {
        self.clock.mono()
    }

    fn prepare(&mut self) {
        self.search();
    }

    fn patience(&mut self) -> Duration {
        self.until_late()
    }

    fn event(&mut self, event: Event) -> Todo {
        let effect = match event {
            Event::Sample { generation, sample } if self.watcher.is_current(generation) => {
                panics::on_request("main");
                if !std::mem::replace(&mut self.judged, true)
                    && let Some(reasons) = unusable(&sample)
                {
                    self.desk.ends(End::Unusable(reasons));
                }
                self.remember();
                let effect = self.sample(&sample);
                if let Some(newest) = self.desk.app.newest() {
                    self.watcher.heed(newest);
                }
                effect
            }
            Event::Written(text) => self.desk.app.notice(text),
            Event::Demo(update) => {
                self.watcher.set_processes(update.ingestor, update.server);
                self.desk.app.scenario(update.scenario.name())
            }
            Event::Seen(sighting) => match self.seen(*sighting) {
                Ok(effect) => effect,
                Err(error) => return self.desk.ends(End::Bug(format!("no thread for sampling: {error}"))),
            },
            Event::DemoFailed(error) => {
                return self.desk.ends(End::Unusable(vec![format!("the demo ended: {error}")]));
            }
            _ => Effect::Nothing,
        };
        self.apply(effect)
    }

    fn act(&mut self, effect: Effect) -> Todo {
        match effect {
            Effect::Pick(pid) => match self.watcher.pick(pid) {
                Ok(outcome) => self.take(outcome),
                Err(error) => return self.desk.ends(End::Bug(format!("no thread for sampling: {error}"))),
            },
            Effect::Choose => return self.choose(),
            Effect::Write => {
                let said = self.tee.write(&self.sender);
                self.desk.app.notice(said);
            }
            Effect::Accept => {
                self.tee.note(self.desk.app.model(), &Input::Accept);
                self.desk.app.accept();
            }
            Effect::Interval(secs) => self.watcher.set_interval(secs),
            _ => return Todo::Nothing,
        }
        Todo::Draw
    }
}
