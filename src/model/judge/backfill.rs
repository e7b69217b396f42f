//! Backfill loops: rows that are done are selected and rewritten for ever.
//!
//! The rate alone proves nothing, honest backfills are as fast. What decides is the work that there can
//! be: a backfill that was seen finished owes only the rows that came since. One that rewrites clearly
//! more than that rewrites rows that are done. New rows are written complete, so it owes none at all unless it
//! was seen to come back for them; only a target that has not been watched for long gets the benefit of the
//! doubt. Where it is not known how much there is to do, it is a
//! loop when it has written more rows than the database can hold, or when it has run for very long.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::Facts;
use super::finding::{Finding, Say, span};
use super::window::Window;
use crate::model::limits::BACKFILL_MIN_TX_RATE;
use crate::model::snapshot::{Snapshot, SourceRow};
use crate::model::state::State;
use crate::units::{Mono, PerSec, grouped};

/// Seconds of rest after which a backfill that has worked is finished.
const REST_SECS: f64 = 10.0;
/// Seconds of rest after which one that never worked has nothing to do.
const LONG_REST_SECS: f64 = 600.0;
/// Rows beyond what came in that may be written all the same, as a share and in rows: counters are
/// loaded one by one, and a row may be touched twice.
const SLACK: (f64, f64) = (1.5, 50.0);
/// Seconds of watching after which a backfill that comes back for new rows every hour has done so.
const WATCHED_SECS: f64 = 3900.0;
/// Seconds of new rows that any backfill may touch.
const FRESH_SECS: f64 = 10.0;
/// No row that a backfill writes takes less of the file, bytes.
const SMALLEST_ROW: f64 = 64.0;
/// Backfills that are followed at most.
const MAX_FOLLOWED: usize = 256;

/// What one backfill has done.
#[derive(Clone, Debug)]
struct Account {
    total: i64,
    rest: f64,
    /// Seconds for which it was followed, those of earlier runs included.
    watched: f64,
    /// It was seen with nothing left to do.
    finished: bool,
    /// Rows that it wrote, and rows that came, since it was finished; of one that was finished under an
    /// earlier ingestor since this one started.
    written: f64,
    owed: f64,
    /// Rows that came in the last seconds.
    fresh: Window,
    /// Rows of the largest honest run after it was finished; 0 if it never came back for new rows.
    largest: f64,
    /// This run is a loop.
    looped: bool,
    running: Option<Mono>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            total: 0,
            rest: 0.0,
            watched: 0.0,
            finished: false,
            written: 0.0,
            owed: 0.0,
            fresh: Window::new(FRESH_SECS),
            largest: 0.0,
            looped: false,
            running: None,
        }
    }
}

/// Follows every backfill.
#[derive(Clone, Debug, Default)]
pub(super) struct Backfills {
    accounts: HashMap<Arc<str>, Account>,
    /// Finished in an earlier run or under an earlier ingestor, with the rows of the largest honest run.
    known: BTreeMap<Arc<str>, f64>,
    /// How long each of them was followed, seconds.
    watched: BTreeMap<Arc<str>, f64>,
    process: Option<(u32, u32)>,
    says: Say,
}

impl Backfills {
    pub(super) fn recall(&mut self, state: &State) {
        let sound = |(_, rows): &(&Arc<str>, &f64)| rows.is_finite() && **rows >= 0.0;
        let known = state.finished.iter().filter(sound).take(MAX_FOLLOWED);
        self.known.extend(known.map(|(name, rows)| (Arc::clone(name), *rows)));
        let watched = state.watched.iter().filter(sound).take(MAX_FOLLOWED);
        self.watched.extend(watched.map(|(name, secs)| (Arc::clone(name), *secs)));
        // Those that are followed already are known now, too.
        for (name, account) in &mut self.accounts {
            if let Some(largest) = self.known.get(name) {
                account.finished = true;
                account.watched += self.watched.get(name).copied().unwrap_or(0.0);
                account.largest = account.largest.max(*largest);
            }
        }
    }

    pub(super) fn remember(&self, state: &mut State) {
        state.finished = self.known.clone();
        let finished = self.accounts.iter().filter(|(_, account)| account.finished);
        state.finished.extend(finished.map(|(name, account)| (Arc::clone(name), account.largest)));
        state.watched = self.watched.clone();
        let watched = self.accounts.iter().map(|(name, account)| (Arc::clone(name), account.watched));
        state.watched.extend(watched);
        state.watched.retain(|name, _| state.finished.contains_key(name));
    }

    pub(super) fn push(&mut self, facts: &Facts) -> Say {
        self.notice_restart(facts.snapshot);
        if let Some(secs) = facts.updated {
            self.says = self.update(secs, facts);
            return self.says.clone();
        }
        // Between two updates nothing is learned; without updates for long nothing is known.
        if facts.snapshot.sources.stale { Say::Unknown } else { self.says.clone() }
    }

    /// The counters of another ingestor begin at 0: what was finished stays known by name.
    fn notice_restart(&mut self, snapshot: &Snapshot) {
        let process = snapshot.ingestor.as_ref().and_then(|it| Some((it.pid?, it.restarts)));
        let other = process.is_some() && self.process.is_some() && process != self.process;
        self.process = process.or(self.process);
        if other || snapshot.sources.restarted {
            for (name, account) in self.accounts.drain().filter(|(_, account)| account.finished) {
                self.watched.insert(Arc::clone(&name), account.watched);
                self.known.insert(name, account.largest);
            }
            self.says = Say::Unknown;
        }
    }

    fn update(&mut self, secs: f64, facts: &Facts) -> Say {
        let snapshot = facts.snapshot;
        let came = ["tx_inserted", "obs_inserted"].map(|name| snapshot.row(name));
        let new: f64 = came.iter().flatten().filter_map(|row| row.rate).sum::<f64>() * secs;
        let all: f64 = came.iter().flatten().map(|row| row.total.max(0) as f64).sum();
        let mut worst: Option<(f64, Finding)> = None;
        let mut judged = false;
        for row in snapshot.sources.rows.iter().filter(|row| row.backfill) {
            let Some(account) = self.account(row, all, super::process::earlier(facts, secs)) else {
                continue;
            };
            account.count(row, secs, new, facts);
            judged |= row.rate.is_some();
            let Some(finding) = account.judge(row, facts) else { continue };
            if worst.as_ref().is_none_or(|(rate, _)| row.rate > Some(*rate)) {
                worst = Some((row.rate.unwrap_or(0.0), finding));
            }
        }
        match worst {
            Some((_, finding)) => finding.holds(),
            None if judged || snapshot.sources.rows.iter().all(|row| !row.backfill) => Say::Not,
            None => Say::Unknown,
        }
    }

    fn account(&mut self, row: &SourceRow, all: f64, before: Mono) -> Option<&mut Account> {
        if !self.accounts.contains_key(&row.name) {
            if self.accounts.len() >= MAX_FOLLOWED {
                return None;
            }
            let largest = self.known.get(&row.name).copied();
            // More than all that came since the ingestor started is a loop at first sight; else what it
            // writes from here on decides.
            let at_once = row.total as f64 > SLACK.0 * all + SLACK.1;
            let account = Account {
                total: row.total,
                finished: largest.is_some(),
                written: if largest.is_some() && at_once { row.total as f64 } else { 0.0 },
                owed: if largest.is_some() && at_once { all } else { 0.0 },
                largest: largest.unwrap_or(0.0),
                watched: self.watched.get(&row.name).copied().unwrap_or(0.0),
                // Until it is seen at rest.
                running: Some(before).filter(|_| row.total > 0),
                ..Account::default()
            };
            self.accounts.insert(Arc::clone(&row.name), account);
        }
        self.accounts.get_mut(&row.name)
    }
}

impl Account {
    fn count(&mut self, row: &SourceRow, secs: f64, new: f64, facts: &Facts) {
        let wrote = row.total.saturating_sub(self.total).max(0) as f64;
        self.total = row.total;
        self.owed += new;
        self.watched = (self.watched + secs).min(WATCHED_SECS);
        self.fresh.push(facts.snapshot.mono, secs, new);
        if wrote > 0.0 {
            self.rest = 0.0;
            self.written += wrote;
            self.running.get_or_insert_with(|| super::process::earlier(facts, secs));
            return;
        }
        self.rest += secs;
        let rested = self.rest >= if row.total > 0 { REST_SECS } else { LONG_REST_SECS };
        if self.rest >= REST_SECS {
            self.running = None;
        }
        // From its first rest on: what it has not written by then it does not owe.
        if rested && (self.written > 0.0 || !self.finished) {
            if self.finished && !self.looped {
                self.largest = self.largest.max(self.written);
            }
            (self.finished, self.looped, self.written, self.owed) = (true, false, 0.0, 0.0);
        }
    }

    /// Rows that it may write without touching one that is done.
    fn honest(&self) -> f64 {
        let known = self.watched >= WATCHED_SECS;
        let comes_back = self.largest > 0.0;
        if comes_back || !known { self.owed.max(self.largest) } else { self.fresh.sum() }
    }

    fn judge(&mut self, row: &SourceRow, facts: &Facts) -> Option<Finding> {
        let tx = facts.snapshot.row("tx_inserted")?.rate?.max(BACKFILL_MIN_TX_RATE);
        let rate = row.rate.filter(|rate| *rate > facts.limits.backfill_ratio * tx)?;
        let since = self.running;
        let secs = since.map_or(0.0, |since| facts.since(since));
        let honest = self.honest();
        let why = if self.finished && self.written > SLACK.0 * honest + SLACK.1 {
            self.looped = true;
            format!(
                "{} rows written where {} were left to do",
                grouped(self.written as i64),
                grouped(honest as i64)
            )
        } else if let Some(room) = room(facts.snapshot).filter(|room| row.total as f64 > *room) {
            let rows = grouped(room as i64);
            format!("{} rows written into a database that can hold {rows}", grouped(row.total))
        } else if secs >= facts.limits.backfill_patience {
            format!("{} rows written in {} without an end", grouped(row.total), span(secs))
        } else {
            return None;
        };
        let text = format!(
            "{} rewrites rows that are done: {} against {} live transactions, {why}",
            row.name,
            PerSec(rate),
            PerSec(facts.snapshot.row("tx_inserted")?.rate?)
        );
        let remedy =
            format!("disable {}, or restart the ingestor with a build that remembers what is done", row.name);
        Some(
            Finding::critical(Arc::clone(&row.name), text, remedy)
                .evidence("rowsPerSec", rate)
                .evidence("txPerSec", tx)
                .evidence("rowsWritten", if self.finished { self.written } else { row.total as f64 })
                .evidence("runningSeconds", secs)
                .since(since)
                .peak(rate, PerSec(rate)),
        )
    }
}

/// Rows that the database can hold at most.
fn room(snapshot: &Snapshot) -> Option<f64> {
    let db = snapshot.sqlite.as_ref()?;
    Some(db.page_count? as f64 * db.page_size? as f64 / SMALLEST_ROW)
}
