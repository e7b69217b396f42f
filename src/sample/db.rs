//! What stands in a database's files, raw.

use serde::{Deserialize, Serialize};

use crate::sample::{Reading, locks};
use crate::units::{Bytes, Mono};

/// The database's files and what stands in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DbSample {
    /// When it was looked at.
    pub mono: Mono,
    /// The database file.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub db: Reading<FileStat>,
    /// The `-wal` file; [`crate::sample::FaultKind::Gone`] is normal when nobody has the database open.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub wal: Reading<FileStat>,
    /// The `-shm` file; its absence means that nobody has the database open.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub shm: Reading<FileStat>,
    /// The first 100 bytes of the database file, decoded. In WAL mode they may be behind.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub header: Reading<DbHeader>,
    /// The wal-index header.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub wal_index: Reading<WalIndex>,
    /// The header of the `-wal` file; [`crate::sample::FaultKind::Gone`] while the log is empty.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub wal_header: Reading<WalHeader>,
    /// What SQLite's pragmas would answer as of the last commit.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub pragmas: Reading<Pragmas>,
    /// Locks that anybody holds on the database and its wal-index.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub locks: Reading<Vec<locks::HeldLock>>,
    /// Bytes that can still be written to the filesystem of the database.
    #[serde(skip_serializing_if = "Reading::unwatched")]
    pub free: Reading<Bytes>,
}

/// What stat(2) says of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileStat {
    /// Size in bytes.
    pub size: Bytes,
    /// Device.
    pub dev: u64,
    /// Inode.
    pub ino: u64,
}

/// The database header, see "The Database Header" in SQLite's file format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DbHeader {
    /// Bytes in a page.
    pub page_size: u32,
    /// Whether the file asks for WAL mode (write and read version 2).
    pub wal_mode: bool,
    /// Pages in the database when the header was last copied into the file.
    #[serde(rename = "pages")]
    pub page_count: u32,
    /// Free pages then.
    #[serde(rename = "freelist")]
    pub freelist_count: u32,
}

/// The wal-index header, see "The WAL-Index File Format" in SQLite's documentation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WalIndex {
    /// Counts up with every change of the header.
    pub change: u32,
    /// Bytes in a page.
    pub page_size: u32,
    /// The last valid frame of the log, counted from 1; 0 for an empty log.
    pub mx_frame: u32,
    /// Pages in the database after the last commit.
    #[serde(rename = "pages")]
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
#[serde(default)]
pub struct WalHeader {
    /// Bytes in a page.
    pub page_size: u32,
    /// Counts up with every restart of the log.
    #[serde(rename = "sequence")]
    pub checkpoint_sequence: u32,
    /// New on every restart of the log; equal to those of the wal-index.
    pub salts: [u32; 2],
}

/// What SQLite's pragmas would answer, read by hand from the first page as of the last commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pragmas {
    /// When they were read; what was committed since has not changed them.
    pub mono: Mono,
    /// `page_count`.
    #[serde(rename = "pages")]
    pub page_count: i64,
    /// `page_size`, bytes.
    pub page_size: i64,
    /// `freelist_count`, pages.
    #[serde(rename = "freelist")]
    pub freelist_count: i64,
    /// `cache_size` of a new connection: pages, or KiB if negative.
    pub cache_size: i64,
    /// `journal_mode`.
    #[serde(rename = "journal")]
    pub journal_mode: String,
}
