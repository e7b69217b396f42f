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
mod tests;
