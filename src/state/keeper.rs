//! The thread that reads and writes state: nobody waits for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::store::Store;
use super::{Identity, folder};
use crate::model::state::State;
use crate::units::Wall;

const STACK: usize = 256 << 10;
/// Orders that may wait; further ones are dropped, as their time will come again.
const QUEUE: usize = 4;
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
    Save { state: Box<State>, saved: Wall },
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

    /// Keeps what was learned about the database that is watched.
    pub fn save(&self, state: State, saved: Wall) {
        let _ = self.orders.try_send(Order::Save { state: Box::new(state), saved });
    }

    /// Lets it finish what was ordered, at most for `patience`; whether it did.
    pub fn finish(self, patience: Duration) -> bool {
        let (done, finished) = sync_channel(1);
        if self.orders.try_send(Order::Finish(done)).is_err() {
            return false;
        }
        // A thread that has ended has nothing left to do.
        !matches!(finished.recv_timeout(patience), Err(RecvTimeoutError::Timeout))
    }
}

struct Desk<S> {
    store: Option<Store>,
    sink: S,
    /// The database and, once it could be looked at, its identity.
    known: Option<(Database, Option<Identity>)>,
    /// Its file must not be replaced.
    locked: bool,
    said: Vec<String>,
}

impl<S: FnMut(StateEvent) -> bool> Desk<S> {
    fn serve(&mut self, orders: &Receiver<Order>) {
        while let Ok(order) = orders.recv() {
            let goes_on = match order {
                Order::Attach { number, database, asked } => self.attach(number, database, asked),
                Order::Save { state, saved } => self.save(&state, saved),
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
        self.known = Some((database, identity.clone()));
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

    fn save(&mut self, state: &State, saved: Wall) -> bool {
        let Some((database, identity)) = self.known.as_mut().filter(|_| !self.locked) else { return true };
        if identity.is_none() {
            *identity = Identity::of(&database.path, &database.shown);
        }
        let (Some(store), Some(identity)) = (&self.store, identity) else { return true };
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
