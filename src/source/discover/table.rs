//! Which of all processes are ingestors and servers.
//!
//! Two calls tell for most: the first bytes of `cmdline`, and where `exe` leads. `comm` is not asked:
//! it is cut at 15 bytes, and says nothing of `argv[0]`.

use std::path::Path;

use rustix::fs::{CWD, Dir, Mode, OFlags, openat, readlinkat};
use rustix::io::{Errno, read};
use rustix::process::getppid;

use super::Role;
use super::handle::refused;
use crate::parse::cmdline;

/// Names by which the programs are known, folders apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    ingestor: Vec<String>,
    server: Vec<String>,
}

impl Default for Names {
    fn default() -> Self {
        Self { ingestor: vec!["corescope-ingestor".to_owned()], server: vec!["corescope-server".to_owned()] }
    }
}

impl Names {
    /// The usual names and, for the ingestor, those of `more`; of a path the last part counts.
    pub fn with(more: &[String]) -> Self {
        let mut names = Self::default();
        let bases = more.iter().map(|name| name.rsplit('/').next().unwrap_or(name));
        names.ingestor.extend(bases.filter(|base| !base.is_empty()).map(str::to_owned));
        names
    }

    /// The ingestor's names, for people: "corescope-ingestor or mesh-ingest".
    pub fn ingestor(&self) -> String {
        self.ingestor.join(" or ")
    }

    fn role(&self, base: &[u8]) -> Option<Role> {
        let one_of = |names: &[String]| names.iter().any(|name| name.as_bytes() == base);
        if one_of(&self.ingestor) {
            Some(Role::Ingestor)
        } else {
            one_of(&self.server).then_some(Role::Server)
        }
    }
}

/// A process that goes by one of the names.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Its pid.
    pub pid: u32,
    /// What it is.
    pub role: Role,
    /// Where the name stood: "exe" or "argv[0]".
    pub by: &'static str,
}

/// The outcome of a look at all processes.
#[derive(Debug, Default)]
pub struct Table {
    /// Those that go by one of the names, by pid.
    pub hits: Vec<Hit>,
    /// How many processes were there.
    pub processes: usize,
    /// How many of them showed not even their command line.
    pub refused: usize,
}

/// Looks at every process below `proc_root`, but for the one that looks and one of the same program that
/// started it for that.
pub fn matching(proc_root: &Path, names: &Names) -> Result<Table, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let folder = openat(CWD, proc_root, flags, Mode::empty())?;
    let own = readlinkat(&folder, "self", Vec::new()).ok().and_then(|own| own.to_str().ok()?.parse().ok());
    let exe = |pid: u32| readlinkat(&folder, format!("{pid}/exe"), Vec::new()).ok();
    let parent = getppid().and_then(|parent| u32::try_from(parent.as_raw_pid()).ok());
    let parent = parent.filter(|parent| own.and_then(exe).is_some_and(|own| exe(*parent) == Some(own)));
    let mut table = Table::default();
    let mut looker = Looker { names, buffer: [0; 4096], link: Vec::with_capacity(256) };
    for entry in Dir::read_from(&folder)? {
        // Whatever ends the list early, those before it are there.
        let Ok(entry) = entry else { break };
        let Some(pid) = entry.file_name().to_str().ok().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        table.processes += 1;
        if Some(pid) == own || Some(pid) == parent {
            continue;
        }
        match looker.look(&folder, pid) {
            Ok(hit) => table.hits.extend(hit),
            Err(errno) if refused(errno) => table.refused += 1,
            // It has ended meanwhile.
            Err(_) => {}
        }
    }
    table.hits.sort_by_key(|hit| hit.pid);
    Ok(table)
}

struct Looker<'a> {
    names: &'a Names,
    buffer: [u8; 4096],
    link: Vec<u8>,
}

impl Looker<'_> {
    fn look(&mut self, proc_root: impl std::os::fd::AsFd + Copy, pid: u32) -> Result<Option<Hit>, Errno> {
        let hit = |role, by| Some(Hit { pid, role, by });
        if let Some(role) = self.by_exe(proc_root, pid) {
            return Ok(hit(role, "exe"));
        }
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(proc_root, format!("{pid}/cmdline"), flags, Mode::empty())?;
        let len = read(&file, &mut self.buffer)?;
        // One call gives all there is up to a page; a name that doesn't fit in it is none of ours.
        let role = cmdline::program(&self.buffer[..len]).and_then(|base| self.names.role(base));
        Ok(role.and_then(|role| hit(role, "argv[0]")))
    }

    /// Refused for other users' processes; then `argv[0]` has to do.
    fn by_exe(&mut self, proc_root: impl std::os::fd::AsFd, pid: u32) -> Option<Role> {
        let link = readlinkat(proc_root, format!("{pid}/exe"), std::mem::take(&mut self.link)).ok()?;
        let bytes = link.as_bytes();
        // Replaced by an update while it runs on.
        let path = bytes.strip_suffix(b" (deleted)").unwrap_or(bytes);
        let role = self.names.role(cmdline::base_name(path));
        self.link = link.into_bytes();
        role
    }
}
