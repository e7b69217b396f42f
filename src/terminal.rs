//! The terminal: taken over, drawn on, and given back on every way out.

pub mod tty;

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::cursor::{Hide, Show};
use crossterm::style::ResetColor;
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{QueueableCommand, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

use tty::Tty;

/// How long the last words may take on a terminal that accepts no output.
const FAREWELL: Duration = Duration::from_millis(150);

/// Saves and restores the window's title, not that of its icon.
const PUSH_TITLE: &str = "\x1b[22;2t";
const POP_TITLE: &str = "\x1b[23;2t";

/// A terminal in raw mode with the alternate screen on. Dropping it gives the terminal back.
pub struct Screen {
    tty: Tty,
    terminal: Terminal<CrosstermBackend<Tty>>,
    active: bool,
    /// The title that was set; `None` while the window has its own.
    title: Option<String>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When there is no terminal behind standard output, or its modes can't be set.
    pub fn enter() -> io::Result<Self> {
        let tty = Tty::open()?;
        let area = area_of(&tty);
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let terminal = Terminal::with_options(CrosstermBackend::new(tty.clone()), options)?;
        let mut screen = Self { tty, terminal, active: false, title: None };
        screen.resume()?;
        Ok(screen)
    }

    /// Takes the terminal over again after [`Self::leave`] or after the shell had it.
    ///
    /// # Errors
    /// When the terminal's modes can't be set.
    pub fn resume(&mut self) -> io::Result<()> {
        if self.active {
            // A shell in between has set its own modes: crossterm must not believe in the old ones.
            disable_raw_mode()?;
        }
        enable_raw_mode()?;
        self.active = true;
        queue!(self.tty, EnterAlternateScreen, Hide, Clear(ClearType::All))?;
        self.redraw()
    }

    /// Forgets what is on the terminal, so that the next frame is drawn entirely.
    ///
    /// # Errors
    /// When the terminal can't be resized.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.terminal.resize(area_of(&self.tty))
    }

    /// The area that is drawn on.
    pub fn area(&mut self) -> Rect {
        self.terminal.get_frame().area()
    }

    /// Draws one frame, unless the terminal has not taken the last one yet. Says whether it drew.
    ///
    /// # Errors
    /// When writing fails for another reason than a terminal that is slow or gone.
    pub fn draw(&mut self, render: impl FnOnce(&mut Frame)) -> io::Result<bool> {
        if self.behind() {
            return Ok(false);
        }
        self.terminal.draw(render)?;
        Ok(true)
    }

    /// Rings the terminal's bell.
    ///
    /// # Errors
    /// None today; the bytes are queued.
    pub fn ring(&mut self) -> io::Result<()> {
        self.say("\x07")
    }

    /// Gives the window another title, or with `None` the one that it had before (xterm's title stack, as
    /// tmux has it too). The text must be free of control characters.
    ///
    /// # Errors
    /// None today; the bytes are queued.
    pub fn title(&mut self, title: Option<&str>) -> io::Result<()> {
        if self.title.as_deref() == title {
            return Ok(());
        }
        let sequence = match (&self.title, title) {
            (_, None) => POP_TITLE.to_owned(),
            (None, Some(title)) => format!("{PUSH_TITLE}\x1b]2;{title}\x1b\\"),
            (Some(_), Some(title)) => format!("\x1b]2;{title}\x1b\\"),
        };
        self.title = title.map(str::to_owned);
        self.say(&sequence)
    }

    /// Puts a text on the clipboard of whoever looks at the terminal (OSC 52, which passes SSH and tmux).
    ///
    /// # Errors
    /// None today; the bytes are queued.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        queue!(self.tty, CopyToClipboard::to_clipboard_from(text))?;
        self.tty.flush()
    }

    fn say(&mut self, sequence: &str) -> io::Result<()> {
        self.tty.write_all(sequence.as_bytes())?;
        self.tty.flush()
    }

    /// Whether part of a frame still waits for the terminal; tries to write it first.
    pub fn behind(&mut self) -> bool {
        self.tty.push();
        self.tty.pending() > 0
    }

    /// Whether the terminal has gone away.
    pub fn hung_up(&self) -> bool {
        self.tty.hung_up()
    }

    /// Gives the terminal back. Never fails and never waits long: a terminal that takes no output
    /// has its queue dropped, so that the last words are the first thing it reads.
    pub fn leave(&mut self) {
        if !std::mem::replace(&mut self.active, false) {
            return;
        }
        let stalled = self.behind();
        if stalled {
            self.tty.discard();
            // Whatever sequence was cut in the middle ends here.
            let _ = self.tty.write_all(b"\x18");
        }
        let _ = self.title(None);
        let _ = self.tty.queue(ResetColor).and_then(|tty| tty.queue(LeaveAlternateScreen)?.queue(Show));
        let deadline = Instant::now() + FAREWELL;
        while self.behind() && !self.hung_up() && Instant::now() < deadline {
            self.tty.wait_writable(Duration::from_millis(10));
        }
        let _ = disable_raw_mode();
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// The terminal's size; the traditional one where it was never told.
fn area_of(tty: &Tty) -> Rect {
    let (columns, rows) = tty.size().filter(|(columns, rows)| *columns > 0 && *rows > 0).unwrap_or((80, 24));
    Rect::new(0, 0, columns, rows)
}
