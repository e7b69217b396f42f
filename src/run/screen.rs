//! The screen: events in, frames out.

mod hunt;

use std::io::{self, IsTerminal, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP, SIGWINCH};

use crate::app::{App, Effect, keys};
use crate::cli::{Monitor, utf8_locale};
use crate::event::{self, Event, QUEUE};
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::run::memory::{Memory, News};
use crate::run::setup::{Plan, unusable};
use crate::run::tee::Tee;
use crate::run::watcher::Watcher;
use crate::run::{End, panics};
use crate::sample::Sample;
use crate::source::clock::Clock;
use crate::terminal::Screen;
use crate::ui::Labels;
use crate::ui::stage::Stage;
use crate::units::Mono;
use crate::view::{self, KeyHelp, Scene, Theme};

/// How long the first frame may wait for the first sample.
const PATIENCE: Duration = Duration::from_millis(15);
/// How soon a terminal that took no output is tried again.
const RETRY: Duration = Duration::from_millis(100);
/// How often processes are looked at while a target is missing.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the first look may take before what was given by hand is watched without it.
pub(super) const BLIND_AFTER: Duration = Duration::from_secs(2);
/// A sample this much later than its interval is late: its age is then shown every second.
const LATE: Duration = Duration::from_millis(1500);

/// Whether a screen can be drawn at all.
///
/// # Errors
/// The end that says why not.
pub fn possible() -> Result<(), End> {
    let instead = "use --json for output without a screen";
    if !io::stdout().is_terminal() {
        return Err(End::Usage(format!("standard output is not a terminal; {instead}")));
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(End::Usage(format!("a terminal of type 'dumb' can't show a screen; {instead}")));
    }
    Ok(())
}

/// Colours and characters that fit the terminal and the arguments.
fn theme(monitor: &Monitor) -> Theme {
    let variable = |name: &str| std::env::var(name).ok();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    let utf8 = utf8_locale(locale.each_ref().map(Option::as_deref));
    let color = monitor.colored(variable("NO_COLOR").as_deref());
    Theme::new(color, monitor.ascii || !utf8)
}

/// Runs the screen until it ends.
pub fn run(plan: Plan, monitor: &Monitor, limits: Limits) -> End {
    panics::keep();
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
    let mut session = Session {
        app: App::new(limits, Labels::default(), monitor.interval),
        theme: theme(monitor),
        watcher: Watcher::new(given, names, monitor.interval, sender.clone()),
        memory: Memory::start(searches && !monitor.no_state, None),
        tee,
        sender: sender.clone(),
        clock: Clock::real(),
        looked: Mono::default(),
        begun: Mono::default(),
        sighted: false,
        judged: false,
        end: None,
        keys: keys::help(),
        keyed: false,
    };
    let followed = demo.as_mut().map_or(Ok(()), |demo| event::spawn_demo(demo, sender.clone()));
    let end = match followed.and_then(|()| session.begin(searches, scenario)) {
        Ok(()) => guarded(|| session.run(&sender, &receiver)),
        Err(error) => End::Bug(format!("no thread for sampling: {error}")),
    };
    drop(demo);
    // What a bug made of it is not worth keeping.
    if !matches!(end, End::Bug(_)) {
        session.memory.end(session.app.learned());
    }
    // The terminal is back: what was recorded can be said.
    if let Some(summary) = session.tee.finish() {
        let _ = writeln!(io::stderr(), "corescope-top: {summary}");
    }
    end
}

/// Runs `body`; a panic in it becomes the end it is.
fn guarded(body: impl FnOnce() -> End) -> End {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| End::Bug(panics::noted().unwrap_or_else(|| "panic".to_owned())))
}

struct Session {
    app: App,
    theme: Theme,
    watcher: Watcher,
    memory: Memory,
    tee: Tee,
    sender: SyncSender<Event>,
    clock: Clock,
    /// When processes were looked at last.
    looked: Mono,
    /// When the first look was asked for, and whether any has come back.
    begun: Mono,
    sighted: bool,
    /// Whether the first sample has been looked at for something to watch.
    judged: bool,
    end: Option<End>,
    /// Rows of the help.
    keys: Vec<KeyHelp>,
    /// A key may have scrolled further than there is.
    keyed: bool,
}

/// What the terminal has to do before the next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Todo {
    Nothing,
    Draw,
    Redraw,
    /// A shell may have had the terminal in between.
    Resume,
    Suspend,
}

impl Session {
    /// Watches what is given, or starts looking.
    fn begin(&mut self, searches: bool, scenario: Option<Arc<str>>) -> io::Result<()> {
        self.looked = self.clock.mono();
        self.begun = self.looked;
        if searches {
            self.app.ui.stage = Stage::Waiting(self.watcher.waiting());
            return self.watcher.search();
        }
        let labels = self.watcher.fix()?;
        self.attach(Labels { scenario, ..labels });
        Ok(())
    }

    /// Starts anew with another target.
    pub(super) fn attach(&mut self, labels: Labels) {
        self.tee.note(self.app.model(), &Input::Attach(labels.clone().into()));
        self.app.attach(labels);
    }

    /// The model eats what is kept, and nothing else.
    fn sample(&mut self, sample: &Arc<Sample>) -> Effect {
        self.tee.note(self.app.model(), &Input::Sample(Arc::clone(sample)));
        let effect = self.app.sample(sample);
        if let Some(trouble) = self.tee.trouble() {
            self.app.fault("recording", trouble);
        }
        effect
    }

    fn run(&mut self, sender: &SyncSender<Event>, receiver: &Receiver<Event>) -> End {
        // Most often target and first sample are there before the terminal is ready for them.
        let patience = Instant::now() + PATIENCE;
        while self.app.newest().is_none()
            && let Ok(event) = receiver.recv_timeout(patience.saturating_duration_since(Instant::now()))
        {
            self.handle(event);
        }
        if let Some(end) = self.end.take() {
            return end;
        }
        let threads = event::spawn_signals(sender.clone()).and_then(|()| event::spawn_input(sender.clone()));
        if let Err(error) = threads {
            return End::Usage(format!("the terminal can't be read: {error}"));
        }
        match Screen::enter() {
            Ok(mut screen) => self.drive(&mut screen, receiver).unwrap_or_else(|error| {
                if screen.hung_up() {
                    End::Hangup
                } else {
                    End::Usage(format!("the terminal failed: {error}"))
                }
            }),
            Err(error) => End::Usage(format!("the terminal can't be used: {error}; use --json")),
        }
    }

    fn drive(&mut self, screen: &mut Screen, receiver: &Receiver<Event>) -> io::Result<End> {
        let mut todo = Todo::Draw;
        loop {
            if todo == Todo::Suspend {
                suspend(screen)?;
                todo = Todo::Draw;
            }
            match todo {
                Todo::Redraw => screen.redraw()?,
                Todo::Resume => screen.resume()?,
                _ => {}
            }
            todo = todo.min(Todo::Draw);
            if todo == Todo::Draw && self.draw(screen)? {
                todo = Todo::Nothing;
            }
            if screen.hung_up() {
                return Ok(End::Hangup);
            }
            self.search();
            let timeout = if screen.behind() { RETRY } else { self.until_late() };
            match receiver.recv_timeout(timeout) {
                Ok(event) => todo = todo.max(self.handle_all(event, receiver)),
                Err(RecvTimeoutError::Timeout) => todo = todo.max(Todo::Draw),
                Err(RecvTimeoutError::Disconnected) => return Ok(End::Bug("all threads are gone".into())),
            }
            if let Some(end) = self.end.take() {
                return Ok(end);
            }
        }
    }

    /// Handles `event` and what came in meanwhile, so that a burst of events is one frame.
    fn handle_all(&mut self, event: Event, receiver: &Receiver<Event>) -> Todo {
        let mut todo = self.handle(event);
        for event in receiver.try_iter().take(QUEUE) {
            todo = todo.max(self.handle(event));
        }
        todo
    }

    fn handle(&mut self, event: Event) -> Todo {
        let effect = match event {
            Event::Key(key) => {
                self.keyed = true;
                self.app.key(key)
            }
            Event::Sample { generation, .. } if !self.watcher.is_current(generation) => Effect::Nothing,
            Event::Sample { sample, .. } => {
                panics::on_request("main");
                if !std::mem::replace(&mut self.judged, true)
                    && let Some(reasons) = unusable(&sample)
                {
                    self.end = Some(End::Unusable(reasons));
                }
                self.remember();
                let effect = self.sample(&sample);
                if let Some(newest) = self.app.newest() {
                    self.watcher.heed(newest);
                }
                effect
            }
            Event::Written(text) => self.app.notice(text),
            Event::Demo(update) => {
                self.watcher.set_processes(update.ingestor, update.server);
                self.app.scenario(update.scenario.name())
            }
            Event::Seen(sighting) => match self.seen(*sighting) {
                Ok(effect) => effect,
                Err(error) => return self.ends(End::Bug(format!("no thread for sampling: {error}"))),
            },
            Event::DemoFailed(error) => {
                return self.ends(End::Unusable(vec![format!("the demo ended: {error}")]));
            }
            Event::Signal(SIGWINCH) => Effect::Redraw,
            Event::Signal(SIGCONT) => return Todo::Resume,
            Event::Signal(SIGTSTP) => Effect::Suspend,
            Event::Signal(SIGHUP) | Event::Hangup => return self.ends(End::Hangup),
            Event::Signal(number) => return self.ends(End::Signal(number)),
            Event::Died(text) => {
                let text = panics::noted().map_or_else(|| text.clone(), |panic| format!("{text}: {panic}"));
                return self.ends(End::Bug(text));
            }
        };
        self.apply(effect)
    }

    /// Takes what earlier runs learned, and sees to it that the next ones have it.
    fn remember(&mut self) {
        for news in self.memory.news() {
            match news {
                News::Recalled(state) => {
                    self.tee.note(self.app.model(), &Input::State(Arc::clone(&state)));
                    self.app.recall(state);
                }
                News::Notice(text) => drop(self.app.notice(text)),
            }
        }
        self.memory.keep_when_due(|| self.app.learned());
    }

    fn apply(&mut self, effect: Effect) -> Todo {
        match effect {
            Effect::Nothing => Todo::Nothing,
            Effect::Draw => Todo::Draw,
            Effect::Redraw => Todo::Redraw,
            Effect::Suspend => Todo::Suspend,
            Effect::Pick(pid) => match self.watcher.pick(pid) {
                Ok(outcome) => {
                    self.take(outcome);
                    Todo::Draw
                }
                Err(error) => self.ends(End::Bug(format!("no thread for sampling: {error}"))),
            },
            Effect::Choose => self.choose(),
            Effect::Write => {
                let said = self.tee.write(&self.sender);
                self.app.notice(said);
                Todo::Draw
            }
            Effect::Quit => self.ends(End::Done),
            Effect::Interval(secs) => {
                self.watcher.set_interval(secs);
                Todo::Draw
            }
        }
    }

    fn ends(&mut self, end: End) -> Todo {
        self.end.get_or_insert(end);
        Todo::Nothing
    }

    fn draw(&mut self, screen: &mut Screen) -> io::Result<bool> {
        if std::mem::take(&mut self.keyed) {
            let furthest = view::extents(&self.scene(), screen.area());
            self.app.clamp_scroll(furthest.scroll, furthest.help);
        }
        let scene = self.scene();
        screen.draw(|frame| view::draw(frame, &scene))
    }

    fn scene(&self) -> Scene<'_> {
        let picture = self.app.picture();
        Scene {
            snapshot: picture.snapshot.as_ref(),
            history: &picture.history,
            limits: self.app.limits(),
            ui: &self.app.ui,
            labels: &self.app.labels,
            theme: &self.theme,
            now: self.clock.mono(),
            keys: &self.keys,
        }
    }

    /// The time until the newest sample counts as late, then a second at a time.
    fn until_late(&self) -> Duration {
        let interval = Duration::from_secs_f64(self.app.ui.interval);
        let age = self.app.newest().map_or(Duration::ZERO, |newest| self.clock.mono().since(newest.mono));
        let late = (interval + LATE).saturating_sub(age).max(Duration::from_secs(1));
        if self.app.ui.stage == Stage::Watching && !self.lost() { late } else { late.min(LOOK_EVERY) }
    }
}

/// Gives the terminal back and stops as the shell's Ctrl-Z does, unless no shell is there to say go
/// on.
fn suspend(screen: &mut Screen) -> io::Result<()> {
    use rustix::process::{Signal, getpid, getppid, getsid, kill_current_process_group};
    let session = getsid(None).ok();
    let shell = getppid().and_then(|parent| getsid(Some(parent)).ok());
    if session == Some(getpid()) || shell != session {
        return screen.redraw();
    }
    screen.leave();
    kill_current_process_group(Signal::STOP)?;
    screen.resume()
}
