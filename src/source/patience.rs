//! Looks that may hang, at a path on a disk that does not answer: each on a thread of its own, which is
//! left to itself when its time is over. Such a thread can't be ended, so no second one is sent after it.

use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

const STACK: usize = 256 << 10;

/// A look that is under way.
#[derive(Debug)]
pub struct Pending<T> {
    since: Instant,
    answer: Receiver<T>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It has been asked for so long.
    Yet(Duration),
    /// It panicked, or there is no thread to ask on, and why.
    Ever(String),
}

impl<T: Send + 'static> Pending<T> {
    /// Starts `look` on a thread called `name`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(name: &str, look: impl FnOnce() -> T + Send + 'static) -> Result<Self, NoAnswer> {
        let (sender, answer) = sync_channel(1);
        let run = move || drop(sender.send(look()));
        let spawned = thread::Builder::new().name(name.to_owned()).stack_size(STACK).spawn(run);
        spawned.map_err(|error| NoAnswer::Ever(format!("no thread for it: {error}")))?;
        Ok(Self { since: Instant::now(), answer })
    }

    /// Its answer; waits for it until `deadline`.
    ///
    /// # Errors
    /// When there is none by then.
    pub fn wait(&self, deadline: Instant) -> Result<T, NoAnswer> {
        let rest = deadline.saturating_duration_since(Instant::now());
        self.answer.recv_timeout(rest).map_err(|error| match error {
            RecvTimeoutError::Timeout => NoAnswer::Yet(self.since.elapsed()),
            RecvTimeoutError::Disconnected => NoAnswer::Ever("looking at it panicked".to_owned()),
        })
    }
}

/// Asks the same thing again and again, but never twice at the same time.
#[derive(Debug)]
pub struct Patience<T>(Option<Pending<T>>);

impl<T> Default for Patience<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Send + 'static> Patience<T> {
    /// Runs `look` and waits until `deadline` for its answer. While an earlier look hangs none is started;
    /// its answer, should it come late, is thrown away: it is of another moment.
    ///
    /// # Errors
    /// When there is no answer by then.
    pub fn ask(
        &mut self,
        name: &str,
        deadline: Instant,
        look: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        if let Some(earlier) = &self.0
            && let Err(NoAnswer::Yet(since)) = earlier.wait(Instant::now())
        {
            return Err(NoAnswer::Yet(since));
        }
        let pending = Pending::start(name, look)?;
        let answer = pending.wait(deadline);
        self.0 = matches!(answer, Err(NoAnswer::Yet(_))).then_some(pending);
        answer
    }

    /// Whether a look hangs.
    pub fn hangs(&self) -> bool {
        self.0.is_some()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(20)
    }

    #[test]
    fn one_that_hangs_is_asked_once() {
        let (release, blocked) = channel::<()>();
        let mut patience = Patience::default();
        let hang = move || blocked.recv().map_or(0, |()| 1);
        assert!(matches!(patience.ask("test", Instant::now(), hang), Err(NoAnswer::Yet(_))));
        for _ in 0..3 {
            let never = || unreachable!("a second look was started");
            assert!(matches!(patience.ask("test", soon(), never), Err(NoAnswer::Yet(_))));
        }
        release.send(()).unwrap();
        let end = soon();
        // The late answer of the first is nobody's.
        while patience.ask("test", soon(), || 2) != Ok(2) {
            assert!(Instant::now() < end);
        }
        assert!(!patience.hangs());
    }

    #[test]
    fn a_panic_is_no_answer_ever() {
        let mut patience = Patience::<()>::default();
        let answer = patience.ask("test", soon(), || std::panic::resume_unwind(Box::new("on purpose")));
        assert!(matches!(answer, Err(NoAnswer::Ever(_))));
        assert_eq!(patience.ask("test", soon(), || ()), Ok(()));
    }
}
