use super::*;
use crate::model::snapshot::{Flag, FlagId, ProcView, SourceRow, SourcesView, SqliteView};
use crate::model::verdict::VerdictId;
use crate::sample::IoCounters;
use crate::units::{Bytes, Wall};

fn row(name: &str, backfill: bool, total: i64) -> SourceRow {
    SourceRow { name: name.into(), backfill, total, rate: None, baseline: None, flag: None }
}

fn snapshot() -> Snapshot {
    let counters = IoCounters { write_bytes: 4096, syscw: 3, ..IoCounters::default() };
    let ingestor =
        ProcView { pid: Some(7), uptime: Some(100.0), counters: Some(counters), ..ProcView::default() };
    let rows = vec![row("tx_inserted", false, 12), row("backfill_path_json", true, 5)];
    let flag =
        Flag { id: FlagId::WalSize, subject: "wal".into(), value: 2.0, limit: 1.0, text: String::new() };
    Snapshot {
        at: Wall::from_secs(1_795_356_202),
        ingestor: Some(ingestor),
        sqlite: Some(SqliteView { wal_size: Some(Bytes(4_152_992)), ..SqliteView::default() }),
        sources: SourcesView { rows, ..SourcesView::default() },
        flags: vec![flag],
        ..Snapshot::default()
    }
}

#[test]
fn counters_are_raw_and_units_are_base_units() {
    let text = openmetrics(&snapshot()).unwrap();
    for line in [
        "# TYPE corescope_process_storage_written_bytes counter",
        "# UNIT corescope_process_storage_written_bytes bytes",
        "corescope_process_storage_written_bytes_total{process=\"ingestor\"} 4096.0",
        "corescope_process_start_time_seconds{process=\"ingestor\"} 1795356102.0",
        "corescope_source_events_total{source=\"tx_inserted\"} 12.0",
        "corescope_backfill_rows_total{backfill=\"path_json\"} 5.0",
        "corescope_wal_size_bytes 4152992.0",
        "corescope_flag{flag=\"wal_size\"} 1.0",
        "corescope_flag{flag=\"write_rate\"} 0.0",
        "corescope_verdict{verdict=\"backfill_loop\"} 0.0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    assert!(text.ends_with("# EOF\n"));
}

#[test]
fn unknown_has_no_series() {
    let text = openmetrics(&snapshot()).unwrap();
    for absent in ["\"server\"", "page_cache", "stats_age", "wal_frames", "wal_pinned_seconds"] {
        assert!(!text.contains(absent), "{absent}\n{text}");
    }
}

#[test]
fn a_thousand_backfills_are_twenty_one_series() {
    let mut many = snapshot();
    many.sources.rows = (0..1000).map(|n| row(&format!("backfill_job_{n}"), true, n)).collect();
    let text = openmetrics(&many).unwrap();
    let series: Vec<&str> =
        text.lines().filter(|line| line.starts_with("corescope_backfill_rows_total")).collect();
    assert_eq!(series.len(), TOP + 1);
    assert_eq!(series[0], "corescope_backfill_rows_total{backfill=\"job_999\"} 999.0");
    let rest: i64 = (0..1000 - TOP as i64).sum();
    assert_eq!(series[TOP], format!("corescope_backfill_rows_total{{backfill=\"other\"}} {rest}.0"));
}

#[test]
fn the_older_format_describes_counters_by_their_full_name() {
    let text = prometheus_text(&snapshot()).unwrap();
    assert!(text.contains("# TYPE corescope_process_storage_written_bytes_total counter\n"));
    assert!(!text.contains("# EOF") && !text.contains("# UNIT"));
}

#[test]
fn sources_that_look_alike_are_one_series() {
    use crate::sample::MqttSource;
    let mut twice = snapshot();
    let source = MqttSource { name: "mqtts://***@eu".into(), packets: Some(3), ..MqttSource::default() };
    twice.sources.mqtt = vec![(source.clone(), None), (source, None)].into();
    let text = openmetrics(&twice).unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with("corescope_mqtt_packets_total")).count(), 1);
}

#[test]
fn quotes_in_names_do_no_harm() {
    let mut odd = snapshot();
    odd.sources.rows = vec![row("backfill_a\"} 1\\", true, 1)];
    let text = openmetrics(&odd).unwrap();
    assert!(text.contains("corescope_backfill_rows_total{backfill=\"a\\\"} 1\\\\\"} 1.0"), "{text}");
}

#[test]
fn every_verdict_has_one_alert_rule_and_one_test_of_it() {
    let rules = include_str!("../../../assets/prometheus/corescope-top.rules.yml");
    let tests = include_str!("../../../assets/prometheus/corescope-top.rules.test.yml");
    let between = |text: &'static str, before: &str, after: &str| -> Vec<&'static str> {
        let starts = text.lines().filter_map(|line| line.trim_start().strip_prefix(before));
        starts.map(|rest| rest.split_once(after).unwrap().0).collect()
    };
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names
    };
    let verdicts = sorted(VerdictId::ALL.map(VerdictId::name).to_vec());
    assert_eq!(sorted(between(rules, "expr: corescope_verdict{verdict=\"", "\"} == 1")), verdicts);
    let mut tested = sorted(between(tests, "- series: 'corescope_verdict{verdict=\"", "\""));
    tested.dedup();
    assert_eq!(tested, verdicts);
}
