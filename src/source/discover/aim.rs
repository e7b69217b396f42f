//! From what was given by hand and what was found to what is watched.

use std::path::{Path, PathBuf};

use super::handle::id_at;
use super::{BY_HAND, Candidate, Found, Place, Role, candidate, unseen};
use crate::sample::FaultKind;

/// How what was given is looked at; each with the folder that is procfs.
#[derive(Clone, Debug)]
pub enum Sight {
    /// Every path is looked at, which may hang.
    Clear(PathBuf),
    /// No path is looked at: one of them lies on a disk that does not answer.
    Blind(PathBuf),
}

impl Sight {
    fn id(&self, path: &Path) -> Option<(u64, u64)> {
        match self {
            Self::Clear(_) => id_at(path),
            Self::Blind(_) => None,
        }
    }

    /// A file that was given by hand.
    pub fn place(&self, path: &Path) -> Place {
        Place { id: self.id(path), ..Place::unseen(path) }
    }

    /// The process that was given by its pid.
    fn process(&self, pid: u32, role: Role) -> Option<Candidate> {
        match self {
            Self::Clear(proc_root) => candidate(proc_root, pid, role),
            Self::Blind(proc_root) => unseen(proc_root, pid, role, BY_HAND),
        }
    }
}

/// What was given by hand; each of these wins over what is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Pid of the ingestor.
    pub ingestor: Option<u32>,
    /// Pid of the server.
    pub server: Option<u32>,
    /// The database.
    pub db: Option<PathBuf>,
    /// The stats file.
    pub stats: Option<PathBuf>,
}

/// What to watch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Aim {
    /// The ingestor; absent where files were given that no ingestor has, and where the pid that was
    /// given is nobody's.
    pub ingestor: Option<Candidate>,
    /// The server.
    pub server: Option<Candidate>,
    /// The database.
    pub db: Option<Place>,
    /// The stats file.
    pub stats: Option<Place>,
}

/// What there is to choose from.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// No ingestor was found, and nothing was given.
    None,
    /// There is one thing to watch.
    One(Box<Aim>),
    /// Several ingestors, and nothing that was given tells which.
    Several(Vec<Candidate>),
}

impl Choice {
    /// Chooses by what was given: the pid; else the database, which has to be the same file; else the
    /// stats file; else there has to be one ingestor only.
    pub fn of(given: &Given, found: &Found, sight: &Sight) -> Self {
        let one = |ingestor: Option<Candidate>| Self::One(Box::new(Aim::of(given, ingestor, found, sight)));
        if let Some(pid) = given.ingestor {
            return one(known(found, pid, sight));
        }
        let by_files = given.db.is_some() || given.stats.is_some();
        let fitting = fitting(given, &found.ingestors, sight);
        match fitting.as_slice() {
            [only] => one(Some((*only).clone())),
            // Files are enough to start with, and so is a server alone.
            [] if by_files || given.server.is_some() => one(None),
            [] => Self::None,
            several => Self::Several(several.iter().copied().cloned().collect()),
        }
    }
}

impl Aim {
    /// The ingestor `ingestor` with what belongs to it, as far as nothing else was given.
    pub fn of(given: &Given, ingestor: Option<Candidate>, found: &Found, sight: &Sight) -> Self {
        let by_hand = |path: &PathBuf| sight.place(path);
        let of_ingestor =
            |place: fn(&Candidate) -> Option<&Place>| ingestor.as_ref().and_then(place).cloned();
        let db = given.db.as_ref().map(by_hand).or_else(|| of_ingestor(|it| it.db.as_ref()));
        let stats = given.stats.as_ref().map(by_hand).or_else(|| of_ingestor(|it| it.stats.as_ref()));
        let server = match given.server {
            Some(pid) => found
                .servers
                .iter()
                .find(|server| server.pid == pid)
                .cloned()
                .or_else(|| sight.process(pid, Role::Server)),
            None => match (&given.db, &ingestor) {
                (None, Some(ingestor)) => found.server_of(ingestor).cloned(),
                _ => db.as_ref().and_then(|db| found.servers_on(db.id?).next()).cloned(),
            },
        };
        // A server alone shows where the database is.
        let of_server = || server.as_ref().filter(|_| ingestor.is_none()).and_then(|it| it.db.clone());
        let db = db.or_else(of_server);
        Self { ingestor, server, db, stats }
    }
}

impl Place {
    /// A file that was given by hand, without a look whether it is there: its disk may not answer.
    pub fn unseen(path: &Path) -> Self {
        let shown = crate::parse::text::sentence(&path.to_string_lossy());
        Self { path: path.to_owned(), shown, how: "given", id: None, elsewhere: false }
    }
}

fn known(found: &Found, pid: u32, sight: &Sight) -> Option<Candidate> {
    let scanned = found.ingestors.iter().find(|ingestor| ingestor.pid == pid).cloned();
    scanned.or_else(|| sight.process(pid, Role::Ingestor))
}

/// The ingestors that what was given may be of. One whose database is another than the one that was
/// given is not: their figures would be mixed up. A stats file is no such proof, an environment that
/// can't be read may name it: there the only ingestor will do.
fn fitting<'a>(given: &Given, ingestors: &'a [Candidate], sight: &Sight) -> Vec<&'a Candidate> {
    let mut left: Vec<&Candidate> = ingestors.iter().collect();
    let id_of = |ingestor: &Candidate| ingestor.db.as_ref().and_then(|db| db.id);
    let mut guessed = false;
    if let Some(db) = &given.db {
        let id = sight.id(db);
        let same = |ingestor: &Candidate| id.is_some() && id_of(ingestor) == id;
        let any = left.iter().any(|ingestor| same(ingestor));
        guessed = !any;
        left.retain(|ingestor| if any { same(ingestor) } else { may_have(ingestor, db, sight) });
    }
    if let Some(stats) = given.stats.as_ref().filter(|_| left.len() > 1) {
        left.retain(|ingestor| same_stats(stats, ingestor, sight));
    }
    // Of several that only may have it none is taken: the database is enough to start with.
    if guessed && left.len() > 1 {
        left.clear();
    }
    left
}

/// Whether an ingestor's database, which can't be seen, may be the one at `path`.
fn may_have(ingestor: &Candidate, path: &Path, sight: &Sight) -> bool {
    let blind = matches!(sight, Sight::Blind(_));
    let hides = |kind| kind == FaultKind::Denied || (blind && kind == FaultKind::Stalled);
    let hidden = ingestor.problems.iter().any(|fault| hides(fault.kind));
    match &ingestor.db {
        Some(db) if db.id.is_some() => blind && db.path == path,
        Some(db) => hidden || db.path == path,
        None => hidden,
    }
}

/// Every update of a stats file is another inode: folder and name tell.
fn same_stats(path: &Path, ingestor: &Candidate, sight: &Sight) -> bool {
    let folder = |path: &Path| {
        let folder = path.parent()?;
        sight.id(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })
    };
    let own = ingestor.stats.as_ref().map(|place| &place.path);
    own.is_some_and(|own| {
        own.file_name() == path.file_name() && folder(own).is_some() && folder(own) == folder(path)
    })
}
