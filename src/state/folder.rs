//! Where state is kept, and a way into it that nobody can redirect.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, fsync, openat, renameat, stat, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;

use crate::parse::rights;

/// The largest list of users that is read.
const MAX_PASSWD: u64 = 1 << 20;
/// Entries of the folder that are looked at, at most.
const MAX_ENTRIES: usize = 4096;

/// `$XDG_STATE_HOME/corescope-top`, else `~/.local/state/corescope-top`. Under sudo `$HOME` may be
/// somebody else's: then the own home counts. Absent where there is none.
pub fn usual() -> Option<PathBuf> {
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).and_then(absolute);
    let below_home = || own_home(variable("HOME")).map(|home| home.join(".local/state"));
    Some(variable("XDG_STATE_HOME").or_else(below_home)?.join("corescope-top"))
}

fn own_home(home: Option<PathBuf>) -> Option<PathBuf> {
    let own = |path: &PathBuf| stat(path).is_ok_and(|stat| stat.st_uid == geteuid().as_raw());
    home.filter(own).or_else(|| {
        let mut passwd = Vec::new();
        File::open("/etc/passwd").ok()?.take(MAX_PASSWD).read_to_end(&mut passwd).ok()?;
        rights::home(&passwd, geteuid().as_raw()).map(PathBuf::from).filter(own)
    })
}

/// The folder, held open: every file in it is reached from here.
#[derive(Debug)]
pub struct Folder {
    fd: OwnedFd,
}

/// Why the folder or a file in it can't be used: one clause, "belongs to user 7".
pub type Refusal = String;

impl Folder {
    /// Opens the folder at `path`, which is made if there is none.
    ///
    /// # Errors
    /// When it can't be made, and when others may write in it.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        use std::os::unix::fs::DirBuilderExt;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || openat(CWD, path, flags, Mode::empty());
        let fd = match open() {
            Err(Errno::NOENT) => {
                let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
                made.map_err(|error| format!("can't be made: {error}"))?;
                open()
            }
            other => other,
        };
        let fd = fd.map_err(|errno| match errno {
            Errno::LOOP | Errno::NOTDIR => "is no folder, or a link to one".to_owned(),
            other => format!("can't be opened: {}", std::io::Error::from(other)),
        })?;
        let stat = fstat(&fd).map_err(|errno| errno.to_string())?;
        own(&stat)?;
        Ok(Self { fd })
    }

    /// The same without making it; absent where there is none.
    ///
    /// # Errors
    /// When it can't be opened, and when others may write in it.
    pub fn look(path: &Path) -> Result<Option<Self>, Refusal> {
        match rustix::fs::lstat(path) {
            Err(Errno::NOENT) => Ok(None),
            _ => Self::open(path).map(Some),
        }
    }

    /// The content of a file, at most `limit` bytes; absent where there is none.
    ///
    /// # Errors
    /// When it is not a regular file of this user's, is larger, or can't be read.
    pub fn read(&self, name: &str, limit: u64) -> Result<Option<Vec<u8>>, Refusal> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = match openat(&self.fd, name, flags, Mode::empty()) {
            Ok(fd) => File::from(fd),
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err("is a link".to_owned()),
            Err(errno) => return Err(format!("can't be read: {}", std::io::Error::from(errno))),
        };
        let stat = fstat(&file).map_err(|errno| errno.to_string())?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err("is no regular file".to_owned());
        }
        own(&stat)?;
        let mut bytes = Vec::new();
        let read = file.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| format!("can't be read: {error}"))?;
        if bytes.len() as u64 > limit {
            return Err(format!("is larger than {}", crate::units::Bytes(limit)));
        }
        Ok(Some(bytes))
    }

    /// Puts `content` in the place of a file, whole or not at all, even if the machine fails meanwhile.
    ///
    /// # Errors
    /// When the disk takes it not.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<(), Refusal> {
        let temporary = format!(".{name}.{}.tmp", std::process::id());
        let written = self.write_whole(&temporary, name, content);
        if written.is_err() {
            let _ = unlinkat(&self.fd, &temporary, AtFlags::empty());
        }
        written.map_err(|error| format!("can't be written: {error}"))
    }

    fn write_whole(&self, temporary: &str, name: &str, content: &[u8]) -> std::io::Result<()> {
        // One of the same name is of a process that had this pid, and is no more.
        let _ = unlinkat(&self.fd, temporary, AtFlags::empty());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&self.fd, temporary, flags, Mode::RUSR | Mode::WUSR)?);
        file.write_all(content)?;
        file.sync_all()?;
        renameat(&self.fd, temporary, &self.fd, name)?;
        Ok(fsync(&self.fd)?)
    }

    /// Gives a file another name.
    ///
    /// # Errors
    /// When the disk takes it not.
    pub fn rename(&self, name: &str, to: &str) -> Result<(), Refusal> {
        renameat(&self.fd, name, &self.fd, to).map_err(|errno| errno.to_string())
    }

    /// Removes the oldest files beyond `keep`.
    pub fn prune(&self, keep: usize) {
        let mut files = self.files();
        files.sort_by_key(|(_, modified)| std::cmp::Reverse(*modified));
        for (name, _) in files.iter().skip(keep) {
            let _ = unlinkat(&self.fd, name, AtFlags::empty());
        }
    }

    /// Names of the regular files in it, and when they were written.
    pub fn files(&self) -> Vec<(String, (i64, u64))> {
        let Ok(entries) = Dir::read_from(&self.fd) else { return Vec::new() };
        let file = |name: String| {
            let stat = statat(&self.fd, &name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
            let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
            regular.then_some((name, (stat.st_mtime, stat.st_mtime_nsec)))
        };
        let names = entries.take(MAX_ENTRIES).flatten();
        names.filter_map(|entry| file(entry.file_name().to_str().ok()?.to_owned())).collect()
    }
}

/// Refuses what is another user's, or can be changed by one.
fn own(stat: &Stat) -> Result<(), Refusal> {
    if stat.st_uid != geteuid().as_raw() {
        return Err(format!("belongs to user {}", stat.st_uid));
    }
    if Mode::from_raw_mode(stat.st_mode).intersects(Mode::WGRP | Mode::WOTH) {
        return Err("can be written by others".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf, Folder) {
        let base = tempfile::tempdir().unwrap();
        let path = base.path().join("a/b");
        let folder = Folder::open(&path).unwrap();
        (base, path, folder)
    }

    #[test]
    fn what_was_written_is_read_and_is_private() {
        let (_base, path, folder) = folder();
        assert_eq!(folder.read("x", 9), Ok(None));
        folder.write("x", b"one").unwrap();
        folder.write("x", b"two").unwrap();
        assert_eq!(folder.read("x", 3), Ok(Some(b"two".to_vec())));
        assert!(folder.read("x", 2).unwrap_err().contains("larger"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&path.join("x"))), (0o700, 0o600));
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn nothing_leads_elsewhere() {
        let (base, path, folder) = folder();
        let victim = base.path().join("victim");
        std::fs::write(&victim, "precious").unwrap();
        symlink(&victim, path.join("x")).unwrap();
        assert_eq!(folder.read("x", 99), Err("is a link".to_owned()));
        folder.write("x", b"new").unwrap();
        assert_eq!(std::fs::read(&victim).unwrap(), b"precious");
        symlink(&path, base.path().join("link")).unwrap();
        assert!(Folder::open(&base.path().join("link")).unwrap_err().contains("link"));
        std::fs::set_permissions(path.join("x"), std::fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(folder.read("x", 99), Err("can be written by others".to_owned()));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert_eq!(Folder::open(&path).unwrap_err(), "can be written by others");
    }

    #[test]
    fn the_oldest_go_first() {
        let (_base, path, folder) = folder();
        for (age, name) in [(30, "c"), (10, "a"), (20, "b")] {
            folder.write(name, b"x").unwrap();
            let time = std::time::SystemTime::now() - std::time::Duration::from_secs(age);
            File::options().write(true).open(path.join(name)).unwrap().set_modified(time).unwrap();
        }
        folder.prune(2);
        let mut names: Vec<String> = folder.files().into_iter().map(|(name, _)| name).collect();
        names.sort();
        assert_eq!(names, ["a", "b"]);
    }
}
