//! What is known of the write-ahead log at one sample.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::units::{Bytes, Span};

/// The log: how much is in it, who holds it, who writes, and what that means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WalView {
    /// Bytes of one frame: a page and its 24-byte header.
    pub frame_bytes: Option<u64>,
    /// Frames in the log now (`mxFrame`). The file may hold more: its size is a high-water mark.
    pub live: Option<u32>,
    /// Frames already copied into the database.
    pub checkpointed: Option<u32>,
    /// Frames still to be copied: live less checkpointed.
    pub pending: Option<u32>,
    /// Bytes per second written into the log, mean of the last ten seconds.
    pub write_rate: Option<f64>,
    /// Seconds since checkpointed frames last grew or the log last started over; `None` if that
    /// was not seen yet.
    pub checkpoint_age: Option<f64>,
    /// Seconds since the log last started over; `None` if that was not seen yet.
    pub restart_age: Option<f64>,
    /// How often the log started over in the last hour, or since the monitor watches.
    pub resets: u32,
    /// Seconds that the log has been watched.
    pub watched: f64,
    /// Growth of the file in bytes per second, mean of the last half minute.
    pub growth: Option<f64>,
    /// Seconds until the file reaches its limit at that growth; `None` if it doesn't grow.
    pub to_limit: Option<f64>,
    /// Seconds until the filesystem is full at that growth; `None` if the file doesn't grow.
    pub to_full: Option<f64>,
    /// Bytes that this user's processes could still write to the filesystem.
    pub free: Option<Bytes>,
    /// Read marks in use, the lowest first; `None` if the locks can't be read.
    pub holders: Option<Vec<Holder>>,
    /// Which of `holders` keeps the log from being checkpointed.
    pub pin: Option<usize>,
    /// Who holds the WRITE lock now.
    pub writer: Option<Writer>,
    /// Share of the last 60 samples in which it was held, 0 to 1.
    pub write_share: Option<f64>,
    /// The longest run of samples in which one process held it.
    pub longest_run: Option<(Process, u32)>,
    /// Processes that have the database open.
    pub open_by: Vec<Process>,
    /// What it all means.
    pub diagnosis: Diagnosis,
}

impl WalView {
    /// The holder that pins the log.
    pub fn pinning(&self) -> Option<&Holder> {
        self.pin.and_then(|index| self.holders.as_ref()?.get(index))
    }

    /// Bytes of so many frames.
    pub fn bytes_of(&self, frames: u32) -> Option<Bytes> {
        self.frame_bytes.map(|bytes| Bytes(u64::from(frames) * bytes))
    }
}

/// A process that holds a lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// Its pid; `None` for one that this user can't see.
    pub pid: Option<u32>,
    /// Its name; `None` where it can't be read.
    pub name: Option<Arc<str>>,
    /// `ingestor`, `server` or `other`.
    pub role: &'static str,
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.pid) {
            (Some(name), Some(pid)) => write!(f, "{name}[{pid}]"),
            (None, Some(pid)) => write!(f, "process {pid}"),
            (_, None) => f.write_str("a process this user can't see"),
        }
    }
}

/// A read mark in use.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// Which of the five slots.
    pub slot: u8,
    /// The last frame that its reader may see; 0 in slot 0, whose readers use the database alone.
    pub mark: u32,
    /// Frames that the reader keeps from being checkpointed.
    pub behind: u32,
    /// Who.
    pub process: Process,
    /// Seconds that the same process has held the same mark in the same slot, in every sample.
    pub held: f64,
}

/// Who holds the WRITE lock.
#[derive(Clone, Debug, PartialEq)]
pub struct Writer {
    /// Who.
    pub process: Process,
    /// Seconds that the same process has held it in every sample, with no commit in between.
    pub held: f64,
}

/// What the figures mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Diagnosis {
    /// Nothing to say.
    #[default]
    Fine,
    /// The file grows, and checkpoints make progress.
    Growing,
    /// A reader keeps frames from being checkpointed.
    Pinned {
        /// Who.
        by: Process,
        /// The frame beyond which nothing can be checkpointed.
        frame: u32,
        /// Seconds.
        held: f64,
        /// Frames that wait behind it.
        frames: u32,
        /// The same in bytes.
        bytes: Option<Bytes>,
    },
    /// More is pending than there should be, no reader is behind, and nobody runs a checkpoint.
    NobodyCheckpoints {
        /// Pending frames.
        frames: u32,
        /// The same in bytes.
        bytes: Option<Bytes>,
    },
    /// The file is big, but its content is in the database.
    HighWater {
        /// Size of the file.
        file: Bytes,
        /// Bytes of it that still matter.
        live: Bytes,
    },
    /// One transaction keeps all other writers out.
    WriterHeld {
        /// Who.
        by: Process,
        /// Seconds.
        held: f64,
    },
    /// The database is not in WAL mode.
    NotWal {
        /// The mode it is in, if known.
        mode: Option<String>,
    },
    /// Nobody has the database open: there is no log to speak of.
    Closed,
    /// Something needed can't be read.
    CantTell {
        /// What, and why.
        why: String,
    },
}

impl Diagnosis {
    /// Its name in the JSON output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Growing => "growing",
            Self::Pinned { .. } => "pinned",
            Self::NobodyCheckpoints { .. } => "nobody_checkpoints",
            Self::HighWater { .. } => "high_water",
            Self::WriterHeld { .. } => "writer_held",
            Self::NotWal { .. } => "not_wal",
            Self::Closed => "closed",
            Self::CantTell { .. } => "cant_tell",
        }
    }

    /// Whether somebody has to do something.
    pub fn calls_for_action(&self) -> bool {
        !matches!(self, Self::Fine | Self::Growing | Self::NotWal { .. } | Self::Closed)
    }

    /// What to do about it; `None` if nothing.
    pub fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::Pinned { by, .. } => {
                format!("end that read transaction, or restart {by}; the next checkpoint then catches up")
            }
            Self::NobodyCheckpoints { .. } => {
                "run PRAGMA wal_checkpoint(TRUNCATE), and see why the ingestor's checkpoints stopped"
                    .to_owned()
            }
            Self::HighWater { .. } => {
                "PRAGMA wal_checkpoint(TRUNCATE) gives it back; journal_size_limit keeps it small".to_owned()
            }
            Self::WriterHeld { by, .. } => {
                format!("see what {by} does in that transaction; other writers get SQLITE_BUSY")
            }
            Self::CantTell { why } if why.contains("permission denied") => {
                "corescope-top has to run as the ingestor's user or root".to_owned()
            }
            Self::CantTell { .. } => "wait for the next samples; if it stays, mend what is named".to_owned(),
            Self::Fine | Self::Growing | Self::NotWal { .. } | Self::Closed => return None,
        })
    }
}

fn span(secs: f64) -> Span {
    Span(Duration::from_secs_f64(secs.max(0.0)))
}

fn frames_and_bytes(frames: u32, bytes: Option<Bytes>) -> String {
    let count = crate::units::grouped(frames.into());
    bytes.map_or_else(|| format!("{count} frames"), |bytes| format!("{count} frames ({bytes})"))
}

/// The sentence for people, with its numbers.
impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fine => f.write_str("fine: checkpoints keep up"),
            Self::Growing => f.write_str("growing, checkpoints keep up"),
            Self::Pinned { by, frame, held, frames, bytes } => write!(
                f,
                "pinned at frame {} by {by} for {}: {} can't be checkpointed",
                crate::units::grouped((*frame).into()),
                span(*held),
                frames_and_bytes(*frames, *bytes)
            ),
            Self::NobodyCheckpoints { frames, bytes } => write!(
                f,
                "nobody checkpoints: {} pending, no reader behind",
                frames_and_bytes(*frames, *bytes)
            ),
            Self::HighWater { file, live } => {
                write!(
                    f,
                    "high-water mark: the file has {file}, {live} of it in use, all else is checkpointed"
                )
            }
            Self::WriterHeld { by, held } => write!(f, "writer held by {by} for {}", span(*held)),
            Self::NotWal { mode } => {
                write!(
                    f,
                    "no log: the database is in {} mode",
                    mode.as_deref().unwrap_or("a rollback journal")
                )
            }
            Self::Closed => f.write_str("nobody has the database open"),
            Self::CantTell { why } => write!(f, "can't tell: {why}"),
        }
    }
}
