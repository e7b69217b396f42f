//! The write-ahead log from sample to sample: progress, restarts, who holds it and since when.

pub mod diagnosis;
pub mod view;

use std::collections::{HashMap, VecDeque};

use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{DbSample, FaultKind, Reading, WalIndex};
use crate::units::{Bytes, Mono};
use view::{Diagnosis, Holder, Process, WalView, Writer};

/// Bytes of a frame's header.
const FRAME_HEADER: u64 = 24;
/// Seconds over which the rate into the log is the mean.
const RATE_SECS: f64 = 10.0;
/// Seconds over which the growth of the file is the mean.
const GROWTH_SECS: f64 = 30.0;
/// Samples over which the writer's share is taken.
const SHARE_SAMPLES: usize = 60;
/// Seconds over which restarts are counted.
const RESETS_SECS: f64 = 3600.0;
/// Restarts that are remembered at most.
const MAX_RESETS: usize = 4096;

/// Pids of the watched processes, to tell roles.
#[derive(Clone, Copy, Debug, Default)]
pub struct Roles {
    /// The ingestor's pid.
    pub ingestor: Option<u32>,
    /// The server's pid.
    pub server: Option<u32>,
}

impl Roles {
    fn process(self, lock: &HeldLock) -> Process {
        let role = match lock.pid {
            Some(_) if lock.pid == self.ingestor => "ingestor",
            Some(_) if lock.pid == self.server => "server",
            _ => "other",
        };
        Process { pid: lock.pid, name: lock.name.clone(), role }
    }
}

/// Follows the log.
#[derive(Debug, Default)]
pub struct WalTracker {
    first: Option<Mono>,
    last: Option<(Mono, WalIndex)>,
    sequence: Sequence,
    /// When each holder was first seen at its mark: pid, slot, mark, salts.
    held: HashMap<(Option<u32>, u8, u32, [u32; 2]), Mono>,
    progress: Option<Mono>,
    resets: VecDeque<Mono>,
    /// Seconds and frames of the last intervals without a restart.
    appended: VecDeque<(Mono, f64, u32)>,
    sizes: VecDeque<(Mono, u64, u64)>,
    writing: Writing,
}

impl WalTracker {
    /// Eats one look at the database. `limit` is the limit of the file's size in bytes.
    pub fn push(&mut self, db: &DbSample, roles: Roles, limit: f64) -> WalView {
        let file = db.wal.good().map(|stat| stat.size);
        let mut view = WalView { free: db.free.good().copied(), ..WalView::default() };
        self.grow(db, &mut view, limit);
        let first = *self.first.get_or_insert(db.mono);
        view.watched = db.mono.since(first).as_secs_f64();
        let locks = db.locks.good();
        view.open_by = locks.map(|locks| open_by(locks, roles)).unwrap_or_default();
        if let Some(state) = no_log(db) {
            *self = Self { first: Some(first), ..Self::default() };
            view.diagnosis = state;
            return view;
        }
        let Some(index) = db.wal_index.good() else {
            self.last = None;
            let why = db.wal_index.fault().map_or("no wal-index", |fault| &fault.text).to_owned();
            view.diagnosis = Diagnosis::CantTell { why };
            return view;
        };
        // Right after a restart the file still has the old header.
        let log = db.wal_header.good().filter(|log| log.salts == index.salts);
        let sequence = log.map(|log| log.checkpoint_sequence);
        let pending_grows = self.follow(db.mono, index, sequence, &mut view);
        if let Some(locks) = locks {
            self.hold(db.mono, index, locks, roles, &mut view);
            self.writing.push(db.mono, index.change, locks, roles, &mut view);
        }
        view.diagnosis = diagnosis::diagnose(&view, file, pending_grows);
        view
    }

    /// Frames, progress and restarts; says whether more is pending than at the sample before.
    fn follow(&mut self, mono: Mono, index: &WalIndex, sequence: Option<u32>, view: &mut WalView) -> bool {
        let pending = index.mx_frame.saturating_sub(index.checkpointed);
        let mut grows = false;
        if let Some((since, before)) = self.last.replace((mono, *index)) {
            let restarted = before.salts != index.salts || index.mx_frame < before.mx_frame;
            if !restarted {
                let secs = mono.since(since).as_secs_f64();
                self.appended.push_back((mono, secs, index.mx_frame - before.mx_frame));
            }
            if restarted || index.checkpointed > before.checkpointed {
                self.progress = Some(mono);
            }
            for _ in 0..self.sequence.restarts(restarted, sequence) {
                self.resets.push_back(mono);
            }
            grows = pending >= before.mx_frame.saturating_sub(before.checkpointed) && !restarted;
        }
        drop_older(&mut self.appended, mono, RATE_SECS, |entry| entry.0);
        drop_older(&mut self.resets, mono, RESETS_SECS, |entry| *entry);
        while self.resets.len() > MAX_RESETS {
            self.resets.pop_front();
        }
        let frame_bytes = u64::from(index.page_size) + FRAME_HEADER;
        let (secs, frames) =
            self.appended.iter().fold((0.0, 0u64), |(s, f), entry| (s + entry.1, f + u64::from(entry.2)));
        view.frame_bytes = Some(frame_bytes);
        view.live = Some(index.mx_frame);
        view.checkpointed = Some(index.checkpointed);
        view.pending = Some(pending);
        view.write_rate = (secs > 0.0).then(|| (frames * frame_bytes) as f64 / secs);
        let age = |since: Mono| mono.since(since).as_secs_f64();
        view.checkpoint_age = self.progress.map(age);
        view.restart_age = self.resets.back().copied().map(age);
        view.resets = u32::try_from(self.resets.len()).unwrap_or(u32::MAX);
        grows
    }

    /// Growth of the file, and how long it can go on.
    fn grow(&mut self, db: &DbSample, view: &mut WalView, limit: f64) {
        let Some(stat) = db.wal.good() else {
            self.sizes.clear();
            return;
        };
        let size = stat.size.0;
        // Another file, or one that was truncated, starts anew.
        if self.sizes.back().is_some_and(|last| last.2 != stat.ino || last.1 > size) {
            self.sizes.clear();
        }
        self.sizes.push_back((db.mono, size, stat.ino));
        drop_older(&mut self.sizes, db.mono, GROWTH_SECS, |entry| entry.0);
        let Some(first) = self.sizes.front() else { return };
        let secs = db.mono.since(first.0).as_secs_f64();
        if secs <= 0.0 {
            return;
        }
        let growth = (size - first.1) as f64 / secs;
        view.growth = Some(growth);
        if growth > 0.0 {
            view.to_limit = Some(((limit - size as f64) / growth).max(0.0));
            view.to_full = db.free.good().map(|free| free.0 as f64 / growth);
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
            let key = (lock.pid, slot, mark, index.salts);
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

/// Counts restarts of the log: by the salts those that are seen, and by the log's own sequence
/// number those that happened between two samples.
#[derive(Debug, Default)]
struct Sequence {
    known: Option<u32>,
    /// Restarts counted since the number was known last.
    counted: u32,
}

impl Sequence {
    fn restarts(&mut self, seen: bool, now: Option<u32>) -> u32 {
        self.counted += u32::from(seen);
        let Some(now) = now else { return u32::from(seen) };
        let counted = std::mem::take(&mut self.counted);
        let missed =
            self.known.replace(now).map_or(0, |before| now.wrapping_sub(before).saturating_sub(counted));
        // More than this is no count but another log.
        u32::from(seen) + if missed < MAX_RESETS as u32 { missed } else { 0 }
    }
}

/// Who writes, how often and how long.
#[derive(Debug, Default)]
struct Writing {
    samples: VecDeque<Option<Process>>,
    /// Since when, by whom, and the header's change counter then.
    held: Option<(Mono, Process, u32)>,
}

impl Writing {
    fn push(&mut self, mono: Mono, change: u32, locks: &[HeldLock], roles: Roles, view: &mut WalView) {
        let writer = locks.iter().find(|lock| lock.slot == Slot::Write && lock.exclusive);
        let process = writer.map(|lock| roles.process(lock));
        self.held = process.clone().map(|process| match self.held.take() {
            // A commit in between means that the lock was let go.
            Some((since, by, at)) if by == process && at == change => (since, by, at),
            _ => (mono, process, change),
        });
        view.writer = self.held.as_ref().map(|(since, process, _)| Writer {
            process: process.clone(),
            held: mono.since(*since).as_secs_f64(),
        });
        self.samples.push_back(process);
        if self.samples.len() > SHARE_SAMPLES {
            self.samples.pop_front();
        }
        let writes = self.samples.iter().flatten().count();
        view.write_share = Some(writes as f64 / self.samples.len() as f64);
        view.longest_run = self.longest_run();
    }

    fn longest_run(&self) -> Option<(Process, u32)> {
        let mut longest: Option<(&Process, u32)> = None;
        let mut run: Option<(&Process, u32)> = None;
        for sample in &self.samples {
            run = match (sample, run) {
                (Some(process), Some((same, count))) if process == same => Some((same, count + 1)),
                (Some(process), _) => Some((process, 1)),
                (None, _) => None,
            };
            if run.map_or(0, |(_, count)| count) > longest.map_or(0, |(_, count)| count) {
                longest = run;
            }
        }
        longest.map(|(process, count)| (process.clone(), count))
    }
}

/// States in which there is no log to follow, none of them an error.
fn no_log(db: &DbSample) -> Option<Diagnosis> {
    let header = db.header.good()?;
    if !header.wal_mode {
        let mode = db.pragmas.good().map(|pragmas| pragmas.journal_mode.clone());
        return Some(Diagnosis::NotWal { mode });
    }
    let gone = matches!(&db.shm, Reading::Failed(fault) if fault.kind == FaultKind::Gone);
    gone.then_some(Diagnosis::Closed)
}

fn open_by(locks: &[HeldLock], roles: Roles) -> Vec<Process> {
    let mut open: Vec<Process> =
        locks.iter().filter(|lock| lock.slot == Slot::Open).map(|lock| roles.process(lock)).collect();
    open.sort_by_key(|process| process.pid);
    open.dedup();
    open
}

fn drop_older<T>(list: &mut VecDeque<T>, now: Mono, secs: f64, time: impl Fn(&T) -> Mono) {
    while list.front().is_some_and(|entry| now.since(time(entry)).as_secs_f64() > secs) {
        list.pop_front();
    }
}

/// The size of the log in use, for a file whose size is a high-water mark.
pub fn live_bytes(view: &WalView) -> Option<Bytes> {
    view.live.and_then(|frames| view.bytes_of(frames))
}

#[cfg(test)]
mod tests;
