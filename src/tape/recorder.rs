//! Recording to files, on a thread of its own: a disk that hangs or is full stops neither the sampling
//! nor the screen.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::line::{self, Header};
use super::rotation::Rotation;
use crate::model::input::Input;
use crate::model::state::State;
use crate::source::safe_file;
use crate::units::{Bytes, Counted};

/// Inputs that may wait for the disk; those beyond are lost, and counted.
const QUEUE: usize = 256;
/// What was recorded is in the file after so long at the latest.
const FLUSH: Duration = Duration::from_secs(8);
/// How long the end waits for the disk.
const PATIENCE: Duration = Duration::from_secs(3);

/// What to record to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Target {
    /// The file; compressed where its name ends in `.zst`.
    pub path: PathBuf,
    /// A file that is there may be overwritten.
    pub force: bool,
    /// The most bytes of all files together; `None` for no limit.
    pub max: Option<u64>,
    /// Files whose last sample is older are removed; `None` for no limit.
    pub keep: Option<Duration>,
}

enum Item {
    Input(Input),
    /// What is known now, for a new file to begin with.
    State(Box<State>),
}

/// What the thread says.
#[derive(Debug, Default)]
struct Status {
    samples: AtomicU64,
    bytes: AtomicU64,
    files: AtomicU64,
    lost: AtomicU64,
    wants_state: AtomicBool,
    trouble: Mutex<Option<String>>,
}

/// A recording that is being made.
#[derive(Debug)]
pub struct Recorder {
    sender: SyncSender<Item>,
    /// Says when the thread has ended.
    ended: Receiver<()>,
    status: Arc<Status>,
    path: PathBuf,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The newest file.
    pub path: PathBuf,
    /// Samples in all files.
    pub samples: u64,
    /// Bytes in all files that were written.
    pub bytes: u64,
    /// Files that were begun.
    pub files: u64,
    /// Inputs that the disk did not take in time.
    pub lost: u64,
    /// Why it ended early, as one sentence.
    pub trouble: Option<String>,
}

impl Recorder {
    /// Makes the first file and starts the thread. Its header is written with the first input.
    ///
    /// # Errors
    /// One sentence that says why there can't be such a file.
    pub fn start(target: Target, header: Header) -> Result<Self, String> {
        let path = target.path.clone();
        let rotation = Rotation::begin(target)?;
        Self::with(rotation, path, header)
    }

    pub(super) fn with(rotation: Rotation, path: PathBuf, header: Header) -> Result<Self, String> {
        let (sender, receiver) = sync_channel(QUEUE);
        let (done, ended) = sync_channel(1);
        let status = Arc::new(Status::default());
        let shared = Arc::clone(&status);
        let run = move || {
            let mut thread = Thread { rotation, header, begun: false, told: 0, status: shared };
            if let Err(trouble) = thread.run(&receiver) {
                thread.status.stop(trouble);
            }
            let _ = done.send(());
        };
        let spawned = thread::Builder::new().name("recorder".to_owned()).stack_size(256 << 10).spawn(run);
        spawned.map_err(|error| format!("no thread for recording: {error}"))?;
        Ok(Self { sender, ended, status, path })
    }

    /// Records an input, before the model eats it. `learned` is asked only when a new file begins.
    pub fn note(&self, input: &Input, learned: impl FnOnce() -> State) {
        if self.status.wants_state.swap(false, Ordering::Relaxed) {
            self.send(Item::State(Box::new(learned())));
        }
        self.send(Item::Input(input.clone()));
    }

    fn send(&self, item: Item) {
        match self.sender.try_send(item) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => drop(self.status.lost.fetch_add(1, Ordering::Relaxed)),
            // It has said why, unless it panicked.
            Err(TrySendError::Disconnected(_)) => self.status.stop("its thread ended".to_owned()),
        }
    }

    /// Why recording stopped, or what is lost; `None` while all is well.
    pub fn trouble(&self) -> Option<String> {
        let Summary { trouble: stopped, lost, .. } = self.summary();
        let losing = || {
            (lost > 0).then(|| format!("the disk is slow: {} not recorded", Counted(lost as i64, "sample")))
        };
        stopped.map(|text| format!("recording stopped: {text}")).or_else(losing)
    }

    /// What was recorded so far.
    pub fn summary(&self) -> Summary {
        self.status.summary(&self.path)
    }

    /// Ends the recording and waits for the disk, but not for ever.
    pub fn finish(self) -> Summary {
        let Self { sender, ended, status, path } = self;
        drop(sender);
        let late = ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        let mut summary = status.summary(&path);
        if late && summary.trouble.is_none() {
            summary.trouble = Some(format!("{} does not answer", safe_file::shown(&path)));
        }
        summary
    }
}

impl Status {
    /// Notes why recording stopped; the first reason is the one.
    fn stop(&self, trouble: String) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(trouble);
    }

    fn summary(&self, path: &Path) -> Summary {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Summary {
            path: path.to_owned(),
            samples: read(&self.samples),
            bytes: read(&self.bytes),
            files: read(&self.files),
            lost: read(&self.lost),
            trouble: self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone(),
        }
    }
}

/// One line for people.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = safe_file::shown(&self.path);
        write!(f, "{path}: {}, {}", Counted(self.samples as i64, "sample"), Bytes(self.bytes))?;
        if self.files > 1 {
            write!(f, " in {} files", self.files)?;
        }
        if self.lost > 0 {
            write!(f, "; {} lost because the disk was slow", self.lost)?;
        }
        self.trouble.as_ref().map_or(Ok(()), |text| write!(f, "; stopped: {text}"))
    }
}

struct Thread {
    rotation: Rotation,
    header: Header,
    /// The header has been written.
    begun: bool,
    /// Losses that stand in the file already.
    told: u64,
    status: Arc<Status>,
}

impl Thread {
    fn run(&mut self, receiver: &Receiver<Item>) -> Result<(), String> {
        let mut flush_at = None;
        loop {
            let item = match flush_at {
                None => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => receiver.recv_timeout(Instant::saturating_duration_since(&at, Instant::now())),
            };
            match item {
                Ok(Item::Input(input)) => self.input(&input)?,
                Ok(Item::State(state)) => self.turn(*state)?,
                Err(RecvTimeoutError::Timeout) => self.rotation.flush()?,
                Err(RecvTimeoutError::Disconnected) => break,
            }
            let pending = self.rotation.pending();
            flush_at = flush_at.filter(|_| pending).or_else(|| pending.then(|| Instant::now() + FLUSH));
            if flush_at.is_some_and(|at| at <= Instant::now()) {
                self.rotation.flush()?;
                flush_at = None;
            }
            self.publish();
        }
        if self.status.samples.load(Ordering::Relaxed) == 0 {
            return self.rotation.discard();
        }
        self.rotation.finish("done")?;
        self.publish();
        Ok(())
    }

    fn input(&mut self, input: &Input) -> Result<(), String> {
        match input {
            // What is watched at the beginning stands in the header.
            Input::Attach(labels) if !self.begun => self.header.target = (**labels).clone(),
            Input::Attach(labels) => {
                self.header.target = (**labels).clone();
                self.rotation.line(&line::encode(input), false)?;
            }
            Input::Sample(_) => {
                self.begin()?;
                self.tell_losses()?;
                self.rotation.line(&line::encode(input), true)?;
                self.status.samples.fetch_add(1, Ordering::Relaxed);
                if self.rotation.due() {
                    self.status.wants_state.store(true, Ordering::Relaxed);
                }
            }
            Input::State(_) | Input::Accept => {
                self.begin()?;
                self.rotation.line(&line::encode(input), false)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self) -> Result<(), String> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        self.rotation.line(&self.header.line(), false)
    }

    /// Goes on in a new file.
    fn turn(&mut self, state: State) -> Result<(), String> {
        if !self.rotation.due() {
            return Ok(());
        }
        self.rotation.turn()?;
        self.header.started = self.rotation.clock.wall();
        self.rotation.line(&self.header.line(), false)?;
        self.rotation.line(&line::encode(&Input::State(Arc::new(state))), false)
    }

    fn tell_losses(&mut self) -> Result<(), String> {
        let lost = self.status.lost.load(Ordering::Relaxed);
        if lost == self.told {
            return Ok(());
        }
        let line = line::lost(lost - self.told);
        self.told = lost;
        self.rotation.line(&line, false)
    }

    fn publish(&self) {
        self.status.bytes.store(self.rotation.bytes(), Ordering::Relaxed);
        self.status.files.store(self.rotation.files(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
