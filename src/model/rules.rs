//! The six rules of CoreScope's Perf page, and two of our own on who holds the log. Every comparison is strict: at the limit is not over it.

use std::sync::Arc;
use std::time::Duration;

use crate::model::limits::{
    BACKFILL_MIN_SECS, BACKFILL_MIN_TX, BACKFILL_MIN_TX_RATE, BASELINE_MIN_RATE, Limits,
};
use crate::model::snapshot::{Flag, FlagId, ProcView, Snapshot, SourceRow};
use crate::units::{Bytes, BytesPerSec, PerSec, Span};

/// Every rule that `snapshot` breaks, the most serious first. `interval` is the time in seconds
/// between the last two updates of the stats file.
pub fn flags(snapshot: &Snapshot, limits: &Limits, interval: Option<f64>) -> Vec<Flag> {
    let mut flags = Vec::new();
    for (role, process) in [("ingestor", &snapshot.ingestor), ("server", &snapshot.server)] {
        flags.extend(process.iter().flat_map(|process| of_process(role, process, limits)).flatten());
    }
    flags.extend(wal_size(snapshot, limits));
    flags.extend(wal_pinned(snapshot, limits));
    flags.extend(writer_held(snapshot, limits));
    flags.extend(cache_hit(snapshot, limits));
    flags.extend(backfills(&snapshot.sources.rows, limits, interval));
    flags.extend(snapshot.sources.rows.iter().filter_map(|row| baseline(row, limits)));
    let excess = |flag: &Flag| match flag.id {
        FlagId::CacheHit => flag.limit / flag.value,
        _ => flag.value / flag.limit,
    };
    flags.sort_by(|a, b| a.id.cmp(&b.id).then(excess(b).total_cmp(&excess(a))));
    flags
}

fn of_process(role: &'static str, process: &ProcView, limits: &Limits) -> [Option<Flag>; 2] {
    let Some(rates) = process.rates else { return [None, None] };
    let over = |id, value: f64, limit: f64, does: &str| {
        (value > limit).then(|| {
            let (shown, allowed) = (BytesPerSec(value), BytesPerSec(limit));
            let text = format!("{role} {does} {shown}: over the limit of {allowed}");
            Flag { id, subject: role.into(), value, limit, text }
        })
    };
    [
        over(FlagId::WriteRate, rates.write, limits.write_rate, "writes"),
        over(
            FlagId::CancelledWrites,
            rates.cancelled,
            limits.cancelled_writes,
            "dirties and then drops (cancelled writes)",
        ),
    ]
}

fn wal_size(snapshot: &Snapshot, limits: &Limits) -> Option<Flag> {
    let size = snapshot.sqlite.as_ref()?.wal_size?;
    let (value, limit) = (size.0 as f64, limits.wal_size);
    let growing = snapshot
        .sqlite
        .as_ref()
        .and_then(|db| db.wal_growth)
        .filter(|growth| *growth > 0.0)
        .map_or(String::new(), |growth| format!(", growing by {}", BytesPerSec(growth)));
    let text = format!("WAL is {size}{growing}: over the limit of {}", Bytes(limit as u64));
    (value > limit).then(|| Flag { id: FlagId::WalSize, subject: "wal".into(), value, limit, text })
}

fn wal_pinned(snapshot: &Snapshot, limits: &Limits) -> Option<Flag> {
    let wal = &snapshot.sqlite.as_ref()?.wal;
    let pin = wal.pinning()?;
    let (value, limit) = (pin.held, limits.wal_pinned);
    let text = format!("WAL {}", wal.diagnosis);
    (value > limit).then(|| Flag {
        id: FlagId::WalPinned,
        subject: pin.process.to_string().into(),
        value,
        limit,
        text,
    })
}

fn writer_held(snapshot: &Snapshot, limits: &Limits) -> Option<Flag> {
    let writer = snapshot.sqlite.as_ref()?.wal.writer.as_ref()?;
    let (value, limit) = (writer.held, limits.writer_held);
    let (by, held) = (&writer.process, Span(Duration::from_secs_f64(value)));
    let text = format!(
        "{by} has held the writer lock for {held}: nobody else can write (limit {})",
        Span(Duration::from_secs_f64(limit))
    );
    (value > limit).then(|| Flag {
        id: FlagId::WriterHeld,
        subject: by.to_string().into(),
        value,
        limit,
        text,
    })
}

fn cache_hit(snapshot: &Snapshot, limits: &Limits) -> Option<Flag> {
    let sqlite = snapshot.sqlite.as_ref()?;
    let (value, limit) = (sqlite.cache_hit_rate?, limits.cache_hit);
    let of = sqlite.cache_hit_of;
    let text = format!(
        "only {:.1} % of what the {of} read in the last 60 s came from the page cache: under the limit of {:.0} %",
        value * 100.0,
        limit * 100.0
    );
    (value > 0.0 && value < limit).then(|| Flag {
        id: FlagId::CacheHit,
        subject: of.into(),
        value,
        limit,
        text,
    })
}

/// Backfills are judged against live transactions once there are enough of these to compare with.
fn backfills(rows: &[SourceRow], limits: &Limits, interval: Option<f64>) -> Vec<Flag> {
    let tx = rows.iter().find(|row| &*row.name == "tx_inserted" && row.total >= BACKFILL_MIN_TX);
    let (Some(tx_rate), Some(_)) =
        (tx.and_then(|row| row.rate), interval.filter(|secs| *secs >= BACKFILL_MIN_SECS))
    else {
        return Vec::new();
    };
    let assumed = tx_rate.max(BACKFILL_MIN_TX_RATE);
    let limit = limits.backfill_ratio * assumed;
    let over = |row: &SourceRow| {
        let value = row.rate.filter(|rate| *rate > limit)?;
        let text = format!(
            "{} rewrites rows at {} against {} live transactions: {} times, limit {} times",
            row.name,
            PerSec(value),
            PerSec(tx_rate),
            times(value / assumed),
            times(limits.backfill_ratio)
        );
        Some(Flag { id: FlagId::BackfillVsTx, subject: Arc::clone(&row.name), value, limit, text })
    };
    rows.iter().filter(|row| row.backfill).filter_map(over).collect()
}

fn baseline(row: &SourceRow, limits: &Limits) -> Option<Flag> {
    let (value, mean) = (row.rate?, row.baseline?);
    let limit = limits.baseline_ratio * mean.max(BASELINE_MIN_RATE);
    let text = format!(
        "{} runs at {} against a 5-minute mean of {}: {} times, limit {} times",
        row.name,
        PerSec(value),
        PerSec(mean),
        times(value / mean.max(BASELINE_MIN_RATE)),
        times(limits.baseline_ratio)
    );
    let subject = Arc::clone(&row.name);
    (value > limit).then_some(Flag { id: FlagId::Baseline, subject, value, limit, text })
}

fn times(ratio: f64) -> String {
    if ratio < 9.95 && ratio.fract() != 0.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") }
}

#[cfg(test)]
mod tests;
