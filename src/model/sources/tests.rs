use super::*;
use crate::model::snapshot::{IoRates, ProcView};
use crate::sample::{Fault, FaultKind, Sample};

const T0: i64 = 1_795_359_500;

/// A sample `secs` after the start whose stats file was updated at the same moment.
fn sample(secs: f64, rows: &[(&str, i64)], backfills: &[(&str, i64)]) -> Sample {
    let at = Wall(T0 * 1_000_000_000 + (secs * 1e9) as i64);
    let named = |list: &[(&str, i64)]| list.iter().map(|(n, v)| (Arc::from(*n), *v)).collect();
    let file = StatsFile {
        sampled_at: Some(Wall::from_secs(T0 + secs as i64)),
        counters: named(rows),
        backfills: named(backfills),
        ..StatsFile::default()
    };
    let mono = Mono((secs * 1e9) as u64);
    Sample {
        at,
        mono,
        interval: 1.0,
        stats: Reading::Good(StatsSample { mono, mtime: at, ino: at.0 as u64, file: Arc::new(file) }),
        ..Sample::default()
    }
}

fn tx(secs: f64, total: i64) -> Sample {
    sample(secs, &[("tx_inserted", total)], &[])
}

/// The same file seen again, `secs` after the start.
fn unchanged(earlier: &Sample, secs: f64) -> Sample {
    Sample {
        at: Wall(T0 * 1_000_000_000 + (secs * 1e9) as i64),
        mono: Mono((secs * 1e9) as u64),
        ..earlier.clone()
    }
}

fn push(tracker: &mut StatsTracker, sample: &Sample) -> SourcesView {
    tracker.push(sample, Some((1, 1)));
    tracker.view(sample)
}

fn rate(view: &SourcesView) -> Option<f64> {
    view.rows[0].rate
}

#[test]
fn rates_come_from_the_files_mtime() {
    let mut tracker = StatsTracker::default();
    assert_eq!(rate(&push(&mut tracker, &tx(1.0, 100))), None);
    // The second update was published 1.25 s later, but is seen late.
    let mut second = tx(2.25, 105);
    second.mono = Mono(2_900_000_000);
    assert_eq!(rate(&push(&mut tracker, &second)), Some(4.0));
    // Nothing new: the rate stands until the content is stale.
    assert_eq!(rate(&push(&mut tracker, &unchanged(&second, 3.0))), Some(4.0));
}

#[test]
fn a_counter_that_went_back_is_a_restart() {
    let mut tracker = StatsTracker::default();
    push(&mut tracker, &tx(1.0, 100));
    push(&mut tracker, &tx(2.0, 105));
    let after = push(&mut tracker, &tx(3.0, 3));
    assert!(after.restarted);
    assert_eq!((rate(&after), after.rows[0].total), (None, 3));
    let next = push(&mut tracker, &tx(4.0, 8));
    assert_eq!((rate(&next), next.restarted), (Some(5.0), false));
}

#[test]
fn another_process_is_a_restart_even_if_its_counters_are_higher() {
    let mut tracker = StatsTracker::default();
    push(&mut tracker, &tx(1.0, 100));
    let later = tx(2.0, 1_000_000);
    tracker.push(&later, Some((2, 9)));
    assert_eq!(rate(&tracker.view(&later)), None);
}

#[test]
fn a_name_seen_for_the_first_time_has_no_rate_yet() {
    let mut tracker = StatsTracker::default();
    push(&mut tracker, &sample(1.0, &[("tx_inserted", 1)], &[]));
    let view = push(&mut tracker, &sample(2.0, &[("tx_inserted", 2)], &[("path_json", 500)]));
    assert_eq!(&*view.rows[1].name, "backfill_path_json");
    assert!(view.rows[1].backfill);
    assert_eq!((view.rows[0].rate, view.rows[1].rate), (Some(1.0), None));
    let view = push(&mut tracker, &sample(3.0, &[("tx_inserted", 3)], &[("path_json", 740)]));
    assert_eq!(view.rows[1].rate, Some(240.0));
}

#[test]
fn stale_after_five_seconds_strictly() {
    let mut tracker = StatsTracker::default();
    let first = tx(10.0, 100);
    push(&mut tracker, &first);
    let second = tx(11.0, 105);
    push(&mut tracker, &second);
    let at_limit = push(&mut tracker, &unchanged(&second, 16.0));
    assert_eq!((at_limit.stale, rate(&at_limit)), (false, Some(5.0)));
    let past = push(&mut tracker, &unchanged(&second, 16.001));
    assert_eq!((past.stale, rate(&past), past.rows[0].total), (true, None, 105));
    assert!(stale_fault(&past, &second.stats, Some(100.0)).unwrap().text.contains("stopped publishing"));
    assert!(stale_fault(&past, &second.stats, Some(2.0)).unwrap().text.contains("earlier run"));
    let failed = Reading::Failed(Fault::new(FaultKind::Gone, "gone"));
    assert!(stale_fault(&past, &failed, None).is_none());
}

#[test]
fn a_file_left_over_from_the_last_run_is_stale_at_once() {
    let mut tracker = StatsTracker::default();
    let old = tx(1.0, 100);
    let view = push(&mut tracker, &unchanged(&old, 4000.0));
    assert!(view.stale);
    assert!(view.age.is_some_and(|age| age > 3990.0));
}

#[test]
fn a_clock_set_forth_or_back_makes_no_false_rate_and_nothing_stale() {
    for jump in [3600.0, -3600.0] {
        let mut tracker = StatsTracker::default();
        for second in 1..5 {
            push(&mut tracker, &tx(f64::from(second), i64::from(second) * 5));
        }
        // The wall clock jumps, the monotonic clock goes on.
        let mut after = tx(5.0 + jump, 25);
        after.mono = Mono(5_000_000_000);
        if let Reading::Good(stats) = &mut after.stats {
            stats.mono = after.mono;
        }
        let view = push(&mut tracker, &after);
        assert_eq!((rate(&view), view.stale), (Some(5.0), false), "jump of {jump} s");
        // And an old file seen after the jump is no staler than it was.
        let mut tracker = StatsTracker::default();
        push(&mut tracker, &tx(1.0, 5));
        let second = tx(2.0, 10);
        push(&mut tracker, &second);
        let mut later = unchanged(&second, 3.0 + jump);
        later.mono = Mono(3_000_000_000);
        assert!(!push(&mut tracker, &later).stale, "jump of {jump} s");
    }
}

#[test]
fn updates_on_top_of_each_other_give_no_giant_rate() {
    let mut tracker = StatsTracker::default();
    push(&mut tracker, &tx(1.0, 100));
    push(&mut tracker, &tx(2.0, 105));
    assert_eq!(rate(&push(&mut tracker, &tx(2.001, 110))), Some(5.0));
    assert_eq!(rate(&push(&mut tracker, &tx(3.0, 115))), Some(10.0));
}

#[test]
fn a_counter_named_like_a_backfill_stands_there_once() {
    let mut tracker = StatsTracker::default();
    let view = push(&mut tracker, &sample(1.0, &[("backfill_a", 1), ("x", 2)], &[("a", 3)]));
    let names: Vec<&str> = view.rows.iter().map(|row| &*row.name).collect();
    assert_eq!(names, ["x", "backfill_a"]);
    assert_eq!(view.rows[1].total, 3);
}

#[test]
fn hard_writes_without_any_stats_are_said_to_be_a_backfill() {
    let writing = |write: f64| {
        let rates = Some(IoRates { write, ..IoRates::default() });
        let ingestor = Some(ProcView { rates, uptime: Some(30.0), ..ProcView::default() });
        Snapshot { ingestor, ..Snapshot::default() }
    };
    let gone = Reading::Failed(Fault::new(FaultKind::Gone, "no stats file"));
    let fault = silent_fault(&writing(21.0 * MB as f64), &gone).unwrap();
    assert_eq!(fault.text, "ingestor writes 21.0 MB/s and publishes no stats: a backfill at start-up?");
    assert!(silent_fault(&writing(HARD_WRITES), &gone).is_none());
    let left_over = tx(1.0, 5).stats;
    let mut snapshot = writing(21.0 * MB as f64);
    assert!(silent_fault(&snapshot, &left_over).is_none());
    snapshot.sources.age = Some(4000.0);
    assert!(silent_fault(&snapshot, &left_over).is_some());
}
