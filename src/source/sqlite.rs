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
//!
//! And what may be a hostile file costs little: the schema is never loaded. Nearly every pragma loads
//! it first, and then a million views take seconds and the memory to hold them, with all that can be
//! wrong in them. `freelist_count` and `page_size` don't; the rest is known from elsewhere.

use std::fmt::Write;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{FlockOperation, Stat, fcntl_lock, lstat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::safe_file::{open_regular, shown};
use crate::parse::text;
use crate::sample::{Fault, FaultKind, Pragmas};
use crate::units::Mono;

/// SQLite's `SQLITE_DEFAULT_CACHE_SIZE`, in KiB as it is negative.
const DEFAULT_CACHE_SIZE: i64 = -2000;

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

/// Asks SQLite; `wal_mode` as the database's header has it, `page_count` as the wal-index or the header
/// has it, `now` for [`Pragmas::mono`].
///
/// The caller has no descriptor of the three files open: closing one later would drop SQLite's locks.
///
/// # Errors
/// [`FaultKind::Gone`] where nobody has a WAL database open, [`FaultKind::Denied`] where this user
/// may not read it, [`FaultKind::Other`] where it is locked.
pub fn ask(paths: &DbPaths, wal_mode: bool, page_count: i64, now: Mono) -> Result<Pragmas, Fault> {
    let (file, db) = open_regular("the database", &paths.db)?;
    if wal_mode {
        keep_wal(paths, &file, &db)?;
    }
    let cache_size = cache_size(&file);
    let answer = query(&paths.db);
    // Not before the connection is closed: this drops all of the process's locks on the database.
    drop(file);
    let (freelist_count, page_size) = answer.map_err(|error| explain(&paths.db, &error))?;
    // What a connection gets that has just been opened.
    let journal_mode = if wal_mode { "wal" } else { "delete" }.to_owned();
    Ok(Pragmas { mono: now, page_count, page_size, freelist_count, cache_size, journal_mode })
}

/// A shared lock on the database; as long as it is held nobody deletes the `-wal` that is there.
fn keep_wal(paths: &DbPaths, file: &File, db: &Stat) -> Result<(), Fault> {
    fcntl_lock(file, FlockOperation::NonBlockingLockShared).map_err(|errno| match errno {
        Errno::AGAIN | Errno::ACCESS => locked(&paths.db),
        other => super::safe_file::explain("the database", &paths.db, other),
    })?;
    for path in [&paths.wal, &paths.shm] {
        let beside = lstat(path).map_err(|_| nobody())?;
        if geteuid().is_root() && owner(&beside) != owner(db) {
            let text = format!(
                "{} does not belong to the database's owner: SQLite run by root would change that; \
                 run as the ingestor's user",
                shown(path)
            );
            return Err(Fault::new(FaultKind::Denied, text));
        }
    }
    Ok(())
}

/// `cache_size` of a new connection: what the header suggests in its bytes 48 to 51, else SQLite's own
/// default; see `sqlite3InitOne`.
fn cache_size(file: &File) -> i64 {
    let mut suggested = [0; 4];
    match file.read_exact_at(&mut suggested, 48).map(|()| i64::from(i32::from_be_bytes(suggested))) {
        Ok(pages) if pages != 0 => pages.abs(),
        _ => DEFAULT_CACHE_SIZE,
    }
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

/// Free pages and page size, in one read transaction.
fn query(db: &Path) -> rusqlite::Result<(i64, i64)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(uri(db), flags)?;
    connection.busy_timeout(Duration::ZERO)?;
    connection.execute_batch("BEGIN")?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    // The page size is known only after something was read.
    let answer = (number("freelist_count")?, number("page_size")?);
    connection.execute_batch("COMMIT")?;
    connection.close().map_err(|(_, error)| error)?;
    Ok(answer)
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
    // SQLite quotes names of tables and of files.
    let (shown, error_text) = (shown(db), text::sentence(&error.to_string()));
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => locked(db),
        Some(ErrorCode::PermissionDenied) => {
            let text = format!("permission denied opening {shown}: run as its owner or root");
            Fault::new(FaultKind::Denied, text)
        }
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            let text = format!("{shown} is no database that SQLite can read: {error_text}");
            Fault::new(FaultKind::Invalid, text)
        }
        _ => Fault::new(FaultKind::Other, format!("SQLite can't open {shown} right now: {error_text}")),
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
