//! What was learned, carried from run to run: asked for when a target is attached, kept every ten
//! minutes, when another target is chosen, and at the end.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::model::state::State;
use crate::source::clock::Clock;
use crate::state::keeper::{Database, Keeper, StateEvent};

/// How often what was learned is kept.
const KEEP_EVERY: Duration = Duration::from_mins(10);
/// How long the end of the program waits for the disk that takes it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The run's memory of earlier ones; without a keeper it has none.
#[derive(Debug)]
pub struct Memory {
    keeper: Option<Keeper>,
    events: Receiver<StateEvent>,
    /// Number of the target that is watched.
    number: u32,
    kept: Instant,
}

/// Something to take note of.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// What an earlier run learned about the target that is watched.
    Recalled(Arc<State>),
    /// A sentence for people.
    Notice(String),
}

impl Memory {
    /// A memory if one is `wanted`, in `folder` or else in the usual one; without a thread there is none.
    pub fn start(wanted: bool, folder: Option<PathBuf>) -> Self {
        let (sender, events) = channel();
        let keeper = || Keeper::spawn(folder, move |event| sender.send(event).is_ok()).ok();
        Self { keeper: wanted.then(keeper).flatten(), events, number: 0, kept: Instant::now() }
    }

    /// Another target is watched from now on.
    pub fn attached(&mut self, database: Option<Database>) {
        self.number += 1;
        self.kept = Instant::now();
        if let (Some(keeper), Some(database)) = (&self.keeper, database) {
            keeper.attach(self.number, database);
        }
    }

    /// What has come since the last time.
    pub fn news(&mut self) -> Vec<News> {
        let current = |event| match event {
            StateEvent::Recalled { number, state } => {
                (number == self.number).then_some(News::Recalled(state))
            }
            StateEvent::Notice(text) => Some(News::Notice(text)),
        };
        self.events.try_iter().filter_map(current).collect()
    }

    /// Keeps what was learned, if it is time to.
    pub fn keep_when_due(&mut self, learned: impl FnOnce() -> State) {
        if self.kept.elapsed() >= KEEP_EVERY {
            self.keep(learned());
        }
    }

    /// Keeps what was learned about the target that is watched.
    pub fn keep(&mut self, learned: State) {
        self.kept = Instant::now();
        // Nothing is known about nobody.
        if let Some(keeper) = self.keeper.as_ref().filter(|_| self.number > 0) {
            keeper.save(self.number, learned, Clock::real().wall());
        }
    }

    /// Keeps it for the last time, and says on standard error what went wrong since the last
    /// [`Memory::news`].
    pub fn end(mut self, learned: State) {
        self.keep(learned);
        if let Some(keeper) = self.keeper.take() {
            keeper.finish(PATIENCE);
        }
        for news in self.news() {
            if let News::Notice(text) = news {
                say(&text);
            }
        }
    }
}

/// Says it on standard error, which may be gone.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stderr(), "corescope-top: {text}");
}
