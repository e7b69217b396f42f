//! The last minutes of every series, for graphs: fed with snapshots, read by the screen.
//!
//! All series share one timeline. A point covers the time since the point before it, so that a
//! change of interval or a hole in the data is drawn as what it was. Graphs show the newest samples
//! one by one and older ones in wider columns only: there, half a second is one point.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use crate::model::snapshot::Snapshot;

/// Seconds that are kept at least.
pub const KEEP_SECS: f64 = 660.0;
/// Points that are kept at least, whatever time they cover.
pub const MIN_POINTS: usize = 120;
/// The newest points, which are kept as they came: more than a graph has columns. With those of [`SLOT`] they are fewer
/// than 2,048 at any interval: memory for twice as many is not taken.
const FINE: usize = 640;
/// Older points within the same so many seconds become one. Their bounds are those of the columns of
/// five samples each, at any interval that keys choose.
const SLOT: f64 = 0.5;
/// Points that are kept at most, whatever the clock said.
const MAX_POINTS: usize = FINE + (KEEP_SECS / SLOT) as usize + 16;
/// Series that are kept at most, besides those of the last snapshot: a stats file may name others in
/// every update.
const MAX_SERIES: usize = 2048;
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
    /// The point with this number, and with it its value, becomes part of the one before it.
    fn join(&mut self, number: u64) {
        let Some(index) = number.checked_sub(self.begin).filter(|index| *index > 0) else {
            // The points that this series knows move to the left; its first may become the joint one.
            self.begin -= 1;
            return;
        };
        let index = usize::try_from(index).unwrap_or(usize::MAX);
        if let Some(value) = self.values.remove(index) {
            let before = &mut self.values[index - 1];
            // The larger one, as in a column; what is unknown loses.
            *before = before.max(value);
        }
    }

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
        self.thin(self.points.len().saturating_sub(FINE));
        self.forget();
        if self.series.len() > MAX_SERIES {
            let end = self.end_number();
            self.series.retain(|_, series| series.end() == end);
        }
    }

    /// Appends what another has gathered since this one was fed last.
    pub fn append(&mut self, later: Self) {
        if later.forgotten > 0 {
            // What was before is too old as well.
            *self = later;
            return;
        }
        let join = self.end_number();
        let thin = self.points.len().saturating_sub(FINE - 1);
        self.points.extend(later.points);
        for (key, series) in later.series {
            let begin = join + series.begin;
            let own = self.series.entry(key).or_insert_with(|| Series { begin, values: VecDeque::new() });
            while own.end() < begin {
                own.values.push_back(f32::NAN);
            }
            own.values.extend(series.values);
        }
        self.thin(thin);
        self.forget();
    }

    /// The number of the point to come.
    fn end_number(&self) -> u64 {
        self.forgotten + self.points.len() as u64
    }

    /// Appends to one series; what it missed is a gap.
    fn put(&mut self, key: Key, value: Option<f64>) {
        let number = self.end_number() - 1;
        let begin = || Series { begin: number, values: VecDeque::new() };
        let series = self.series.entry(key).or_insert_with(begin);
        while series.end() < number {
            series.values.push_back(f32::NAN);
        }
        series.values.push_back(value.map_or(f32::NAN, |v| v as f32));
    }

    /// Joins the points from `first` on, but for the newest, with the one before where both lie in the
    /// same slot. There is no hole between such two: the shortest is longer than a slot.
    fn thin(&mut self, first: usize) {
        let slot = |point: Point| (point.end / SLOT).ceil();
        let mut index = first.max(1);
        while index + FINE <= self.points.len() {
            let (before, point) = (self.points[index - 1], self.points[index]);
            if slot(before) < slot(point) {
                index += 1;
                continue;
            }
            self.points.remove(index);
            self.points[index - 1] = Point { end: point.end, covers: before.covers + point.covers };
            let number = self.forgotten + index as u64;
            self.series.values_mut().for_each(|series| series.join(number));
        }
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
mod tests;
