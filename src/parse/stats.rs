//! The ingestor's stats file, all three generations of it.
//!
//! The file stands in `/tmp`: a field of a wrong type is ignored, a negative or impossible count is
//! not believed, lists are bounded, and every text is cleaned and masked by [`super::text`].

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::error::Category;

use super::loose::{Entries, Fields, List, Loose};
use super::text;
use crate::sample::{Fault, FaultKind, Liveness, MqttSource, ProcIoRates, StatsFile, WriterPerf};
use crate::units::Wall;

/// The most counters and backfills that are kept, together.
pub const MAX_COUNTERS: usize = 1024;
/// The most components of `writer_perf` and the most MQTT sources that are kept.
pub const MAX_SOURCES: usize = 64;
/// The most entries of `source_liveness` that are kept.
pub const MAX_LIVENESS: usize = 256;

/// Decodes the content of a stats file. Keys that are not there are absent in the result; 0 as a
/// unix time means never and is absent, too.
///
/// # Errors
/// [`FaultKind::Invalid`] when it is no JSON object, says where. The text goes on where the file's
/// name ends: "ends in the middle of its JSON: …".
pub fn parse(bytes: &[u8]) -> Result<StatsFile, Fault> {
    let raw: Raw = serde_json::from_slice(bytes).map_err(|error| fault(bytes, &error))?;
    Ok(raw.finish())
}

fn fault(bytes: &[u8], error: &serde_json::Error) -> Fault {
    // serde_json's own words may quote the file, and with it a password.
    let what = match error.classify() {
        _ if bytes.is_empty() => return Fault::new(FaultKind::Invalid, "is empty"),
        Category::Eof => "ends in the middle of its JSON",
        Category::Data => "is no JSON object",
        Category::Syntax | Category::Io => "is no valid JSON",
    };
    let text = format!("{what}: line {} column {} of {} bytes", error.line(), error.column(), bytes.len());
    Fault::new(FaultKind::Invalid, text)
}

/// The file as it stands there.
#[derive(Default)]
struct Raw {
    sampled_at: Loose,
    counters: Vec<(String, i64)>,
    counters_left_out: u32,
    backfills: Option<Entries<Loose, MAX_COUNTERS>>,
    proc_io: Option<Fields>,
    writer_perf: Option<Entries<Fields, MAX_SOURCES>>,
    sources: Option<List<Fields, MAX_SOURCES>>,
    liveness: Option<Entries<Fields, MAX_LIVENESS>>,
    watchdog_tick: Loose,
    watchdog_panics: Loose,
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut raw = Raw::default();
        let mut places = HashMap::new();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "sampledAt" => raw.sampled_at = map.next_value()?,
                "backfillUpdates" => raw.backfills = map.next_value()?,
                "procIO" => raw.proc_io = map.next_value()?,
                "writer_perf" => raw.writer_perf = map.next_value()?,
                "source_statuses" => raw.sources = map.next_value()?,
                "source_liveness" => raw.liveness = map.next_value()?,
                "watchdogLastTickUnix" => raw.watchdog_tick = map.next_value()?,
                "watchdogPanicCount" => raw.watchdog_panics = map.next_value()?,
                _ => raw.counter(key, &map.next_value()?, &mut places),
            }
        }
        Ok(raw)
    }
}

impl Raw {
    fn counter(&mut self, key: String, value: &Loose, places: &mut HashMap<String, usize>) {
        let Some(count) = value.count() else { return };
        if let Some(&place) = places.get(&key) {
            self.counters[place].1 = count;
        } else if self.counters.len() == MAX_COUNTERS {
            self.counters_left_out = self.counters_left_out.saturating_add(1);
        } else {
            places.insert(key.clone(), self.counters.len());
            self.counters.push((key, count));
        }
    }

    fn finish(self) -> StatsFile {
        let backfills = self.backfills.unwrap_or(Entries { list: Vec::new(), left_out: 0 });
        let mut left_out = self.counters_left_out.saturating_add(backfills.left_out);
        let counts = backfills.list.into_iter().filter_map(|(key, value)| Some((key, value.count()?)));
        let mut backfills = distinct(counts);
        let room = MAX_COUNTERS - self.counters.len();
        left_out = left_out.saturating_add(backfills.len().saturating_sub(room) as u32);
        backfills.truncate(room);
        let perf = self.writer_perf.map(|entries| entries.list).unwrap_or_default();
        let sources = self.sources.map(|list| list.0).unwrap_or_default();
        let liveness = self.liveness.map(|entries| entries.list).unwrap_or_default();
        StatsFile {
            sampled_at: self.sampled_at.text().and_then(rfc3339),
            counters: distinct(self.counters.into_iter()),
            backfills,
            left_out,
            proc_io: self.proc_io.as_ref().map(proc_io),
            writer_perf: distinct(perf.into_iter().map(|(key, fields)| (key, writer_perf(&fields)))),
            sources: sources.iter().map(source).collect(),
            liveness: distinct(liveness.into_iter().map(|(key, fields)| (key, alive(&fields)))),
            watchdog_last_tick: unix(&self.watchdog_tick),
            watchdog_panics: self.watchdog_panics.count(),
        }
    }
}

/// Cleans the names. Different keys stay different, even where only what was cut off or masked tells
/// them apart: one series must not continue another.
fn distinct<T>(entries: impl Iterator<Item = (String, T)>) -> Vec<(Arc<str>, T)> {
    let mut taken: HashSet<Arc<str>> = HashSet::new();
    let mut list = Vec::with_capacity(entries.size_hint().0);
    let mut next = 0;
    for (key, value) in entries {
        let clean = shown(&key);
        let numbered = |n: usize| -> Arc<str> { format!("{}~{n}", text::clip(&clean, 70)).into() };
        let mut name: Arc<str> = clean.as_str().into();
        // Every number is tried once, whatever names were made up to stand in its way.
        while !taken.insert(Arc::clone(&name)) {
            next = list.len().max(next) + 1;
            name = numbered(next);
        }
        list.push((name, value));
    }
    list
}

fn shown(key: &str) -> String {
    // Nearly every key, every second: nothing in it could be cleaned, masked or cut.
    if (1..text::MAX_NAME).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return key.to_owned();
    }
    let name = text::name(key);
    if name.is_empty() { "(unnamed)".to_owned() } else { name }
}

fn proc_io(fields: &Fields) -> ProcIoRates {
    ProcIoRates {
        read: fields.get("readBytesPerSec").number(),
        write: fields.get("writeBytesPerSec").number(),
        cancelled: fields.get("cancelledWriteBytesPerSec").number(),
        syscr: fields.get("syscallsRead").number(),
        syscw: fields.get("syscallsWrite").number(),
    }
}

fn writer_perf(fields: &Fields) -> WriterPerf {
    WriterPerf {
        count: fields.get("count").count(),
        contention: fields.get("contention_total").count(),
        wait_p95: fields.get("wait_ms_p95").number(),
        wait_max: fields.get("wait_ms_max").number(),
        hold_p95: fields.get("hold_ms_p95").number(),
        hold_max: fields.get("hold_ms_max").number(),
    }
}

fn source(fields: &Fields) -> MqttSource {
    let broker = text::name(fields.get("broker").text().unwrap_or_default());
    let name = text::name(fields.get("name").text().unwrap_or_default());
    let last_error = fields.get("lastError").text().map(text::sentence).filter(|error| !error.is_empty());
    MqttSource {
        name: if name.is_empty() { shown(&broker).into() } else { name.into() },
        broker: broker.into(),
        connected: fields.get("connected").truth(),
        last_packet: unix(fields.get("lastPacketUnix")),
        packets: fields.get("packetsTotal").count(),
        packets_5m: fields.get("packetsLast5m").count(),
        disconnects: fields.get("disconnectCount").count(),
        last_error: last_error.map(Into::into),
    }
}

fn alive(fields: &Fields) -> Liveness {
    Liveness {
        last_receipt: unix(fields.get("lastReceiptUnix")),
        last_message: unix(fields.get("lastMessageUnix")),
    }
}

/// Times outside 2001 to 2255 are no times: 0 is never, and milliseconds or garbage would be far off.
fn unix(value: &Loose) -> Option<Wall> {
    value.count().filter(|secs| (1_000_000_000..9_000_000_000).contains(secs)).map(Wall::from_secs)
}

fn rfc3339(text: &str) -> Option<Wall> {
    let stamp: jiff::Timestamp = text.get(..text.len().min(64))?.parse().ok()?;
    unix(&Loose::Int(stamp.as_second()))?;
    i64::try_from(stamp.as_nanosecond()).ok().map(Wall)
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
