//! The single looks at the database's files: one call each, of the same cost whatever their size.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FileType, lstat, statvfs};

use super::super::safe_file::{explain, file_stat, open_regular, shown, wrong_kind};
use super::DATABASE;
use crate::parse::{db_header, wal_header, wal_index};
use crate::sample::{DbHeader, Fault, FaultKind, FileStat, Reading, WalHeader, WalIndex};
use crate::units::Bytes;

const INDEX: &str = "the wal-index";
const LOG: &str = "the log";
/// Attempts at a wal-index that is being written, and from which on there is a pause before the next:
/// a writer that was put to sleep between the two copies needs its turn. The pauses double and add up
/// to 16 ms.
const ATTEMPTS: u32 = 8;
const SPINS: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_micros(500);

/// What lstat(2) says of a file beside the database; its absence is normal.
pub(super) fn beside(suffix: &str, path: &Path) -> Reading<FileStat> {
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

/// The database's own header.
pub(super) fn read_header(path: &Path) -> Result<DbHeader, Fault> {
    let (file, _) = open_regular(DATABASE, path)?;
    let mut buffer = [0; db_header::LEN];
    let len = read_start(&file, &mut buffer).map_err(|error| explain(DATABASE, path, error))?;
    db_header::parse(&buffer[..len])
        .map_err(|fault| Fault::new(fault.kind, format!("{DATABASE} {} {}", shown(path), fault.text)))
}

/// The wal-index, opened for reading.
pub(super) fn open_index(path: &Path, shm: &Reading<FileStat>) -> Result<File, Fault> {
    if let Reading::Failed(fault) = shm {
        return Err(fault.clone());
    }
    open_regular(INDEX, path).map(|(file, _)| file)
}

/// The header of the wal-index, read again while a writer is at it.
pub(super) fn read_index(path: &Path, file: &File) -> Result<WalIndex, Fault> {
    let mut attempt = 1;
    loop {
        let mut buffer = [0; wal_index::LEN];
        let len = read_start(file, &mut buffer).map_err(|error| explain(INDEX, path, error))?;
        match wal_index::parse(&buffer[..len]) {
            Ok(index) => return Ok(index),
            Err(wal_index::WalIndexError::Torn) if attempt < ATTEMPTS => {
                if attempt >= SPINS {
                    std::thread::sleep(FIRST_PAUSE * (1 << (attempt - SPINS)));
                }
                attempt += 1;
            }
            Err(error) => {
                return Err(Fault::new(FaultKind::Invalid, format!("{INDEX} {} {error}", shown(path))));
            }
        }
    }
}

/// The log, opened for reading.
#[derive(Debug)]
pub(super) struct Log {
    /// The file.
    pub file: File,
    /// Its header.
    pub header: Result<WalHeader, Fault>,
}

/// Opens the log and reads its header.
pub(super) fn open_log(path: &Path, wal: &Reading<FileStat>) -> Result<Log, Fault> {
    if let Reading::Failed(fault) = wal {
        return Err(fault.clone());
    }
    let (file, _) = open_regular(LOG, path)?;
    let mut buffer = [0; wal_header::LEN];
    let len = read_start(&file, &mut buffer).map_err(|error| explain(LOG, path, error))?;
    let header = wal_header::parse(&buffer[..len])
        .map_err(|fault| Fault::new(fault.kind, format!("{LOG} {} {}", shown(path), fault.text)));
    Ok(Log { file, header })
}

/// Bytes that the filesystem of `path` still takes from processes without privileges.
pub(super) fn free(path: &Path) -> Result<Bytes, Fault> {
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
