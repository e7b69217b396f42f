//! What is written and read, against what is normal.

use super::Facts;
use super::finding::{Finding, Say, span};
use super::window::Window;
use crate::model::limits::BACKFILL_MIN_TX_RATE;
use crate::model::normal::{self, Normal};
use crate::model::snapshot::{FlagId, IoRates};
use crate::units::{BytesPerSec, KB, MB, Mono};

/// How many times the normal rate, and the rate that traffic explains, are too many.
const STORM: f64 = 3.0;
/// It goes on for as long as it is over this multiple, so that it doesn't flicker at the edge.
const STORM_GOES_ON: f64 = 2.0;
/// Seconds of less after which a storm is over and the next one begins anew.
const CALM_SECS: f64 = 8.0;
/// Bytes per second that are never a storm.
const FLOOR: f64 = 512.0 * KB as f64;
/// Bytes per second that an idle ingestor may write on top of what its messages take.
const FIXED: f64 = 64.0 * KB as f64;
/// Where traffic is unknown, this many times the normal rate are too many.
const BLIND: f64 = 6.0;
/// Seconds for which too much must be cancelled, and for which reads must miss the cache.
const CANCELLED_SECS: f64 = 10.0;
const MISSES_SECS: f64 = 120.0;
/// Bytes read from storage per second below which misses don't matter.
const READS_MATTER: f64 = MB as f64;

/// Follows the ingestor's and the server's I/O.
#[derive(Clone, Debug)]
pub(super) struct Io {
    write: Window,
    short: Window,
    messages: Window,
    storm: Option<Mono>,
    /// Since when a storm pauses.
    calm: Option<Mono>,
    cancelled: Option<Mono>,
    misses: Option<Mono>,
}

impl Default for Io {
    fn default() -> Self {
        let window = || Window::new(10.0);
        Self {
            write: window(),
            short: Window::new(4.0),
            messages: Window::new(20.0),
            storm: None,
            calm: None,
            cancelled: None,
            misses: None,
        }
    }
}

impl Io {
    /// Write storm, cancelled writes, cache misses.
    pub(super) fn push(&mut self, facts: &Facts) -> [Say; 3] {
        let rates = facts.snapshot.ingestor.as_ref().and_then(|process| process.rates);
        let now = facts.snapshot.mono;
        if let (Some(rates), Some(secs)) = (rates, facts.secs) {
            // What was dropped again has a verdict of its own.
            let kept = (rates.write - rates.cancelled).max(0.0) * secs;
            self.write.push(now, secs, kept);
            self.short.push(now, secs, kept);
        } else {
            self.write.clear();
            self.short.clear();
        }
        if let (Some(secs), Some(rate)) = (facts.updated, normal::messages(facts.snapshot)) {
            self.messages.push(now, secs, rate * secs);
        } else if facts.snapshot.sources.stale {
            self.messages.clear();
        }
        [self.storm(facts), self.cancelled(facts, rates), self.misses(facts)]
    }

    pub(super) fn deviates(&self) -> Option<Mono> {
        self.storm
    }

    pub(super) fn accept(&mut self) {
        self.storm = None;
    }

    fn storm(&mut self, facts: &Facts) -> Say {
        // A backfill writes, honest or not: its own rule says which.
        if self.storm.is_none() && backfill_runs(facts) {
            return Say::Not;
        }
        let Some(mean) = self.write.mean() else { return Say::Unknown };
        let learned = expected(facts.normal, self.messages.mean());
        // Before anything was learned only what is over the static limit is too much.
        let expected = learned.unwrap_or(facts.limits.write_rate / STORM);
        let lately = self.short.mean().unwrap_or(mean);
        let limit = if self.storm.is_some() { FLOOR.max(STORM_GOES_ON * expected) } else { STORM * expected };
        if lately <= limit {
            let calm = *self.calm.get_or_insert(facts.snapshot.mono);
            self.storm = self.storm.filter(|_| facts.since(calm) < CALM_SECS);
            return Say::Not;
        }
        self.calm = None;
        // It takes a while until the mean is over: it began where the mean did.
        let since = *self.storm.get_or_insert_with(|| super::process::earlier(facts, 3.0));
        Say::when(facts.since(since) >= facts.limits.storm_patience, || {
            let (rate, lasted) = (BytesPerSec(mean), span(facts.since(since)));
            let text = match learned {
                Some(_) => format!(
                    "ingestor has written {rate} for {lasted}: {:.1} times what is normal here for this traffic ({})",
                    mean / expected,
                    BytesPerSec(expected)
                ),
                None => format!(
                    "ingestor has written {rate} for {lasted}: over the limit of {}, and what is normal is not learned yet",
                    BytesPerSec(facts.limits.write_rate)
                ),
            };
            let remedy = "see in Write sources what grew; if this is the new normal, accept it (key a)";
            Finding::warning("ingestor", text, remedy)
                .evidence("writeBytesPerSec", mean)
                .evidence("expectedBytesPerSec", expected)
                .since(Some(since))
                .peak(mean, BytesPerSec(mean))
        })
    }

    fn cancelled(&mut self, facts: &Facts, rates: Option<IoRates>) -> Say {
        let Some(rate) = rates.map(|rates| rates.cancelled) else { return Say::Unknown };
        if rate <= facts.limits.cancelled_writes {
            self.cancelled = None;
            return Say::Not;
        }
        let since = *self.cancelled.get_or_insert(facts.snapshot.mono);
        Say::when(facts.since(since) >= CANCELLED_SECS, || {
            let text = format!(
                "ingestor has dirtied and dropped {} for {}: written for nothing",
                BytesPerSec(rate),
                span(facts.since(since))
            );
            let remedy = "something truncates or removes files just written: temporary tables, or a log truncated again and again";
            Finding::warning("ingestor", text, remedy)
                .evidence("cancelledBytesPerSec", rate)
                .since(Some(since))
                .peak(rate, BytesPerSec(rate))
        })
    }

    fn misses(&mut self, facts: &Facts) -> Say {
        let Some(sqlite) = &facts.snapshot.sqlite else { return Say::Unknown };
        let of = sqlite.cache_hit_of;
        let process = facts.snapshot.processes().into_iter().find(|(role, _)| *role == of);
        let read = process.and_then(|(_, process)| process?.rates).map(|rates| rates.read);
        let (Some(share), Some(read)) = (sqlite.cache_hit_rate, read) else { return Say::Unknown };
        let flagged = facts.snapshot.flags.iter().any(|flag| flag.id == FlagId::CacheHit);
        if !flagged || read < READS_MATTER {
            self.misses = None;
            return Say::Not;
        }
        let since = *self.misses.get_or_insert(facts.snapshot.mono);
        Say::when(facts.since(since) >= MISSES_SECS, || {
            let text = format!(
                "{of} has read {} from the disk for {}: only {:.0} % came from the page cache",
                BytesPerSec(read),
                span(facts.since(since)),
                share * 100.0
            );
            let remedy = "the machine has too little free memory for this database, or something scans it";
            Finding::notice(of, text, remedy)
                .evidence("readBytesPerSec", read)
                .evidence("share", share)
                .since(Some(since))
                .peak(read, BytesPerSec(read))
        })
    }
}

/// Whether a backfill is at work at a pace of its own.
fn backfill_runs(facts: &Facts) -> bool {
    let tx = facts.snapshot.row("tx_inserted").and_then(|row| row.rate).unwrap_or(0.0);
    let mut backfills = facts.snapshot.sources.rows.iter().filter(|row| row.backfill);
    backfills.any(|row| row.rate.is_some_and(|rate| rate > tx.max(BACKFILL_MIN_TX_RATE)))
}

/// Bytes per second that are normal here: what the traffic of now explains, so that a busy day does not hide
/// a storm at night; what is usual where traffic is unknown. `None` before enough was learned.
fn expected(normal: &Normal, messages: Option<f64>) -> Option<f64> {
    let usual = normal.usual(normal::WRITE)?;
    let floor = FLOOR / STORM;
    let per_message =
        normal.usual(normal::PER_MESSAGE).map(|usual| usual.median.max(usual.high / STORM_GOES_ON));
    match (messages, per_message) {
        (Some(messages), Some(each)) => Some(floor.max(FIXED + messages * each)),
        _ => Some(usual.high.max(floor) * BLIND / STORM),
    }
}
