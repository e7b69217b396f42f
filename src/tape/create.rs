//! Making the files of a recording: private ones, nobody's link followed, nothing overwritten unasked.

use std::ffi::OsString;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags, RenameFlags, fchmod, ftruncate, open, renameat_with};
use rustix::io::Errno;

use crate::source::safe_file;

/// The most files that a rotation keeps.
const MAX_FILES: u32 = 1000;
const PRIVATE: Mode = Mode::from_raw_mode(0o600);

/// Whether a file of this name is compressed.
pub fn compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

/// Makes the file `path`, readable by its owner alone. With `force` one that is there already is emptied,
/// if it is a regular file of this user's that has no other name.
///
/// # Errors
/// One sentence with the path.
pub fn create(path: &Path, force: bool) -> Result<File, String> {
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    match open(path, flags | OFlags::CREATE | OFlags::EXCL, PRIVATE) {
        Ok(file) => return Ok(File::from(file)),
        Err(Errno::EXIST) if force => {}
        Err(Errno::EXIST) => {
            return Err(format!("{} exists: --force overwrites it", safe_file::shown(path)));
        }
        Err(errno) => return Err(refused(path, errno)),
    }
    let file = File::from(open(path, flags, Mode::empty()).map_err(|errno| refused(path, errno))?);
    if let Some(reason) = not_ours(&file) {
        return Err(format!("{} {reason}: it is not overwritten", safe_file::shown(path)));
    }
    ftruncate(&file, 0).and_then(|()| fchmod(&file, PRIVATE)).map_err(|errno| refused(path, errno))?;
    Ok(file)
}

fn refused(path: &Path, errno: Errno) -> String {
    let shown = safe_file::shown(path);
    match errno {
        Errno::LOOP => format!("{shown} is a symbolic link: it is not overwritten"),
        Errno::NXIO => format!("{shown} is no regular file: it is not overwritten"),
        other => format!("{shown} can't be written: {}", std::io::Error::from(other)),
    }
}

/// Why an open file is not to be overwritten; `None` if it may be.
fn not_ours(file: &File) -> Option<&'static str> {
    let Ok(meta) = file.metadata() else { return Some("can't be looked at") };
    if !meta.is_file() {
        return Some("is no regular file");
    }
    if meta.uid() != rustix::process::geteuid().as_raw() {
        return Some("is another user's");
    }
    (meta.nlink() != 1).then_some("has other names, too")
}

/// The name of an older file of the recording `path`: `x` becomes `x.1`, `x.zst` becomes `x.1.zst`.
pub fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(if compressed(path) { path.with_extension("") } else { path.to_owned() });
    name.push(format!(".{number}"));
    if compressed(path) {
        name.push(".zst");
    }
    name.into()
}

/// The older files of the recording `path` that are there, the newest first.
pub fn older(path: &Path) -> Vec<PathBuf> {
    let there = |path: &PathBuf| path.symlink_metadata().is_ok();
    (1..=MAX_FILES).map(|number| numbered(path, number)).take_while(there).collect()
}

/// Makes room for a new file `path`: it becomes number 1, what was number 1 becomes number 2, and so on.
///
/// # Errors
/// One sentence with the path; nothing that somebody else put there meanwhile is overwritten.
pub fn shift(path: &Path) -> Result<(), String> {
    let count = older(path).len() as u32;
    for number in (0..=count).rev() {
        let from = if number == 0 { path.to_owned() } else { numbered(path, number) };
        let to = numbered(path, number + 1);
        renameat_with(CWD, &from, CWD, &to, RenameFlags::NOREPLACE).map_err(|errno| {
            let error = std::io::Error::from(errno);
            format!("{} can't be renamed: {error}", safe_file::shown(&from))
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn names() {
        assert_eq!(numbered(Path::new("/a/x.zst"), 3), Path::new("/a/x.3.zst"));
        assert_eq!(numbered(Path::new("x.ndjson"), 1), Path::new("x.ndjson.1"));
        assert_eq!(numbered(Path::new("a.b.zst"), 1), Path::new("a.b.1.zst"));
    }

    #[test]
    fn files_are_private_and_not_overwritten_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        create(&path, false).unwrap();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "old").unwrap();
        assert!(create(&path, false).unwrap_err().contains("--force"));
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        create(&path, true).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"");
    }

    #[test]
    fn links_and_what_is_no_file_are_refused_even_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("precious"), "old").unwrap();
        std::os::unix::fs::symlink(at("precious"), at("link")).unwrap();
        std::fs::hard_link(at("precious"), at("hard")).unwrap();
        std::os::unix::fs::symlink(at("nowhere"), at("dangling")).unwrap();
        rustix::fs::mkfifoat(CWD, at("fifo"), PRIVATE).unwrap();
        for name in ["link", "hard", "dangling", "fifo", "."] {
            let error = create(&at(name), true).unwrap_err();
            assert!(!error.contains("--force"), "{name}: {error}");
        }
        assert_eq!(std::fs::read(at("precious")).unwrap(), b"old");
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn older_files_move_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.zst");
        for text in ["first", "second", "third"] {
            std::fs::write(&path, text).unwrap();
            shift(&path).unwrap();
        }
        let read = |path: &PathBuf| std::fs::read_to_string(path).unwrap();
        assert_eq!(older(&path).iter().map(read).collect::<Vec<_>>(), ["third", "second", "first"]);
    }
}
