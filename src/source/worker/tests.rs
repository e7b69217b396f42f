use std::sync::mpsc::{channel, sync_channel};

use super::*;

const TICK: u64 = 1_000_000_000;

fn at(tick: u64) -> Mono {
    Mono(5 + tick * TICK)
}

/// Lets the manual clock show `tick` and everybody notice.
fn advance(shared: &Shared<()>, clock: &Clock, tick: u64) {
    clock.set(crate::units::Wall(0), at(tick));
    shared.board().awaited = at(tick);
    shared.wake_all();
}

fn wait_until(shared: &Shared<()>, condition: impl Fn(&Board<()>) -> bool) {
    let mut board = shared.board();
    for _ in 0..2000 {
        if condition(&board) {
            return;
        }
        board = shared.wait_done(board, Duration::from_millis(10));
    }
    panic!("the workers did not come to it");
}

#[test]
fn ticks_that_have_passed_are_skipped() {
    let schedule = Schedule { origin: at(0), every: TICK };
    assert_eq!(schedule.next(None, at(0)), at(0));
    assert_eq!(schedule.next(Some(at(0)), at(0)), at(1));
    assert_eq!(schedule.next(Some(at(0)), Mono(at(7).0 + 3)), at(7));
    let restarted = Schedule { origin: Mono(at(7).0 + 3), every: TICK };
    assert_eq!(restarted.next(Some(at(7)), Mono(at(7).0 + 4)), restarted.origin);
}

#[test]
fn one_that_hangs_stops_nobody_and_comes_back() {
    let clock = Clock::manual(crate::units::Wall(0), at(0));
    let shared = Shared::new(Schedule { origin: at(0), every: TICK }, ());
    let (release, blocked) = channel::<()>();
    let mut calls = 0;
    let hangs = move |_: &Shared<()>| {
        calls += 1;
        let _ = blocked.recv();
        calls
    };
    let hung = spawn("hung", &shared, &clock, hangs).unwrap();
    let time = clock.clone();
    let live = spawn("live", &shared, &clock, move |_: &Shared<()>| time.mono()).unwrap();
    wait_until(&shared, |board| board.workers[0].busy.is_some());
    for tick in 0..3 {
        advance(&shared, &clock, tick);
        wait_until(&shared, |board| board.workers[1].served == Some(at(tick)));
        let mut board = shared.board();
        assert_eq!(hung.take(&mut board), Err(at(0)), "it has been at it since the first tick");
        assert_eq!(live.take(&mut board), Ok(at(tick)));
        assert!(board.complete(), "it is not waited for any more");
    }
    release.send(()).unwrap();
    wait_until(&shared, |board| board.workers[0].served.is_some());
    // Nothing was queued: its late answer is the first, and the next call is the second.
    assert_eq!(hung.take(&mut shared.board()), Ok(1));
    drop(release);
    advance(&shared, &clock, 3);
    wait_until(&shared, |board| board.workers[0].served == Some(at(3)));
    assert!(hung.take(&mut shared.board()).is_ok());
    shared.board().stop = true;
    shared.wake_all();
}

#[test]
fn a_panic_is_told() {
    let clock = Clock::manual(crate::units::Wall(0), at(0));
    let shared = Shared::new(Schedule { origin: at(0), every: TICK }, ());
    let (go, gate) = sync_channel::<()>(0);
    let read = move |_: &Shared<()>| {
        let _ = gate.recv();
        std::panic::resume_unwind(Box::new("on purpose"))
    };
    let inbox: Inbox<()> = spawn("bad", &shared, &clock, read).unwrap();
    go.send(()).unwrap();
    wait_until(&shared, |board| board.death().is_some());
    assert_eq!(shared.board().death().as_deref(), Some("bad panicked: on purpose"));
    assert!(inbox.take(&mut shared.board()).is_err());
}
