//! One channel for everything that happens, and the threads that feed it.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::thread;
use std::time::Duration;

use crossterm::event::{Event as TermEvent, KeyEvent, KeyEventKind};
use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::app::{Progress, Shown};
use crate::demo::{Demo, DemoState};
use crate::sample::Sample;
use crate::source::finder::Sighting;

/// Events that may wait; a sender beyond that waits itself, so that nothing piles up.
pub const QUEUE: usize = 256;

/// How long crossterm may take to make a key of what was typed; with no time at all it does not read.
const PARSE: Duration = Duration::from_millis(1);

/// What is typed is not ours any more.
static KEYS_LEFT: AtomicBool = AtomicBool::new(false);

/// From now on leaves what is typed to the shell: the terminal is given back before the program ends.
pub fn leave_keys() {
    KEYS_LEFT.store(true, Ordering::Relaxed);
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A key was pressed.
    Key(KeyEvent),
    /// A signal came.
    Signal(i32),
    /// The terminal has gone away.
    Hangup,
    /// The target was looked at.
    Sample {
        /// Which of the targets that were watched one after the other.
        generation: u32,
        /// What was seen.
        sample: Arc<Sample>,
    },
    /// All processes were looked at for a target.
    Seen(Box<Sighting>),
    /// The last hour was written to a file, or could not be: one sentence.
    Written(String),
    /// Another place of the recording is to be shown.
    Shown(Box<Shown>),
    /// More of the recording is judged.
    Judged(Progress),
    /// The demo moved on.
    Demo(DemoState),
    /// The demo can't go on, and why.
    DemoFailed(String),
    /// A thread ended that must not: a bug, told in a sentence.
    Died(String),
}

/// Reads the keyboard on a thread of its own.
///
/// # Errors
/// When there is no terminal to read from, or no thread can be started.
pub fn spawn_input(sender: SyncSender<Event>) -> io::Result<()> {
    let own = if io::stdin().is_terminal() { None } else { Some(File::open("/dev/tty")?) };
    spawn("input", sender, move |sender| {
        let stdin = io::stdin();
        let fd = own.as_ref().map_or_else(|| stdin.as_fd(), File::as_fd);
        read_keys(fd, sender);
    })
}

/// Forwards what is typed until the terminal or the receiver is gone. crossterm is asked only when
/// there is something to read: on a terminal that has gone away it would spin for ever.
fn read_keys(fd: BorrowedFd<'_>, sender: &SyncSender<Event>) {
    loop {
        let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => continue,
            Err(error) => {
                let _ = sender.send(Event::Died(format!("waiting for keys failed: {error}")));
                return;
            }
        }
        if KEYS_LEFT.load(Ordering::Relaxed) {
            return;
        }
        if fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
            let _ = sender.send(Event::Hangup);
            return;
        }
        while crossterm::event::poll(PARSE).unwrap_or(false) {
            if let Ok(TermEvent::Key(key)) = crossterm::event::read()
                && key.kind != KeyEventKind::Release
                && sender.send(Event::Key(key)).is_err()
            {
                return;
            }
        }
    }
}

/// Passes on how a demo goes.
///
/// # Errors
/// When no thread can be started.
pub fn spawn_demo(demo: &mut Demo, sender: SyncSender<Event>) -> io::Result<()> {
    let Some(updates) = demo.updates() else { return Ok(()) };
    spawn("demo", sender, move |sender| {
        for update in updates {
            let event = match update {
                Ok(state) => Event::Demo(state),
                Err(error) => Event::DemoFailed(error),
            };
            if sender.send(event).is_err() {
                return;
            }
        }
    })
}

/// Turns signals into events.
///
/// # Errors
/// When a handler can't be installed, or no thread can be started.
pub fn spawn_signals(sender: SyncSender<Event>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH])?;
    spawn("signals", sender, move |sender| {
        for signal in signals.forever() {
            if sender.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    })
}

/// Turns signals that end the program into events, for a program without a screen that has something to
/// finish. One that still hangs on a pipe nobody reads after `grace` is ended all the same. A hangup
/// that was ignored from the start stays ignored: `nohup` means it.
///
/// # Errors
/// When a handler can't be installed, or no thread can be started.
pub fn spawn_endings(sender: SyncSender<Event>, grace: Duration) -> io::Result<()> {
    let hangup = (!ignores_hangup()).then_some(SIGHUP);
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGQUIT].into_iter().chain(hangup))?;
    let (told, ends) = std::sync::mpsc::channel();
    spawn("endings", sender, move |sender| {
        for signal in ends {
            if sender.send(Event::Signal(signal)).is_err() {
                return;
            }
        }
    })?;
    let wait = move || {
        let Some(signal) = signals.forever().next() else { return };
        let _ = told.send(signal);
        thread::sleep(grace);
        std::process::exit(128 + signal);
    };
    thread::Builder::new().name("signals".to_owned()).stack_size(256 << 10).spawn(wait).map(drop)
}

/// Whether this process was started with the wish to ignore hangups; where that can't be read it was not.
/// Source: proc(5), `SigIgn`, a bit a signal from the lowest on.
fn ignores_hangup() -> bool {
    let status = procfs::process::Process::myself().and_then(|process| process.status());
    status.is_ok_and(|status| status.sigign & (1 << (SIGHUP - 1)) != 0)
}

/// A thread whose panic becomes an event: the screen is restored by who owns it, not from here.
///
/// # Errors
/// When no thread can be started.
pub fn spawn(
    name: &str,
    sender: SyncSender<Event>,
    body: impl FnOnce(&SyncSender<Event>) + Send + 'static,
) -> io::Result<()> {
    let what = name.to_owned();
    let guarded = move || {
        if catch_unwind(AssertUnwindSafe(|| body(&sender))).is_err() {
            let _ = sender.send(Event::Died(format!("the {what} thread panicked")));
        }
    };
    thread::Builder::new().name(name.to_owned()).stack_size(256 << 10).spawn(guarded).map(drop)
}
