//! What this user may not see, and what it takes to see it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rustix::process::geteuid;

use super::handle::Handle;
use crate::parse::{rights, text};
use crate::sample::{Fault, FaultKind};
use crate::source::safe_file::open_regular;

const MAX_PASSWD: u64 = 1 << 20;
const CAPABILITIES: &str = "cap_sys_ptrace,cap_dac_read_search";

/// The fault for a process of which `what` ("its environment and open files") can't be read.
pub fn denied(pid: u32, uid: Option<u32>, contained: bool, what: &str) -> Fault {
    let owner = uid.map_or_else(String::new, |uid| format!(" of {}", user(uid, contained)));
    let text = format!("process {pid}{owner}: {what} can't be read; {}", remedy(uid, contained));
    Fault::new(FaultKind::Denied, text)
}

/// What a user has to do who lacks rights on a process of user `uid`.
pub fn remedy(uid: Option<u32>, contained: bool) -> String {
    let own = geteuid().as_raw();
    let program = std::env::current_exe().unwrap_or_else(|_| "corescope-top".into());
    let program = text::sentence(&program.to_string_lossy());
    let setcap = format!("setcap {CAPABILITIES}+ep {program}");
    match uid {
        // A container's root is not above other users' processes.
        _ if own == 0 => {
            let as_user = uid.filter(|uid| *uid != 0).map(|uid| format!("as {}, ", user(uid, contained)));
            let as_user = as_user.unwrap_or_default();
            format!(
                "root lacks CAP_SYS_PTRACE here: run {as_user}on the host, or in a container with --cap-add SYS_PTRACE"
            )
        }
        Some(uid) if uid != own && uid != 0 => format!("run as {}, root, or: {setcap}", user(uid, contained)),
        _ => format!("run as root, or: {setcap}"),
    }
}

/// "uid 1000 (mesh)"; the name is left out for users of containers, which have names of their own.
pub fn user(uid: u32, contained: bool) -> String {
    let name = (!contained).then(|| name(uid)).flatten();
    name.map_or_else(|| format!("uid {uid}"), |name| format!("uid {uid} ({name})"))
}

/// "mesh", else "uid 1000".
pub fn user_name(uid: u32, contained: bool) -> String {
    (!contained).then(|| name(uid)).flatten().unwrap_or_else(|| format!("uid {uid}"))
}

fn name(uid: u32) -> Option<String> {
    let (file, _): (File, _) = open_regular("the list of users", Path::new("/etc/passwd")).ok()?;
    let mut bytes = Vec::new();
    file.take(MAX_PASSWD).read_to_end(&mut bytes).ok()?;
    rights::user_name(&bytes, uid)
}

/// A fault where processes of other users are hidden from this one; `refused` is how many showed
/// nothing at all.
pub fn hidden(proc_root: &Path, refused: usize) -> Option<Fault> {
    let own = Handle::open(proc_root.join("self")).ok()?;
    let (mounts, _) = own.head("mountinfo", 1 << 20).unwrap_or_default();
    let (status, _) = own.head("status", 4096).unwrap_or_default();
    let hides = rights::hides_processes(&mounts) && !rights::may_trace(&status);
    if !hides && refused == 0 {
        return None;
    }
    let text = format!(
        "other users' processes are hidden from this one (/proc is mounted with hidepid): {}",
        remedy(None, false)
    );
    Some(Fault::new(FaultKind::Denied, text))
}
