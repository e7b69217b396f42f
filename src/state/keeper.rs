//! The thread that reads and writes state: nobody waits for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::store::Store;
use super::{Identity, folder};
use crate::model::state::State;
use crate::units::Wall;

const STACK: usize = 256 << 10;
/// Orders that may wait; further ones are dropped, as their time will come again.
const QUEUE: usize = 4;
/// How often it is looked whether there is room for the last order.
const ROOM_EVERY: Duration = Duration::from_millis(2);
/// A state that comes later than this after it was asked for is not taken: by then the run has learned
/// by itself.
const LATE: Duration = Duration::from_secs(10);

/// Which database is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Where it can be opened from here.
    pub path: PathBuf,
    /// Where its user sees it.
    pub shown: String,
}

/// What the keeper tells its owner.
#[derive(Clone, Debug, PartialEq)]
pub enum StateEvent {
    /// What an earlier run learned about the database that was attached with this number.
    Recalled {
        /// As in [`Keeper::attach`].
        number: u32,
        /// What it learned.
        state: Arc<State>,
    },
    /// What there is to say, in one sentence; each only once.
    Notice(String),
}

enum Order {
    Attach { number: u32, database: Database, asked: Instant },
    Save { number: u32, state: Box<State>, saved: Wall },
    Finish(SyncSender<()>),
}

/// The owner's end. Dropping it ends the thread without a last save.
#[derive(Debug)]
pub struct Keeper {
    orders: SyncSender<Order>,
}

impl Keeper {
    /// Starts the thread, which keeps state in `path` or, without one, in [`folder::usual`]. `sink` gets
    /// its events and ends it by returning false.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn spawn(
        path: Option<PathBuf>,
        sink: impl FnMut(StateEvent) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        let (orders, received) = sync_channel(QUEUE);
        let run = move || {
            // Even finding the home may hang.
            let store = path.or_else(folder::usual).map(|path| Store::new(&path));
            let mut desk = Desk { store, sink, known: None, locked: false, said: Vec::new() };
            desk.serve(&received);
        };
        thread::Builder::new().name("state".to_owned()).stack_size(STACK).spawn(run)?;
        Ok(Self { orders })
    }

    /// Says which database is watched from now on; what is known of it is told with `number`.
    pub fn attach(&self, number: u32, database: Database) {
        let _ = self.orders.try_send(Order::Attach { number, database, asked: Instant::now() });
    }

    /// Keeps what was learned about the database that was attached with `number`.
    pub fn save(&self, number: u32, state: State, saved: Wall) {
        let _ = self.orders.try_send(Order::Save { number, state: Box::new(state), saved });
    }

    /// Lets it finish what was ordered, at most for `patience`; whether it did.
    pub fn finish(self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let (done, finished) = sync_channel(1);
        while let Err(TrySendError::Full(_)) = self.orders.try_send(Order::Finish(done.clone())) {
            if Instant::now() >= deadline {
                return false;
            }
            thread::sleep(ROOM_EVERY);
        }
        drop(done);
        // A thread that has ended has nothing left to do.
        let rest = deadline.saturating_duration_since(Instant::now());
        !matches!(finished.recv_timeout(rest), Err(RecvTimeoutError::Timeout))
    }
}

/// The database that is watched.
struct Known {
    number: u32,
    database: Database,
    /// Once it could be looked at.
    identity: Option<Identity>,
}

struct Desk<S> {
    store: Option<Store>,
    sink: S,
    known: Option<Known>,
    /// Its file must not be replaced.
    locked: bool,
    said: Vec<String>,
}

impl<S: FnMut(StateEvent) -> bool> Desk<S> {
    fn serve(&mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            let goes_on = match order {
                Order::Attach { number, database, asked } => self.attach(number, database, asked),
                Order::Save { number, state, saved } => self.save(number, &state, saved),
                Order::Finish(done) => {
                    let _ = done.send(());
                    true
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    fn attach(&mut self, number: u32, database: Database, asked: Instant) -> bool {
        let identity = Identity::of(&database.path, &database.shown);
        self.known = Some(Known { number, database, identity: identity.clone() });
        self.locked = false;
        let (Some(store), Some(identity)) = (&self.store, &identity) else { return true };
        let loaded = store.load(identity);
        self.locked = loaded.locked;
        if let Some(text) = loaded.notice
            && !self.say(text)
        {
            return false;
        }
        if asked.elapsed() > LATE {
            return self.say("the folder of what was learned answers too late: learning anew".to_owned());
        }
        loaded.state.is_none_or(|state| {
            let state = Arc::new(state);
            (self.sink)(StateEvent::Recalled { number, state })
        })
    }

    fn save(&mut self, number: u32, state: &State, saved: Wall) -> bool {
        // Of another one it is where orders were dropped while this thread hung.
        let current = |known: &&mut Known| !self.locked && known.number == number;
        let Some(known) = self.known.as_mut().filter(current) else { return true };
        if known.identity.is_none() {
            known.identity = Identity::of(&known.database.path, &known.database.shown);
        }
        let (Some(store), Some(identity)) = (&self.store, &known.identity) else { return true };
        store.save(identity, state, saved).map_or_else(|text| self.say(text), |()| true)
    }

    fn say(&mut self, text: String) -> bool {
        if self.said.contains(&text) {
            return true;
        }
        self.said.push(text.clone());
        (self.sink)(StateEvent::Notice(text))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_was_kept_is_recalled_and_only_for_its_own_database() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let database = |name: &str| {
            std::fs::write(at(name), "x").unwrap();
            Database { path: at(name), shown: name.to_owned() }
        };
        let (sender, events) = channel();
        let keeper = Keeper::spawn(Some(at("state")), move |event| sender.send(event).is_ok()).unwrap();
        keeper.attach(1, database("a.db"));
        keeper.save(1, State::default(), Wall(1));
        keeper.save(2, State::default(), Wall(2));
        keeper.attach(3, database("a.db"));
        assert!(keeper.finish(Duration::from_secs(20)));
        let events: Vec<StateEvent> = events.try_iter().collect();
        assert_eq!(events, [StateEvent::Recalled { number: 3, state: Arc::default() }]);
        let text = std::fs::read_dir(at("state")).unwrap().map(|file| {
            let file = file.unwrap();
            assert!(file.file_name().to_str().unwrap().starts_with("a.db-"), "{file:?}");
            std::fs::read_to_string(file.path()).unwrap()
        });
        let text: Vec<String> = text.collect();
        assert!(text.len() == 1 && text[0].contains("\"saved\":1,"), "{text:?}");
    }
}
