//! What the ingestor counts of itself. The writer adds, the publisher reads, and neither waits for long.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::store::{Held, Ingested};

/// A counter that only grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicI64);

impl Counter {
    /// Adds `n`.
    pub fn add(&self, n: i64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// The count now.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Everything that one run counts; the names are those of the stats file.
#[derive(Debug, Default)]
pub struct Counters {
    /// New transmissions.
    pub tx_inserted: Counter,
    /// Observations, updated ones included.
    pub obs_inserted: Counter,
    /// Reports of a transmission that was known before.
    pub tx_dupes: Counter,
    /// Nodes inserted or brought up to date.
    pub node_upserts: Counter,
    /// Observers inserted or brought up to date.
    pub observer_upserts: Counter,
    /// Transactions that failed.
    pub write_errors: Counter,
    /// Packets dropped for a bad signature; the demo's radio makes none.
    pub sig_drops: Counter,
    /// Successful commits, auto-commits included.
    pub wal_commits: Counter,
    backfills: Mutex<BTreeMap<&'static str, i64>>,
    perf: Mutex<BTreeMap<&'static str, Waits>>,
    /// `true` while the stats file is not to be published.
    pub stalled: AtomicBool,
}

/// What one component has waited for the writer lock and held it.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    /// Transactions.
    pub count: i64,
    /// Those that had to wait for somebody else.
    pub contended: i64,
    /// The newest of them, at most [`KEPT`].
    pub recent: VecDeque<Held>,
}

/// Percentiles are taken over so many transactions of a component.
pub const KEPT: usize = 1000;
/// A free lock is had within microseconds; a longer wait means that somebody else had it.
const CONTENDED: Duration = Duration::from_millis(1);

impl Counters {
    /// Counts a message that was written.
    pub fn ingested(&self, result: Ingested) {
        match result.new_transmission {
            Some(true) => self.tx_inserted.add(1),
            Some(false) => self.tx_dupes.add(1),
            None => {}
        }
        self.obs_inserted.add(i64::from(result.new_transmission.is_some()));
        self.node_upserts.add(i64::from(result.node));
        self.observer_upserts.add(1);
    }

    /// Counts rows that the backfill `name` wrote.
    pub fn backfilled(&self, name: &'static str, rows: usize) {
        *lock(&self.backfills).entry(name).or_default() += i64::try_from(rows).unwrap_or(i64::MAX);
    }

    /// Counts a successful transaction of `component`.
    pub fn committed(&self, component: &'static str, held: Held) {
        self.wal_commits.add(1);
        let mut perf = lock(&self.perf);
        let waits = perf.entry(component).or_default();
        waits.count += 1;
        waits.contended += i64::from(held.wait > CONTENDED);
        if waits.recent.len() == KEPT {
            waits.recent.pop_front();
        }
        waits.recent.push_back(held);
    }

    /// Rows written by each backfill.
    pub fn backfills(&self) -> BTreeMap<&'static str, i64> {
        lock(&self.backfills).clone()
    }

    /// Waits and holds of each component.
    pub fn perf(&self) -> BTreeMap<&'static str, Waits> {
        lock(&self.perf).clone()
    }
}

/// Locks `mutex`, one that a panic poisoned too: what is counted here cannot be half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_counts_as_new_or_as_known() {
        let counters = Counters::default();
        counters.ingested(Ingested { new_transmission: Some(true), node: true });
        counters.ingested(Ingested { new_transmission: Some(false), node: false });
        counters.ingested(Ingested::default());
        let seen =
            [&counters.tx_inserted, &counters.tx_dupes, &counters.obs_inserted, &counters.node_upserts];
        assert_eq!(seen.map(Counter::get), [1, 1, 2, 1]);
        assert_eq!(counters.observer_upserts.get(), 3, "a status counts here alone");
    }

    #[test]
    fn waits_are_kept_for_the_newest_only() {
        let counters = Counters::default();
        let all = i64::try_from(KEPT).unwrap() + 5;
        for n in 0..all {
            let wait = Duration::from_millis(if n == 0 { 2 } else { 0 });
            counters.committed("mqtt_handler", Held { wait, hold: Duration::ZERO });
        }
        let waits = &counters.perf()["mqtt_handler"];
        assert_eq!((waits.count, waits.contended, waits.recent.len()), (all, 1, KEPT));
        assert_eq!(counters.wal_commits.get(), all);
    }
}
