//! Opening files that others may have put there: no link is followed, nothing blocks, nothing but a
//! regular file is read.

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, Stat, fstat, fstatfs, open};
use rustix::io::Errno;

use crate::parse::text;
use crate::sample::{Fault, FaultKind, FileStat};
use crate::units::Bytes;

/// Filesystems without stored files, by the magic numbers of `linux/magic.h`: proc, sysfs, debugfs,
/// tracefs, securityfs.
const MADE_UP: [u64; 5] = [0x9fa0, 0x6265_6572, 0x6462_6720, 0x7472_6163, 0x7363_6673];

/// Opens the regular file `path` for reading and says what fstat(2) says of it.
///
/// # Errors
/// One sentence that names `what` ("the stats file") and the path, see [`explain`].
pub fn open_regular(what: &str, path: &Path) -> Result<(File, Stat), Fault> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = open(path, flags, Mode::empty()).map_err(|errno| explain(what, path, errno))?;
    let stat = regular(what, path, &file)?;
    Ok((File::from(file), stat))
}

/// What fstat(2) says of an open file that is a regular one, and not one that the kernel makes up: what
/// is read from `/proc/kmsg` is gone for everybody else, and reading a trace may not end. Such files have
/// no size; the few that claim one are harmless.
///
/// # Errors
/// [`FaultKind::Invalid`] for anything else.
pub fn regular(what: &str, path: &Path, file: impl AsFd) -> Result<Stat, Fault> {
    let stat = fstat(&file).map_err(|errno| explain(what, path, errno))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => {}
        kind => return Err(wrong_kind(what, path, kind)),
    }
    let made_up = || fstatfs(&file).is_ok_and(|system| MADE_UP.contains(&(system.f_type as u64)));
    if stat.st_size == 0 && made_up() {
        let text = format!("{what} {} is made up by the kernel: only a file on a disk is read", shown(path));
        return Err(Fault::new(FaultKind::Invalid, text));
    }
    Ok(stat)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_makes_up_is_not_read() {
        // Of size 0 and readable by everybody, as /proc/kmsg is by root.
        let fault = open_regular("the stats file", Path::new("/proc/self/mounts")).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid);
        assert!(fault.text.contains("made up by the kernel"), "{}", fault.text);
        let empty = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(open_regular("the database", empty.path()).unwrap().1.st_size, 0);
    }
}
