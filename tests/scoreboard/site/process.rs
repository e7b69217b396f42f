//! A process and what it does to its counters.

use std::sync::Arc;

use corescope_top::sample::{Fault, FaultKind, IoCounters, ProcSample, Reading};
use corescope_top::units::Mono;

use super::log::PAGE;

/// A process that lives.
#[derive(Clone, Debug)]
pub struct Process {
    pub pid: u32,
    /// Clock ticks after boot.
    pub start: u64,
    /// Seconds on the boot clock.
    pub born: f64,
    pub name: Arc<str>,
    pub io: IoCounters,
}

impl Process {
    pub fn new(pid: u32, boot_secs: f64, name: &str) -> Self {
        let io =
            IoCounters { rchar: 115_758, wchar: 954_094, syscr: 85, syscw: 555, ..IoCounters::default() };
        Self { pid, start: (boot_secs * 100.0) as u64, born: boot_secs, name: name.into(), io }
    }

    /// Frames written to the log: a call for the header and one for the page.
    pub fn write_frames(&mut self, frames: u64) {
        self.io.wchar += frames * (PAGE + 24);
        self.io.syscw += frames * 2;
        // Pages of the file that are dirtied: frames don't end where pages do.
        self.io.write_bytes += frames * PAGE * 118 / 100;
    }

    /// Pages read from the log and written into the database.
    pub fn checkpoint(&mut self, pages: u64) {
        self.io.rchar += pages * PAGE;
        self.io.syscr += pages;
        self.io.wchar += pages * PAGE;
        self.io.syscw += pages.div_ceil(4);
        self.io.write_bytes += pages * PAGE;
    }

    /// Reads; `fetched` of them came from the disk.
    pub fn read(&mut self, asked: u64, fetched: u64) {
        self.io.rchar += asked;
        self.io.syscr += asked.div_ceil(PAGE);
        self.io.read_bytes += fetched;
    }

    /// Bytes written to a file of its own, and how many of them never reached the disk.
    pub fn write(&mut self, bytes: u64, cancelled: u64) {
        self.io.wchar += bytes;
        self.io.syscw += bytes.div_ceil(64 << 10);
        self.io.write_bytes += bytes.next_multiple_of(PAGE);
        self.io.cancelled_write_bytes += cancelled;
    }

    /// As a monitor sees it at `mono`, with the right to read its counters or without.
    pub fn sample(&self, mono: Mono, boot_secs: f64, may_read: bool) -> ProcSample {
        let denied = || Fault::new(FaultKind::Denied, format!("/proc/{}/io: permission denied", self.pid));
        ProcSample {
            mono,
            pid: self.pid,
            start: self.start,
            uptime: boot_secs - self.born,
            name: Arc::clone(&self.name),
            io: if may_read { Reading::Good(self.io) } else { Reading::Failed(denied()) },
        }
    }
}
