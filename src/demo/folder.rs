//! The demo's private folder: where it may be, and how it goes.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tempfile::TempDir;

/// How the folder's name begins.
pub const PREFIX: &str = "corescope-demo-";

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

/// Removes `folder` with all that is in it, if it is one of ours and still there. Tries for up to a second:
/// a process that is just being killed may still make a file in it.
pub fn remove(folder: &Path) {
    let ours = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
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

    #[test]
    fn the_folder_is_private_and_goes() {
        let folder = make().unwrap().keep();
        assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(folder.join("meshcore.db"), "x").unwrap();
        remove(&folder);
        assert!(!folder.exists());
    }

    #[test]
    fn a_folder_that_is_not_ours_stays() {
        let other = tempfile::tempdir().unwrap();
        remove(other.path());
        assert!(other.path().exists());
    }
}
