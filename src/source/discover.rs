//! Finding ingestors and servers, and what belongs to them, in any container on this host.
//!
//! A look at every process costs two or three system calls for each; what belongs to the few that are
//! found is looked up after, with a limit of time as it may lie on a disk that does not answer. Reading
//! another process's command line can hang with that process, so a screen calls this on a thread of its
//! own.

mod aim;
mod database;
mod handle;
mod rights;
mod root;
pub mod scanner;
mod settings;
mod table;
mod who;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use self::aim::{Aim, Choice, Given, Sight};
use self::handle::{Handle, refused};
pub use self::rights::{remedy, user};
use self::root::{Last, Root};
use self::settings::Settings;
pub use self::table::Names;
use self::who::Process;
use crate::sample::{Fault, FaultKind};

/// The environment variable that names the stats file.
const STATS_VARIABLE: &str = "CORESCOPE_INGESTOR_STATS";
/// The stats file's place when nobody says otherwise.
const STATS_DEFAULT: &[u8] = b"/tmp/corescope-ingestor-stats.json";
/// How a process was found that was given by its pid.
const BY_HAND: &str = "its pid";

/// What a process is to CoreScope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Writes the database and the stats file.
    Ingestor,
    /// Reads the database.
    Server,
}

impl Role {
    /// "ingestor" or "server".
    pub fn word(self) -> &'static str {
        match self {
            Self::Ingestor => "ingestor",
            Self::Server => "server",
        }
    }
}

/// A file of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it can be opened from here: through `/proc/<pid>/root` where the process sees another
    /// root than we do. Foreign bytes: never shown.
    pub path: PathBuf,
    /// Where the process sees it, cleaned.
    pub shown: String,
    /// How it was found: "open file with a -wal".
    pub how: &'static str,
    /// Device and inode; absent where there is no regular file, or it may not be looked at.
    pub id: Option<(u64, u64)>,
    /// The path leads through `/proc/<pid>/root` and ends with the process.
    pub elsewhere: bool,
}

/// A process that can be watched, and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Its pid as we see it.
    pub pid: u32,
    /// Its start, clock ticks after boot; with the pid it identifies the process.
    pub start: u64,
    /// What it is.
    pub role: Role,
    /// What it was found by: "exe", "argv[0]", or "its pid" for one that was given by hand.
    pub by: &'static str,
    /// Name from `argv[0]`, else from the `exe` link, without folders, cleaned.
    pub name: String,
    /// The name of its program where that is not what it was found by: `argv[0]` is whatever it says of
    /// itself. Absent where the program is the one, and where it can't be read.
    pub exe: Option<String>,
    /// Its effective user; absent where that can't be read.
    pub uid: Option<u32>,
    /// That user's name, else "uid 1000".
    pub user: Option<String>,
    /// Seconds since it was started.
    pub uptime: f64,
    /// Short id or name of its container, else "pid namespace N" where that is not ours.
    pub container: Option<String>,
    /// Its database; absent where it is not known.
    pub db: Option<Place>,
    /// Its stats file, whether it is there or not; absent for a server, and where it has a relative
    /// path and the working directory is not known.
    pub stats: Option<Place>,
    /// What could not be found out, and what it takes.
    pub problems: Vec<Fault>,
}

/// The outcome of a look at all processes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// Ingestors, by pid.
    pub ingestors: Vec<Candidate>,
    /// Servers, by pid.
    pub servers: Vec<Candidate>,
    /// How many processes were looked at.
    pub processes: usize,
    /// What stood in the way of seeing all of them.
    pub problems: Vec<Fault>,
}

impl Found {
    /// The server of an ingestor: the one with the same database, by device and inode. Of several the
    /// one in the same container, else the first.
    pub fn server_of(&self, ingestor: &Candidate) -> Option<&Candidate> {
        let id = ingestor.db.as_ref()?.id?;
        let same = || self.servers_on(id);
        same().find(|server| server.container == ingestor.container).or_else(|| same().next())
    }

    /// Servers that have the file with this device and inode as their database.
    fn servers_on(&self, id: (u64, u64)) -> impl Iterator<Item = &Candidate> {
        self.servers.iter().filter(move |server| server.db.as_ref().is_some_and(|db| db.id == Some(id)))
    }
}

/// Looks once at every process below `proc_root` (`/proc`, or a folder that plays it) for those that go
/// by one of `names`; waits as long as it takes, see [`scanner::Scanner`] for who can't.
pub fn scan(proc_root: &Path, names: &Names) -> Found {
    scanner::Scanner::new(proc_root, names.clone()).scan(Duration::from_hours(1))
}

/// What belongs to process `pid`, which somebody says is the ingestor or the server; absent where
/// there is no such process (any more).
pub fn candidate(proc_root: &Path, pid: u32, role: Role) -> Option<Candidate> {
    describe(proc_root, pid, role, BY_HAND)
}

fn describe(proc_root: &Path, pid: u32, role: Role, by: &'static str) -> Option<Candidate> {
    described(proc_root, pid, role, by, false)
}

/// The same with no look at any disk: as the kernel and the process itself name its files.
fn unseen(proc_root: &Path, pid: u32, role: Role, by: &'static str) -> Option<Candidate> {
    described(proc_root, pid, role, by, true)
}

fn described(proc_root: &Path, pid: u32, role: Role, by: &'static str, blind: bool) -> Option<Candidate> {
    let process = Process::open(proc_root, pid)?;
    let mut candidate = process.candidate(role, by);
    let root = Root::of(&process.handle, proc_root, candidate.container.is_some(), blind);
    let settings = Settings::of(&process.handle);
    let mut missing = Missing { environ: settings.refused(), folders: root.refused, files: false };
    let mut problems = Vec::new();
    candidate.db = database_of(&process.handle, role, &root, &settings, &mut missing, &mut problems);
    candidate.stats = (role == Role::Ingestor).then(|| stats_of(&root, &settings)).flatten();
    candidate.problems.extend(missing.fault(pid, candidate.uid, candidate.container.is_some()));
    // A file that nobody looks at is no problem of the process.
    candidate.problems.extend(problems.into_iter().filter(|_| !blind));
    Some(candidate)
}

/// What was refused for want of rights; said once for all of it.
struct Missing {
    environ: bool,
    folders: bool,
    files: bool,
}

impl Missing {
    fn fault(&self, pid: u32, uid: Option<u32>, contained: bool) -> Option<Fault> {
        let parts = [(self.environ, "environment"), (self.files, "open files"), (self.folders, "folders")];
        let parts: Vec<&str> =
            parts.into_iter().filter_map(|(missing, part)| missing.then_some(part)).collect();
        let what = match parts.as_slice() {
            [] => return None,
            [one] => format!("its {one}"),
            [first @ .., last] => format!("its {} and {last}", first.join(", ")),
        };
        Some(rights::denied(pid, uid, contained, &what))
    }
}

fn database_of(
    process: &Handle,
    role: Role,
    root: &Root,
    settings: &Settings,
    missing: &mut Missing,
    problems: &mut Vec<Fault>,
) -> Option<Place> {
    match database::opened(process, root) {
        Ok(Some((place, fault))) => {
            problems.extend(fault);
            return Some(place);
        }
        Ok(None) => {}
        Err(errno) => missing.files = refused(errno),
    }
    let (place, fault) = database::named(role, root, settings);
    problems.extend(fault);
    if place.is_none() && !missing.folders {
        let text =
            "its database is not known: it has none open, and its settings name none that can be found";
        problems.push(Fault::new(FaultKind::Gone, text));
    }
    place
}

fn stats_of(root: &Root, settings: &Settings) -> Option<Place> {
    match settings.variable(STATS_VARIABLE) {
        Some(path) => root.place(path, "CORESCOPE_INGESTOR_STATS of its environment", Last::Keep),
        None => root.place(STATS_DEFAULT, "default", Last::Keep),
    }
}
