use super::*;
use crate::sample::{DbHeader, Fault, FileStat, WalIndex};
use crate::units::Bytes;
use crate::units::MB;

mod diagnosis;

const ROLES: Roles = Roles { ingestor: Some(1), server: Some(2) };
const LIMIT: f64 = 100.0 * MB as f64;

fn index(mx_frame: u32, checkpointed: u32, marks: &[(usize, u32)]) -> WalIndex {
    let mut read_marks = [None; 5];
    for (slot, mark) in marks {
        read_marks[*slot] = Some(*mark);
    }
    WalIndex {
        change: mx_frame,
        page_size: 4096,
        mx_frame,
        page_count: 10,
        salts: [7, 7],
        checkpointed,
        read_marks,
    }
}

fn read_lock(pid: u32, slot: u8) -> HeldLock {
    HeldLock { slot: Slot::Read(slot), exclusive: false, pid: Some(pid), name: Some("reader".into()) }
}

fn write_lock(pid: u32) -> HeldLock {
    HeldLock { slot: Slot::Write, exclusive: true, pid: Some(pid), name: Some("writer".into()) }
}

fn file(size: u64) -> Reading<FileStat> {
    Reading::Good(FileStat { size: Bytes(size), dev: 1, ino: 2 })
}

fn look(secs: f64, index: WalIndex, locks: Vec<HeldLock>) -> DbSample {
    DbSample {
        mono: Mono((secs * 1e9) as u64),
        wal: file(u64::from(index.mx_frame) * 4120 + 32),
        shm: file(32768),
        header: Reading::Good(DbHeader {
            page_size: 4096,
            wal_mode: true,
            page_count: 10,
            freelist_count: 0,
        }),
        wal_index: Reading::Good(index),
        locks: Reading::Good(locks),
        free: Reading::Good(Bytes(1000 * MB)),
        ..DbSample::default()
    }
}

fn follow(samples: impl IntoIterator<Item = DbSample>) -> WalView {
    let mut tracker = WalTracker::default();
    samples.into_iter().map(|sample| tracker.push(&sample, ROLES, LIMIT)).last().unwrap()
}

#[test]
fn the_reader_that_pins_is_named_at_the_second_sample() {
    let at = |secs| look(secs, index(46_950, 213, &[(1, 213)]), vec![read_lock(2, 1)]);
    let first = follow([at(1.0)]);
    assert_eq!((first.pin, first.holders.as_ref().unwrap().len()), (None, 1));
    let second = follow([at(1.0), at(2.0), at(131.0)]);
    assert_eq!(
        second.diagnosis.to_string(),
        "pinned at frame 213 by reader[2] for 2 m 10 s: 46,737 frames (184 MB) can't be checkpointed"
    );
    assert_eq!(second.pinning().unwrap().process.role, "server");
    assert!(second.diagnosis.remedy().unwrap().contains("reader[2]"));
}

#[test]
fn the_lowest_mark_pins_and_a_reader_at_the_end_does_not() {
    let marks = [(1, 400), (2, 100), (3, 500)];
    let locks = || vec![read_lock(5, 3), read_lock(3, 1), read_lock(4, 2), read_lock(6, 2)];
    let view = follow([1.0, 2.0].map(|secs| look(secs, index(500, 50, &marks), locks())));
    let holders = view.holders.as_ref().unwrap();
    let rows: Vec<_> = holders.iter().map(|h| (h.slot, h.mark, h.behind)).collect();
    assert_eq!(rows, [(2, 100, 400), (2, 100, 400), (1, 400, 100), (3, 500, 0)]);
    assert_eq!(view.pinning().unwrap().mark, 100);
    let idle = follow([1.0, 2.0].map(|secs| look(secs, index(500, 500, &[(3, 500)]), vec![read_lock(5, 3)])));
    assert_eq!((idle.pin, idle.diagnosis), (None, Diagnosis::Fine));
}

#[test]
fn a_mark_that_nobody_holds_pins_nothing() {
    let view = follow([1.0, 2.0].map(|secs| look(secs, index(500, 0, &[(1, 5)]), vec![])));
    assert_eq!((view.pin, view.holders), (None, Some(vec![])));
}

#[test]
fn slot_zero_pins_all_that_is_pending() {
    let view = follow([1.0, 2.0].map(|secs| look(secs, index(500, 20, &[(0, 0)]), vec![read_lock(3, 0)])));
    assert_eq!(view.pinning().unwrap().behind, 480);
    assert!(view.diagnosis.to_string().starts_with("pinned at frame 20 by"));
}

#[test]
fn a_reader_that_moved_on_or_a_log_that_restarted_starts_anew() {
    let first = look(1.0, index(500, 0, &[(1, 100)]), vec![read_lock(3, 1)]);
    let moved = look(2.0, index(600, 0, &[(1, 550)]), vec![read_lock(3, 1)]);
    let view = follow([first.clone(), moved]);
    assert!(view.holders.unwrap()[0].held < 1e-9);
    let restarted = WalIndex { salts: [8, 8], ..index(500, 0, &[(1, 100)]) };
    let view = follow([first, look(2.0, restarted, vec![read_lock(3, 1)])]);
    assert_eq!((view.pin, view.resets, view.restart_age), (None, 1, Some(0.0)));
}

#[test]
fn a_reader_missing_from_one_sample_starts_anew() {
    let with = |secs| look(secs, index(500, 0, &[(1, 100)]), vec![read_lock(3, 1)]);
    let view = follow([with(1.0), look(2.0, index(500, 0, &[(1, 100)]), vec![]), with(3.0)]);
    assert_eq!(view.pin, None);
}

#[test]
fn a_holder_that_cannot_be_seen_is_said_to_be_so() {
    let unseen = HeldLock { pid: None, name: None, ..read_lock(0, 1) };
    let view = follow([1.0, 2.0].map(|secs| look(secs, index(500, 0, &[(1, 9)]), vec![unseen.clone()])));
    assert!(view.diagnosis.to_string().contains("by a process this user can't see"));
}

#[test]
fn nobody_checkpoints() {
    let view = follow((0..30).map(|n: u32| look(f64::from(n), index(3000 + n * 100, 0, &[]), vec![])));
    assert!(
        matches!(view.diagnosis, Diagnosis::NobodyCheckpoints { frames: 5900, .. }),
        "{:?}",
        view.diagnosis
    );
    assert!((view.write_rate.unwrap() - 412_000.0).abs() < 1.0);
    assert!(view.to_limit.unwrap() > 0.0 && view.to_full.unwrap() > view.to_limit.unwrap());
    assert_eq!(view.checkpoint_age, None);
}

#[test]
fn growing_while_checkpoints_keep_up() {
    let view = follow((0..30).map(|n: u32| look(f64::from(n), index(1000 + n * 100, n * 100, &[]), vec![])));
    assert_eq!((view.diagnosis, view.checkpoint_age), (Diagnosis::Growing, Some(0.0)));
}

#[test]
fn a_big_file_whose_content_is_checkpointed_is_a_high_water_mark() {
    let big = |secs| DbSample { wal: file(183 * MB), ..look(secs, index(40, 40, &[]), vec![]) };
    let view = follow([big(1.0), big(2.0)]);
    assert!(view.diagnosis.to_string().contains("high-water mark: the file has 183 MB"));
    assert_eq!(view.to_limit, None);
}

#[test]
fn the_writer_is_timed_as_long_as_nothing_is_committed() {
    let held = |secs| look(secs, index(500, 500, &[]), vec![write_lock(1)]);
    let view = follow([held(1.0), held(3.0), held(12.0)]);
    assert_eq!(view.diagnosis.to_string(), "writer held by writer[1] for 11 s");
    assert_eq!(view.longest_run.as_ref().unwrap().1, 3);
    assert!((view.write_share.unwrap() - 1.0).abs() < 1e-9);
    let committed = look(13.0, index(600, 500, &[]), vec![write_lock(1)]);
    let view = follow([held(1.0), held(12.0), committed]);
    assert!(view.writer.unwrap().held < 1e-9);
}

#[test]
fn shares_and_runs_are_of_the_last_sixty_samples() {
    let at = |n: u32, pid: Option<u32>| {
        look(f64::from(n), index(n, n, &[]), pid.map(write_lock).into_iter().collect())
    };
    let view = follow((0..100).map(|n| at(n, (n >= 70).then_some(if n < 80 { 1 } else { 9 }))));
    assert!((view.write_share.unwrap() - 0.5).abs() < 1e-9);
    assert_eq!(view.longest_run.map(|(process, run)| (process.pid, run)), Some((Some(9), 20)));
}

#[test]
fn states_without_a_log_are_no_errors() {
    let rollback = DbHeader { page_size: 4096, wal_mode: false, page_count: 1, freelist_count: 0 };
    let view = follow([DbSample { header: Reading::Good(rollback), ..look(1.0, index(0, 0, &[]), vec![]) }]);
    assert_eq!(view.diagnosis, Diagnosis::NotWal { mode: None });
    let gone = Reading::Failed(Fault::new(FaultKind::Gone, "gone"));
    let view = follow([DbSample { shm: gone, ..look(1.0, index(0, 0, &[]), vec![]) }]);
    assert_eq!(view.diagnosis, Diagnosis::Closed);
    let denied = Reading::Failed(Fault::new(FaultKind::Denied, "permission denied reading x-shm"));
    let view = follow([DbSample { wal_index: denied, ..look(1.0, index(0, 0, &[]), vec![]) }]);
    assert_eq!(view.diagnosis.to_string(), "can't tell: permission denied reading x-shm");
}

#[test]
fn a_truncated_file_has_no_growth() {
    let view = follow([
        look(1.0, index(9000, 0, &[]), vec![]),
        DbSample { wal: file(0), ..look(2.0, index(0, 0, &[]), vec![]) },
        DbSample { wal: file(4120), ..look(3.0, index(1, 0, &[]), vec![]) },
    ]);
    assert!((view.growth.unwrap() - 4120.0).abs() < 1e-9);
    assert_eq!(view.resets, 1);
}

/// A log with salts of its own.
fn salted(secs: f64, salts: [u32; 2], mx_frame: u32) -> DbSample {
    look(secs, WalIndex { salts, ..index(mx_frame, 0, &[]) }, vec![])
}

#[test]
fn restarts_between_two_samples_are_counted_by_the_first_salt() {
    let resets = |all: &[([u32; 2], u32)]| {
        let at = |(n, (salts, frames)): (usize, &([u32; 2], u32))| salted(n as f64, *salts, *frames);
        follow(all.iter().enumerate().map(at)).resets
    };
    assert_eq!(resets(&[([7, 1], 500), ([8, 2], 500), ([12, 3], 500)]), 5);
    assert_eq!(resets(&[([u32::MAX, 1], 500), ([1, 2], 9)]), 2, "it wraps around");
    // Cut to nothing by one connection, begun anew by another that has never restarted it.
    assert_eq!(resets(&[([7, 1], 500), ([8, 2], 0), ([0x9999_0000, 3], 4)]), 1);
    assert_eq!(resets(&[([7, 1], 500), ([0x9999_0000, 3], 4)]), 1);
}

#[test]
fn the_log_may_start_over_under_a_reader_that_does_not_use_it() {
    let at = |secs, salt, mx_frame| {
        let index = WalIndex { salts: [salt, 1], ..index(mx_frame, 0, &[(0, 0)]) };
        look(secs, index, vec![read_lock(3, 0)])
    };
    let view = follow([at(1.0, 7, 0), at(5.0, 8, 30)]);
    assert!((view.pinning().unwrap().held - 4.0).abs() < 1e-9);
}

#[test]
fn another_database_starts_anew() {
    let at = |secs, ino, salt| {
        let index = WalIndex { salts: [salt, 1], ..index(500, 0, &[(0, 0)]) };
        let db = Reading::Good(FileStat { size: Bytes(9), dev: 1, ino });
        DbSample { db, ..look(secs, index, vec![read_lock(3, 0)]) }
    };
    let view = follow([at(1.0, 5, 7), at(2.0, 5, 7), at(3.0, 6, 8)]);
    assert_eq!((view.resets, view.pin), (0, None));
    assert!(view.watched < 1e-9);
}

#[test]
fn restarts_are_remembered_while_nobody_has_it_open() {
    let gone = Reading::Failed(Fault::new(FaultKind::Gone, "gone"));
    let closed = DbSample { shm: gone, ..salted(3.0, [0, 0], 0) };
    let view = follow([salted(1.0, [7, 1], 5), salted(2.0, [8, 1], 5), closed, salted(4.0, [90, 1], 5)]);
    assert_eq!((view.resets, view.restart_age), (1, Some(2.0)));
}

#[test]
fn a_torn_read_does_not_hide_a_restart_nor_end_a_hold() {
    let torn = |secs| DbSample {
        wal_index: Reading::Failed(Fault::new(FaultKind::Invalid, "torn")),
        ..look(secs, index(0, 0, &[]), vec![read_lock(3, 1)])
    };
    assert_eq!(follow([salted(1.0, [7, 1], 5), torn(2.0), salted(3.0, [9, 1], 5)]).resets, 2);
    let pinned = |secs| look(secs, index(500, 0, &[(1, 9)]), vec![read_lock(3, 1)]);
    let view = follow([pinned(1.0), torn(2.0), pinned(3.0)]);
    assert!((view.pinning().unwrap().held - 2.0).abs() < 1e-9);
}

#[test]
fn roles_are_by_pid_or_else_by_name() {
    let lock = |pid, name: &str| HeldLock { name: Some(name.into()), ..read_lock(pid, 1) };
    let role = |roles: Roles, pid, name| roles.process(&lock(pid, name)).role;
    assert_eq!(role(ROLES, 2, "anything"), "server");
    assert_eq!(role(ROLES, 9, "corescope-server"), "other", "the server that is watched is another");
    assert_eq!(role(Roles::default(), 9, "corescope-server"), "server");
    assert_eq!(role(Roles::default(), 9, "corescope-ingestor"), "ingestor");
}
