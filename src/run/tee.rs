//! What the model is fed with is kept, too: in a file if that was asked for, else in memory.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::thread;
use std::time::Duration;

use jiff::Timestamp;

use crate::cli::Monitor;
use crate::event::Event;
use crate::model::Model;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::run::End;
use crate::tape::Header;
use crate::tape::recorder::{Recorder, Summary, Target};
use crate::tape::ring::{Dump, Ring};
use crate::ui::Labels;
use crate::units::{Bytes, Counted};

/// So many files may be written within one second.
const SAME_SECOND: u32 = 9;
/// How long the end waits for a file that is being written.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where inputs are kept.
pub enum Tee {
    /// Nowhere.
    None,
    /// In a file.
    File(Recorder),
    /// In memory, the last hour of them.
    Memory(Box<Memory>),
}

/// The last hour, and the thread that writes it to a file, which says when it is done.
pub struct Memory {
    ring: Ring,
    writing: Option<Receiver<()>>,
}

impl Tee {
    /// Records to `target`.
    ///
    /// # Errors
    /// The end that says why that can't be.
    pub fn file(target: Target, monitor: &Monitor, limits: &Limits) -> Result<Self, End> {
        Recorder::start(target, header(monitor, limits)).map(Self::File).map_err(End::Failed)
    }

    /// Keeps the last hour.
    pub fn memory(monitor: &Monitor, limits: &Limits) -> Self {
        Self::Memory(Box::new(Memory { ring: Ring::new(header(monitor, limits)), writing: None }))
    }

    /// Keeps an input that `model` is about to eat.
    pub fn note(&mut self, model: &Model, input: &Input) {
        match self {
            Self::None => {}
            Self::File(recorder) => recorder.note(input, || model.learned()),
            Self::Memory(memory) => memory.ring.note(input, || model.learned()),
        }
    }

    /// What is wrong with the recording; `None` while all is well.
    pub fn trouble(&self) -> Option<String> {
        match self {
            Self::File(recorder) => recorder.trouble(),
            _ => None,
        }
    }

    /// Whether the recording has stopped by itself.
    pub fn stopped(&self) -> bool {
        matches!(self, Self::File(recorder) if recorder.summary().trouble.is_some())
    }

    /// Writes the last hour to a new file in the current folder, on a thread of its own, which says by an
    /// event what came of it. Returns what there is to say now.
    pub fn write(&mut self, sender: &SyncSender<Event>) -> String {
        match self {
            Self::None => "nothing is kept to be written".to_owned(),
            Self::File(recorder) => match recorder.trouble() {
                Some(trouble) => trouble,
                None => format!("recording already: {}", recorder.summary()),
            },
            Self::Memory(memory) => memory.write(sender),
        }
    }

    /// Ends the recording and what is being written; `None` if there was no recording.
    pub fn finish(self) -> Option<Summary> {
        match self {
            Self::None => None,
            Self::File(recorder) => Some(recorder.finish()),
            Self::Memory(memory) => {
                if let Some(done) = memory.writing {
                    let _ = done.recv_timeout(PATIENCE);
                }
                None
            }
        }
    }
}

impl Memory {
    fn write(&mut self, sender: &SyncSender<Event>) -> String {
        if self.writing.as_ref().is_some_and(|done| done.try_recv() == Err(TryRecvError::Empty)) {
            return "the last hour is being written".to_owned();
        }
        let (dump, sender) = (self.ring.dump(), sender.clone());
        let (over, done) = sync_channel(1);
        let run = move || {
            let said = said(&dump);
            let _ = over.send(());
            let _ = sender.send(Event::Written(said));
        };
        match thread::Builder::new().name("writer".to_owned()).stack_size(256 << 10).spawn(run) {
            Ok(_) => {
                self.writing = Some(done);
                "writing the last hour…".to_owned()
            }
            Err(error) => format!("nothing was written: {error}"),
        }
    }
}

fn header(monitor: &Monitor, limits: &Limits) -> Header {
    Header { limits: *limits, target: Labels::default(), ..Header::now(monitor.interval) }
}

fn said(dump: &Dump) -> String {
    let second = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    let names = (1..=SAME_SECOND).map(|number| match number {
        1 => format!("corescope-top-{second}.zst"),
        _ => format!("corescope-top-{second}-{number}.zst"),
    });
    let free = |name: &String| std::path::Path::new(name).symlink_metadata().is_err();
    let Some(name) = names.into_iter().find(free) else {
        return "nothing was written: wait a second".to_owned();
    };
    match dump.write(name.as_ref()) {
        Ok(summary) => {
            format!("wrote {name}: {}, {}", Counted(summary.samples as i64, "sample"), Bytes(summary.bytes))
        }
        Err(reason) => format!("nothing was written: {reason}"),
    }
}
