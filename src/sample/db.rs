//! What stands in a database's files, raw.

use serde::{Deserialize, Serialize};

use crate::sample::{Reading, locks};
use crate::units::{Bytes, Mono};

/// The database's files and what stands in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DbSample {
    /// When it was looked at.
    pub mono: Mono,
    /// The database file.
    pub db: Reading<FileStat>,
    /// The `-wal` file; [`crate::sample::FaultKind::Gone`] is normal when nobody has the database open.
    pub wal: Reading<FileStat>,
    /// The `-shm` file; its absence means that nobody has the database open.
    pub shm: Reading<FileStat>,
    /// The first 100 bytes of the database file, decoded. In WAL mode they may be behind.
    pub header: Reading<DbHeader>,
    /// The wal-index header.
    pub wal_index: Reading<WalIndex>,
    /// The header of the `-wal` file; [`crate::sample::FaultKind::Gone`] while the log is empty.
    #[serde(default)]
    pub wal_header: Reading<WalHeader>,
    /// What SQLite's pragmas would answer as of the last commit.
    pub pragmas: Reading<Pragmas>,
    /// Locks that anybody holds on the database and its wal-index.
    #[serde(default)]
    pub locks: Reading<Vec<locks::HeldLock>>,
    /// Bytes that can still be written to the filesystem of the database.
    #[serde(default)]
    pub free: Reading<Bytes>,
}

/// What stat(2) says of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileStat {
    /// Size in bytes.
    pub size: Bytes,
    /// Device.
    pub dev: u64,
    /// Inode.
    pub ino: u64,
}

/// The database header, see "The Database Header" in SQLite's file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DbHeader {
    /// Bytes in a page.
    pub page_size: u32,
    /// Whether the file asks for WAL mode (write and read version 2).
    pub wal_mode: bool,
    /// Pages in the database when the header was last copied into the file.
    pub page_count: u32,
    /// Free pages then.
    pub freelist_count: u32,
}

/// The wal-index header, see "The WAL-Index File Format" in SQLite's documentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalIndex {
    /// Counts up with every change of the header.
    pub change: u32,
    /// Bytes in a page.
    pub page_size: u32,
    /// The last valid frame of the log, counted from 1; 0 for an empty log.
    pub mx_frame: u32,
    /// Pages in the database after the last commit.
    pub page_count: u32,
    /// New on every restart of the log.
    pub salts: [u32; 2],
    /// Frames already copied into the database (`nBackfill`).
    pub checkpointed: u32,
    /// Read marks; `None` for a slot that is not in use.
    pub read_marks: [Option<u32>; 5],
}

/// The header of a `-wal` file, see "WAL File Format" in SQLite's file format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalHeader {
    /// Bytes in a page.
    pub page_size: u32,
    /// Counts up with every restart of the log.
    pub checkpoint_sequence: u32,
    /// New on every restart of the log; equal to those of the wal-index.
    pub salts: [u32; 2],
}

/// What SQLite's pragmas would answer, read by hand from the first page as of the last commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pragmas {
    /// When they were read; what was committed since has not changed them.
    pub mono: Mono,
    /// `page_count`.
    pub page_count: i64,
    /// `page_size`, bytes.
    pub page_size: i64,
    /// `freelist_count`, pages.
    pub freelist_count: i64,
    /// `cache_size` of a new connection: pages, or KiB if negative.
    pub cache_size: i64,
    /// `journal_mode`.
    pub journal_mode: String,
}
