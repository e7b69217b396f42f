//! Which metrics there are: a snapshot as families of series.

mod processes;

use std::sync::Arc;

use super::{Family, Kind, Labels, TOP};
use crate::model::snapshot::{FlagId, Snapshot, SourceRow, SqliteView};
use crate::model::verdict::VerdictId;

/// Everything that `snapshot` knows.
pub(super) fn of(snapshot: &Snapshot) -> Vec<Family> {
    let mut families = every(snapshot);
    families.retain(|family| !family.series.is_empty());
    families
}

/// All families there are, also those that have nothing to say.
pub(super) fn every(snapshot: &Snapshot) -> Vec<Family> {
    let nothing = SqliteView::default();
    let mut families = vec![build_info()];
    families.extend(processes::of(snapshot));
    families.extend(stats_file(snapshot));
    families.extend(rows(snapshot));
    families.extend(writer_lock(snapshot));
    families.extend(mqtt(snapshot));
    families.extend(database(snapshot.sqlite.as_ref().unwrap_or(&nothing)));
    families.extend(findings(snapshot));
    families
}

fn family(
    name: &'static str,
    help: &'static str,
    unit: Option<&'static str>,
    kind: Kind,
    series: impl IntoIterator<Item = (Labels, f64)>,
) -> Family {
    let mut family = Family { name, help, unit, kind, series: Vec::new() };
    for (labels, value) in series {
        // Names are foreign, and two may look alike once they are cleaned and masked: a scraper refuses the
        // whole exposition for a series that is there twice.
        if family.series.iter().all(|(known, _)| *known != labels) {
            family.series.push((labels, value));
        }
    }
    family
}

/// A gauge without labels.
fn gauge(name: &'static str, help: &'static str, unit: Option<&'static str>, value: Option<f64>) -> Family {
    family(name, help, unit, Kind::Gauge, value.map(|value| (Labels::new(), value)))
}

fn flag(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

fn build_info() -> Family {
    let labels = vec![("version", env!("CARGO_PKG_VERSION").to_owned())];
    let help = "Version of corescope-top; always 1";
    family("corescope_top_build_info", help, None, Kind::Gauge, [(labels, 1.0)])
}

fn stats_file(snapshot: &Snapshot) -> [Family; 2] {
    let sources = &snapshot.sources;
    let stale = sources.age.map(|_| flag(sources.stale));
    [
        gauge("corescope_stats_age", "Age of the ingestor's stats file", Some("seconds"), sources.age),
        gauge("corescope_stats_stale", "Whether the stats file is too old to be believed", None, stale),
    ]
}

/// Rows by write source. The ingestor's own counters are few; backfills are whatever it names.
fn rows(snapshot: &Snapshot) -> [Family; 2] {
    let all = &snapshot.sources.rows;
    let series = |backfill: bool, label: &'static str, strip: &str| -> Vec<(Labels, f64)> {
        let mut rows: Vec<&SourceRow> = all.iter().filter(|row| row.backfill == backfill).collect();
        // The largest first; where two are alike the name decides, so that the choice is stable.
        rows.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
        let named = |row: &SourceRow| {
            let name = row.name.strip_prefix(strip).unwrap_or(&row.name).to_owned();
            (name, row.total.max(0) as f64)
        };
        bounded(rows.into_iter().map(named), label)
    };
    [
        family(
            "corescope_source_events",
            "The ingestor's counters since its start, by name",
            None,
            Kind::Counter,
            series(false, "source", ""),
        ),
        family(
            "corescope_backfill_rows",
            "Rows written by each backfill since the ingestor's start",
            None,
            Kind::Counter,
            series(true, "backfill", "backfill_"),
        ),
    ]
}

/// The first [`TOP`] with their names, the sum of the rest as `other`.
fn bounded(values: impl Iterator<Item = (String, f64)>, label: &'static str) -> Vec<(Labels, f64)> {
    let mut series: Vec<(Labels, f64)> = Vec::new();
    let mut other = None;
    for (name, value) in values {
        if series.len() < TOP && name != "other" {
            series.push((vec![(label, name)], value));
        } else {
            other = Some(other.unwrap_or(0.0) + value);
        }
    }
    series.extend(other.map(|sum| (vec![(label, "other".to_owned())], sum)));
    series
}

fn writer_lock(snapshot: &Snapshot) -> [Family; 3] {
    let components = &snapshot.sources.writer_perf;
    let of = |value: fn(&crate::sample::WriterPerf) -> Option<f64>| -> Vec<(Labels, f64)> {
        let one = |(name, perf): &(Arc<str>, _)| Some((vec![("component", name.to_string())], value(perf)?));
        components.iter().take(TOP).filter_map(one).collect()
    };
    let (gauge, seconds) = (Kind::Gauge, Some("seconds"));
    [
        family(
            "corescope_writer_lock_acquisitions",
            "How often a component took the ingestor's writer lock",
            None,
            Kind::Counter,
            of(|perf| perf.count.map(|count| count.max(0) as f64)),
        ),
        family(
            "corescope_writer_lock_wait_p95",
            "95th percentile of the wait for the writer lock",
            seconds,
            gauge,
            of(|perf| perf.wait_p95.map(|ms| ms / 1000.0)),
        ),
        family(
            "corescope_writer_lock_hold_p95",
            "95th percentile of the time for which the writer lock was held",
            seconds,
            gauge,
            of(|perf| perf.hold_p95.map(|ms| ms / 1000.0)),
        ),
    ]
}

fn mqtt(snapshot: &Snapshot) -> [Family; 2] {
    let sources = snapshot.sources.mqtt.iter().take(TOP);
    let label = |name: &str| vec![("source", name.to_owned())];
    let connected = sources
        .clone()
        .filter_map(|(source, _)| Some((label(&source.name), flag(source.connected?))))
        .collect::<Vec<_>>();
    let packets = sources
        .filter_map(|(source, _)| Some((label(&source.name), source.packets?.max(0) as f64)))
        .collect::<Vec<_>>();
    [
        family(
            "corescope_mqtt_connected",
            "Whether the MQTT source is connected",
            None,
            Kind::Gauge,
            connected,
        ),
        family(
            "corescope_mqtt_packets",
            "Packets received from the MQTT source",
            None,
            Kind::Counter,
            packets,
        ),
    ]
}

fn database(db: &SqliteView) -> Vec<Family> {
    let (wal, bytes, seconds) = (&db.wal, Some("bytes"), Some("seconds"));
    let frames = [("live", wal.live), ("checkpointed", wal.checkpointed), ("pending", wal.pending)];
    let frames = frames
        .into_iter()
        .filter_map(|(state, frames)| Some((vec![("state", state.to_owned())], f64::from(frames?))));
    // Who holds it has a pid, and pids would make a series each: the screen and --json name them.
    let pinned = wal.holders.as_ref().map(|_| wal.pinning().map_or(0.0, |holder| holder.held));
    let writer = wal.holders.as_ref().map(|_| wal.writer.as_ref().map_or(0.0, |writer| writer.held));
    let pages = |value: Option<i64>| value.map(|pages| pages as f64);
    vec![
        gauge("corescope_database_size", "Size of the database file", bytes, db.db.map(|f| f.size.0 as f64)),
        gauge(
            "corescope_database_pages",
            "Pages in the database, the log included",
            None,
            pages(db.page_count),
        ),
        gauge("corescope_database_free_pages", "Free pages in the database", None, pages(db.freelist_count)),
        gauge(
            "corescope_filesystem_free",
            "Bytes that can still be written to the filesystem of the database",
            bytes,
            wal.free.map(|free| free.0 as f64),
        ),
        gauge(
            "corescope_wal_size",
            "Size of the -wal file, a high-water mark",
            bytes,
            db.wal_size.map(|size| size.0 as f64),
        ),
        family("corescope_wal_frames", "Frames in the log, by state", None, Kind::Gauge, frames),
        gauge(
            "corescope_wal_checkpoint_age",
            "Time since the log was last checkpointed or started over",
            seconds,
            wal.checkpoint_age,
        ),
        gauge(
            "corescope_wal_pinned",
            "Time for which a reader has kept the log from being checkpointed; 0 if none does",
            seconds,
            pinned,
        ),
        gauge(
            "corescope_wal_writer_held",
            "Time for which one transaction has held the WRITE lock; 0 if none does",
            seconds,
            writer,
        ),
        gauge(
            "corescope_page_cache_hit",
            "Share of what was read in the last minute that came from the page cache",
            Some("ratio"),
            db.cache_hit_rate,
        ),
    ]
}

fn findings(snapshot: &Snapshot) -> [Family; 4] {
    let flags = FlagId::ALL.map(|id| {
        let holds = snapshot.flags.iter().any(|flag| flag.id == id);
        (vec![("flag", id.name().to_owned())], flag(holds))
    });
    let verdicts = VerdictId::ALL.map(|id| {
        let holds = snapshot.verdicts.iter().any(|verdict| verdict.id == id);
        (vec![("verdict", id.name().to_owned())], flag(holds))
    });
    let since = snapshot.verdicts.iter().map(|verdict| {
        let labels = vec![("verdict", verdict.id.name().to_owned())];
        (labels, verdict.since.0 as f64 / 1e9)
    });
    // Of two verdicts of a kind the older one.
    let mut since: Vec<(Labels, f64)> = since.collect();
    since.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    since.dedup_by(|later, earlier| later.0 == earlier.0);
    [
        family("corescope_flag", "Whether a rule is broken", None, Kind::Gauge, flags),
        family("corescope_verdict", "Whether a verdict holds", None, Kind::Gauge, verdicts),
        family(
            "corescope_verdict_since_time",
            "When a verdict that holds began, Unix time",
            Some("seconds"),
            Kind::Gauge,
            since,
        ),
        gauge("corescope_faults", "Sources that could not be read", None, Some(snapshot.faults.len() as f64)),
    ]
}
