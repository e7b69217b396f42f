//! The database's files, looked at by hand, and SQLite's answers where they are needed.
//!
//! Everything happens on one thread, in sequence: by hand first, all closed again, then SQLite. A
//! descriptor of ours that was closed while SQLite has the files open would drop its locks.

mod looks;

use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, stat};

use super::clock::Clock;
use super::locks::LockReader;
use super::safe_file::{explain, file_stat, wrong_kind};
use super::sqlite::{self, DbPaths};
use crate::parse::locks;
use crate::sample::{DbHeader, DbSample, Fault, FaultKind, Pragmas, Reading};

use crate::units::{MB, Mono};
use looks::{beside, free, open_index, read_header, read_index, read_wal_header};

const DATABASE: &str = "the database";
/// SQLite is asked at most this often, seconds; the wal-index tells the page count in between.
const ASK_EVERY: f64 = 5.0;
/// An attempt that failed is repeated after this time, seconds; a little less than a second, so that
/// the tick a second later is not missed by a hair.
const RETRY_EVERY: f64 = 0.95;
/// A database that was opened while we watched is left alone for this time, seconds: whoever opens it
/// only to close it again closes it as the last, and a question just then would stand in the way of
/// that (the `-wal` would stay behind).
const SETTLED: f64 = 0.95;
/// A log that nobody has open is read by SQLite from its beginning to its end; only up to this size.
const LEFT_BEHIND: u64 = 16 * MB;
/// The byte of `-shm` on which every open connection holds a lock.
const OPEN_BYTE: u64 = 128;

/// Reads one database again and again.
#[derive(Debug)]
pub struct DbReader {
    given: PathBuf,
    proc_locks: PathBuf,
    resolved: Option<Resolved>,
    locks: LockReader,
}

/// What is kept of one file; another file at the same path starts anew.
#[derive(Debug)]
struct Resolved {
    id: (u64, u64),
    paths: DbPaths,
    /// The path leads through `/proc/<pid>/root`: SQLite resolves links by their text and would open
    /// another file.
    elsewhere: bool,
    header: Option<(Version, Reading<DbHeader>)>,
    asked: Option<Asked>,
    /// When SQLite answered last.
    answered: Option<Mono>,
    /// The `-shm`'s inode, and since when it is there.
    opened: Option<(u64, Mono)>,
    /// Since when somebody has kept everybody else out.
    shut: Option<Mono>,
}

/// Size and modification time.
type Version = (i64, i64, u64);

#[derive(Debug)]
struct Asked {
    at: Mono,
    fingerprint: Fingerprint,
    answer: Reading<Pragmas>,
}

/// While this stays the same, so do SQLite's answers.
type Fingerprint = (Version, Option<(u32, u32, [u32; 2])>);

impl DbReader {
    /// Reads the database at `path`; `proc_root` is where `/proc/locks` stands.
    pub fn new(path: &Path, proc_root: &Path) -> Self {
        Self {
            given: path.to_owned(),
            proc_locks: proc_root.join("locks"),
            resolved: None,
            locks: LockReader::new(proc_root),
        }
    }

    /// One look; `interval` is the time between two, in seconds. Failed only where there is no file
    /// to look at; each part of the sample says for itself what is wrong with it.
    pub fn read(&mut self, clock: &Clock, interval: f64) -> Reading<DbSample> {
        self.look(clock, interval).into()
    }

    fn look(&mut self, clock: &Clock, interval: f64) -> Result<DbSample, Fault> {
        let db = stat(&self.given).map_err(|errno| self.lost(explain(DATABASE, &self.given, errno)))?;
        let kind = FileType::from_raw_mode(db.st_mode);
        if kind != FileType::RegularFile {
            return Err(self.lost(wrong_kind(DATABASE, &self.given, kind)));
        }
        if self.resolved.as_ref().is_none_or(|resolved| resolved.id != (db.st_dev, db.st_ino)) {
            self.resolved = Some(Resolved::new(&self.given, &db));
        }
        let Some(resolved) = &mut self.resolved else {
            return Err(Fault::new(FaultKind::Other, "the database was not resolved"));
        };
        let mono = clock.mono();
        let header = resolved.header(version(&db));
        let wal = beside("-wal", &resolved.paths.wal);
        let shm = beside("-shm", &resolved.paths.shm);
        let index = open_index(&resolved.paths.shm, &shm);
        let db_stat = file_stat(&db);
        let shm_stat = shm.good().map(|stat| (stat, index.as_ref().ok()));
        // The locks first, and the marks at once after them: a reader that moves on in between then
        // looks younger than it is. The other way round it would seem to sit at a mark that it left.
        let held = self.locks.read(Some(&db_stat), shm_stat);
        let wal_index =
            index.as_ref().map_err(Clone::clone).and_then(|file| read_index(&resolved.paths.shm, file));
        let mut sample = DbSample {
            mono,
            db: Reading::Good(db_stat),
            wal,
            shm,
            header,
            wal_index: wal_index.into(),
            locks: held.into(),
            free: free(&resolved.paths.db).into(),
            ..DbSample::default()
        };
        sample.wal_header = read_wal_header(&resolved.paths.wal, &sample.wal);
        // Ours must be closed before SQLite opens its own.
        drop(index);
        sample.pragmas = resolved.pragmas(version(&db), &sample, interval, &self.proc_locks);
        Ok(sample)
    }

    fn lost(&mut self, fault: Fault) -> Fault {
        self.resolved = None;
        fault
    }
}

impl Resolved {
    fn new(given: &Path, db: &Stat) -> Self {
        let id = (db.st_dev, db.st_ino);
        let real = given.canonicalize().ok();
        let same = |path: &PathBuf| stat(path).is_ok_and(|real| (real.st_dev, real.st_ino) == id);
        let real = real.filter(same);
        let elsewhere = real.is_none();
        let paths = DbPaths::new(real.as_deref().unwrap_or(given));
        Self { id, paths, elsewhere, header: None, asked: None, answered: None, opened: None, shut: None }
    }

    fn header(&mut self, version: Version) -> Reading<DbHeader> {
        if let Some((_, header)) = self.header.as_ref().filter(|(last, _)| *last == version) {
            return header.clone();
        }
        let header: Reading<DbHeader> = read_header(&self.paths.db).into();
        // What was refused may be allowed without any change of the file's time.
        let refused = header.fault().is_some_and(|fault| fault.kind != FaultKind::Invalid);
        self.header = (!refused).then(|| (version, header.clone()));
        header
    }

    fn pragmas(
        &mut self,
        version: Version,
        sample: &DbSample,
        interval: f64,
        proc_locks: &Path,
    ) -> Reading<Pragmas> {
        let index = sample.wal_index.good();
        let fingerprint = (version, index.map(|index| (index.change, index.mx_frame, index.salts)));
        let allowed = self.shut_out(sample).map_or_else(|| self.allowed(sample), Err);
        let settled = self.settled(sample);
        if let Some(asked) = &self.asked {
            let age = |at: Mono| sample.mono.since(at).as_secs_f64();
            let rested = self.answered.is_none_or(|at| age(at) >= ASK_EVERY.max(interval));
            let due = match &asked.answer {
                Reading::Good(_) => asked.fingerprint != fingerprint && rested,
                _ if allowed.is_ok() => age(asked.at) >= RETRY_EVERY && settled && rested,
                _ => true,
            };
            if !due && (allowed.is_ok() || asked.answer.good().is_none()) {
                return asked.answer.clone();
            }
        }
        let answer: Reading<Pragmas> = match allowed.and_then(|wal_mode| {
            nobody_left_it(sample, wal_mode, proc_locks)?;
            sqlite::ask(&self.paths, wal_mode, page_count(sample), sample.mono)
        }) {
            Ok(pragmas) => Reading::Good(pragmas),
            Err(fault) => Reading::Failed(fault),
        };
        self.answered = answer.good().map(|_| sample.mono).or(self.answered);
        self.asked = Some(Asked { at: sample.mono, fingerprint, answer: answer.clone() });
        answer
    }

    /// The fault of a database that somebody has kept for himself from one look to the next. For a
    /// moment every commit in rollback mode does, and in WAL mode the first and the last connection.
    fn shut_out(&mut self, sample: &DbSample) -> Option<Fault> {
        let lock = sample.locks.good().and_then(|locks| locks.iter().find(|lock| lock.shuts_out()));
        let Some(lock) = lock else {
            self.shut = None;
            return None;
        };
        let since = *self.shut.get_or_insert(sample.mono);
        let by = match (&lock.name, lock.pid) {
            (Some(name), Some(pid)) => format!("{name}[{pid}]"),
            (None, Some(pid)) => format!("process {pid}"),
            (_, None) => "a process this user can't see".to_owned(),
        };
        let shown = self.paths.db.display();
        let text = format!("the database {shown} is locked exclusively by {by}: SQLite is not asked");
        (since < sample.mono).then(|| Fault::new(FaultKind::Other, text))
    }

    /// Whether the database has been open for a while.
    fn settled(&mut self, sample: &DbSample) -> bool {
        let shm = sample.wal.good().and(sample.shm.good()).map(|shm| shm.ino);
        if self.opened.map(|(ino, _)| ino) != shm {
            self.opened = shm.map(|ino| (ino, sample.mono));
        }
        // Without a log there is nobody to wait for.
        self.opened.is_none_or(|(_, since)| sample.mono.since(since).as_secs_f64() >= SETTLED)
    }

    /// Whether SQLite may be asked without doing harm, and if so whether the database is in WAL mode.
    fn allowed(&self, sample: &DbSample) -> Result<bool, Fault> {
        let header = match &sample.header {
            Reading::Good(header) => header,
            // A file of zero bytes is among these: SQLite would delete a `-wal` beside it.
            Reading::Failed(fault) => return Err(fault.clone()),
            Reading::Unwatched => return Err(Fault::new(FaultKind::Other, "the header was not read")),
        };
        if self.elsewhere {
            let text = "SQLite can't be asked: the database lies in another mount namespace";
            return Err(Fault::new(FaultKind::Other, text));
        }
        if header.wal_mode && (sample.wal.good().is_none() || sample.shm.good().is_none()) {
            return Err(sqlite::nobody());
        }
        // SQLite would try for ten seconds to find sense in it, with its lock on the database held.
        if header.wal_mode
            && let Reading::Failed(fault) = &sample.wal_index
        {
            return Err(fault.clone());
        }
        Ok(header.wal_mode)
    }
}

/// Pages after the last commit: the wal-index knows while anything is in the log, else the header does.
fn page_count(sample: &DbSample) -> i64 {
    let in_log = sample.wal_index.good().filter(|index| index.mx_frame > 0 && index.page_count > 0);
    let in_file = || sample.header.good().map_or(0, |header| header.page_count);
    i64::from(in_log.map_or_else(in_file, |index| index.page_count))
}

/// Refuses a large log whose owner is gone.
fn nobody_left_it(sample: &DbSample, wal_mode: bool, proc_locks: &Path) -> Result<(), Fault> {
    let (Some(wal), Some(shm)) = (sample.wal.good(), sample.shm.good()) else { return Ok(()) };
    if !wal_mode || wal.size.0 <= LEFT_BEHIND {
        return Ok(());
    }
    // Unreadable is not empty: then SQLite is asked.
    let Ok(table) = std::fs::read(proc_locks) else { return Ok(()) };
    // The device is left out: on btrfs and overlayfs it is not the one that stat(2) gives.
    if locks::of_inodes(&table, &[shm.ino]).iter().any(|lock| (lock.start..=lock.end).contains(&OPEN_BYTE)) {
        return Ok(());
    }
    let text = format!(
        "nobody that this user can see has the database open and a log of {} was left behind: \
         SQLite is not asked, as it would read all of it",
        wal.size
    );
    Err(Fault::new(FaultKind::Gone, text))
}

fn version(db: &Stat) -> Version {
    (db.st_size, db.st_mtime, db.st_mtime_nsec)
}
