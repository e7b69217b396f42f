//! The names of a database's files, as SQLite makes them.

use std::path::{Path, PathBuf};

/// Where the files stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbPaths {
    /// The database.
    pub db: PathBuf,
    /// Its write-ahead log.
    pub wal: PathBuf,
    /// The wal-index.
    pub shm: PathBuf,
    /// The journal of a transaction in rollback mode.
    pub journal: PathBuf,
}

impl DbPaths {
    /// The files that belong to the database at `db`.
    pub fn new(db: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = db.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        Self { db: db.to_owned(), wal: with("-wal"), shm: with("-shm"), journal: with("-journal") }
    }
}
