//! Writers that starve: packets arrive, hardly one is written, and the writer lock is why.

use std::sync::Arc;

use super::Facts;
use super::finding::{Finding, Say};
use super::window::Window;
use crate::sample::WriterPerf;
use crate::units::{Mono, PerSec};

/// Seconds over which packets and messages are compared.
const COMPARED_SECS: f64 = 10.0;
/// Messages written, as a share of the packets that arrive, below which they have collapsed; and still have.
const COLLAPSED: f64 = 0.4;
const STILL_COLLAPSED: f64 = 0.55;
/// Packets within that time below which nothing can be told.
const FEW_PACKETS: f64 = 5.0;
/// The same share of the last seconds, where enough packets came in them, from which on writers have starved long
/// enough: once the lock is free every message is written. Five updates.
const RECOVERED: f64 = 0.7;
const RECOVERED_SECS: f64 = 4.5;
const ENOUGH_PACKETS: f64 = 4.0;
/// Seconds after which it is over: some messages in a row may get through by chance.
const CALM_SECS: f64 = 8.0;
/// Milliseconds of waiting for the lock that are too long for one message.
const WAIT_MS: f64 = 1000.0;
/// Share of the acquisitions that had to wait, and of the time in which somebody had the lock, that are too
/// much.
const TOO_MUCH: f64 = 0.5;
/// Seconds for which writers must have starved.
const STARVED_SECS: f64 = 15.0;
/// By so many seconds a collapse is older than the mean that shows it.
const OLDER_SECS: f64 = 9.0;

type Perf = Arc<[(Arc<str>, WriterPerf)]>;

/// Follows packets, messages and waits.
#[derive(Clone, Debug)]
pub(super) struct Starving {
    packets: Window,
    messages: Window,
    /// Acquisitions, those that had to wait, and seconds for which the lock was held.
    taken: Window,
    waited: Window,
    held: Window,
    last: Option<Totals>,
    perf: Perf,
    since: Option<Mono>,
    /// Since when messages get through again.
    calm: Option<Mono>,
}

/// Counters of one update: packets of all sources, messages, and what `writer_perf` counts.
#[derive(Clone, Copy, Debug)]
struct Totals {
    packets: i64,
    messages: i64,
    taken: i64,
    waited: i64,
}

impl Default for Starving {
    fn default() -> Self {
        let window = || Window::new(COMPARED_SECS);
        Self {
            packets: window(),
            messages: window(),
            taken: window(),
            waited: window(),
            held: window(),
            last: None,
            perf: Perf::default(),
            since: None,
            calm: None,
        }
    }
}

impl Starving {
    /// Eats an update of the stats file that came `secs` after the one before.
    pub(super) fn push(&mut self, secs: f64, facts: &Facts) -> Say {
        let Some(now) = totals(facts) else {
            *self = Self::default();
            return Say::Unknown;
        };
        let perf = Arc::clone(&facts.snapshot.sources.writer_perf);
        let held = held_secs(&std::mem::replace(&mut self.perf, Arc::clone(&perf)), &perf);
        if let Some(before) = self.last.replace(now) {
            let at = facts.snapshot.mono;
            let grown = |after: i64, before: i64| after.saturating_sub(before).max(0) as f64;
            self.packets.push(at, secs, grown(now.packets, before.packets));
            self.messages.push(at, secs, grown(now.messages, before.messages));
            self.taken.push(at, secs, grown(now.taken, before.taken));
            self.waited.push(at, secs, grown(now.waited, before.waited));
            self.held.push(at, secs, held);
        }
        self.judge(facts)
    }

    fn judge(&mut self, facts: &Facts) -> Say {
        let (Some(packets), Some(messages)) = (self.packets.mean(), self.messages.mean()) else {
            self.since = None;
            return Say::Unknown;
        };
        if self.packets.sum() < FEW_PACKETS {
            return Say::Unknown;
        }
        let starved = self.since.is_some_and(|since| facts.since(since) >= STARVED_SECS);
        let share = messages / packets;
        let collapsed = match self.since {
            None => share < COLLAPSED,
            Some(_) if !starved => share < STILL_COLLAPSED,
            Some(_) => self.lately().unwrap_or(share) < RECOVERED,
        };
        if !(collapsed && self.lock_is_why(facts)) {
            let calm = *self.calm.get_or_insert(facts.snapshot.mono);
            self.since = self.since.filter(|_| starved && facts.since(calm) < CALM_SECS);
            return Say::Not;
        }
        self.calm = None;
        let since = *self.since.get_or_insert_with(|| super::process::earlier(facts, OLDER_SECS));
        Say::when(facts.since(since) >= STARVED_SECS, || finding(facts, since, messages, packets))
    }

    /// Messages written in the last seconds as a share of the packets that arrived; `None` of too few.
    fn lately(&self) -> Option<f64> {
        let packets = self.packets.sum_of(RECOVERED_SECS);
        (packets >= ENOUGH_PACKETS).then(|| self.messages.sum_of(RECOVERED_SECS) / packets)
    }

    /// Whether those who want the lock wait for it, or somebody has it most of the time.
    fn lock_is_why(&self, facts: &Facts) -> bool {
        let waits = self.waited.sum() > TOO_MUCH * self.taken.sum();
        let held = self.held.mean().is_some_and(|share| share > TOO_MUCH);
        let seen = facts.snapshot.sqlite.as_ref().and_then(|db| db.wal.write_share);
        waits || held || wait(facts) > WAIT_MS || seen.is_some_and(|share| share > TOO_MUCH)
    }
}

fn totals(facts: &Facts) -> Option<Totals> {
    let sources = &facts.snapshot.sources;
    let packets = sources.mqtt.iter().filter_map(|(source, _)| source.packets).reduce(i64::saturating_add)?;
    let total = |name: &str| facts.snapshot.row(name).map_or(0, |row| row.total);
    // The two count the same messages; builds differ in which of them leaves some out.
    let messages = total("obs_inserted").max(total("tx_inserted").saturating_add(total("tx_dupes")));
    let sum = |value: fn(&WriterPerf) -> Option<i64>| {
        sources.writer_perf.iter().filter_map(|(_, perf)| value(perf)).fold(0, i64::saturating_add)
    };
    Some(Totals { packets, messages, taken: sum(|perf| perf.count), waited: sum(|perf| perf.contention) })
}

/// Seconds for which the components had the lock between two updates: so often, and as long as is usual.
fn held_secs(before: &Perf, now: &Perf) -> f64 {
    let secs = now.iter().filter_map(|(name, perf)| {
        let (_, old) = before.iter().find(|(other, _)| other == name)?;
        let times = perf.count?.saturating_sub(old.count?).max(0);
        Some(times as f64 * perf.hold_p95? / 1000.0)
    });
    secs.sum()
}

/// The longest usual wait for the lock, milliseconds.
fn wait(facts: &Facts) -> f64 {
    let perf = facts.snapshot.sources.writer_perf.iter();
    perf.filter_map(|(_, perf)| perf.wait_p95).fold(0.0, f64::max)
}

fn finding(facts: &Facts, since: Mono, messages: f64, packets: f64) -> Finding {
    let (who, wait) = (holder(facts), wait(facts));
    let text = format!(
        "{who} keeps the writer lock from the others: {} messages are written of {} that arrive, waits of {:.1} s",
        PerSec(messages),
        PerSec(packets),
        wait / 1000.0
    );
    let remedy = format!("see what {who} does while it has the lock; it should let go between batches");
    Finding::critical(who.as_str(), text, remedy)
        .evidence("messagesPerSec", messages)
        .evidence("packetsPerSec", packets)
        .evidence("waitSeconds", wait / 1000.0)
        .since(Some(since))
        .peak(wait, format!("{:.1} s", wait / 1000.0))
}

/// Who has the lock: another process that was seen with it, else the component that holds it longest.
fn holder(facts: &Facts) -> String {
    let seen = facts.snapshot.sqlite.as_ref().and_then(|db| db.wal.longest_run.clone());
    if let Some((process, _)) = seen.filter(|(process, _)| process.role != "ingestor") {
        return process.to_string();
    }
    let perf = facts.snapshot.sources.writer_perf.iter();
    let holds = perf.filter_map(|(name, perf)| Some((name, perf.hold_p95.or(perf.hold_max)?)));
    let longest = holds.max_by(|a, b| a.1.total_cmp(&b.1));
    longest.map_or_else(|| "somebody".to_owned(), |(name, _)| name.to_string())
}
