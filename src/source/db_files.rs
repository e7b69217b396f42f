//! The database's files, looked at by hand, and SQLite's answers where they are needed.
//!
//! Everything happens on one thread, in sequence: by hand first, all closed again, then SQLite. A
//! descriptor of ours that was closed while SQLite has the files open would drop its locks.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, lstat, stat, statvfs};

use super::clock::Clock;
use super::locks::LockReader;
use super::safe_file::{explain, file_stat, open_regular, wrong_kind};
use super::sqlite::{self, DbPaths};
use crate::parse::{db_header, locks, wal_header, wal_index};
use crate::sample::{DbHeader, DbSample, Fault, FaultKind, FileStat, Pragmas, Reading, WalHeader, WalIndex};
use crate::units::{Bytes, MB, Mono};

const DATABASE: &str = "the database";
const INDEX: &str = "the wal-index";
const LOG: &str = "the log";
/// Attempts at a wal-index that is being written.
const ATTEMPTS: u32 = 5;
/// SQLite is asked at most this often, seconds; the wal-index tells the page count in between.
const ASK_EVERY: f64 = 5.0;
/// An attempt that failed is repeated after this time, seconds.
const RETRY_EVERY: f64 = 1.0;
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
        let wal_index =
            index.as_ref().map_err(Clone::clone).and_then(|file| read_index(&resolved.paths.shm, file));
        let mut sample = DbSample {
            mono,
            db: Reading::Good(file_stat(&db)),
            wal,
            shm,
            header,
            wal_index: wal_index.into(),
            free: free(&resolved.paths.db).into(),
            ..DbSample::default()
        };
        sample.wal_header = read_wal_header(&resolved.paths.wal, &sample.wal);
        let shm = sample.shm.good().zip(index.as_ref().ok());
        sample.locks = self.locks.read(sample.db.good(), shm).into();
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
        Self { id, paths, elsewhere, header: None, asked: None }
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
        let allowed = self.allowed(sample);
        if let Some(asked) = &self.asked {
            let age = sample.mono.since(asked.at).as_secs_f64();
            let due = match &asked.answer {
                Reading::Good(_) => asked.fingerprint != fingerprint && age >= ASK_EVERY.max(interval),
                _ => age >= RETRY_EVERY.min(interval),
            };
            if !due && (allowed.is_ok() || asked.answer.good().is_none()) {
                return asked.answer.clone();
            }
        }
        let answer: Reading<Pragmas> = match allowed.and_then(|wal_mode| {
            nobody_left_it(sample, wal_mode, proc_locks)?;
            sqlite::ask(&self.paths, wal_mode, sample.mono)
        }) {
            Ok(pragmas) => Reading::Good(pragmas),
            Err(fault) => Reading::Failed(fault),
        };
        self.asked = Some(Asked { at: sample.mono, fingerprint, answer: answer.clone() });
        answer
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
        Ok(header.wal_mode)
    }
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

fn beside(suffix: &str, path: &Path) -> Reading<FileStat> {
    let found = match lstat(path) {
        Ok(found) => found,
        Err(errno) => {
            let mut fault = explain(suffix, path, errno);
            if fault.kind == FaultKind::Gone {
                fault.text = format!("no {suffix} file: nobody has the database open in WAL mode");
            }
            return Reading::Failed(fault);
        }
    };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::RegularFile => Reading::Good(file_stat(&found)),
        kind => Reading::Failed(wrong_kind(&format!("the {suffix} file"), path, kind)),
    }
}

fn read_header(path: &Path) -> Result<DbHeader, Fault> {
    let (file, _) = open_regular(DATABASE, path)?;
    let mut buffer = [0; db_header::LEN];
    let len = read_start(&file, &mut buffer).map_err(|error| explain(DATABASE, path, error))?;
    db_header::parse(&buffer[..len])
        .map_err(|fault| Fault::new(fault.kind, format!("{DATABASE} {} {}", path.display(), fault.text)))
}

fn open_index(path: &Path, shm: &Reading<FileStat>) -> Result<File, Fault> {
    if let Reading::Failed(fault) = shm {
        return Err(fault.clone());
    }
    open_regular(INDEX, path).map(|(file, _)| file)
}

fn read_index(path: &Path, file: &File) -> Result<WalIndex, Fault> {
    let mut attempt = 1;
    loop {
        let mut buffer = [0; wal_index::LEN];
        let len = read_start(file, &mut buffer).map_err(|error| explain(INDEX, path, error))?;
        match wal_index::parse(&buffer[..len]) {
            Ok(index) => return Ok(index),
            Err(wal_index::WalIndexError::Torn) if attempt < ATTEMPTS => attempt += 1,
            Err(error) => {
                return Err(Fault::new(FaultKind::Invalid, format!("{INDEX} {} {error}", path.display())));
            }
        }
    }
}

fn read_wal_header(path: &Path, wal: &Reading<FileStat>) -> Reading<WalHeader> {
    if let Reading::Failed(fault) = wal {
        return Reading::Failed(fault.clone());
    }
    let read = || {
        let (file, _) = open_regular(LOG, path)?;
        let mut buffer = [0; wal_header::LEN];
        let len = read_start(&file, &mut buffer).map_err(|error| explain(LOG, path, error))?;
        wal_header::parse(&buffer[..len])
            .map_err(|fault| Fault::new(fault.kind, format!("{LOG} {} {}", path.display(), fault.text)))
    };
    read().into()
}

/// Bytes that the filesystem of `path` still takes from processes without privileges.
fn free(path: &Path) -> Result<Bytes, Fault> {
    let stat = statvfs(path).map_err(|errno| explain("the filesystem of", path, errno))?;
    Ok(Bytes(stat.f_bavail.saturating_mul(stat.f_frsize)))
}

fn read_start(file: &File, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match file.read_at(buffer, 0) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}
