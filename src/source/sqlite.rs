//! Asking SQLite itself, so briefly and so carefully that nobody notices.
//!
//! A connection is opened for one read transaction and closed again; nothing is written and nothing
//! created:
//! - `mode=ro` opens the database for reading only, and `readonly_shm=1` the `-shm`, too: where there
//!   is none SQLite fails instead of creating it (`unixOpenSharedMemory`). It can't register a read
//!   mark of its own either, it shares one that is there.
//! - A missing `-wal` SQLite would create even so (`lockBtree`, `sqlite3WalOpen`). While a shared lock
//!   is held on the database no other connection deletes the `-wal`, so that lock is taken by hand
//!   first, then the `-wal` is looked for, then SQLite is called.
//! - Run by root, SQLite gives `-wal` and `-shm` to the owner of the database (`robustFchown`). It is
//!   not called where that would change anything.

use std::fmt::Write;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{FlockOperation, Stat, fcntl_lock, lstat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::safe_file::{open_regular, shown};
use crate::sample::{Fault, FaultKind, Pragmas};
use crate::units::Mono;

/// The names of a database's files, as SQLite makes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DbPaths {
    /// The database.
    pub db: PathBuf,
    /// Its write-ahead log.
    pub wal: PathBuf,
    /// The wal-index.
    pub shm: PathBuf,
}

impl DbPaths {
    /// The files that belong to the database at `db`.
    pub fn new(db: &Path) -> Self {
        let with = |suffix: &str| {
            let mut name = db.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        Self { db: db.to_owned(), wal: with("-wal"), shm: with("-shm") }
    }
}

/// Asks the pragmas; `wal_mode` as the database's header has it, `now` for [`Pragmas::mono`].
///
/// The caller has no descriptor of the three files open: closing one later would drop SQLite's locks.
///
/// # Errors
/// [`FaultKind::Gone`] where nobody has a WAL database open, [`FaultKind::Denied`] where this user
/// may not read it, [`FaultKind::Other`] where it is locked.
pub fn ask(paths: &DbPaths, wal_mode: bool, now: Mono) -> Result<Pragmas, Fault> {
    let guard = if wal_mode { Some(keep_wal(paths)?) } else { None };
    let answer = query(&paths.db, now);
    // Not before the connection is closed: this drops all of the process's locks on the database.
    drop(guard);
    answer.map_err(|error| explain(&paths.db, &error))
}

/// A shared lock on the database; as long as it is held nobody deletes the `-wal` that is there.
fn keep_wal(paths: &DbPaths) -> Result<File, Fault> {
    let (file, db) = open_regular("the database", &paths.db)?;
    fcntl_lock(&file, FlockOperation::NonBlockingLockShared).map_err(|errno| match errno {
        Errno::AGAIN | Errno::ACCESS => locked(&paths.db),
        other => super::safe_file::explain("the database", &paths.db, other),
    })?;
    for path in [&paths.wal, &paths.shm] {
        let beside = lstat(path).map_err(|_| nobody())?;
        if geteuid().is_root() && owner(&beside) != owner(&db) {
            let text = format!(
                "{} does not belong to the database's owner: SQLite run by root would change that; \
                 run as the ingestor's user",
                shown(path)
            );
            return Err(Fault::new(FaultKind::Denied, text));
        }
    }
    Ok(file)
}

fn owner(stat: &Stat) -> (u32, u32) {
    (stat.st_uid, stat.st_gid)
}

/// The state of a WAL database without `-wal` or `-shm`.
pub fn nobody() -> Fault {
    let text = "nobody has the database open: SQLite is not asked, as it would create files";
    Fault::new(FaultKind::Gone, text)
}

fn locked(db: &Path) -> Fault {
    let text = format!("the database {} is locked exclusively by another process", shown(db));
    Fault::new(FaultKind::Other, text)
}

fn query(db: &Path, mono: Mono) -> rusqlite::Result<Pragmas> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(uri(db), flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch("BEGIN")?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pragmas = Pragmas {
        mono,
        page_count: number("page_count")?,
        page_size: number("page_size")?,
        freelist_count: number("freelist_count")?,
        cache_size: number("cache_size")?,
        journal_mode: connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?,
    };
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(pragmas)
}

/// The path as a URI; every byte that could mean something in one is encoded.
fn uri(db: &Path) -> String {
    let mut uri = "file:".to_owned();
    for &byte in db.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri.push_str("?mode=ro&readonly_shm=1");
    uri
}

fn explain(db: &Path, error: &rusqlite::Error) -> Fault {
    let shown = shown(db);
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => locked(db),
        Some(ErrorCode::PermissionDenied) => {
            let text = format!("permission denied opening {shown}: run as its owner or root");
            Fault::new(FaultKind::Denied, text)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            let text = format!("{shown} is no database that SQLite can read: {error}");
            Fault::new(FaultKind::Invalid, text)
        }
        _ => Fault::new(FaultKind::Other, format!("SQLite can't open {shown} right now: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_paths_stay_one_path() {
        let odd = Path::new("/tmp/a b?mode=rw#x%41;é/m.db");
        let expected = "file:/tmp/a%20b%3Fmode%3Drw%23x%2541%3B%C3%A9/m.db?mode=ro&readonly_shm=1";
        assert_eq!(uri(odd), expected);
    }
}
