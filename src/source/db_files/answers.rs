//! What SQLite's pragmas would answer, read by hand.

use std::fs::File;
use std::os::unix::fs::FileExt;

use super::first_page::{self, FirstPage, Start};
use super::looks::{Log, read_index};
use super::{DATABASE, DbPaths, Version};
use crate::parse::db_header;
use crate::sample::locks::HeldLock;
use crate::sample::{DbSample, Fault, FaultKind, Pragmas, Reading};
use crate::source::safe_file::{explain, open_regular, shown};
use crate::units::Mono;

/// Attempts at a log that starts over while it is read.
const ATTEMPTS: u32 = 3;

/// Answers for one database, kept while nothing was committed.
#[derive(Debug, Default)]
pub struct Answers {
    first_page: FirstPage,
    last: Option<(Fingerprint, Pragmas)>,
    /// Since when somebody has kept everybody else out.
    shut: Option<Mono>,
}

/// While this stays the same, so do the answers.
type Fingerprint = (Version, Option<(u32, u32, [u32; 2])>);

/// The open files of the log; absent where they are not there or can't be read.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// The wal-index.
    pub index: Option<&'a File>,
    /// The log.
    pub log: Option<&'a Log>,
}

impl Answers {
    /// What is known after `sample`, which has everything but this.
    pub fn of(
        &mut self,
        version: Version,
        sample: &DbSample,
        paths: &DbPaths,
        open: Open,
    ) -> Reading<Pragmas> {
        let index = sample.wal_index.good();
        let fingerprint = (version, index.map(|index| (index.change, index.mx_frame, index.salts)));
        if let Some(fault) = self.shut_out(sample, paths) {
            return Reading::Failed(fault);
        }
        if let Some((_, answer)) = self.last.as_ref().filter(|(last, _)| *last == fingerprint) {
            return Reading::Good(answer.clone());
        }
        match self.read(sample, paths, open) {
            Ok(Some(answer)) => {
                self.last = Some((fingerprint, answer.clone()));
                Reading::Good(answer)
            }
            // In the middle of a transaction that of before it holds.
            Ok(None) => match &self.last {
                Some((_, answer)) => Reading::Good(answer.clone()),
                None => Reading::Failed(Fault::new(FaultKind::Other, in_the_middle(paths))),
            },
            Err(fault) => Reading::Failed(fault),
        }
    }

    /// The answer of now; absent in the middle of a transaction that can't be seen past.
    fn read(&mut self, sample: &DbSample, paths: &DbPaths, open: Open) -> Result<Option<Pragmas>, Fault> {
        let header = match &sample.header {
            Reading::Good(header) => header,
            Reading::Failed(fault) => return Err(fault.clone()),
            Reading::Unwatched => return Err(Fault::new(FaultKind::Other, "the header was not read")),
        };
        let (db, _) = open_regular(DATABASE, &paths.db)?;
        let failed = |error| explain(DATABASE, &paths.db, error);
        let start = if header.wal_mode {
            self.in_wal_mode(sample, paths, open, &db)?
        } else if in_transaction(paths) {
            None
        } else {
            Some(first_page::of_database(&db).map_err(failed)?)
        };
        start.map(|start| answer(&start, sample, header.wal_mode)).transpose()
    }

    fn in_wal_mode(
        &mut self,
        sample: &DbSample,
        paths: &DbPaths,
        open: Open,
        db: &File,
    ) -> Result<Option<Start>, Fault> {
        let failed = |error| explain(DATABASE, &paths.db, error);
        let no_log = match &sample.wal {
            Reading::Good(wal) => wal.size.0 == 0,
            Reading::Failed(fault) if fault.kind == FaultKind::Gone => true,
            Reading::Failed(fault) => return Err(fault.clone()),
            Reading::Unwatched => false,
        };
        if no_log {
            return first_page::of_database(db).map(Some).map_err(failed);
        }
        let mut now = match &sample.wal_index {
            Reading::Good(index) => *index,
            Reading::Failed(fault) => return Err(fault.clone()),
            Reading::Unwatched => return Ok(None),
        };
        let Some(shm) = open.index else { return Ok(None) };
        let again = || read_index(&paths.shm, shm).ok();
        for _ in 0..ATTEMPTS {
            let start = match open.log {
                Some(log) => {
                    let files = [shm, &log.file, db];
                    self.first_page.read(files, &now, again).map_err(|error| unfit(paths, &error))?
                }
                // All of it is in the database.
                None if now.mx_frame == 0 => Some(first_page::of_database(db).map_err(failed)?),
                None => return Err(log_fault(sample)),
            };
            if start.is_some() {
                return Ok(start);
            }
            let Some(index) = again() else { return Ok(None) };
            now = index;
        }
        Ok(None)
    }

    /// The fault of a database that somebody has kept for himself from one look to the next. For a
    /// moment every commit in rollback mode does, and in WAL mode the first and the last connection.
    fn shut_out(&mut self, sample: &DbSample, paths: &DbPaths) -> Option<Fault> {
        let lock = sample.locks.good().and_then(|locks| locks.iter().find(|lock| lock.shuts_out()));
        let Some(lock) = lock else {
            self.shut = None;
            return None;
        };
        let since = *self.shut.get_or_insert(sample.mono);
        let lasts = since < sample.mono || self.last.is_none();
        let text = || format!("the database {} is locked exclusively by {}", shown(&paths.db), holder(lock));
        lasts.then(|| Fault::new(FaultKind::Other, text()))
    }
}

fn holder(lock: &HeldLock) -> String {
    match (&lock.name, lock.pid) {
        (Some(name), Some(pid)) => format!("{name}[{pid}]"),
        (None, Some(pid)) => format!("process {pid}"),
        (_, None) => "a process this user can't see".to_owned(),
    }
}

fn answer(start: &Start, sample: &DbSample, wal_mode: bool) -> Result<Pragmas, Fault> {
    let header = db_header::parse(start)
        .map_err(|fault| Fault::new(fault.kind, format!("{DATABASE}'s first page {}", fault.text)))?;
    // The wal-index knows the size after the last commit while anything is in the log.
    let in_log = sample.wal_index.good().filter(|index| index.mx_frame > 0 && index.page_count > 0);
    let page_count = in_log.filter(|_| wal_mode).map_or(header.page_count, |index| index.page_count);
    Ok(Pragmas {
        mono: sample.mono,
        page_count: page_count.into(),
        page_size: header.page_size.into(),
        freelist_count: header.freelist_count.into(),
        cache_size: db_header::cache_size(start),
        // What a connection gets that has just been opened.
        journal_mode: if wal_mode { "wal" } else { "delete" }.to_owned(),
    })
}

/// Whether a transaction in rollback mode is under way, or was left behind in its middle: its journal
/// begins with anything but 0 (`hasHotJournal` in `pager.c`).
fn in_transaction(paths: &DbPaths) -> bool {
    let Ok((journal, _)) = open_regular("the journal", &paths.journal) else { return false };
    let mut first = [0];
    matches!(journal.read_at(&mut first, 0), Ok(1)) && first != [0]
}

fn in_the_middle(paths: &DbPaths) -> String {
    format!("the database {} is in the middle of a transaction, or was left there", shown(&paths.db))
}

fn unfit(paths: &DbPaths, error: &std::io::Error) -> Fault {
    let text = format!("free pages of {} are not known: {error}", shown(&paths.db));
    Fault::new(FaultKind::Invalid, text)
}

fn log_fault(sample: &DbSample) -> Fault {
    let unread = || Fault::new(FaultKind::Other, "the log was not read");
    sample.wal_header.fault().cloned().unwrap_or_else(unread)
}
