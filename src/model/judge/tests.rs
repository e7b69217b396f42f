//! Each rule on a site of a few numbers: what raises it, what doesn't, and when it is over.

use std::sync::Arc;

use crate::model::Model;
use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::model::state::State;
use crate::model::verdict::{Severity, VerdictId};
use crate::sample::locks::{HeldLock, Slot};
use crate::sample::{
    DbHeader, DbSample, Fault, FaultKind, FileStat, IoCounters, Liveness, MqttSource, ProcSample, Reading,
    Sample, StatsFile, StatsSample, WalIndex, WriterPerf,
};
use crate::units::{Bytes, Mono, Wall};

const SECOND: u64 = 1_000_000_000;
const EPOCH: i64 = 1_795_000_000;

/// A site, second by second. What is set holds until it is set again; rates are per second.
struct Site {
    model: Model,
    now: u64,
    pid: Option<u32>,
    started: u64,
    write: u64,
    tx: i64,
    backfill: i64,
    name: &'static str,
    errors: i64,
    drops: i64,
    packets: i64,
    publishes: bool,
    wait_ms: f64,
    free: u64,
    free_falls: u64,
    locks: Vec<HeldLock>,
    index: WalIndex,
    wal: u64,
    io: IoCounters,
    totals: [i64; 5],
    received: i64,
    stats: Option<StatsSample>,
    wrote: u64,
}

impl Site {
    /// Five transactions a second, learned for `learned` seconds.
    fn new(learned: u64) -> Self {
        let mut site = Self {
            model: Model::new(Limits::default()),
            now: 100_000,
            pid: Some(7),
            started: 10_000,
            write: 450_000,
            tx: 5,
            backfill: 0,
            name: "path_json",
            errors: 0,
            drops: 0,
            packets: 20,
            publishes: true,
            wait_ms: 1.0,
            free: 50 << 30,
            free_falls: 0,
            locks: Vec::new(),
            index: WalIndex { page_size: 4096, page_count: 500_000, ..WalIndex::default() },
            wal: 4 << 20,
            io: IoCounters::default(),
            totals: [1_000_000, 5_000_000, 900, 0, 0],
            received: 0,
            stats: None,
            wrote: 100_000,
        };
        site.run(learned);
        site
    }

    fn run(&mut self, secs: u64) -> Snapshot {
        let mut last = None;
        for _ in 0..secs.max(1) {
            last = Some(self.step());
        }
        last.unwrap()
    }

    /// Seconds until the first verdict of this id, at most `within`.
    fn until(&mut self, id: VerdictId, within: u64) -> Option<u64> {
        (1..=within).find(|_| holds(&self.step(), id))
    }

    /// Seconds until it is over.
    fn until_over(&mut self, id: VerdictId, within: u64) -> Option<u64> {
        (1..=within).find(|_| !holds(&self.step(), id))
    }

    fn step(&mut self) -> Snapshot {
        self.now += 1;
        self.io.write_bytes += self.write;
        self.io.syscw += 100;
        let rows = if self.locks.iter().any(|lock| lock.slot == Slot::Write) { 0 } else { self.tx };
        let more = [rows, 4 * rows, self.backfill, self.errors, self.drops];
        self.totals.iter_mut().zip(more).for_each(|(total, more)| *total += more);
        self.received += self.packets;
        self.free -= self.free_falls;
        if rows > 0 {
            self.wrote = self.now;
            self.index.change += 1;
        }
        if self.publishes && self.pid.is_some() {
            self.stats = Some(self.publish());
        }
        let sample = self.sample();
        self.model.push(&sample)
    }

    fn publish(&self) -> StatsSample {
        let names = ["tx_inserted", "obs_inserted", self.name, "write_errors", "sig_drops"];
        let count = |at: usize| (Arc::from(names[at]), self.totals[at]);
        let perf = WriterPerf {
            wait_p95: Some(self.wait_ms),
            hold_p95: Some(self.wait_ms),
            ..WriterPerf::default()
        };
        let wall = |secs: u64| Wall::from_secs(EPOCH + secs as i64);
        let source = MqttSource { name: "eu".into(), packets: Some(self.received), ..MqttSource::default() };
        let liveness = Liveness { last_receipt: Some(wall(self.now)), last_message: Some(wall(self.wrote)) };
        let file = StatsFile {
            sampled_at: Some(wall(self.now)),
            counters: [0, 1, 3, 4].map(count).into(),
            backfills: vec![count(2)],
            writer_perf: vec![("mqtt_handler".into(), perf)],
            sources: vec![source],
            liveness: vec![("eu".into(), liveness)],
            ..StatsFile::default()
        };
        StatsSample {
            mono: Mono(self.now * SECOND),
            mtime: wall(self.now),
            ino: self.now,
            file: Arc::new(file),
        }
    }

    fn sample(&self) -> Sample {
        let mono = Mono(self.now * SECOND);
        let gone = || Fault::new(FaultKind::Gone, "gone");
        let ingestor = self.pid.map(|pid| ProcSample {
            mono,
            pid,
            start: self.started,
            uptime: (self.now - self.started) as f64,
            name: "corescope-ingestor".into(),
            io: Reading::Good(self.io),
        });
        let stat = |size| Reading::Good(FileStat { size: Bytes(size), dev: 1, ino: 2 });
        let header = DbHeader { page_size: 4096, wal_mode: true, page_count: 500_000, freelist_count: 0 };
        let db = DbSample {
            mono,
            db: stat(2 << 30),
            wal: stat(self.wal),
            shm: stat(32_768),
            header: Reading::Good(header),
            wal_index: Reading::Good(self.index),
            locks: Reading::Good(self.locks.clone()),
            free: Reading::Good(Bytes(self.free)),
            ..DbSample::default()
        };
        Sample {
            at: Wall::from_secs(EPOCH + self.now as i64),
            mono,
            interval: 1.0,
            ingestor: ingestor.ok_or_else(gone).into(),
            stats: self.stats.clone().ok_or_else(gone).into(),
            db: Reading::Good(db),
            ..Sample::default()
        }
    }

    fn restart(&mut self, pid: u32) {
        (self.pid, self.started) = (Some(pid), self.now);
        (self.io, self.totals) = (IoCounters::default(), [0; 5]);
    }
}

fn holds(snapshot: &Snapshot, id: VerdictId) -> bool {
    snapshot.verdicts.iter().any(|verdict| verdict.id == id)
}

fn ids(snapshot: &Snapshot) -> Vec<VerdictId> {
    snapshot.verdicts.iter().map(|verdict| verdict.id).collect()
}

/// What is changed and, for a row each, the verdict, the seconds within which it must come, and those within
/// which it must go when the change is taken back.
type Case = (VerdictId, fn(&mut Site), u64, fn(&mut Site), u64);

#[test]
fn each_rule_raises_its_verdict_alone_and_lets_it_go() {
    let cases: [Case; 8] = [
        (VerdictId::BackfillLoop, |it| it.backfill = 240, 5, |it| it.backfill = 0, 15),
        (VerdictId::WriteErrors, |it| it.errors = 2, 5, |it| it.errors = 0, 20),
        (VerdictId::SignatureDrops, |it| it.drops = 5, 5, |it| it.drops = 0, 20),
        (VerdictId::WriteStorm, |it| it.write = 5 << 20, 182, |it| it.write = 450_000, 15),
        (VerdictId::StatsWedged, |it| it.publishes = false, 22, |it| it.publishes = true, 15),
        (VerdictId::IngestorDown, |it| it.pid = None, 12, |it| it.restart(8), 15),
        (VerdictId::WritePathStuck, |it| it.tx = 0, 24, |it| it.tx = 5, 15),
        (VerdictId::WriterHeld, |it| it.locks = vec![lock(Slot::Write, true)], 12, |it| it.locks.clear(), 15),
    ];
    for (id, change, within, back, over) in cases {
        let mut site = Site::new(4000);
        assert_eq!(ids(&site.step()), [], "{id:?}: before");
        change(&mut site);
        assert!(site.until(id, within).is_some(), "{id:?} is not raised within {within} s");
        let held = site.run(600);
        assert_eq!(ids(&held), [id], "{id:?} holds on, alone: {:?}", held.verdicts);
        back(&mut site);
        assert!(site.until_over(id, over).is_some(), "{id:?} is not over within {over} s");
        assert_eq!(ids(&site.run(120)), [], "{id:?}: after");
    }
}

fn lock(slot: Slot, exclusive: bool) -> HeldLock {
    HeldLock { slot, exclusive, pid: Some(99), name: Some("sqlite3".into()) }
}

#[test]
fn a_pinned_log_is_named_after_its_limit_and_takes_the_full_disk_under_it() {
    let mut site = Site::new(700);
    site.locks = vec![lock(Slot::Read(1), false)];
    site.index.read_marks[1] = Some(5);
    site.index.mx_frame = 9000;
    let waited = site.until(VerdictId::WalPinned, 40).unwrap();
    assert!((30..=33).contains(&waited), "{waited}");
    site.free = 2 << 30;
    site.free_falls = 64 << 10;
    let held = site.run(2400);
    assert_eq!(ids(&held), [VerdictId::WalPinned]);
    assert!(held.verdicts[0].text.contains("sqlite3[99]"), "{}", held.verdicts[0].text);
    assert_eq!(held.verdicts[0].effects.len(), 1, "{:?}", held.verdicts[0].effects);
}

#[test]
fn an_honest_backfill_is_silent_and_a_loop_from_the_start_is_not() {
    let mut site = Site::new(700);
    site.restart(8);
    (site.backfill, site.name) = (900, "from_hex");
    assert_eq!(ids(&site.run(600)), [], "a restart brings a backfill that was never seen");
    site.backfill = 0;
    assert_eq!(ids(&site.run(60)), []);
    site.restart(9);
    site.backfill = 900;
    assert!(site.until(VerdictId::BackfillLoop, 10).is_some(), "it was finished before");
}

#[test]
fn yesterdays_state_names_a_loop_that_runs_already() {
    let mut yesterday = Site::new(700);
    yesterday.backfill = 0;
    let state = yesterday.model.learned();
    let text = serde_json::to_string(&state).unwrap();
    let state: State = serde_json::from_str(&text).unwrap();
    let mut today = Site::new(0);
    today.model = Model::new(Limits::default());
    today.model.recall(&state);
    (today.backfill, today.totals[2]) = (300, 2_000_000);
    assert!(today.until(VerdictId::BackfillLoop, 5).is_some());
}

#[test]
fn restarts_that_go_on_are_one_verdict() {
    let mut site = Site::new(700);
    for pid in 10..16 {
        site.pid = None;
        site.run(15);
        site.restart(pid);
        site.run(20);
    }
    let snapshot = site.step();
    assert_eq!(ids(&snapshot), [VerdictId::RestartLoop]);
    assert_eq!(snapshot.verdicts[0].severity, Severity::Critical);
    assert_eq!(ids(&site.run(120)), [], "it stays up");
}

#[test]
fn an_incident_does_not_get_into_what_is_normal() {
    let mut site = Site::new(1200);
    let before = site.model.learned();
    site.write = 5 << 20;
    let snapshot = site.run(6 * 3600);
    assert_eq!(ids(&snapshot), [VerdictId::WriteStorm], "held to the end");
    let writes = |state: &State| state.levels["ingestor.write"].clone();
    assert_eq!(writes(&site.model.learned()), writes(&before));
    assert!(snapshot.learning.deviates.is_some());
    site.model.accept();
    assert_eq!(ids(&site.run(60)), [], "it is normal now");
    assert_eq!(site.run(600).learning.deviates, None);
}

#[test]
fn a_disk_that_fills_is_told_and_a_copy_is_not() {
    let mut site = Site::new(700);
    site.free_falls = 16 << 20;
    site.run(400);
    site.free_falls = 0;
    assert_eq!(ids(&site.run(1800)), [], "a copy of 6 GB");
    (site.free, site.free_falls) = (20 << 30, 10 << 20);
    assert!(site.until(VerdictId::DiskFull, 640).is_some(), "half an hour is left");
    site.free_falls = 0;
    assert!(site.until_over(VerdictId::DiskFull, 30).is_some());
}

#[test]
fn traffic_explains_writes() {
    let mut site = Site::new(1200);
    (site.write, site.tx) = (10 * 450_000, 50);
    assert_eq!(ids(&site.run(1800)), []);
}

#[test]
fn a_hole_in_the_samples_neither_raises_nor_clears() {
    let mut site = Site::new(700);
    site.errors = 5;
    site.run(20);
    site.now += 3600;
    assert!(holds(&site.step(), VerdictId::WriteErrors));
    let mut quiet = Site::new(700);
    quiet.now += 3600;
    assert_eq!(ids(&quiet.run(60)), []);
}

#[test]
fn beginnings_and_endings_are_told_once() {
    let mut site = Site::new(700);
    site.errors = 5;
    let mut told = Vec::new();
    for second in 0..120 {
        if second == 60 {
            site.errors = 0;
        }
        told.extend(site.step().events);
    }
    let ends: Vec<bool> = told.iter().map(|event| event.lasted.is_some()).collect();
    assert_eq!(ends, [false, true]);
    assert!(told[1].lasted.unwrap() > 55.0 && told[1].lasted.unwrap() < 85.0, "{:?}", told[1]);
    assert_eq!(told[0].began, told[1].began);
}

#[test]
fn a_clone_goes_on_alike() {
    let mut site = Site::new(700);
    site.backfill = 240;
    site.run(3);
    let mut twin = site.model.clone();
    for _ in 0..50 {
        site.now += 1;
        let sample = site.sample();
        let (one, other) = (site.model.push(&sample), twin.push(&sample));
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
    }
}

mod anything {
    use proptest::prelude::*;

    use super::*;

    fn numbers() -> impl Strategy<Value = Vec<(u8, u64, i64)>> {
        prop::collection::vec((0_u8..12, any::<u64>(), any::<i64>()), 1..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn odd_sites_never_panic(steps in numbers()) {
            let mut site = Site::new(0);
            for (what, big, signed) in steps {
                match what {
                    0 => site.now += big % 100_000,
                    1 => site.io.write_bytes = big,
                    2 => site.totals = [signed; 5],
                    3 => site.free = big.max(1 << 40),
                    4 => site.wal = big,
                    5 => site.index.mx_frame = big as u32,
                    6 => site.index.page_count = big as u32,
                    7 => site.pid = (big % 3 > 0).then_some(big as u32),
                    8 => site.received = signed,
                    9 => site.wait_ms = f64::from_bits(big),
                    10 => site.locks = vec![lock(Slot::Read((big % 9) as u8), big % 2 == 0)],
                    _ => site.wrote = site.now.saturating_sub(big % 1000),
                }
                let sample = site.sample_published();
                let snapshot = site.model.push(&sample);
                prop_assert!(snapshot.verdicts.iter().all(|it| !it.text.is_empty() && !it.remedy.is_empty()));
            }
        }

        #[test]
        fn any_state_that_reads_is_taken_without_harm(
            secs in any::<f64>(),
            blocks in prop::collection::vec(any::<f32>(), 0..200),
            rows in any::<f64>(),
        ) {
            let mut site = Site::new(0);
            let levels = [("ingestor.write", blocks.clone()), ("x", blocks)].map(|(name, it)| (name.into(), it));
            let state = State { secs, levels: levels.into(), finished: [("path_json".into(), rows)].into(), ..State::default() };
            site.model.recall(&state);
            site.run(30);
            let kept = site.model.learned();
            prop_assert!(kept.levels.values().flatten().all(|value| value.is_finite()));
            prop_assert!(kept.secs.is_finite() && kept.finished.values().all(|rows| rows.is_finite()));
        }
    }

    impl Site {
        fn sample_published(&mut self) -> Sample {
            self.now += 1;
            self.stats = Some(self.publish());
            self.started = self.started.min(self.now);
            self.sample()
        }
    }
}
