//! What is done to a site beside its ordinary traffic: jobs, people, and everything that goes wrong.

use std::sync::Arc;

/// A backfill that runs.
#[derive(Clone, Debug)]
pub struct Backfill {
    pub name: Arc<str>,
    /// Rows per second.
    pub rate: f64,
    /// Frames of the log per row.
    pub frames: f64,
    /// Rows that are left to do; `None` in a loop.
    pub left: Option<f64>,
}

impl Backfill {
    pub fn new(name: &str, rate: f64, frames: f64, left: Option<f64>) -> Self {
        Self { name: name.into(), rate, frames, left }
    }
}

/// Somebody in a transaction that keeps the writer lock.
#[derive(Clone, Debug)]
pub enum Hold {
    /// A job of the ingestor: the others wait for its mutex.
    Ingestor,
    /// Another process: writes fail after five seconds each.
    Other { pid: u32, name: Arc<str> },
}

/// All of it; the default is nothing.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Traffic is so many times what the hour brings; 0 stands for once.
    pub burst: f64,
    pub backfill: Option<Backfill>,
    /// Frames per second that nothing in the stats file accounts for.
    pub frames: f64,
    /// Frames per second of one transaction that keeps the writer lock until it commits.
    pub transaction: f64,
    pub hold: Option<Hold>,
    /// Share of the time for which a job holds the writer lock, again and again.
    pub starve: f64,
    /// Messages arrive and never reach the database.
    pub stuck: bool,
    /// Share of messages whose signature is wrong, on top of the few that always are.
    pub forged: f64,
    /// Share of messages whose write fails.
    pub failing: f64,
    /// Bytes per second written to files that are removed before they reach the disk.
    pub dropped: f64,
    /// The stats file is not written.
    pub wedged: bool,
    /// The ingestor reads so many bytes per second from the disk and writes so many: work before its
    /// stats writer starts.
    pub silent_frames: f64,
    /// Bytes per second that the server reads, and the share of them that comes from the disk.
    pub server: (f64, f64),
    /// Bytes per second that others write to the same disk.
    pub fill: f64,
}
