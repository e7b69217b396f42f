use super::*;
use crate::model::snapshot::SqliteView;
use crate::units::{Bytes, Mono};

fn at(secs: f64, interval: f64, wal: Option<u64>) -> Snapshot {
    Snapshot {
        mono: Mono((secs * 1e9) as u64),
        interval,
        sqlite: Some(SqliteView { wal_size: wal.map(Bytes), ..SqliteView::default() }),
        ..Snapshot::default()
    }
}

fn filled(times: impl IntoIterator<Item = (f64, f64, Option<u64>)>) -> History {
    let mut history = History::default();
    for (secs, interval, wal) in times {
        history.push(&at(secs, interval, wal));
    }
    history
}

#[test]
fn one_point_a_column() {
    let history = filled((1..=5).map(|n: u32| (f64::from(n), 1.0, Some(u64::from(n)))));
    let columns = history.columns(&Key::WalSize, 4, 1.0);
    assert_eq!(columns, [Some(2.0), Some(3.0), Some(4.0), Some(5.0)]);
}

#[test]
fn what_came_meanwhile_is_as_if_it_had_always_been_there() {
    let moment = |n: u32| (f64::from(n), 1.0, Some(u64::from(n)).filter(|n| n % 3 != 0));
    for (first, last) in [(5, 9), (300, 500), (300, 1500), (1000, 1100)] {
        let mut history = filled((1..=first).map(moment));
        history.append(filled((first + 1..=last).map(moment)));
        let whole = filled((1..=last).map(moment));
        for secs in [1.0, 5.0] {
            let columns = |history: &History| history.columns(&Key::WalSize, 200, secs);
            assert_eq!(columns(&history), columns(&whole), "{first} {last}");
        }
        assert_eq!(history.points.len(), whole.points.len());
    }
    let moment = |n: u32| (f64::from(n) / 10.0, 0.1, Some(u64::from(n)).filter(|n| n % 3 != 0));
    for (first, last) in [(500, 900), (500, 3000), (1600, 1603), (2500, 5001)] {
        let mut history = filled((1..=first).map(moment));
        history.append(filled((first + 1..=last).map(moment)));
        let whole = filled((1..=last).map(moment));
        for secs in [0.1, 0.5, 2.0] {
            let columns = |history: &History| history.columns(&Key::WalSize, 1000, secs);
            assert_eq!(columns(&history), columns(&whole), "{first} {last} {secs}");
        }
        assert_eq!(history.points.len(), whole.points.len(), "{first} {last}");
    }
}

/// What is thinned looks as if it were not, in every width that a graph has at this interval.
#[test]
fn older_points_that_share_a_column_share_their_memory() {
    let value = |n: u32| Some(u64::from(n * 7919 % 1000)).filter(|n| n % 13 != 0);
    let mut history = History::default();
    let mut all = Vec::new();
    for n in 1..=9000_u32 {
        let secs = f64::from(n) / 10.0;
        history.push(&at(secs, 0.1, value(n)));
        all.push((secs, value(n)));
        assert!(
            history.points.len() <= FINE + 1322 && history.points.capacity() <= 2048,
            "{}",
            history.points.len()
        );
    }
    for (width, secs) in [(600, 0.1), (500, 0.5), (1200, 0.5), (150, 4.0), (60, 10.0)] {
        let newest = (900.0_f64 / secs).ceil() as usize;
        let mut expected = vec![None; width];
        for (end, value) in &all {
            let back = newest - (end / secs - 1e-9).ceil() as usize;
            if let Some(column) = width.checked_sub(back + 1).and_then(|at| expected.get_mut(at)) {
                raise(column, value.map(|value| value as f32));
            }
        }
        assert_eq!(history.columns(&Key::WalSize, width, secs), expected, "{width} columns of {secs} s");
    }
}

#[test]
fn series_of_any_beginning_and_end_stay_aligned_when_points_are_joined() {
    let row = |name: &str, rate: f64| crate::model::snapshot::SourceRow {
        name: name.into(),
        backfill: false,
        total: 1,
        rate: Some(rate),
        baseline: None,
        flag: None,
    };
    let mut history = History::default();
    for n in 1..=4000_u32 {
        let mut snapshot = at(f64::from(n) / 10.0, 0.1, Some(u64::from(n)));
        let lives = [("a", 1..4001), ("b", 503..1501), ("c", 1504..1505), ("d", 2999..4001)];
        snapshot.sources.rows = lives
            .iter()
            .filter(|(_, life)| life.contains(&n))
            .map(|(name, _)| row(name, f64::from(n)))
            .collect();
        history.push(&snapshot);
    }
    let columns = |name: &str| history.columns(&Key::Source(name.into()), 800, 0.5);
    let known = |name: &str| {
        let columns = columns(name);
        let first = columns.iter().position(Option::is_some).unwrap();
        let last = columns.iter().rposition(Option::is_some).unwrap();
        (first, last, columns[first].unwrap(), columns[last].unwrap())
    };
    assert_eq!(known("a"), (0, 799, 5.0, 4000.0));
    assert_eq!(known("b"), (100, 299, 505.0, 1500.0));
    assert_eq!(known("c"), (300, 300, 1504.0, 1504.0));
    assert_eq!(known("d"), (599, 799, 3000.0, 4000.0));
}

#[test]
fn a_drifting_clock_leaves_no_holes() {
    let history = filled((1..=40).map(|n| (f64::from(n) * 1.02, 1.0, Some(7))));
    let columns = history.columns(&Key::WalSize, 40, 1.0);
    assert!(columns.iter().all(|c| *c == Some(7.0)), "{columns:?}");
}

#[test]
fn unknown_values_and_missing_samples_are_gaps() {
    let history = filled([(1.0, 1.0, Some(1)), (2.0, 1.0, None), (3.0, 1.0, Some(3)), (7.0, 1.0, Some(7))]);
    let columns = history.columns(&Key::WalSize, 7, 1.0);
    assert_eq!(columns, [Some(1.0), None, Some(3.0), None, None, None, Some(7.0)]);
}

#[test]
fn long_intervals_fill_their_columns_and_short_ones_share_them() {
    let slow = filled([(5.0, 5.0, Some(1)), (10.0, 5.0, Some(2))]);
    assert_eq!(slow.columns(&Key::WalSize, 6, 1.0).last(), Some(&Some(2.0)));
    assert_eq!(slow.columns(&Key::WalSize, 6, 1.0).iter().flatten().count(), 6);
    let fast = filled((1..=20).map(|n: u32| (f64::from(n) / 10.0, 0.1, Some(u64::from(n)))));
    assert_eq!(fast.columns(&Key::WalSize, 2, 1.0), [Some(10.0), Some(20.0)]);
}

#[test]
fn ten_minutes_are_kept_and_memory_is_bounded() {
    let mut history = filled((1..=2000).map(|n| (f64::from(n), 1.0, Some(1))));
    assert_eq!(history.columns(&Key::WalSize, 600, 1.0).iter().flatten().count(), 600);
    assert!(history.points.len() <= KEEP_SECS as usize + 2);
    for n in 0..9000 {
        history.push(&at(2000.0 + f64::from(n) / 100.0, 0.01, Some(1)));
    }
    assert!(history.points.len() <= MAX_POINTS);
}

#[test]
fn a_series_that_began_late_is_aligned_with_the_others() {
    let mut history = filled([(1.0, 1.0, Some(1)), (2.0, 1.0, Some(2))]);
    let mut late = at(3.0, 1.0, Some(3));
    late.sources.rows.push(crate::model::snapshot::SourceRow {
        name: "tx_inserted".into(),
        backfill: false,
        total: 1,
        rate: Some(5.0),
        baseline: None,
        flag: None,
    });
    history.push(&late);
    let columns = history.columns(&Key::Source("tx_inserted".into()), 3, 1.0);
    assert_eq!(columns, [None, None, Some(5.0)]);
    for n in 4..900 {
        history.push(&at(f64::from(n), 1.0, None));
    }
    assert_eq!(history.columns(&Key::Source("tx_inserted".into()), 900, 1.0), vec![None; 900]);
}

/// Memory for a point was once taken by every series for every other's points, and for ten minutes.
#[test]
fn names_that_change_in_every_update_do_not_pile_up() {
    let mut history = History::default();
    for n in 1..=40 {
        let mut snapshot = at(f64::from(n), 1.0, Some(1));
        snapshot.sources.rows.extend((0..1000).map(|i| crate::model::snapshot::SourceRow {
            name: format!("job_{n}_{i}").into(),
            backfill: true,
            total: 1,
            rate: Some(5.0),
            baseline: None,
            flag: None,
        }));
        history.push(&snapshot);
        assert!(history.series.len() <= MAX_SERIES + 1003, "{}", history.series.len());
    }
    assert!(history.series.values().map(|series| series.values.capacity()).sum::<usize>() < 50_000);
    assert_eq!(history.columns(&Key::WalSize, 40, 1.0), vec![Some(1.0); 40]);
    let last = Key::Source("job_40_999".into());
    assert_eq!(history.columns(&last, 2, 1.0), [None, Some(5.0)]);
}
