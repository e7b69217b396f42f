//! Single seconds of a real ingestor, quiet or in trouble.

use std::sync::Arc;

use corescope_top::model::snapshot::{
    Flag, FlagId, IoRates, ProcView, Snapshot, SourceFault, SourceRow, SourcesView, SqliteView,
};
use corescope_top::model::wal::view::Diagnosis;
use corescope_top::sample::{FileStat, Liveness, MqttSource, WriterPerf};
use corescope_top::units::{Bytes, MB, Wall};

use super::log;

const M: f64 = MB as f64;
/// 2026-11-22T14:59:32Z.
const AT: i64 = 1_795_359_572;

/// The same noise in every run: between -1 and 1.
fn noise(second: u64, salt: u64) -> f64 {
    let mixed = (second ^ (salt << 32)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 40) as f64 / (1u64 << 23) as f64) - 1.0
}

fn row(name: &str, total: i64, rate: f64, baseline: f64) -> SourceRow {
    SourceRow {
        name: name.into(),
        backfill: name.starts_with("backfill_"),
        total,
        rate: Some(rate),
        baseline: Some(baseline),
        flag: None,
    }
}

fn rows(second: u64) -> Vec<SourceRow> {
    let s = second.cast_signed();
    let near = |mean: f64, salt| (mean + mean * 0.3 * noise(second, salt)).max(0.0);
    vec![
        row("tx_inserted", 613 + 5 * s, near(5.0, 1), 4.9),
        row("obs_inserted", 1227 + 10 * s, near(10.0, 2), 9.93),
        row("tx_dupes", 614 + 5 * s, near(5.0, 3), 4.97),
        row("node_upserts", 246 + 2 * s, near(2.0, 4), 1.98),
        row("observer_upserts", 1240 + 10 * s, near(10.0, 5), 10.1),
        row("write_errors", 0, 0.0, 0.0),
        row("sig_drops", 0, 0.0, 0.0),
        row("walCommits", 1_254_227 + 10 * s, near(10.0, 6), 9.98),
        row("groupCommitFlushes", 0, 0.0, 0.0),
        row("backfill_path_json", 8_214, 0.0, 0.0),
        row("backfill_from_pubkey", 1_204, 0.0, 0.0),
    ]
}

fn process(name: &str, pid: u32, uptime: f64, rates: IoRates) -> ProcView {
    ProcView {
        pid: Some(pid),
        name: name.into(),
        uptime: Some(uptime),
        rates: Some(rates),
        ..ProcView::default()
    }
}

fn lock(name: &str, count: i64, waits: i64, wait: f64, hold: f64) -> (Arc<str>, WriterPerf) {
    let perf = WriterPerf {
        count: Some(count),
        contention: Some(waits),
        wait_p95: Some(wait),
        wait_max: Some(wait * 3.0),
        hold_p95: Some(hold),
        hold_max: Some(hold * 9.0),
    };
    (name.into(), perf)
}

pub fn quiet_moment(second: u64) -> Snapshot {
    let at = Wall::from_secs(AT + second.cast_signed());
    let ago = |secs: i64| Some(Wall(at.0 - secs * 1_000_000_000));
    let write = 420_000.0 + 90_000.0 * noise(second, 7);
    let io = IoRates { write, syscr: 51.0, syscw: 330.9, ..IoRates::default() };
    let served = IoRates { read: 12_288.0, syscr: 11.2, syscw: 1.0, ..IoRates::default() };
    let mqtt = |name: &str, connected, packet, write| {
        let source = MqttSource {
            name: name.into(),
            broker: format!("tcp://{name}.example.org:1883").into(),
            connected: Some(connected),
            last_packet: ago(packet),
            packets: Some(1240 + 10 * second.cast_signed()),
            last_error: (!connected).then(|| "connection refused".into()),
            ..MqttSource::default()
        };
        (source, Some(Liveness { last_receipt: ago(packet), last_message: ago(write) }))
    };
    Snapshot {
        at,
        interval: 1.0,
        seq: second,
        ingestor: Some(process("corescope-ingestor", 4382, 11_000.0 + second as f64, io)),
        server: Some(process("corescope-server", 4391, 10_990.0 + second as f64, served)),
        sqlite: Some(SqliteView {
            db: Some(FileStat { size: Bytes(5_594_152_960), ..FileStat::default() }),
            wal_size: Some(Bytes(32 + u64::from(second.min(90) as u32) * 46_098)),
            wal_growth: Some(if second < 90 { 46_098.0 } else { 0.0 }),
            open: Some(true),
            page_count: Some(1_365_760),
            page_size: Some(4096),
            freelist_count: Some(1_204),
            cache_size: Some(-2000),
            journal_mode: Some("wal".to_owned()),
            cache_hit_rate: Some(0.982),
            cache_hit_of: "server",
            wal: Arc::new(log::quiet(second)),
            ..SqliteView::default()
        }),
        sources: SourcesView {
            sampled_at: Some(at),
            age: Some(0.6),
            rows: rows(second),
            writer_perf: Arc::new([
                lock("mqtt_handler", 1227, 3, 0.000_521, 3.006),
                lock("neighbor_builder", 1, 0, 0.000_25, 3.443),
                lock("prune_metrics", 1, 0, 0.000_03, 0.435),
                lock("prune_observers", 1, 0, 0.000_09, 0.066),
                lock("prune_packets", 1, 0, 0.000_07, 0.148),
                lock("vacuum", 1, 0, 0.000_05, 0.010),
            ]),
            mqtt: Arc::new([mqtt("local", true, 1, 1), mqtt("letsmesh-eu", false, 252, 8000)]),
            ..SourcesView::default()
        },
        ..Snapshot::default()
    }
}

fn flag(id: FlagId, subject: &str, text: &str) -> Flag {
    Flag { id, subject: subject.into(), value: 1.0, limit: 1.0, text: text.to_owned() }
}

pub fn loop_moment(snapshot: &mut Snapshot, second: u32) {
    if let Some(rates) = snapshot.ingestor.as_mut().and_then(|process| process.rates.as_mut()) {
        rates.write = 2.8 * M + 0.2 * M * noise(second.into(), 9);
        rates.syscw = 1_402.0;
    }
    let row = &mut snapshot.sources.rows[9];
    row.total += 240 * i64::from(second + 1);
    row.rate = Some(240.0 + f64::from(second));
    row.baseline = Some(1.2 + f64::from(second) / 2.0);
    row.flag = Some(FlagId::BackfillVsTx);
    snapshot.sources.rows[10].rate = Some(3.1);
    snapshot.flags = vec![
        flag(
            FlagId::BackfillVsTx,
            "backfill_path_json",
            "backfill_path_json writes 259 rows/s, 52 times the 4.98/s of tx_inserted (limit 10)",
        ),
        flag(
            FlagId::Baseline,
            "backfill_path_json",
            "backfill_path_json at 259/s is 24 times its 5-minute mean",
        ),
    ];
}

pub fn burst_moment(snapshot: &mut Snapshot, second: u32) {
    if let Some(rates) = snapshot.ingestor.as_mut().and_then(|process| process.rates.as_mut()) {
        rates.write = (9.0 + 6.0 * noise(second.into(), 11)) * M;
        rates.cancelled = 1.4 * M;
        rates.syscw = 12_804.0;
    }
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.wal_size = Some(Bytes((4 + 3 * u64::from(second)) * MB));
        db.wal_growth = Some(3.0 * M);
        db.cache_hit_rate = Some(0.713);
        let wal = Arc::make_mut(&mut db.wal);
        (wal.live, wal.checkpointed, wal.pending) = (Some(46_737), Some(46_213), Some(524));
        (wal.growth, wal.to_limit, wal.to_full) = (Some(3.0 * M), Some(0.0), Some(17_408.0));
        wal.diagnosis = Diagnosis::Growing;
    }
    snapshot.flags = vec![
        flag(
            FlagId::WriteRate,
            "ingestor",
            "corescope-ingestor[4382] writes 12.7 MB/s, over the limit of 10.0 MB/s",
        ),
        flag(FlagId::WalSize, "wal", "the WAL has 181 MB, over the limit of 100 MB"),
        flag(FlagId::CancelledWrites, "ingestor", "cancelled writes at 1.40 MB/s"),
        flag(FlagId::CacheHit, "server", "71.3 % page-cache hits, under the limit of 90 %"),
    ];
}

pub fn extreme_moment(snapshot: &mut Snapshot) {
    for index in 0..1000 {
        let mut extra = row(&format!("backfill_日本語_{index}_{}", "n".repeat(50)), i64::MAX, 1e300, 1e-300);
        extra.flag = (index % 3 == 0).then_some(FlagId::Baseline);
        snapshot.sources.rows.push(extra);
    }
    snapshot.sources.left_out = 12;
    let long = lock(&"component".repeat(9), i64::MAX, i64::MIN, f64::NAN, 1e300);
    snapshot.sources.writer_perf = vec![long; 9].into();
    log::extreme(snapshot);
    if let Some(rates) = snapshot.ingestor.as_mut().and_then(|process| process.rates.as_mut()) {
        *rates = IoRates {
            read: f64::MAX,
            write: f64::MAX,
            cancelled: f64::MAX,
            syscr: f64::MAX,
            syscw: f64::MAX,
            ..*rates
        };
    }
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.wal_size = Some(Bytes(u64::MAX));
        db.wal_growth = Some(f64::MIN);
        db.page_count = Some(i64::MAX);
        db.freelist_count = Some(i64::MIN);
        db.page_size = Some(65_536);
        db.cache_hit_rate = Some(f64::NAN);
    }
    for source in ["ingestor", "server", "stats", "db", "wal"] {
        let text = format!("{source}: can't read /proc/4382/io: permission denied; run as the same user");
        snapshot.faults.push(SourceFault { source, text, since: None });
    }
}
