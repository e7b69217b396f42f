//! The last minutes of every series, for graphs: fed with snapshots, read by the screen.
//!
//! All series share one timeline. A point covers the time since the point before it, so that a
//! change of interval or a hole in the data is drawn as what it was.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::snapshot::Snapshot;

/// Seconds that are kept at least.
pub const KEEP_SECS: f64 = 660.0;
/// Points that are kept at least, whatever time they cover.
pub const MIN_POINTS: usize = 120;
/// Points that are kept at most.
const MAX_POINTS: usize = 7200;
/// Series that are kept at most, besides those of the last snapshot: a stats file may name others in
/// every update.
const MAX_SERIES: usize = 2048;
/// Series whose room is reserved.
const RESERVED: usize = 48;
/// A point this many intervals after the last one leaves a hole before it.
const HOLE: f64 = 2.5;

/// The name of a series.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// The ingestor's bytes written per second.
    IngestorWrite,
    /// The server's bytes written per second.
    ServerWrite,
    /// Size of the `-wal` file in bytes.
    WalSize,
    /// A write source's rows per second.
    Source(Arc<str>),
}

#[derive(Clone, Copy, Debug)]
struct Point {
    /// Monotonic seconds at its end.
    end: f64,
    /// Seconds that it covers.
    covers: f64,
}

/// The values of one series, without those before its beginning.
#[derive(Clone, Debug)]
struct Series {
    /// The number of the first value's point, counted from the first point ever.
    begin: u64,
    values: VecDeque<f32>,
}

impl Series {
    fn end(&self) -> u64 {
        self.begin + self.values.len() as u64
    }

    fn get(&self, number: u64) -> Option<f32> {
        let index = usize::try_from(number.checked_sub(self.begin)?).ok()?;
        self.values.get(index).copied().filter(|value| !value.is_nan())
    }
}

/// Every series' last minutes.
#[derive(Clone, Debug, Default)]
pub struct History {
    points: VecDeque<Point>,
    /// Points that are no longer kept; the number of the first that is.
    forgotten: u64,
    series: HashMap<Key, Series>,
}

impl History {
    /// Appends the values of `snapshot`.
    pub fn push(&mut self, snapshot: &Snapshot) {
        let end = snapshot.mono.secs();
        let covers = match self.points.back() {
            Some(last) if end - last.end <= HOLE * snapshot.interval.max(0.4) => end - last.end,
            _ => snapshot.interval,
        };
        if self.points.is_empty() {
            let wanted = (KEEP_SECS / snapshot.interval.max(0.1)) as usize + 2;
            self.points.reserve(wanted.clamp(MIN_POINTS, MAX_POINTS + 1));
        }
        self.points.push_back(Point { end, covers });
        let rate = |view: &Option<crate::model::snapshot::ProcView>| {
            view.as_ref().and_then(|process| process.rates).map(|rates| rates.write)
        };
        self.put(Key::IngestorWrite, rate(&snapshot.ingestor));
        self.put(Key::ServerWrite, rate(&snapshot.server));
        let wal = snapshot.sqlite.as_ref().and_then(|db| db.wal_size).map(|size| size.0 as f64);
        self.put(Key::WalSize, wal);
        for row in &snapshot.sources.rows {
            self.put(Key::Source(Arc::clone(&row.name)), row.rate);
        }
        self.forget();
        if self.series.len() > MAX_SERIES {
            let end = self.end_number();
            self.series.retain(|_, series| series.end() == end);
        }
    }

    /// The number of the point to come.
    fn end_number(&self) -> u64 {
        self.forgotten + self.points.len() as u64
    }

    /// Appends to one series; what it missed is a gap.
    fn put(&mut self, key: Key, value: Option<f64>) {
        let number = self.end_number() - 1;
        // All at once: growing by halves would leave as many holes in memory. Those who name others in every
        // update get nothing in advance.
        let room = if self.series.len() < RESERVED { self.points.capacity() } else { 0 };
        let begin = || Series { begin: number, values: VecDeque::with_capacity(room) };
        let series = self.series.entry(key).or_insert_with(begin);
        while series.end() < number {
            series.values.push_back(f32::NAN);
        }
        series.values.push_back(value.map_or(f32::NAN, |v| v as f32));
    }

    /// Drops what is too old, and series that have not had a value for the whole time kept.
    fn forget(&mut self) {
        let Some(last) = self.points.back().copied() else { return };
        while self.points.len() > MAX_POINTS
            || (self.points.len() > MIN_POINTS
                && self.points.front().is_some_and(|first| first.end < last.end - KEEP_SECS))
        {
            self.points.pop_front();
            self.forgotten += 1;
            let forgotten = self.forgotten;
            self.series.retain(|_, series| {
                if series.begin < forgotten {
                    series.values.pop_front();
                    series.begin += 1;
                }
                !series.values.is_empty()
            });
        }
    }

    /// Monotonic seconds of the last point.
    pub fn end(&self) -> Option<f64> {
        self.points.back().map(|point| point.end)
    }

    /// The last `width` columns of a series, `secs` seconds each, oldest first: the largest value
    /// of each column, `None` where nothing is known. Columns lie at fixed times, so that a
    /// picture moves by whole columns and never shimmers.
    pub fn columns(&self, key: &Key, width: usize, secs: f64) -> Vec<Option<f64>> {
        let mut columns = vec![None; width];
        let (Some(last), Some(series)) = (self.points.back(), self.series.get(key)) else {
            return columns;
        };
        let column_of = |time: f64| (time / secs).ceil() as i64;
        let newest = column_of(last.end);
        let missing = usize::try_from(self.end_number() - series.end()).unwrap_or(usize::MAX);
        for (index, point) in self.points.iter().enumerate().rev().skip(missing) {
            let back = newest - column_of(point.end);
            if back >= width as i64 {
                break;
            }
            let value = series.get(self.forgotten + index as u64);
            // A point fills its own column and the empty ones that it covers entirely.
            let first = newest - column_of(point.end - point.covers + secs / 2.0);
            for at in back..=first.clamp(back, width as i64 - 1) {
                raise(&mut columns[width - 1 - at as usize], value);
            }
        }
        columns
    }
}

fn raise(column: &mut Option<f64>, value: Option<f32>) {
    if let Some(value) = value.map(f64::from) {
        *column = Some(column.map_or(value, |old| old.max(value)));
    }
}

#[cfg(test)]
mod tests {
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
    fn a_drifting_clock_leaves_no_holes() {
        let history = filled((1..=40).map(|n| (f64::from(n) * 1.02, 1.0, Some(7))));
        let columns = history.columns(&Key::WalSize, 40, 1.0);
        assert!(columns.iter().all(|c| *c == Some(7.0)), "{columns:?}");
    }

    #[test]
    fn unknown_values_and_missing_samples_are_gaps() {
        let history =
            filled([(1.0, 1.0, Some(1)), (2.0, 1.0, None), (3.0, 1.0, Some(3)), (7.0, 1.0, Some(7))]);
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
}
