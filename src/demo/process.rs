//! What the demo's processes do to themselves at their start.

use rustix::process::{Signal, getppid, set_parent_process_death_signal};

/// Gives this process the name that `ps` and `/proc/<pid>/comm` show; the kernel cuts it at 15 bytes.
///
/// Run through `/proc/self/exe` it would be called "exe".
pub fn set_name(name: &str) {
    // Nothing depends on it, so a kernel that refuses is left alone.
    let _ = std::fs::write("/proc/self/comm", name);
}

/// Whether process `pid` has given itself the name `name`.
pub fn has_name(pid: u32, name: &str) -> bool {
    let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let comm = comm.trim_end();
    !comm.is_empty() && name.starts_with(comm)
}

/// Has the kernel kill this process when its parent ends, however that ends.
///
/// # Errors
/// When the kernel refuses, or when the parent is gone already.
pub fn die_with_parent() -> anyhow::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // A parent that ended before the line above leaves no signal behind, only init as the new parent. Its end
    // of our standard input is closed too, which ends us where another process adopts orphans.
    anyhow::ensure!(getppid().is_some_and(|parent| !parent.is_init()), "the parent process is gone");
    Ok(())
}
