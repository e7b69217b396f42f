//! Each rule on a site of a few numbers: what raises it, what doesn't, and when it is over.

mod site;
mod traffic;

use crate::model::Model;
use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::model::state::State;
use crate::model::verdict::{Severity, VerdictId};
use crate::sample::Sample;
use crate::sample::locks::{HeldLock, Slot};
use site::Site;

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
        (VerdictId::SignatureDrops, |it| it.drops = 5, 5, |it| it.drops = 0, 15),
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
