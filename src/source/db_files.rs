//! The database's files, all of them looked at by hand.
//!
//! SQLite itself is never asked: it would take locks that others meet, map a file that others may cut
//! under the mapping, and keep locks of its own that closing one of our descriptors would drop.

mod answers;
mod first_page;
mod looks;
mod paths;

use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Stat, stat};

use super::clock::Clock;
use super::locks::LockReader;
use super::safe_file::{explain, file_stat, wrong_kind};
use crate::sample::{DbHeader, DbSample, Fault, FaultKind, Reading};
use answers::{Answers, Open};
use looks::{beside, free, open_index, open_log, read_header, read_index};
pub use paths::DbPaths;

const DATABASE: &str = "the database";

/// Reads one database again and again.
#[derive(Debug)]
pub struct DbReader {
    given: PathBuf,
    resolved: Option<Resolved>,
    locks: LockReader,
}

/// What is kept of one file; another file at the same path starts anew.
#[derive(Debug)]
struct Resolved {
    id: (u64, u64),
    paths: DbPaths,
    header: Option<(Version, Reading<DbHeader>)>,
    answers: Answers,
}

/// Size and modification time.
type Version = (i64, i64, u64);

impl DbReader {
    /// Reads the database at `path`; `proc_root` is where `/proc/locks` stands.
    pub fn new(path: &Path, proc_root: &Path) -> Self {
        Self { given: path.to_owned(), resolved: None, locks: LockReader::new(proc_root) }
    }

    /// One look. Failed only where there is no file to look at; each part of the sample says for itself what is wrong with it.
    pub fn read(&mut self, clock: &Clock) -> Reading<DbSample> {
        self.look(clock).into()
    }

    fn look(&mut self, clock: &Clock) -> Result<DbSample, Fault> {
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
        let log = open_log(&resolved.paths.wal, &sample.wal);
        sample.wal_header = log.as_ref().map_err(Clone::clone).and_then(|log| log.header.clone()).into();
        let open = Open { index: index.as_ref().ok(), log: log.as_ref().ok() };
        sample.pragmas = resolved.answers.of(version(&db), &sample, &resolved.paths, open);
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
        let paths = DbPaths::new(real.as_deref().unwrap_or(given));
        Self { id, paths, header: None, answers: Answers::default() }
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
}

fn version(db: &Stat) -> Version {
    (db.st_size, db.st_mtime, db.st_mtime_nsec)
}
