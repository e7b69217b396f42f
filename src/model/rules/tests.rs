use super::*;
use crate::model::snapshot::{IoRates, SourcesView, SqliteView};
use crate::units::MB;

const LIMITS: fn() -> Limits = Limits::default;

fn ids(snapshot: &Snapshot, interval: f64) -> Vec<FlagId> {
    flags(snapshot, &LIMITS(), Some(interval)).iter().map(|flag| flag.id).collect()
}

fn process(write: f64, cancelled: f64) -> Snapshot {
    let rates = Some(IoRates { write, cancelled, ..IoRates::default() });
    Snapshot { server: Some(ProcView { rates, ..ProcView::default() }), ..Snapshot::default() }
}

fn sqlite(view: SqliteView) -> Snapshot {
    Snapshot { sqlite: Some(view), ..Snapshot::default() }
}

fn row(name: &str, total: i64, rate: f64, baseline: Option<f64>) -> SourceRow {
    let backfill = name.starts_with("backfill_");
    SourceRow { name: name.into(), backfill, total, rate: Some(rate), baseline, flag: None }
}

fn rows(rows: Vec<SourceRow>) -> Snapshot {
    Snapshot { sources: SourcesView { rows, ..SourcesView::default() }, ..Snapshot::default() }
}

fn backfill(tx_total: i64, tx_rate: f64, backfill_rate: f64, interval: f64) -> Vec<FlagId> {
    let snapshot = rows(vec![
        row("tx_inserted", tx_total, tx_rate, None),
        row("backfill_path_json", 9000, backfill_rate, None),
    ]);
    ids(&snapshot, interval)
}

#[test]
fn write_rate_is_flagged_one_byte_past_ten_megabytes() {
    let limit = 10.0 * MB as f64;
    assert_eq!(ids(&process(limit, 0.0), 1.0), []);
    assert_eq!(ids(&process(limit + 1.0, 0.0), 1.0), [FlagId::WriteRate]);
}

#[test]
fn cancelled_writes_are_flagged_one_byte_past_one_megabyte() {
    let limit = MB as f64;
    assert_eq!(ids(&process(0.0, limit), 1.0), []);
    assert_eq!(ids(&process(0.0, limit + 1.0), 1.0), [FlagId::CancelledWrites]);
}

#[test]
fn wal_size_is_flagged_one_byte_past_a_hundred_megabytes() {
    let at = |size| sqlite(SqliteView { wal_size: Some(Bytes(size)), ..SqliteView::default() });
    assert_eq!(ids(&at(100 * MB), 1.0), []);
    assert_eq!(ids(&at(100 * MB + 1), 1.0), [FlagId::WalSize]);
}

#[test]
fn cache_hit_is_flagged_between_nothing_and_ninety_percent() {
    let at = |rate| sqlite(SqliteView { cache_hit_rate: rate, ..SqliteView::default() });
    let just_under = 0.9 - f64::EPSILON;
    for (rate, flagged) in [(None, 0), (Some(0.0), 0), (Some(1e-9), 1), (Some(just_under), 1), (Some(0.9), 0)]
    {
        assert_eq!(ids(&at(rate), 1.0).len(), flagged, "{rate:?}");
    }
}

#[test]
fn backfill_needs_a_hundred_transactions() {
    assert_eq!(backfill(99, 5.0, 51.0, 1.0), []);
    assert_eq!(backfill(100, 5.0, 51.0, 1.0), [FlagId::BackfillVsTx]);
}

#[test]
fn backfill_needs_half_a_second() {
    assert_eq!(backfill(100, 5.0, 51.0, 0.499), []);
    assert_eq!(backfill(100, 5.0, 51.0, 0.5), [FlagId::BackfillVsTx]);
}

#[test]
fn backfill_is_flagged_one_row_past_ten_times_the_transactions() {
    assert_eq!(backfill(100, 5.0, 50.0, 1.0), []);
    assert_eq!(backfill(100, 5.0, 51.0, 1.0), [FlagId::BackfillVsTx]);
    // At least one transaction a second is assumed.
    assert_eq!(backfill(100, 0.1, 10.0, 1.0), []);
    assert_eq!(backfill(100, 0.1, 11.0, 1.0), [FlagId::BackfillVsTx]);
}

#[test]
fn baseline_is_flagged_past_ten_times_the_mean() {
    let at = |rate, mean| ids(&rows(vec![row("obs_inserted", 1, rate, mean)]), 1.0);
    assert_eq!(at(50.0, Some(5.0)), []);
    assert_eq!(at(50.001, Some(5.0)), [FlagId::Baseline]);
    assert_eq!(at(1000.0, None), []);
    // At least 0.05 a second is assumed.
    assert_eq!(at(0.5, Some(0.0)), []);
    assert_eq!(at(0.501, Some(0.0)), [FlagId::Baseline]);
}

#[test]
fn unknown_rates_raise_nothing() {
    let mut unknown = row("backfill_x", 1, 0.0, Some(1.0));
    unknown.rate = None;
    let mut tx = row("tx_inserted", 1000, 0.0, None);
    tx.rate = None;
    assert_eq!(ids(&rows(vec![tx, unknown, row("backfill_y", 1, 1e6, None)]), 1.0), []);
    let silent = Snapshot { ingestor: Some(ProcView::default()), ..Snapshot::default() };
    assert_eq!(ids(&silent, 1.0), []);
}

#[test]
fn sentences_carry_their_numbers_and_the_worst_comes_first() {
    let mut snapshot = rows(vec![
        row("tx_inserted", 1000, 5.0, None),
        row("backfill_a", 1, 60.0, None),
        row("backfill_b", 1, 240.0, None),
    ]);
    snapshot.ingestor = process(20.0 * MB as f64, 0.0).server;
    let flags = flags(&snapshot, &LIMITS(), Some(1.0));
    let subjects: Vec<&str> = flags.iter().map(|flag| &*flag.subject).collect();
    assert_eq!(subjects, ["backfill_b", "backfill_a", "ingestor"]);
    assert_eq!(
        flags[0].text,
        "backfill_b rewrites rows at 240/s against 5.00/s live transactions: 48 times, limit 10 times"
    );
    assert_eq!(flags[2].text, "ingestor writes 20.0 MB/s: over the limit of 10.0 MB/s");
}
