//! Writing to a terminal without ever waiting for it.
//!
//! A terminal that takes no output (Ctrl-S, a hung SSH connection) must not freeze the program:
//! frames are collected, written as far as the terminal takes them, and the rest waits here. The
//! descriptor is one of our own, so that its `O_NONBLOCK` is not the shell's.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::rc::Rc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::termios::{QueueSelector, tcflush, tcgetwinsize};

/// A shared handle on the terminal behind standard output.
#[derive(Clone, Debug)]
pub struct Tty(Rc<RefCell<Out>>);

#[derive(Debug)]
struct Out {
    file: File,
    pending: Vec<u8>,
    hung_up: bool,
}

impl Tty {
    /// Opens the terminal behind standard output once more, or the controlling terminal.
    ///
    /// # Errors
    /// When neither can be opened for writing.
    pub fn open() -> io::Result<Self> {
        let flags = OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let flags = i32::try_from(flags.bits()).unwrap_or_default();
        let open = |path: &str| OpenOptions::new().write(true).custom_flags(flags).open(path);
        let file = open("/proc/self/fd/1").or_else(|_| open("/dev/tty"))?;
        Ok(Self(Rc::new(RefCell::new(Out { file, pending: Vec::with_capacity(16 << 10), hung_up: false }))))
    }

    /// Columns and rows, as the terminal says.
    pub fn size(&self) -> Option<(u16, u16)> {
        tcgetwinsize(&self.0.borrow().file).ok().map(|size| (size.ws_col, size.ws_row))
    }

    /// Writes what the terminal takes now.
    pub fn push(&self) {
        self.0.borrow_mut().push();
    }

    /// Bytes that wait for the terminal.
    pub fn pending(&self) -> usize {
        self.0.borrow().pending.len()
    }

    /// Whether the terminal has gone away.
    pub fn hung_up(&self) -> bool {
        self.0.borrow().hung_up
    }

    /// Drops everything that the terminal has not read.
    pub fn discard(&self) {
        let mut out = self.0.borrow_mut();
        out.pending.clear();
        let _ = tcflush(&out.file, QueueSelector::OFlush);
    }

    /// Waits until the terminal takes output, at most `timeout`.
    pub fn wait_writable(&self, timeout: Duration) {
        let out = self.0.borrow();
        let mut fds = [PollFd::new(&out.file, PollFlags::OUT)];
        let timeout = Timespec { tv_sec: 0, tv_nsec: timeout.subsec_nanos().into() };
        let _ = poll(&mut fds, Some(&timeout));
    }
}

impl Out {
    fn push(&mut self) {
        let mut written = 0;
        while written < self.pending.len() && !self.hung_up {
            match self.file.write(&self.pending[written..]) {
                Ok(count) if count > 0 => written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Ok(_) | Err(_) => self.hung_up = true,
            }
        }
        self.pending.drain(..written);
        if self.hung_up {
            self.pending.clear();
        }
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().pending.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.push();
        Ok(())
    }
}
