//! The database and its log: sizes, growth, pages.

use std::sync::Arc;

use crate::model::snapshot::{SourceFault, SqliteView};
use crate::model::wal::{Roles, WalTracker};
use crate::sample::{DbSample, FaultKind, FileStat, Reading};
use crate::units::{Bytes, Mono};

/// Follows the database from sample to sample.
#[derive(Clone, Debug, Default)]
pub struct SqliteTracker {
    wal: WalTracker,
    last: Option<(Mono, FileStat)>,
    view: SqliteView,
}

impl SqliteTracker {
    /// Eats one reading; `None` if no database is watched. `wal_limit` is the limit of the log's
    /// size in bytes.
    pub fn push(&mut self, reading: &Reading<DbSample>, roles: Roles, wal_limit: f64) -> Option<SqliteView> {
        match reading {
            Reading::Unwatched => return None,
            Reading::Good(db) => self.look(db, roles, wal_limit),
            // The disk does not answer: nothing of it is known now.
            Reading::Failed(_) => (self.last, self.view) = (None, SqliteView::default()),
        }
        Some(self.view.clone())
    }

    fn look(&mut self, sample: &DbSample, roles: Roles, wal_limit: f64) {
        let (header, index) = (sample.header.good(), sample.wal_index.good());
        let pragmas = sample.pragmas.good();
        let page_size = header
            .map(|h| i64::from(h.page_size))
            .or(index.map(|i| i64::from(i.page_size)))
            .or(pragmas.map(|p| p.page_size));
        self.view = SqliteView {
            db: sample.db.good().copied(),
            wal_size: size_or_none(&sample.wal, sample.db.good().is_some()),
            wal_growth: self.growth(sample),
            open: known_presence(&sample.shm),
            header: header.copied(),
            wal_index: index.copied(),
            page_count: page_count(sample),
            page_size,
            freelist_count: pragmas
                .map(|p| p.freelist_count)
                .or(header.filter(|_| at_rest(sample)).map(|h| i64::from(h.freelist_count))),
            cache_size: pragmas.map(|p| p.cache_size),
            journal_mode: pragmas
                .map(|p| p.journal_mode.clone())
                .or(header.filter(|h| h.wal_mode).map(|_| "wal".to_owned())),
            cache_hit_rate: None,
            cache_hit_of: "",
            wal: Arc::new(self.wal.push(sample, roles, wal_limit)),
        };
    }

    /// Bytes per second between two looks at the same `-wal` file.
    fn growth(&mut self, sample: &DbSample) -> Option<f64> {
        let now = sample.wal.good().copied();
        let before = std::mem::replace(&mut self.last, now.map(|stat| (sample.mono, stat)));
        let ((since, old), new) = before.zip(now)?;
        let secs = sample.mono.since(since).as_secs_f64();
        let same = (old.dev, old.ino) == (new.dev, new.ino);
        (same && secs > 0.0).then(|| (new.size.0 as f64 - old.size.0 as f64) / secs)
    }
}

/// No `-wal` beside a database that is there is an empty log; one that can't be read is unknown.
fn size_or_none(wal: &Reading<FileStat>, db_is_there: bool) -> Option<Bytes> {
    match wal {
        Reading::Good(stat) => Some(stat.size),
        Reading::Failed(fault) if fault.kind == FaultKind::Gone && db_is_there => Some(Bytes(0)),
        _ => None,
    }
}

fn known_presence(shm: &Reading<FileStat>) -> Option<bool> {
    match shm {
        Reading::Good(_) => Some(true),
        Reading::Failed(fault) if fault.kind == FaultKind::Gone => Some(false),
        _ => None,
    }
}

/// Whether the database file holds everything, so that its own header can be believed.
fn at_rest(sample: &DbSample) -> bool {
    size_or_none(&sample.wal, true) == Some(Bytes(0))
}

/// The wal-index knows the size after the last commit; without a log the file itself does; else
/// what SQLite said last.
fn page_count(sample: &DbSample) -> Option<i64> {
    let in_log = sample.wal_index.good().filter(|index| index.mx_frame > 0 && index.page_count > 0);
    let in_file = sample.header.good().filter(|_| at_rest(sample));
    in_log
        .map(|index| index.page_count)
        .or(in_file.map(|header| header.page_count))
        .map(i64::from)
        .or(sample.pragmas.good().map(|pragmas| pragmas.page_count))
}

/// What of the database could not be read. That nobody has it open is a state, not a fault.
pub fn faults(sample: &DbSample) -> impl Iterator<Item = SourceFault> {
    let db = SourceFault::of("db", &sample.db).or_else(|| SourceFault::of("db", &sample.header));
    let hidden = |fault: Option<SourceFault>, gone: bool| fault.filter(|_| !gone);
    let gone = |kind: Option<FaultKind>| kind == Some(FaultKind::Gone);
    let wal = hidden(SourceFault::of("wal", &sample.wal), gone(sample.wal.fault().map(|f| f.kind)));
    let index =
        hidden(SourceFault::of("wal", &sample.wal_index), gone(sample.wal_index.fault().map(|f| f.kind)));
    let pragmas = hidden(
        SourceFault::of("db", &sample.pragmas),
        gone(sample.pragmas.fault().map(|f| f.kind)) || db.is_some(),
    );
    [db, wal, index, pragmas].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{DbHeader, Fault, Pragmas, WalIndex};

    fn gone<T>() -> Reading<T> {
        Reading::Failed(Fault::new(FaultKind::Gone, "gone"))
    }

    fn file(size: u64, ino: u64) -> Reading<FileStat> {
        Reading::Good(FileStat { size: Bytes(size), dev: 1, ino })
    }

    fn sample(secs: u64, wal: Reading<FileStat>) -> DbSample {
        DbSample {
            mono: Mono(secs * 1_000_000_000),
            db: file(40960, 1),
            wal,
            shm: file(32768, 3),
            header: Reading::Good(DbHeader {
                page_size: 4096,
                wal_mode: true,
                page_count: 10,
                freelist_count: 2,
            }),
            wal_index: Reading::Good(WalIndex { mx_frame: 5, page_count: 12, ..WalIndex::default() }),
            pragmas: gone(),
            ..DbSample::default()
        }
    }

    fn push(tracker: &mut SqliteTracker, reading: &Reading<DbSample>) -> Option<SqliteView> {
        tracker.push(reading, Roles::default(), 1e9)
    }

    fn look(samples: &[DbSample]) -> SqliteView {
        let mut tracker = SqliteTracker::default();
        samples.iter().filter_map(|s| push(&mut tracker, &Reading::Good(s.clone()))).last().unwrap()
    }

    #[test]
    fn growth_is_of_one_file_and_may_be_negative() {
        assert_eq!(look(&[sample(1, file(100, 2))]).wal_growth, None);
        assert_eq!(look(&[sample(1, file(100, 2)), sample(3, file(300, 2))]).wal_growth, Some(100.0));
        assert_eq!(look(&[sample(1, file(300, 2)), sample(2, file(0, 2))]).wal_growth, Some(-300.0));
        assert_eq!(look(&[sample(1, file(100, 2)), sample(2, file(900, 9))]).wal_growth, None);
    }

    #[test]
    fn no_log_is_an_empty_log_and_an_unreadable_one_is_unknown() {
        let absent = look(&[sample(1, gone())]);
        assert_eq!((absent.wal_size, absent.page_count), (Some(Bytes(0)), Some(12)));
        let denied = Reading::Failed(Fault::new(FaultKind::Denied, "denied"));
        assert_eq!(look(&[sample(1, denied)]).wal_size, None);
    }

    #[test]
    fn a_database_that_nobody_has_open_is_read_from_its_header() {
        let closed = DbSample { wal_index: gone(), shm: gone(), ..sample(1, gone()) };
        let view = look(std::slice::from_ref(&closed));
        assert_eq!(view.open, Some(false));
        assert_eq!((view.page_count, view.freelist_count), (Some(10), Some(2)));
        assert_eq!(view.journal_mode.as_deref(), Some("wal"));
        assert_eq!(faults(&closed).count(), 0);
    }

    #[test]
    fn in_mid_log_the_header_is_not_believed() {
        let view = look(&[DbSample { wal_index: gone(), ..sample(1, file(4128, 2)) }]);
        assert_eq!((view.page_count, view.freelist_count), (None, None));
        let pragmas = Pragmas {
            mono: Mono(0),
            page_count: 13,
            page_size: 4096,
            freelist_count: 1,
            cache_size: -2000,
            journal_mode: "wal".into(),
        };
        let asked = DbSample { pragmas: Reading::Good(pragmas), ..sample(1, file(4128, 2)) };
        let view = look(&[asked]);
        assert_eq!((view.page_count, view.freelist_count), (Some(12), Some(1)));
    }

    #[test]
    fn a_disk_that_does_not_answer_leaves_everything_unknown() {
        let mut tracker = SqliteTracker::default();
        push(&mut tracker, &Reading::Good(sample(1, file(100, 2))));
        let stalled = Reading::Failed(Fault::new(FaultKind::Stalled, "stalled"));
        let view = push(&mut tracker, &stalled).unwrap();
        assert_eq!((view.wal_size, view.db), (None, None));
        assert!(push(&mut tracker, &Reading::Unwatched).is_none());
    }
}
