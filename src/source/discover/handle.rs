//! One process's folder in `/proc`, held open: whatever is asked through it is of that process or
//! fails, whoever gets its pid.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, Stat, openat, readlinkat, statat};
use rustix::io::Errno;

/// `/proc/<pid>`.
#[derive(Debug)]
pub struct Handle {
    fd: OwnedFd,
    /// Its path.
    pub path: PathBuf,
}

impl Handle {
    /// Opens the folder at `path`.
    pub fn open(path: PathBuf) -> Result<Self, Errno> {
        Ok(Self { fd: openat(CWD, &path, FOLDER, Mode::empty())?, path })
    }

    /// The first `limit` bytes of a file, and whether that was all of it.
    pub fn head(&self, file: &str, limit: u64) -> Result<(Vec<u8>, bool), Errno> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = File::from(openat(&self.fd, file, flags, Mode::empty())?);
        let mut bytes = Vec::new();
        let read = file.take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))?;
        let whole = bytes.len() as u64 <= limit;
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok((bytes, whole))
    }

    /// Where a link such as `exe` or `fd/3` leads, as the kernel words it.
    pub fn link(&self, name: &str) -> Result<PathBuf, Errno> {
        let target = readlinkat(&self.fd, name, Vec::new())?;
        Ok(PathBuf::from(OsString::from_vec(target.into_bytes())))
    }

    /// What stat(2) says of the file that a link leads to.
    pub fn stat(&self, name: &str) -> Result<Stat, Errno> {
        statat(&self.fd, name, AtFlags::empty())
    }

    /// Opens the folder that a link such as `root` leads to, to resolve paths from.
    pub fn folder(&self, name: &str) -> Result<OwnedFd, Errno> {
        openat(&self.fd, name, FOLDER, Mode::empty())
    }

    /// The names in a folder, at most `limit`.
    pub fn names(&self, folder: &str, limit: usize) -> Result<Vec<String>, Errno> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = openat(&self.fd, folder, flags, Mode::empty())?;
        let entries = rustix::fs::Dir::new(folder)?.take(limit).flatten();
        Ok(entries.filter_map(|entry| entry.file_name().to_str().ok().map(str::to_owned)).collect())
    }
}

const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// Whether a call was refused for want of rights.
pub fn refused(errno: Errno) -> bool {
    matches!(errno, Errno::ACCESS | Errno::PERM)
}

/// Whether two stats are of one file.
pub fn id(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

/// Device and inode of what stands at `path` here, links followed.
pub fn id_at(path: &Path) -> Option<(u64, u64)> {
    rustix::fs::stat(path).ok().map(|stat| id(&stat))
}
