//! One process, seen through `/proc`.
//!
//! After the first look a sample costs two system calls: `stat` and `io` stay open and are read
//! again from their beginning. Both are bound to the process itself, not to its number: once it is
//! gone they fail, whoever got its pid.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use procfs::process::Process;
use procfs::{FromBufRead, ProcError};
use rustix::io::Errno;

use super::clock::Clock;
use super::safe_file::shown;
use crate::parse::process as parse;
use crate::parse::text;
use crate::sample::{Fault, FaultKind, IoCounters, ProcSample, Reading};

/// Reads one process again and again.
#[derive(Debug)]
pub struct ProcReader {
    root: PathBuf,
    pid: u32,
    role: &'static str,
    attached: Option<Attached>,
    /// Start time and name of the process that was seen last under this pid.
    seen: Option<(u64, Arc<str>)>,
}

#[derive(Debug)]
struct Attached {
    process: Process,
    stat: File,
    io: Option<File>,
    start: u64,
    comm: Vec<u8>,
    name: Arc<str>,
    euid: Option<u32>,
}

impl ProcReader {
    /// Reads process `pid` below `root` (`/proc`, or a folder that plays it). `role` names the process
    /// in faults until its own name is known: "ingestor", "server".
    pub fn new(root: &Path, pid: u32, role: &'static str) -> Self {
        Self { root: root.to_owned(), pid, role, attached: None, seen: None }
    }

    /// The pid that is read.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The process's effective user, known after a good reading.
    pub fn euid(&self) -> Option<u32> {
        self.attached.as_ref()?.euid
    }

    /// One look. A process that has exited stays so: its pid used again by another process is not
    /// taken for it.
    pub fn read(&mut self, clock: &Clock) -> Reading<ProcSample> {
        self.look(clock).into()
    }

    fn look(&mut self, clock: &Clock) -> Result<ProcSample, Fault> {
        if self.attached.is_none() {
            self.attached = Some(self.attach()?);
        }
        let mut buffer = [0; 1024];
        let folder = self.folder();
        let attached = self.attached.as_mut().ok_or_else(|| Fault::new(FaultKind::Other, "not attached"))?;
        let looked = attached.look(&folder, &mut buffer, clock, self.pid, self.role);
        if let Ok(sample) = looked {
            self.seen = Some((sample.start, Arc::clone(&sample.name)));
            return Ok(sample);
        }
        self.attached = None;
        Err(self.gone())
    }

    fn folder(&self) -> PathBuf {
        self.root.join(self.pid.to_string())
    }

    fn gone(&self) -> Fault {
        let pid = self.pid;
        let text = match &self.seen {
            Some((_, name)) => format!("process {pid} ({name}) has exited"),
            None => format!("no process {pid}: give the pid of the running {}", self.role),
        };
        Fault::new(FaultKind::Gone, text)
    }

    fn attach(&self) -> Result<Attached, Fault> {
        let process = Process::new_with_root(self.folder()).map_err(|error| self.refused(error))?;
        let stat = process.open_relative("stat").map_err(|error| self.refused(error))?;
        let mut buffer = [0; 1024];
        let identity = fresh(&stat, &mut buffer).and_then(parse::stat).ok_or_else(|| self.gone())?;
        let stranger = self.seen.as_ref().is_some_and(|(start, _)| *start != identity.start);
        if stranger || identity.dead() {
            return Err(self.gone());
        }
        let (start, comm) = (identity.start, identity.comm.to_vec());
        let name = name_of(&process, &comm);
        let euid = euid_of(&process);
        Ok(Attached { process, stat, io: None, start, comm, name, euid })
    }

    fn refused(&self, error: ProcError) -> Fault {
        match error {
            ProcError::NotFound(_) => self.gone(),
            ProcError::PermissionDenied(_) => denied(&self.folder(), self.role),
            // ESRCH: it ended between two calls.
            ProcError::Io(error, _) if Errno::from_io_error(&error) == Some(Errno::SRCH) => self.gone(),
            other => {
                Fault::new(FaultKind::Other, format!("{} can't be read: {other}", shown(&self.folder())))
            }
        }
    }
}

/// The process that was attached to is no more.
struct Lost;

impl Attached {
    fn look(
        &mut self,
        folder: &Path,
        buffer: &mut [u8; 1024],
        clock: &Clock,
        pid: u32,
        role: &str,
    ) -> Result<ProcSample, Lost> {
        let identity = fresh(&self.stat, buffer).and_then(parse::stat).ok_or(Lost)?;
        if identity.start != self.start || identity.dead() {
            return Err(Lost);
        }
        if identity.comm != self.comm {
            // Another program was executed in it: supervisord forks before it becomes the ingestor.
            self.comm = identity.comm.to_vec();
            self.name = name_of(&self.process, &self.comm);
            self.euid = euid_of(&self.process);
            self.io = None;
        }
        let mono = clock.mono();
        let io = self.read_io(folder, buffer, role)?.into();
        let started = self.start as f64 / procfs::ticks_per_second() as f64;
        // The start is known to a hundredth of a second: more digits would only make recordings longer.
        let uptime = ((clock.since_boot() - started).max(0.0) * 1e3).round() / 1e3;
        Ok(ProcSample { mono, pid, start: self.start, uptime, name: Arc::clone(&self.name), io })
    }

    fn read_io(
        &mut self,
        folder: &Path,
        buffer: &mut [u8; 1024],
        role: &str,
    ) -> Result<Result<IoCounters, Fault>, Lost> {
        let path = || folder.join("io");
        if self.io.is_none() {
            match self.process.open_relative("io") {
                Ok(file) => self.io = Some(file),
                Err(ProcError::PermissionDenied(_)) => return Ok(Err(denied(&path(), role))),
                Err(ProcError::NotFound(_)) => return Err(Lost),
                Err(other) => return Ok(Err(unreadable(&path(), &other))),
            }
        }
        let Some(file) = &self.io else { return Err(Lost) };
        let read = file.read_at(buffer, 0);
        match read.as_ref().map_err(Errno::from_io_error) {
            Ok(&len) => Ok(counters(&buffer[..len]).ok_or_else(|| unreadable(&path(), &"no counters in it"))),
            Err(Some(Errno::SRCH)) => Err(Lost),
            Err(Some(Errno::ACCESS | Errno::PERM)) => Ok(Err(denied(&path(), role))),
            Err(_) => Ok(Err(unreadable(&path(), &io_text(read)))),
        }
    }
}

/// All seven counters; absent when any is missing.
fn counters(bytes: &[u8]) -> Option<IoCounters> {
    // procfs cuts lines by bytes and must not meet a character that is longer.
    let io = procfs::process::Io::from_buf_read(bytes.is_ascii().then_some(bytes)?).ok()?;
    Some(IoCounters {
        rchar: io.rchar,
        wchar: io.wchar,
        syscr: io.syscr,
        syscw: io.syscw,
        read_bytes: io.read_bytes,
        write_bytes: io.write_bytes,
        cancelled_write_bytes: io.cancelled_write_bytes,
    })
}

fn io_text(result: io::Result<usize>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

fn denied(path: &Path, role: &str) -> Fault {
    let text = format!("permission denied reading {}: run as the {role}'s user or root", shown(path));
    Fault::new(FaultKind::Denied, text)
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> Fault {
    Fault::new(FaultKind::Other, format!("{} can't be read: {why}", shown(path)))
}

/// The file's content as of now; absent when the process is gone.
fn fresh<'a>(file: &File, buffer: &'a mut [u8; 1024]) -> Option<&'a [u8]> {
    let len = file.read_at(buffer, 0).ok()?;
    Some(&buffer[..len])
}

/// The name of process `pid` below `root`; absent when it can't be read.
pub(super) fn name(root: &Path, pid: u32) -> Option<Arc<str>> {
    let process = Process::new_with_root(root.join(pid.to_string())).ok()?;
    let comm = head(&process, "comm").unwrap_or_default();
    Some(name_of(&process, comm.trim_ascii_end()))
}

fn name_of(process: &Process, comm: &[u8]) -> Arc<str> {
    let from_args = head(process, "cmdline").and_then(|args| clean(args.split(|&b| b == 0).next()?));
    let from_exe = || clean(process.exe().ok()?.as_os_str().as_bytes());
    let name = from_args.or_else(from_exe).or_else(|| clean(comm));
    name.unwrap_or_else(|| "(unnamed)".to_owned()).into()
}

fn clean(path: &[u8]) -> Option<String> {
    let base = path.rsplit(|&b| b == b'/').next()?;
    let name = text::name(&String::from_utf8_lossy(base));
    (!name.is_empty()).then_some(name)
}

fn euid_of(process: &Process) -> Option<u32> {
    parse::effective_uid(&head(process, "status")?)
}

/// The beginning of a file of the process; a command line may be megabytes long.
fn head(process: &Process, file: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    process.open_relative(file).ok()?.take(4096).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const IO: &[u8] =
        b"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 7\n";

    #[test]
    fn all_seven_counters_or_none() {
        let all = counters(IO).unwrap();
        assert_eq!((all.rchar, all.wchar, all.syscr, all.syscw), (1, 2, 3, 4));
        assert_eq!((all.read_bytes, all.write_bytes, all.cancelled_write_bytes), (5, 6, 7));
        assert_eq!(counters(&IO[..IO.len() - 30]), None);
        assert_eq!(counters(b"rchar: -1\n"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0..IO.len(), value: u8) {
            let mut bent = IO.to_vec();
            bent[at] = value;
            let _ = (counters(&bytes), counters(&bent));
        }
    }
}
