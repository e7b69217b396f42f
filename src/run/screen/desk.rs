//! What live and replay share: the terminal's loop, its signals and its keys.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::Duration;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGTSTP, SIGWINCH};

use crate::app::keys::Copied;
use crate::app::{App, Effect};
use crate::event::{self, Event, QUEUE};
use crate::output::brief;
use crate::run::attention::Attention;
use crate::run::{End, panics};
use crate::terminal::Screen;
use crate::units::Mono;
use crate::view::{self, KeyGuide, Scene, Theme};

/// How soon a terminal that took no output is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// Bytes that xterm, kitty and tmux all take in one OSC 52 (xterm: 75,000 after base64).
const CLIPBOARD: usize = 55_000;

/// What the terminal has to do before the next event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Todo {
    Nothing,
    Draw,
    Redraw,
    /// A shell may have had the terminal in between.
    Resume,
    Suspend,
}

/// What is on the screen, and how it looks.
pub(super) struct Desk {
    pub(super) app: App,
    pub(super) attention: Attention,
    theme: Theme,
    end: Option<End>,
    /// The keys that matter to the picture that is drawn.
    keys: KeyGuide,
    /// What goes on the clipboard with the next frame.
    copy: Option<Copied>,
    /// A key may have scrolled further than there is.
    keyed: bool,
}

impl Desk {
    pub(super) fn new(app: App, theme: Theme, attention: Attention) -> Self {
        let keys = KeyGuide::default();
        Self { app, attention, theme, end: None, keys, copy: None, keyed: false }
    }

    /// Ends the run, unless it ends already.
    pub(super) fn ends(&mut self, end: End) -> Todo {
        self.end.get_or_insert(end);
        Todo::Nothing
    }

    fn draw(&mut self, screen: &mut Screen, now: Mono) -> io::Result<bool> {
        self.keys = self.app.guide();
        if std::mem::take(&mut self.keyed) {
            let furthest = view::extents(&self.scene(now), screen.area());
            self.app.clamp_scroll(furthest.scroll, furthest.help);
        }
        let scene = self.scene(now);
        let drawn = screen.draw(|frame| view::draw(frame, &scene))?;
        if drawn {
            self.attention.show(screen)?;
            self.put_on_clipboard(screen, now)?;
        }
        Ok(drawn)
    }

    fn put_on_clipboard(&mut self, screen: &mut Screen, now: Mono) -> io::Result<()> {
        let Some(copy) = self.copy.take() else { return Ok(()) };
        let area = screen.area();
        let text = match copy {
            Copied::Verdict => self.app.picture().snapshot.as_ref().map(brief::text).unwrap_or_default(),
            Copied::Picture => view::as_text(&self.scene(now), area),
        };
        screen.copy(&clip_bytes(text))
    }

    /// Copies with the next frame, and says so in the one after it.
    fn copy(&mut self, what: Copied) -> Todo {
        self.copy = Some(what);
        let what = match what {
            Copied::Verdict => "the verdict",
            Copied::Picture => "the picture",
        };
        self.app.notice(format!("{what} is on the clipboard, if the terminal takes it (OSC 52)"));
        Todo::Draw
    }

    fn scene(&self, now: Mono) -> Scene<'_> {
        let picture = self.app.picture();
        Scene {
            snapshot: picture.snapshot.as_ref(),
            history: &picture.history,
            events: self.app.events(),
            limits: self.app.limits(),
            ui: &self.app.ui,
            labels: &self.app.labels,
            theme: &self.theme,
            now,
            keys: &self.keys,
        }
    }
}

/// A run of the screen: what happens comes in, what is shown stands on its desk.
pub(super) trait Session {
    fn desk(&mut self) -> &mut Desk;

    /// Now, on the clock of the samples.
    fn now(&self) -> Mono;

    /// Takes an event that is of its own kind.
    fn event(&mut self, event: Event) -> Todo;

    /// Does what a key asks for and the desk can't do.
    fn act(&mut self, effect: Effect) -> Todo;

    /// What is to be done before the next event.
    fn prepare(&mut self) {}

    /// How long to wait for the next event before the frame is drawn again.
    fn patience(&mut self) -> Duration;

    /// Takes the terminal and gives it back at the end.
    fn run(&mut self, sender: &SyncSender<Event>, receiver: &Receiver<Event>) -> End {
        if let Some(end) = self.desk().end.take() {
            return end;
        }
        let threads = event::spawn_signals(sender.clone()).and_then(|()| event::spawn_input(sender.clone()));
        if let Err(error) = threads {
            return End::Usage(format!("the terminal can't be read: {error}"));
        }
        match Screen::enter() {
            Ok(mut screen) => {
                let end = self.drive(&mut screen, receiver).unwrap_or_else(|error| {
                    if screen.hung_up() {
                        End::Hangup
                    } else {
                        End::Usage(format!("the terminal failed: {error}"))
                    }
                });
                // What was learned and recorded is still to be finished; the terminal is the shell's again.
                event::leave_keys();
                end
            }
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
            let now = self.now();
            if todo == Todo::Draw && self.desk().draw(screen, now)? {
                todo = Todo::Nothing;
            }
            if screen.hung_up() {
                return Ok(End::Hangup);
            }
            self.prepare();
            let timeout = if screen.behind() { RETRY } else { self.patience() };
            match receiver.recv_timeout(timeout) {
                Ok(event) => todo = todo.max(self.handle_all(event, receiver)),
                Err(RecvTimeoutError::Timeout) => todo = todo.max(Todo::Draw),
                Err(RecvTimeoutError::Disconnected) => return Ok(End::Bug("all threads are gone".into())),
            }
            if let Some(end) = self.desk().end.take() {
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
                let desk = self.desk();
                desk.keyed = true;
                desk.app.key(key)
            }
            Event::Signal(SIGWINCH) => Effect::Redraw,
            Event::Signal(SIGCONT) => return Todo::Resume,
            Event::Signal(SIGTSTP) => Effect::Suspend,
            Event::Signal(SIGHUP) | Event::Hangup => return self.desk().ends(End::Hangup),
            Event::Signal(number) => return self.desk().ends(End::Signal(number)),
            Event::Died(text) => {
                let text = panics::noted().map_or_else(|| text.clone(), |panic| format!("{text}: {panic}"));
                return self.desk().ends(End::Bug(text));
            }
            other => return self.event(other),
        };
        self.apply(effect)
    }

    fn apply(&mut self, effect: Effect) -> Todo {
        match effect {
            Effect::Nothing => Todo::Nothing,
            Effect::Draw => Todo::Draw,
            Effect::Redraw => Todo::Redraw,
            Effect::Suspend => Todo::Suspend,
            Effect::Quit => self.desk().ends(End::Done),
            Effect::Copy(what) => self.desk().copy(what),
            other => self.act(other),
        }
    }
}

/// As much as terminals take at once.
fn clip_bytes(mut text: String) -> String {
    if text.len() > CLIPBOARD {
        let end = (0..=CLIPBOARD).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
    }
    text
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
