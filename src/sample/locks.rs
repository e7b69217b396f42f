//! Who holds which lock on a database and its wal-index.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The locks that SQLite takes in WAL mode and in rollback mode, by the byte that stands for each;
/// see `os_unix.c` and "WAL-Mode File Format" in SQLite's documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// `-shm` byte 120: the one writer.
    Write,
    /// `-shm` byte 121: a checkpoint runs.
    Checkpoint,
    /// `-shm` byte 122: the wal-index is being rebuilt.
    Recover,
    /// `-shm` bytes 123 to 127: a reader at one of the five read marks.
    Read(u8),
    /// `-shm` byte 128: a connection is open.
    Open,
    /// The database file's shared range: a connection is open (WAL) or reads (rollback); held
    /// exclusively, it keeps everybody out.
    Shared,
    /// The database file's reserved byte: a writer in rollback mode.
    Reserved,
    /// The database file's pending byte: a writer waits for the last reader to go.
    Pending,
}

/// One lock that somebody holds.
///
/// Written down as `[slot, pid, name]`, with `true` as a fourth where it is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldLock {
    /// Which.
    pub slot: Slot,
    /// Held against everybody else; otherwise shared with others of its kind.
    pub exclusive: bool,
    /// The holder; `None` for one that this user or this pid namespace can't see.
    pub pid: Option<u32>,
    /// The holder's name, cleaned; `None` where it can't be read.
    pub name: Option<Arc<str>>,
}

impl HeldLock {
    /// Whether it keeps everybody else out of the database, readers included.
    pub fn shuts_out(&self) -> bool {
        self.exclusive && self.slot == Slot::Shared
    }
}
