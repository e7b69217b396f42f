//! Diagnoses that are easily mistaken.

use super::*;

#[test]
fn a_checkpoint_under_way_is_not_nobody() {
    let lock = HeldLock { slot: Slot::Checkpoint, ..write_lock(4) };
    let running = |n: u32| look(f64::from(n), index(50_000, 0, &[]), vec![lock.clone()]);
    assert_eq!(follow((0..60).map(running)).diagnosis, Diagnosis::Fine);
    let idle = |n: u32| look(f64::from(n), index(50_000, 0, &[]), vec![]);
    let view = follow((0..12).map(idle));
    assert!(matches!(view.diagnosis, Diagnosis::NobodyCheckpoints { frames: 50_000, .. }));
    // A reader that pinned for long is not followed by a wrong word.
    let pinned = |n: u32| look(f64::from(n), index(50_000, 0, &[(1, 5)]), vec![read_lock(3, 1)]);
    let view = follow((0..60).map(pinned).chain([idle(60), idle(61)]));
    assert_eq!(view.diagnosis, Diagnosis::Fine);
}

#[test]
fn when_the_log_starts_over_the_file_is_a_high_water_mark_at_once() {
    let size = file(32 + 40_000 * 4120);
    let sized = |sample| DbSample { wal: size.clone(), ..sample };
    let growing = (1..=40u32).map(|n| look(f64::from(n), index(n * 1000, n * 1000 - 500, &[]), vec![]));
    let before: Vec<DbSample> = growing.collect();
    assert_eq!(follow(before.clone()).diagnosis, Diagnosis::Growing);
    let copied = sized(look(41.0, index(40_000, 40_000, &[]), vec![]));
    let view = follow(before.clone().into_iter().chain([copied.clone()]));
    assert!(matches!(view.diagnosis, Diagnosis::HighWater { .. }), "{:?}", view.diagnosis);
    // A reader at the end of the log keeps it from starting over: the file will grow on.
    let read = look(41.0, index(40_000, 40_000, &[(2, 40_000)]), vec![read_lock(3, 2)]);
    let view = follow(before.clone().into_iter().chain([sized(read)]));
    assert_eq!(view.diagnosis, Diagnosis::Growing);
    let over = sized(salted(42.0, [8, 8], 20));
    let view = follow(before.into_iter().chain([copied, over]));
    assert_eq!((view.growth, view.to_limit, view.to_full), (Some(0.0), None, None));
    assert!(matches!(view.diagnosis, Diagnosis::HighWater { .. }), "{:?}", view.diagnosis);
}

#[test]
fn a_large_transaction_that_spills_is_growth() {
    let at = |n: u32| {
        let wal = file(u64::from(n) * 20 * MB);
        DbSample { wal, ..look(f64::from(n), index(40, 40, &[]), vec![]) }
    };
    assert_eq!(follow((1..9).map(at)).diagnosis, Diagnosis::Growing);
}

#[test]
fn a_log_that_grows_within_one_look_of_starting_over_is_no_high_water_mark_while_somebody_writes() {
    let before = (1..=5u32).map(|n| look(f64::from(n), index(500, 500, &[]), vec![]));
    let after = |locks| DbSample { wal: file(40 * MB), ..with_locks(salted(6.0, [8, 8], 20), locks) };
    let view = follow(before.clone().chain([after(vec![write_lock(1)])]));
    assert_eq!(view.diagnosis, Diagnosis::Fine);
    let view = follow(before.chain([after(vec![])]));
    assert!(matches!(view.diagnosis, Diagnosis::HighWater { .. }), "{:?}", view.diagnosis);
}

fn with_locks(sample: DbSample, locks: Vec<HeldLock>) -> DbSample {
    DbSample { locks: Reading::Good(locks), ..sample }
}

#[test]
fn a_log_of_ordinary_size_is_fine_while_it_grows_to_it() {
    let at = |n: u32| look(f64::from(n), index(n * 100, 0, &[]), vec![]);
    assert_eq!(follow((1..=20).map(at)).diagnosis, Diagnosis::Fine);
    // Pages of 64 KB make the same log sixteen times as large.
    let wide = |n: u32| {
        let index = WalIndex { page_size: 65_536, ..index(900, 900, &[]) };
        DbSample { wal: file(32 + 1010 * 65_560), ..look(f64::from(n), index, vec![]) }
    };
    assert_eq!(follow((1..9).map(wide)).diagnosis, Diagnosis::Fine);
}
