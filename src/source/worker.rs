//! Threads that each read one source at every tick, so that one that hangs stops nobody else.
//!
//! The ticks follow from the schedule alone: every thread works them out by itself and sleeps until
//! the next, so nobody has to wake anybody for a tick. The last worker to finish a tick wakes who
//! waits for it. A worker that hangs is simply not there: no job is queued for it.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::clock::Clock;
use crate::units::Mono;

/// Enough for SQLite, which takes its pages from the heap, and for notify.
const STACK: usize = 256 << 10;

/// When to tick: at `origin` and every `every` nanoseconds after it.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// The first tick.
    pub origin: Mono,
    /// Nanoseconds between two ticks; not 0.
    pub every: u64,
}

impl Schedule {
    /// The tick to wait for after `last` was served: the latest one that has come, those before it
    /// are skipped; if none has come the next.
    pub fn next(self, last: Option<Mono>, now: Mono) -> Mono {
        let Some(last) = last.filter(|&last| last >= self.origin) else { return self.latest(now) };
        let next = Mono(last.0.saturating_add(self.every));
        if now > next { self.latest(now) } else { next }
    }

    fn latest(self, now: Mono) -> Mono {
        let past = now.0.saturating_sub(self.origin.0) / self.every.max(1);
        Mono(self.origin.0.saturating_add(past.saturating_mul(self.every)))
    }
}

/// What all threads of a sampler share.
#[derive(Debug)]
pub struct Shared<C> {
    board: Mutex<Board<C>>,
    /// Wakes workers: the schedule changed, or all is over.
    ticks: Condvar,
    /// Wakes who waits for the workers.
    done: Condvar,
}

/// The state that the threads of a sampler agree on.
#[derive(Debug)]
pub struct Board<C> {
    /// When to tick.
    pub schedule: Schedule,
    /// All is over.
    pub stop: bool,
    /// What the owner wants passed on; the workers read it, too.
    pub control: C,
    /// The tick for which somebody waits.
    pub awaited: Mono,
    workers: Vec<Progress>,
}

/// How far one worker is.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// The last tick for which it began to work.
    begun: Option<Mono>,
    /// The last tick that it has served.
    served: Option<Mono>,
    /// Since when it has been at work.
    busy: Option<Mono>,
    /// It missed a deadline and is not waited for until it comes back.
    late: bool,
    /// Its panic, after which it is no more.
    died: Option<String>,
}

impl<C> Shared<C> {
    /// Nobody works yet.
    pub fn new(schedule: Schedule, control: C) -> Arc<Self> {
        let workers = Vec::new();
        let board = Board { schedule, stop: false, control, awaited: schedule.origin, workers };
        Arc::new(Self { board: Mutex::new(board), ticks: Condvar::new(), done: Condvar::new() })
    }

    /// The board. A thread that panicked while it had it left it whole: every change is one step.
    pub fn board(&self) -> MutexGuard<'_, Board<C>> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes everybody, after the schedule, the control or the end was changed.
    pub fn wake_all(&self) {
        self.ticks.notify_all();
        self.done.notify_all();
    }

    /// Waits for the workers, at most `time`.
    pub fn wait_done<'a>(&self, board: MutexGuard<'a, Board<C>>, time: Duration) -> MutexGuard<'a, Board<C>> {
        self.done.wait_timeout(board, time).unwrap_or_else(PoisonError::into_inner).0
    }
}

impl<C> Board<C> {
    /// Whether every worker that is waited for has served the awaited tick.
    pub fn complete(&self) -> bool {
        self.workers.iter().all(|worker| worker.late || worker.served >= Some(self.awaited))
    }

    /// Whether any worker is waited for at all.
    pub fn anybody(&self) -> bool {
        self.workers.iter().any(|worker| !worker.late)
    }

    /// The panic of a worker.
    pub fn death(&self) -> Option<String> {
        self.workers.iter().find_map(|worker| worker.died.clone())
    }
}

/// The owner's end of a worker: where its answers arrive.
#[derive(Debug)]
pub struct Inbox<T> {
    index: usize,
    answer: Arc<Mutex<Option<T>>>,
}

impl<T> Inbox<T> {
    /// The answer to the awaited tick or, if that is still under way, one that came late.
    ///
    /// # Errors
    /// Since when the worker has been at work, where there is neither. It is not waited for any more
    /// until it comes back.
    pub fn take<C>(&self, board: &mut Board<C>) -> Result<T, Mono> {
        let awaited = board.awaited;
        let worker = &mut board.workers[self.index];
        worker.late = worker.served < Some(awaited);
        let answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
        answer.ok_or(worker.busy.unwrap_or(awaited))
    }
}

/// Starts a thread that calls `read` at every tick.
///
/// # Errors
/// When no thread can be started.
pub fn spawn<T, C>(
    name: &str,
    shared: &Arc<Shared<C>>,
    clock: &Clock,
    mut read: impl FnMut(&Shared<C>) -> T + Send + 'static,
) -> io::Result<Inbox<T>>
where
    T: Send + 'static,
    C: Send + 'static,
{
    let answer = Arc::new(Mutex::new(None));
    let index = {
        let mut board = shared.board();
        board.workers.push(Progress::default());
        board.workers.len() - 1
    };
    let (shared, clock, put) = (Arc::clone(shared), clock.clone(), Arc::clone(&answer));
    let what = name.to_owned();
    let serve = move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            while shared.next_job(index, &clock) {
                let fresh = read(&shared);
                *put.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh);
                shared.finish(index, None);
            }
        }));
        if let Err(panic) = outcome {
            shared.finish(index, Some(format!("{what} panicked: {}", message(panic.as_ref()))));
        }
    };
    thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(serve)?;
    Ok(Inbox { index, answer })
}

impl<C> Shared<C> {
    /// Sleeps until there is something to do; false at the end.
    fn next_job(&self, index: usize, clock: &Clock) -> bool {
        let mut board = self.board();
        loop {
            if board.stop {
                return false;
            }
            let now = clock.mono();
            let due = board.schedule.next(board.workers[index].begun, now);
            if now >= due {
                let worker = &mut board.workers[index];
                worker.begun = Some(due);
                worker.busy = Some(now);
                return true;
            }
            let rest = due.since(now);
            board = self.ticks.wait_timeout(board, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn finish(&self, index: usize, died: Option<String>) {
        let mut board = self.board();
        let worker = &mut board.workers[index];
        worker.served = worker.begun;
        worker.busy = None;
        worker.late = false;
        worker.died = died;
        let over = board.complete() || board.death().is_some();
        // Who is woken wants the board: it must be free, or it would sleep once more.
        drop(board);
        if over {
            self.done.notify_all();
        }
    }
}

/// What a panic said.
pub fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
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
}
