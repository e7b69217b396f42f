//! The stats file: its text, and how it is put in place.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rustix::fs::OFlags;
use serde::Serialize;

use super::counters::{Counters, Waits};
use super::mqtt::Source;
use super::store::Held;

/// The stats file's object, its keys in the order in which the newest builds write them.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    sampled_at: String,
    #[serde(rename = "tx_inserted")]
    tx_inserted: i64,
    #[serde(rename = "obs_inserted")]
    obs_inserted: i64,
    #[serde(rename = "tx_dupes")]
    tx_dupes: i64,
    #[serde(rename = "node_upserts")]
    node_upserts: i64,
    #[serde(rename = "observer_upserts")]
    observer_upserts: i64,
    #[serde(rename = "write_errors")]
    write_errors: i64,
    #[serde(rename = "sig_drops")]
    sig_drops: i64,
    wal_commits: i64,
    group_commit_flushes: i64,
    backfill_updates: BTreeMap<&'static str, i64>,
    #[serde(rename = "procIO", skip_serializing_if = "Option::is_none")]
    proc_io: Option<ProcIo>,
    #[serde(rename = "writer_perf")]
    writer_perf: BTreeMap<&'static str, WriterPerf>,
    #[serde(rename = "source_liveness")]
    source_liveness: BTreeMap<&'static str, Liveness>,
    #[serde(rename = "source_statuses")]
    source_statuses: Vec<Status>,
    watchdog_last_tick_unix: i64,
}

/// What the ingestor reads and writes per second, from its own `/proc/self/io`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcIo {
    /// Bytes read from storage.
    pub read_bytes_per_sec: f64,
    /// Bytes of pages dirtied.
    pub write_bytes_per_sec: f64,
    /// Bytes of dirty pages dropped.
    pub cancelled_write_bytes_per_sec: f64,
    /// Read calls.
    pub syscalls_read: f64,
    /// Write calls.
    pub syscalls_write: f64,
    /// When this was taken.
    pub sampled_at: String,
}

#[derive(Debug, Serialize)]
struct WriterPerf {
    count: i64,
    contention_total: i64,
    wait_ms_p50: f64,
    wait_ms_p95: f64,
    wait_ms_p99: f64,
    wait_ms_max: f64,
    hold_ms_p50: f64,
    hold_ms_p95: f64,
    hold_ms_p99: f64,
    hold_ms_max: f64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Liveness {
    last_receipt_unix: i64,
    last_message_unix: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    name: &'static str,
    broker: &'static str,
    connected: bool,
    last_connect_unix: i64,
    last_disconnect_unix: i64,
    last_packet_unix: i64,
    connect_count: i64,
    disconnect_count: i64,
    packets_total: i64,
    packets_last5m: i64,
}

/// RFC 3339 in UTC, whole seconds.
pub fn stamp(now: i64) -> String {
    Timestamp::from_second(now).unwrap_or_default().to_string()
}

/// The stats file's text at `now`; `proc_io` is absent on the first tick.
pub fn text(
    counters: &Counters,
    sources: &[(Source, usize)],
    proc_io: Option<ProcIo>,
    now: i64,
) -> serde_json::Result<Vec<u8>> {
    let stats = Stats {
        sampled_at: stamp(now),
        tx_inserted: counters.tx_inserted.get(),
        obs_inserted: counters.obs_inserted.get(),
        tx_dupes: counters.tx_dupes.get(),
        node_upserts: counters.node_upserts.get(),
        observer_upserts: counters.observer_upserts.get(),
        write_errors: counters.write_errors.get(),
        sig_drops: counters.sig_drops.get(),
        wal_commits: counters.wal_commits.get(),
        group_commit_flushes: 0,
        backfill_updates: counters.backfills(),
        proc_io,
        writer_perf: counters.perf().into_iter().map(|(name, waits)| (name, percentiles(&waits))).collect(),
        source_liveness: sources.iter().map(|(source, _)| (source.name, liveness(source))).collect(),
        source_statuses: sources.iter().map(|(source, recent)| status(source, *recent)).collect(),
        // The watchdog of the real one looks every quarter of a minute.
        watchdog_last_tick_unix: now - now.rem_euclid(15),
    };
    serde_json::to_vec(&stats)
}

fn liveness(source: &Source) -> Liveness {
    Liveness { last_receipt_unix: source.received_at, last_message_unix: source.written_at }
}

fn status(source: &Source, recent: usize) -> Status {
    Status {
        name: source.name,
        broker: source.broker,
        connected: true,
        last_connect_unix: source.connected_at,
        last_disconnect_unix: 0,
        last_packet_unix: source.received_at,
        connect_count: 1,
        disconnect_count: 0,
        packets_total: source.packets,
        packets_last5m: i64::try_from(recent).unwrap_or(i64::MAX),
    }
}

fn percentiles(waits: &Waits) -> WriterPerf {
    let sorted = |what: fn(&Held) -> Duration| {
        let mut spans: Vec<f64> = waits.recent.iter().map(|held| what(held).as_secs_f64() * 1e3).collect();
        spans.sort_by(f64::total_cmp);
        spans
    };
    let (wait, hold) = (sorted(|held| held.wait), sorted(|held| held.hold));
    WriterPerf {
        count: waits.count,
        contention_total: waits.contended,
        wait_ms_p50: nearest(&wait, 50),
        wait_ms_p95: nearest(&wait, 95),
        wait_ms_p99: nearest(&wait, 99),
        wait_ms_max: nearest(&wait, 100),
        hold_ms_p50: nearest(&hold, 50),
        hold_ms_p95: nearest(&hold, 95),
        hold_ms_p99: nearest(&hold, 99),
        hold_ms_max: nearest(&hold, 100),
    }
}

/// The nearest-rank percentile of sorted values; 0 if there are none.
fn nearest(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// Puts `text` in place at `path`, so that a reader sees the old file or the new one and nothing between.
pub fn publish(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".tmp");
    let tmp = PathBuf::from(name);
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(&tmp)?;
    file.write_all(text)?;
    std::fs::rename(&tmp, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::ingestor::mqtt::Sources;
    use serde_json::Value;
    use std::os::unix::fs::{MetadataExt as _, symlink};

    const SAMPLE: &str = include_str!("../../../tests/fixtures/demo-stats-full.json");

    fn made(proc_io: Option<ProcIo>) -> String {
        let counters = Counters::default();
        let wait = Duration::from_micros(3);
        for hold in 1..=100 {
            counters.committed("mqtt_handler", Held { wait, hold: Duration::from_millis(hold) });
        }
        counters.backfilled("path_json", 7);
        let sources = Sources::new(1_795_359_503).at(1_795_359_572);
        String::from_utf8(text(&counters, &sources, proc_io, 1_795_359_572).unwrap()).unwrap()
    }

    fn io() -> ProcIo {
        ProcIo {
            read_bytes_per_sec: 0.0,
            write_bytes_per_sec: 1.5,
            cancelled_write_bytes_per_sec: 0.0,
            syscalls_read: 5.0,
            syscalls_write: 3.0,
            sampled_at: stamp(1_795_359_572),
        }
    }

    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().unwrap().keys().collect()
    }

    fn same_kind(ours: &Value, real: &Value) -> bool {
        std::mem::discriminant(ours) == std::mem::discriminant(real) && ours.is_i64() == real.is_i64()
    }

    #[test]
    fn keys_and_types_are_those_of_the_real_one() {
        let ours: Value = serde_json::from_str(&made(Some(io()))).unwrap();
        let real: Value = serde_json::from_str(SAMPLE).unwrap();
        assert_eq!(keys(&ours), keys(&real));
        for (key, value) in real.as_object().unwrap() {
            assert!(same_kind(&ours[key], value), "{key}");
        }
        assert_eq!(keys(&ours["procIO"]), keys(&real["procIO"]));
        let component = |value: &Value| value["writer_perf"]["mqtt_handler"].clone();
        assert_eq!(keys(&component(&ours)), keys(&component(&real)));
        assert_eq!(keys(&ours["source_liveness"]["local"]), keys(&real["source_liveness"]["local"]));
        assert_eq!(keys(&ours["source_statuses"][0]), keys(&real["source_statuses"][0]));
    }

    #[test]
    fn the_order_of_the_keys_is_that_of_the_real_one() {
        let made = made(Some(io()));
        let real: BTreeMap<String, Value> = serde_json::from_str(SAMPLE).unwrap();
        let places = |text: &str| {
            let mut keys: Vec<_> = real.keys().collect();
            keys.sort_by_key(|key| text.find(&format!("\"{key}\":")));
            keys.into_iter().cloned().collect::<Vec<_>>()
        };
        assert_eq!(places(&made), places(SAMPLE));
        assert!(made.starts_with(r#"{"sampledAt":"2026-11-22T14:59:32Z","#) && made.ends_with('}'));
    }

    #[test]
    fn the_first_tick_has_no_rates() {
        let stats: Value = serde_json::from_str(&made(None)).unwrap();
        assert!(stats.get("procIO").is_none());
        assert_eq!(stats["backfillUpdates"]["path_json"], 7);
        assert_eq!(stats["walCommits"], 100);
        assert_eq!(stats["groupCommitFlushes"], 0);
        let perf = &stats["writer_perf"]["mqtt_handler"];
        assert_eq!((perf["hold_ms_p50"].as_f64(), perf["hold_ms_max"].as_f64()), (Some(50.0), Some(100.0)));
    }

    #[test]
    fn an_update_is_a_new_private_file_and_follows_no_link() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stats.json");
        publish(&path, b"{}").unwrap();
        let first = std::fs::metadata(&path).unwrap();
        assert_eq!(first.mode() & 0o777, 0o600);
        // Held open, so that its inode can't be handed out again.
        let _old = std::fs::File::open(&path).unwrap();
        publish(&path, br#"{"a":1}"#).unwrap();
        assert_ne!(std::fs::metadata(&path).unwrap().ino(), first.ino());
        assert_eq!(std::fs::read(&path).unwrap(), br#"{"a":1}"#);
        symlink(folder.path().join("elsewhere"), folder.path().join("stats.json.tmp")).unwrap();
        assert!(publish(&path, b"{}").is_err());
        assert!(!folder.path().join("elsewhere").exists());
    }
}
