//! How the log moves: frames in, frames checkpointed, restarts, and the growth of its file.

use std::collections::VecDeque;

use super::view::WalView;
use crate::sample::{DbSample, FileStat, WalIndex};
use crate::units::Mono;

/// Bytes of a frame's header.
const FRAME_HEADER: u64 = 24;
/// Seconds over which the rate into the log is the mean.
const RATE_SECS: f64 = 10.0;
/// Seconds over which the growth of the file is the mean.
const GROWTH_SECS: f64 = 30.0;
/// Seconds over which restarts are counted.
const RESETS_SECS: f64 = 3600.0;
/// Restarts that are remembered at most; more than these between two samples are another log.
const MAX_RESETS: u32 = 4096;

/// Follows frames and restarts.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    last: Option<(Mono, WalIndex)>,
    /// When checkpointed frames last grew or the log last started over.
    pub(super) checkpointed: Option<Mono>,
    resets: VecDeque<Mono>,
    /// Seconds and frames of the last intervals without a restart.
    appended: VecDeque<(Mono, f64, u32)>,
}

impl Progress {
    /// What is still true when the log is gone: how often it started over.
    pub(super) fn kept(&mut self) -> Self {
        Self { resets: std::mem::take(&mut self.resets), ..Self::default() }
    }

    /// Eats one look at the wal-index.
    pub(super) fn push(&mut self, mono: Mono, index: &WalIndex, view: &mut WalView) {
        if let Some((since, before)) = self.last.replace((mono, *index)) {
            let other_log = before.salts != index.salts || index.mx_frame < before.mx_frame;
            if !other_log {
                let secs = mono.since(since).as_secs_f64();
                self.appended.push_back((mono, secs, index.mx_frame - before.mx_frame));
            }
            if other_log || index.checkpointed > before.checkpointed {
                self.checkpointed = Some(mono);
            }
            for _ in 0..restarts(&before, index) {
                self.resets.push_back(mono);
            }
        }
        drop_older(&mut self.appended, mono, RATE_SECS, |entry| entry.0);
        self.age(mono, view);
        let frame_bytes = u64::from(index.page_size) + FRAME_HEADER;
        let (secs, frames) =
            self.appended.iter().fold((0.0, 0u64), |(s, f), entry| (s + entry.1, f + u64::from(entry.2)));
        view.frame_bytes = Some(frame_bytes);
        view.live = Some(index.mx_frame);
        view.checkpointed = Some(index.checkpointed);
        view.pending = Some(index.mx_frame.saturating_sub(index.checkpointed));
        view.write_rate = (secs > 0.0).then(|| (frames * frame_bytes) as f64 / secs);
    }

    /// Restarts and their times, which are known even while there is no log.
    pub(super) fn age(&mut self, mono: Mono, view: &mut WalView) {
        drop_older(&mut self.resets, mono, RESETS_SECS, |entry| *entry);
        while self.resets.len() > MAX_RESETS as usize {
            self.resets.pop_front();
        }
        let age = |since: Mono| mono.since(since).as_secs_f64();
        view.checkpoint_age = self.checkpointed.map(age);
        view.restart_age = self.resets.back().copied().map(age);
        view.resets = u32::try_from(self.resets.len()).unwrap_or(u32::MAX);
    }

    /// When the log last started over.
    pub(super) fn restarted(&self) -> Option<Mono> {
        self.resets.back().copied()
    }
}

/// How often the log started over between two looks.
///
/// The first salt goes up by one at every restart, whoever makes it (`walRestartHdr`). The log's
/// checkpoint sequence is no such count: every connection keeps its own (`Wal.nCkpt`). A connection
/// that has never restarted the log writes its first header with new random salts
/// (`sqlite3WalFrames`): out of an empty log that is its beginning, else one restart was missed.
fn restarts(before: &WalIndex, now: &WalIndex) -> u32 {
    match now.salts[0].wrapping_sub(before.salts[0]) {
        0 => u32::from(now.salts != before.salts || now.mx_frame < before.mx_frame),
        counted if counted <= MAX_RESETS => counted,
        _ => u32::from(before.mx_frame > 0),
    }
}

/// Follows the size of the `-wal` file.
#[derive(Clone, Debug, Default)]
pub(super) struct Growth {
    sizes: VecDeque<(Mono, FileStat)>,
    /// When the file was last seen larger than at the sample before.
    pub(super) grown: Option<Mono>,
}

impl Growth {
    /// Growth of the file, and how long it can go on.
    pub(super) fn push(&mut self, db: &DbSample, view: &mut WalView, limit: f64) {
        let Some(stat) = db.wal.good() else {
            *self = Self::default();
            return;
        };
        if let Some((_, last)) = self.sizes.back() {
            // Another file, or one that was truncated, starts anew.
            if (last.dev, last.ino) != (stat.dev, stat.ino) || last.size > stat.size {
                *self = Self::default();
            } else if last.size < stat.size {
                self.grown = Some(db.mono);
            }
        }
        self.sizes.push_back((db.mono, *stat));
        drop_older(&mut self.sizes, db.mono, GROWTH_SECS, |entry| entry.0);
        let Some((since, first)) = self.sizes.front() else { return };
        let secs = db.mono.since(*since).as_secs_f64();
        if secs <= 0.0 {
            return;
        }
        let size = stat.size.0;
        let growth = (size - first.size.0) as f64 / secs;
        view.growth = Some(growth);
        if growth > 0.0 {
            view.to_limit = Some(((limit - size as f64) / growth).max(0.0));
            view.to_full = db.free.good().map(|free| free.0 as f64 / growth);
        }
    }

    /// The log has started over: the file won't grow before the log has filled it again.
    pub(super) fn start_over(&mut self, view: &mut WalView) {
        let last = self.sizes.pop_back();
        self.sizes.clear();
        self.sizes.extend(last);
        view.growth = view.growth.map(|_| 0.0);
        (view.to_limit, view.to_full) = (None, None);
    }
}

/// Entries that are kept at most: in a recording somebody made up time may stand still.
const MAX_ENTRIES: usize = 8192;

fn drop_older<T>(list: &mut VecDeque<T>, now: Mono, secs: f64, time: impl Fn(&T) -> Mono) {
    let old = |entry: &T| now.since(time(entry)).as_secs_f64() > secs;
    while list.front().is_some_and(old) || list.len() > MAX_ENTRIES {
        list.pop_front();
    }
}
