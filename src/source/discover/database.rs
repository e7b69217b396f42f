//! The database of a process: the one it has open, else the one that its settings name.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::io::Errno;

use super::handle::{Handle, id};
use super::root::{Last, Root};
use super::settings::Settings;
use super::{Place, Role};
use crate::sample::{Fault, FaultKind};

/// Open files of a process that are looked at, at most.
const MAX_FILES: usize = 4096;
/// How CoreScope's database is called if nobody says otherwise.
const USUAL: &str = "meshcore.db";

/// The database that a process has open and, where its file is no longer at that path, a fault that
/// says so. Absent where it has none open.
///
/// # Errors
/// When its open files can't be seen.
pub fn opened(process: &Handle, root: &Root) -> Result<Option<(Place, Option<Fault>)>, Errno> {
    let files = open_files(process, root)?;
    let by_log = files.iter().filter(|file| {
        let log = with_suffix(&file.path, "-wal");
        files.iter().any(|other| other.path == log)
    });
    let mut found: Vec<&OpenFile> = by_log.collect();
    if found.is_empty() {
        found = files.iter().filter(|file| has_log(root, &file.path)).collect();
    }
    let usual = found.iter().find(|file| file.path.file_name() == Some(OsStr::new(USUAL)));
    let Some(file) = usual.or(found.first()) else { return Ok(None) };
    let how = "open file with a -wal";
    let Some(mut place) = root.place(file.path.as_os_str().as_bytes(), how, Last::Follow) else {
        return Ok(None);
    };
    // Even through the open file its disk would be asked.
    let open = if root.looks() { process.stat(&file.link).ok().map(|stat| id(&stat)) } else { None };
    let moved = open.is_some() && open != place.id;
    let fault = (moved || file.deleted).then(|| moved_away(&place.shown));
    place.id = open.or(place.id);
    Ok(Some((place, fault)))
}

fn moved_away(shown: &str) -> Fault {
    let text = format!(
        "the database that it has open is no longer the file at {shown}: it was deleted, moved or replaced; \
         restart the process, or bring the file back"
    );
    Fault::new(FaultKind::Gone, text)
}

struct OpenFile {
    /// Its link, `fd/3`.
    link: String,
    /// As the process sees it.
    path: PathBuf,
    deleted: bool,
}

/// Open files that have a path, the lowest descriptor of each, those of SQLite's own left out but for
/// the log.
fn open_files(process: &Handle, root: &Root) -> Result<Vec<OpenFile>, Errno> {
    let mut numbers: Vec<u32> =
        process.names("fd", MAX_FILES)?.iter().filter_map(|name| name.parse().ok()).collect();
    numbers.sort_unstable();
    let mut files: Vec<OpenFile> = Vec::new();
    for number in numbers {
        let link = format!("fd/{number}");
        let Ok(target) = process.link(&link) else { continue };
        let bytes = target.as_os_str().as_bytes();
        // Sockets and pipes have no path; what is in these folders is no database.
        if !bytes.starts_with(b"/")
            || [&b"/dev/"[..], b"/proc/", b"/sys/"].iter().any(|f| bytes.starts_with(f))
        {
            continue;
        }
        let stem = bytes.strip_suffix(b" (deleted)");
        let path = root.seen(Path::new(OsStr::from_bytes(stem.unwrap_or(bytes))));
        if !files.iter().any(|file| file.path == path) {
            files.push(OpenFile { link, path, deleted: stem.is_some() });
        }
    }
    Ok(files)
}

fn has_log(root: &Root, path: &Path) -> bool {
    let beside = |suffix: &str| with_suffix(path, suffix);
    let name = path.as_os_str().as_bytes();
    let own = [&b"-wal"[..], b"-shm", b"-journal"].iter().any(|suffix| name.ends_with(suffix));
    let log = || root.place(beside("-wal").as_os_str().as_bytes(), "", Last::Follow);
    !own && log().is_some_and(|place| place.id.is_some())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// The database that the settings of a process name; a fault where they can't be read.
pub fn named(role: Role, root: &Root, settings: &Settings) -> (Option<Place>, Option<Fault>) {
    if let Some(path) = settings.flag("db").filter(|_| role == Role::Server) {
        return (root.place(path, "-db of its command line", Last::Follow), None);
    }
    if let Some(path) = settings.variable("DB_PATH") {
        return (root.place(path, "DB_PATH of its environment", Last::Follow), None);
    }
    let (path, fault) = match role {
        Role::Ingestor => settings.db_path(root),
        Role::Server => (None, None),
    };
    if let Some(path) = path {
        return (root.place(path.as_bytes(), "dbPath of its config", Last::Follow), fault);
    }
    let usual = root.place(b"data/meshcore.db", "data/meshcore.db in its cwd", Last::Follow);
    (usual, fault)
}
