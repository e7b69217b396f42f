//! Who holds which lock on the database and its wal-index, from outside.
//!
//! `/proc/locks` names the holders that this user's pid namespace can see; fcntl(2)'s `F_GETLK`
//! asks the kernel whether a byte is locked by anybody at all, and takes no lock. A lock that only
//! the second knows of belongs to a process that can't be seen.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rustix::fs::{major, minor, stat};
use rustix::process::{Flock, FlockOffsetType, FlockType, Pid, fcntl_getlk};

use super::process;
use super::safe_file::explain;
use crate::parse::locks::{self, LockLine};
use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{Fault, FileStat};

/// Holders whose names are remembered at most.
const MAX_NAMES: usize = 256;

/// Has the kernel pass a grace period that the first look at its table would wait for (up to 10 ms where no one looked
/// for a while, `percpu_down_write` in `fs/locks.c`), while the target is still looked for. Whether it
/// works does not matter.
pub fn warm_up() {
    let look = || File::open("/proc/locks").and_then(|mut table| table.read(&mut [0]));
    let _ = thread::Builder::new().name("warm-up".to_owned()).stack_size(64 << 10).spawn(look);
}

/// Reads the locks of one database again and again.
#[derive(Debug)]
pub struct LockReader {
    proc_root: PathBuf,
    table: Option<File>,
    buffer: Vec<u8>,
    names: HashMap<u32, Option<Arc<str>>>,
    /// Whether a process has a file open, where devices don't tell.
    opens: HashMap<(u32, u64), bool>,
    /// Which of `opens` this sample has needed.
    looked_up: Vec<(u32, u64)>,
}

impl LockReader {
    /// Reads `<proc_root>/locks`.
    pub fn new(proc_root: &Path) -> Self {
        Self {
            proc_root: proc_root.to_owned(),
            table: None,
            buffer: Vec::new(),
            names: HashMap::new(),
            opens: HashMap::new(),
            looked_up: Vec::new(),
        }
    }

    /// Every lock on the database file `db` and the wal-index `shm`; with a descriptor of the
    /// wal-index also those that the table does not show.
    ///
    /// No lock is taken or dropped, and nothing waits for one. The table itself may keep this thread
    /// waiting for some milliseconds: the kernel gives it out only when no lock is just being made
    /// (`percpu_down_write` in `fs/locks.c`), which stops nobody else for longer than a copy takes.
    ///
    /// # Errors
    /// When the table of locks can't be read.
    pub fn read(
        &mut self,
        db: Option<&FileStat>,
        shm: Option<(&FileStat, Option<&File>)>,
    ) -> Result<Vec<HeldLock>, Fault> {
        self.fill()?;
        self.looked_up.clear();
        let mut held = Vec::new();
        if let Some(db) = db {
            for line in self.lines(db) {
                held.extend(locks::db_slots(line.start, line.end).map(|slot| self.held(slot, &line)));
            }
        }
        if let Some((stat, file)) = shm {
            for line in self.lines(stat) {
                held.extend(locks::shm_slots(line.start, line.end).map(|slot| self.held(slot, &line)));
            }
            if let Some(file) = file {
                self.probe(file, &mut held);
            }
        }
        // The kernel gives the table out in pieces: a line may come twice when others come and go.
        held.sort_by_key(|lock| (lock.slot, lock.pid));
        held.dedup_by(|a, b| a.pid.is_some() && (a.slot, a.pid, a.exclusive) == (b.slot, b.pid, b.exclusive));
        self.names.retain(|pid, _| held.iter().any(|lock| lock.pid == Some(*pid)));
        // An answer of no is worth as much as one of yes: finding it costs a look at every descriptor.
        let asked = &self.looked_up;
        self.opens.retain(|key, _| asked.contains(key));
        Ok(held)
    }

    /// Reads the whole table into the buffer that is kept for it.
    fn fill(&mut self) -> Result<(), Fault> {
        let path = self.proc_root.join("locks");
        let failed = |error| explain("the table of locks", &path, error);
        if self.table.is_none() {
            self.table = Some(File::open(&path).map_err(failed)?);
        }
        self.buffer.clear();
        if let Some(table) = &mut self.table {
            table.rewind().and_then(|()| table.read_to_end(&mut self.buffer)).map_err(failed)?;
        }
        Ok(())
    }

    /// The locks on one file. On btrfs and overlayfs the table's device is not the one that stat(2)
    /// gives; there a process counts if it has the file open.
    fn lines(&mut self, file: &FileStat) -> Vec<LockLine> {
        let device = (major(file.dev), minor(file.dev));
        let (mut same, other): (Vec<LockLine>, Vec<LockLine>) =
            locks::of_inodes(&self.buffer, &[file.ino]).into_iter().partition(|line| line.device == device);
        if same.is_empty() {
            same.extend(
                other
                    .into_iter()
                    .filter(|line| u32::try_from(line.pid).is_ok_and(|pid| self.has_open(pid, file))),
            );
        }
        same
    }

    fn has_open(&mut self, pid: u32, file: &FileStat) -> bool {
        self.looked_up.push((pid, file.ino));
        if let Some(known) = self.opens.get(&(pid, file.ino)) {
            return *known;
        }
        let folder = self.proc_root.join(pid.to_string()).join("fd");
        let open = std::fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
            stat(entry.path()).is_ok_and(|found| (found.st_dev, found.st_ino) == (file.dev, file.ino))
        });
        self.opens.insert((pid, file.ino), open);
        open
    }

    fn held(&mut self, slot: Slot, line: &LockLine) -> HeldLock {
        let pid = u32::try_from(line.pid).ok().filter(|pid| *pid > 0);
        HeldLock { slot, exclusive: line.exclusive, pid, name: pid.and_then(|pid| self.name(pid)) }
    }

    fn name(&mut self, pid: u32) -> Option<Arc<str>> {
        if self.names.len() > MAX_NAMES {
            self.names.clear();
        }
        let root = &self.proc_root;
        self.names.entry(pid).or_insert_with(|| process::name(root, pid)).clone()
    }

    /// Adds the locks that the kernel knows of and the table does not show.
    fn probe(&mut self, shm: &File, held: &mut Vec<HeldLock>) {
        // Not the byte that says no more than that a connection is open.
        for slot in locks::shm_slots(0, u64::MAX).filter(|slot| *slot != Slot::Open) {
            let (Some(byte), false) = (locks::shm_byte(slot), held.iter().any(|lock| lock.slot == slot))
            else {
                continue;
            };
            let asked = Flock {
                start: byte,
                length: 1,
                pid: None,
                typ: FlockType::WriteLock,
                offset_type: FlockOffsetType::Set,
            };
            if let Ok(Some(found)) = fcntl_getlk(shm, &asked) {
                let pid = found.pid.and_then(|pid: Pid| u32::try_from(pid.as_raw_pid()).ok());
                let name = pid.and_then(|pid| self.name(pid));
                held.push(HeldLock { slot, exclusive: found.typ == FlockType::WriteLock, pid, name });
            }
        }
    }
}
