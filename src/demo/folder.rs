//! The demo's private folder: where it may be, and how it goes.

use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

/// How the folder's name begins.
pub const PREFIX: &str = "corescope-demo-";
/// The file that takes the children's errors.
pub const LOG: &str = "log";
/// A folder younger than this may still be in the making.
const BRAND_NEW: Duration = Duration::from_secs(10);

/// `f_type` of file systems that live in memory, see statfs(2).
const IN_MEMORY: [i64; 2] = [0x0102_1994, 0x8584_58f6];

/// Makes the folder, for this user alone, in a place whose files are on a disk if there is one.
///
/// A file system in memory dirties no pages, so nothing written there shows in `/proc/<pid>/io`; and the demo's log
/// would take real memory.
///
/// # Errors
/// When no place lets a folder be made.
pub fn make() -> anyhow::Result<TempDir> {
    let places = places();
    let (on_disk, in_memory): (Vec<_>, Vec<_>) = places.iter().partition(|place| !is_in_memory(place));
    let mut failure = None;
    for place in on_disk.into_iter().chain(in_memory) {
        match make_in(place) {
            Ok(folder) => return Ok(folder),
            Err(error) => failure = failure.or(Some((place, error))),
        }
    }
    let (place, error) = failure.context("there is no temporary folder")?;
    Err(error).with_context(|| format!("cannot make a folder in {}", place.display()))
}

fn places() -> Vec<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    [Some(std::env::temp_dir()), Some(PathBuf::from("/var/tmp")), cache].into_iter().flatten().collect()
}

fn is_in_memory(place: &Path) -> bool {
    // A place that can't be asked can't be written to either, or will say why.
    rustix::fs::statfs(place).is_ok_and(|stat| IN_MEMORY.contains(&stat.f_type))
}

fn make_in(place: &Path) -> io::Result<TempDir> {
    tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(0o700)).tempdir_in(place)
}

/// Marks `folder` as used for as long as this process or a child that inherits the file lives; the file takes
/// the errors of the children.
///
/// # Errors
/// When the file can't be made or locked.
pub fn occupy(folder: &Path) -> io::Result<File> {
    let log = File::create(folder.join(LOG))?;
    flock(&log, FlockOperation::NonBlockingLockExclusive)?;
    Ok(log)
}

/// Removes what earlier demos left because they were killed together with their monitor, or lost power.
pub fn sweep() {
    for place in places() {
        let Ok(entries) = std::fs::read_dir(place) else { continue };
        for folder in entries.flatten().map(|entry| entry.path()).filter(|path| is_stale(path)) {
            remove(&folder);
        }
    }
}

/// Whether `folder` is a demo's, this user's, not brand-new, and used by nobody.
fn is_stale(folder: &Path) -> bool {
    let meta = std::fs::symlink_metadata(folder);
    let mine = meta.is_ok_and(|meta| meta.is_dir() && meta.uid() == rustix::process::getuid().as_raw());
    let log = if mine && is_named(folder) { File::open(folder.join(LOG)).ok() } else { None };
    log.is_some_and(|log| {
        // One that is being made is locked in a moment.
        let made = log.metadata().and_then(|meta| meta.modified());
        made.is_ok_and(|made| made.elapsed().is_ok_and(|age| age > BRAND_NEW))
            && flock(&log, FlockOperation::NonBlockingLockExclusive).is_ok()
    })
}

fn is_named(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
}

/// Removes `folder` with all that is in it, if it is one of ours and still there. Tries for up to a second:
/// a process that is just being killed may still make a file in it.
pub fn remove(folder: &Path) {
    let ours = is_named(folder);
    let end = Instant::now() + Duration::from_secs(1);
    while ours && folder.exists() && Instant::now() < end {
        if std::fs::remove_dir_all(folder).is_err() {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    #[test]
    fn the_folder_is_private_and_goes() {
        let folder = make().unwrap().keep();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(folder.join("meshcore.db"), "x").unwrap();
        remove(&folder);
        assert!(!folder.exists());
    }

    #[test]
    fn a_folder_is_stale_when_nobody_uses_it_any_more() {
        let folder = make().unwrap();
        assert!(!is_stale(folder.path()), "no log yet");
        let log = occupy(folder.path()).unwrap();
        log.set_modified(SystemTime::now() - BRAND_NEW * 2).unwrap();
        assert!(!is_stale(folder.path()), "in use");
        drop(log);
        assert!(is_stale(folder.path()));
        occupy(folder.path()).unwrap();
        assert!(!is_stale(folder.path()), "brand-new");
    }

    #[test]
    fn a_folder_that_is_not_ours_stays() {
        let other = tempfile::tempdir().unwrap();
        remove(other.path());
        assert!(other.path().exists());
    }
}
