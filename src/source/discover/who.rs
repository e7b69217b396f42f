//! Who a process is: its name, its program, its user, its container.

use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::handle::Handle;
use super::{Candidate, Role, rights};
use crate::parse::{cmdline, container, process, text};
use crate::source::clock::Clock;

/// Whether the process that was started then still has its pid.
pub fn lives(proc_root: &Path, pid: u32, start: u64) -> bool {
    let stat = Handle::open(proc_root.join(pid.to_string())).and_then(|handle| handle.head("stat", 1024));
    stat.is_ok_and(|(stat, _)| process::stat(&stat).is_some_and(|now| now.start == start && !now.dead()))
}

/// A process that lives, and what the kernel says of it.
pub struct Process {
    /// Its folder in procfs.
    pub handle: Handle,
    pid: u32,
    start: u64,
    comm: Vec<u8>,
    uid: Option<u32>,
    container: Option<String>,
}

impl Process {
    /// Opens process `pid`; absent where there is none.
    pub fn open(proc_root: &Path, pid: u32) -> Option<Self> {
        let handle = Handle::open(proc_root.join(pid.to_string())).ok()?;
        let (stat, _) = handle.head("stat", 1024).ok()?;
        let identity = process::stat(&stat).filter(|identity| !identity.dead())?;
        let (start, comm) = (identity.start, identity.comm.to_vec());
        let (status, _) = handle.head("status", 4096).unwrap_or_default();
        let uid = process::effective_uid(&status);
        let container = container_of(&handle, proc_root, &status);
        Some(Self { handle, pid, start, comm, uid, container })
    }

    /// It as a candidate, of whose files nothing is known yet.
    pub fn candidate(&self, role: Role, by: &'static str) -> Candidate {
        let started = self.start as f64 / procfs::ticks_per_second() as f64;
        Candidate {
            pid: self.pid,
            start: self.start,
            role,
            by,
            name: name_of(&self.handle, &self.comm),
            exe: if by == "argv[0]" { program_of(&self.handle) } else { None },
            uid: self.uid,
            user: self.uid.map(|uid| rights::user_name(uid, self.container.is_some())),
            uptime: (Clock::real().since_boot() - started).max(0.0),
            container: self.container.clone(),
            db: None,
            stats: None,
            problems: Vec::new(),
        }
    }
}

fn container_of(process: &Handle, proc_root: &Path, status: &[u8]) -> Option<String> {
    let cgroup = process.head("cgroup", 16 << 10).ok();
    let named = cgroup.and_then(|(bytes, _)| container::from_cgroup(&bytes));
    named.or_else(|| match (process.link("ns/pid"), std::fs::read_link(proc_root.join("self/ns/pid"))) {
        (Ok(theirs), Ok(ours)) => (theirs != ours).then(|| {
            let link = theirs.to_string_lossy();
            format!("pid namespace {}", text::name(link.trim_start_matches("pid:[").trim_end_matches(']')))
        }),
        _ => container::nested(status).then(|| "another pid namespace".to_owned()),
    })
}

fn name_of(process: &Handle, comm: &[u8]) -> String {
    let arguments = process.head("cmdline", 4096).map(|(bytes, _)| bytes).unwrap_or_default();
    let from_arguments = cmdline::program(&arguments).and_then(clean);
    let name = from_arguments.or_else(|| program_of(process)).or_else(|| clean(comm));
    name.unwrap_or_else(|| "(unnamed)".to_owned())
}

/// The name of the program that a process runs; absent where that can't be read.
fn program_of(process: &Handle) -> Option<String> {
    let link = process.link("exe").ok()?;
    let bytes = link.as_os_str().as_bytes();
    clean(cmdline::base_name(bytes.strip_suffix(b" (deleted)").unwrap_or(bytes)))
}

fn clean(base: &[u8]) -> Option<String> {
    let name = text::name(&String::from_utf8_lossy(base));
    (!name.is_empty()).then_some(name)
}
