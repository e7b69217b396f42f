//! Who holds the WRITE lock, how often and how long.

use std::collections::VecDeque;

use super::Roles;
use super::view::{Process, WalView, Writer};
use crate::sample::locks::{HeldLock, Slot};
use crate::units::Mono;

/// Samples over which the writer's share is taken.
const SHARE_SAMPLES: usize = 60;

/// Follows the WRITE lock.
#[derive(Clone, Debug, Default)]
pub(super) struct Writing {
    samples: VecDeque<Option<Process>>,
    /// Since when, by whom, and the header's change counter then.
    held: Option<(Mono, Process, u32)>,
}

impl Writing {
    /// Eats the locks of one sample; `change` is the wal-index's change counter.
    pub(super) fn push(
        &mut self,
        mono: Mono,
        change: u32,
        locks: &[HeldLock],
        roles: Roles,
        view: &mut WalView,
    ) {
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
