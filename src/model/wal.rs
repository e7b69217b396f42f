//! The write-ahead log from sample to sample: progress, restarts, who holds it and since when.

pub mod diagnosis;
mod progress;
pub mod view;
mod writing;

use std::cmp::Ordering;
use std::collections::HashMap;

use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{DbSample, FaultKind, Reading, WalIndex};
use crate::units::Mono;
use diagnosis::Facts;
use progress::{Growth, Progress};
use view::{Diagnosis, Holder, Process, WalView};
use writing::Writing;

/// Pids of the watched processes, to tell roles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roles {
    /// The ingestor's pid.
    pub ingestor: Option<u32>,
    /// The server's pid.
    pub server: Option<u32>,
}

impl Roles {
    /// The role of a watched process by its pid; where none is watched in a role, by the name.
    fn process(self, lock: &HeldLock) -> Process {
        let is = |watched: Option<u32>, name: &str| match watched {
            Some(pid) => lock.pid == Some(pid),
            None => lock.pid.is_some() && lock.name.as_deref() == Some(name),
        };
        let role = if is(self.ingestor, "corescope-ingestor") {
            "ingestor"
        } else if is(self.server, "corescope-server") {
            "server"
        } else {
            "other"
        };
        Process { pid: lock.pid, name: lock.name.clone(), role }
    }
}

/// Seconds after which a reader is no passer-by.
const STAYS_SECS: f64 = 5.0;

/// What a holder is known by from sample to sample: pid, slot, mark and the log's salts.
type HolderKey = (Option<u32>, u8, u32, [u32; 2]);

/// Follows the log.
#[derive(Clone, Debug, Default)]
pub struct WalTracker {
    first: Option<Mono>,
    /// Device and inode of the database: another file there is another log.
    database: Option<(u64, u64)>,
    progress: Progress,
    growth: Growth,
    /// When each holder was first seen at its mark.
    held: HashMap<HolderKey, Mono>,
    /// Since when more is pending than there should be, with nobody about to checkpoint it.
    forgotten: Option<Mono>,
    writing: Writing,
}

impl WalTracker {
    /// Eats one look at the database. `limit` is the limit of the file's size in bytes.
    pub fn push(&mut self, db: &DbSample, roles: Roles, limit: f64) -> WalView {
        let id = db.db.good().map(|stat| (stat.dev, stat.ino));
        if id.is_some() && self.database.replace(id.unwrap_or_default()) != id && self.first.is_some() {
            *self = Self { database: id, ..Self::default() };
        }
        let mut view = WalView { free: db.free.good().copied(), ..WalView::default() };
        self.growth.push(db, &mut view, limit);
        let first = *self.first.get_or_insert(db.mono);
        view.watched = db.mono.since(first).as_secs_f64();
        let locks = db.locks.good();
        view.open_by = locks.map(|locks| open_by(locks, roles)).unwrap_or_default();
        if let Some(state) = no_log(db, roles) {
            let (progress, database) = (self.progress.kept(), self.database);
            *self = Self { first: Some(first), database, progress, ..Self::default() };
            self.progress.age(db.mono, &mut view);
            view.diagnosis = state;
            return view;
        }
        let Some(index) = db.wal_index.good() else {
            let why = db.wal_index.fault().map_or("no wal-index", |fault| &fault.text).to_owned();
            view.diagnosis = Diagnosis::CantTell { why };
            return view;
        };
        self.progress.push(db.mono, index, &mut view);
        if self.progress.restarted() == Some(db.mono) {
            self.growth.start_over(&mut view);
        }
        if let Some(locks) = locks {
            self.hold(db.mono, index, locks, roles, &mut view);
            self.writing.push(db.mono, index.change, locks, roles, &mut view);
        }
        view.diagnosis = diagnosis::diagnose(&view, self.facts(db, locks, &view));
        view
    }

    /// What the diagnosis needs beside the figures that are shown.
    fn facts(&mut self, db: &DbSample, locks: Option<&Vec<HeldLock>>, view: &WalView) -> Facts {
        let holds = |slot| locks.is_some_and(|locks| locks.iter().any(|lock| lock.slot == slot));
        let (runs, writes) = (holds(Slot::Checkpoint), holds(Slot::Write));
        let moved = self.progress.checkpointed == Some(db.mono);
        let normal = view.pending.unwrap_or(0) <= diagnosis::NORMAL_FRAMES;
        // Readers come and go on a busy server; only one that stays is the reason.
        let pinned = view.pinning().is_some_and(|pin| pin.held >= STAYS_SECS);
        if runs || moved || normal || pinned {
            self.forgotten = None;
        } else {
            self.forgotten.get_or_insert(db.mono);
        }
        Facts {
            file: db.wal.good().map(|stat| stat.size),
            forgotten: self.forgotten.map_or(0.0, |since| db.mono.since(since).as_secs_f64()),
            since_growth: self.growth.grown.map(|at| db.mono.since(at).as_secs_f64()),
            restarted_since: match self.progress.restarted().cmp(&self.growth.grown) {
                Ordering::Greater => true,
                // In the same look: what a transaction that is not over has appended has no frames yet.
                Ordering::Equal => !writes,
                Ordering::Less => false,
            },
        }
    }

    /// Readers at their marks, and which of them pins the log.
    fn hold(&mut self, mono: Mono, index: &WalIndex, locks: &[HeldLock], roles: Roles, view: &mut WalView) {
        let mut held = HashMap::new();
        let mut holders = Vec::new();
        for lock in locks.iter().filter(|lock| !lock.exclusive) {
            let Slot::Read(slot) = lock.slot else { continue };
            // Slot 0 is for readers that use the database alone: nothing may be copied into it.
            let mark =
                if slot == 0 { Some(0) } else { index.read_marks.get(usize::from(slot)).copied().flatten() };
            let Some(mark) = mark else { continue };
            // The log may start over under readers of slot 0: they don't use it.
            let key = (lock.pid, slot, mark, if slot == 0 { [0; 2] } else { index.salts });
            let since = self.held.get(&key).copied().unwrap_or(mono);
            held.insert(key, since);
            holders.push(Holder {
                slot,
                mark,
                behind: index.mx_frame.saturating_sub(mark.max(index.checkpointed)),
                process: roles.process(lock),
                held: mono.since(since).as_secs_f64(),
            });
        }
        self.held = held;
        holders.sort_by(|a, b| a.mark.cmp(&b.mark).then(b.held.total_cmp(&a.held)));
        // Seen once, a reader is just reading.
        view.pin = holders.iter().position(|holder| holder.behind > 0 && holder.held > 0.0);
        view.holders = Some(holders);
    }
}

/// States in which there is no log to follow, none of them an error.
fn no_log(db: &DbSample, roles: Roles) -> Option<Diagnosis> {
    let header = db.header.good()?;
    if !header.wal_mode {
        let mode = db.pragmas.good().map(|pragmas| pragmas.journal_mode.clone());
        return Some(Diagnosis::NotWal { mode });
    }
    let gone = matches!(&db.shm, Reading::Failed(fault) if fault.kind == FaultKind::Gone);
    // In exclusive locking mode SQLite keeps the wal-index to itself.
    let alone = db.locks.good().and_then(|locks| locks.iter().find(|lock| lock.shuts_out()));
    let state = alone.map_or(Diagnosis::Closed, |lock| {
        let why = format!("{} has the database locked exclusively", roles.process(lock));
        Diagnosis::CantTell { why }
    });
    gone.then_some(state)
}

fn open_by(locks: &[HeldLock], roles: Roles) -> Vec<Process> {
    let mut open: Vec<Process> = locks
        .iter()
        .filter(|lock| lock.slot == Slot::Open || lock.shuts_out())
        .map(|lock| roles.process(lock))
        .collect();
    open.sort_by_key(|process| process.pid);
    open.dedup();
    open
}

#[cfg(test)]
mod tests;
