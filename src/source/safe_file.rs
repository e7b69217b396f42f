//! Opening files that others may have put there: no link is followed, nothing blocks, nothing but a
//! regular file is read.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, open};
use rustix::io::Errno;

use crate::parse::text;
use crate::sample::{Fault, FaultKind, FileStat};
use crate::units::Bytes;

/// Opens the regular file `path` for reading and says what fstat(2) says of it.
///
/// # Errors
/// One sentence that names `what` ("the stats file") and the path, see [`explain`].
pub fn open_regular(what: &str, path: &Path) -> Result<(File, Stat), Fault> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = open(path, flags, Mode::empty()).map_err(|errno| explain(what, path, errno))?;
    let stat = fstat(&file).map_err(|errno| explain(what, path, errno))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((File::from(file), stat)),
        kind => Err(wrong_kind(what, path, kind)),
    }
}

/// A path as it may be shown: paths can come from others' processes and settings.
pub fn shown(path: &Path) -> String {
    text::sentence(&path.to_string_lossy())
}

/// The fault for a file that is not a regular one.
pub fn wrong_kind(what: &str, path: &Path, kind: FileType) -> Fault {
    let kind = match kind {
        FileType::Directory => "a folder",
        FileType::Symlink => "a symbolic link",
        FileType::Fifo => "a FIFO",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice => "a device",
        _ => "of an unknown kind",
    };
    Fault::new(FaultKind::Invalid, format!("{what} {} is {kind}: only a regular file is read", shown(path)))
}

/// What a failed call on `path` means to people.
pub fn explain(what: &str, path: &Path, error: impl Into<io::Error>) -> Fault {
    let error = error.into();
    let shown = shown(path);
    let errno = Errno::from_io_error(&error);
    let (kind, text) = match errno {
        Some(Errno::NOENT | Errno::NOTDIR) => (FaultKind::Gone, format!("no {} at {shown}", bare(what))),
        Some(Errno::ACCESS | Errno::PERM) => {
            (FaultKind::Denied, format!("permission denied reading {what} {shown}: run as its owner or root"))
        }
        Some(Errno::LOOP) => return wrong_kind(what, path, FileType::Symlink),
        // Opening a socket, or a device that has no driver.
        Some(Errno::NXIO | Errno::NODEV) => return wrong_kind(what, path, FileType::CharacterDevice),
        _ => (FaultKind::Other, format!("{what} {shown} can't be read: {error}")),
    };
    Fault::new(kind, text)
}

fn bare(what: &str) -> &str {
    what.strip_prefix("the ").unwrap_or(what)
}

/// Size and identity out of a stat.
pub fn file_stat(stat: &Stat) -> FileStat {
    FileStat { size: Bytes(u64::try_from(stat.st_size).unwrap_or(0)), dev: stat.st_dev, ino: stat.st_ino }
}
