//! Knowing when the stats file was replaced, without looking.
//!
//! The parent folder is watched for names that vanish: of an update, `<path>.tmp` renamed over
//! `<path>`, that is one event, where names that appear would be two. Our own open is none. A file
//! that is published in another way is found by the reader's own look every other second.
//!
//! What the watch can't do is done by reading every interval: where inotify can't be had, where the
//! folder is missing, and while a storm of events makes the watch cost more than it saves.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::{Config, Event, EventKindMask, INotifyWatcher, RecursiveMode, Watcher};
use rustix::fs::stat;
use rustix::io::Errno;

use super::safe_file::shown;
use crate::units::Mono;

/// More events than this in a second are a storm.
const STORM: u32 = 50;
/// How long the first storm is sat out; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// How long until a failed watch is tried again, at first.
const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// How often the watched folder is compared with the one that stands at its path.
const FOLDER_CHECK: Duration = Duration::from_secs(2);

/// A watch on one file, re-armed by itself.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    state: State,
    storm_pause: Duration,
    retry_pause: Duration,
    note: Option<String>,
}

#[derive(Debug)]
enum State {
    Armed {
        shared: Arc<Shared>,
        folder: (u64, u64),
        checked: Mono,
        since: Mono,
    },
    /// Reading every interval until the moment to try again.
    Polling {
        until: Mono,
    },
}

/// What the watch's thread and the reader share.
#[derive(Debug)]
struct Shared {
    name: OsString,
    changed: AtomicBool,
    storm: AtomicBool,
    events: AtomicU32,
    /// The watcher itself, so that its own thread can end it in a storm.
    watcher: Mutex<Option<INotifyWatcher>>,
    second: Mutex<Instant>,
}

impl Watch {
    /// Watches the file at `path`; armed by the first [`Watch::changed`].
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            state: State::Polling { until: Mono(0) },
            storm_pause: FIRST_PAUSE,
            retry_pause: FIRST_RETRY,
            note: None,
        }
    }

    /// Whether the file may have been replaced since the last call; always true while polling.
    pub fn changed(&mut self, now: Mono) -> bool {
        match &mut self.state {
            State::Polling { until } => {
                if now >= *until {
                    self.arm(now);
                }
                true
            }
            State::Armed { shared, folder, checked, since } => {
                if shared.storm.load(Ordering::Relaxed) {
                    self.sit_out(now);
                    return true;
                }
                if now.since(*since) > LONGEST_PAUSE {
                    self.storm_pause = FIRST_PAUSE;
                }
                if shared.changed.swap(false, Ordering::Relaxed) {
                    return true;
                }
                if now.since(*checked) >= FOLDER_CHECK {
                    *checked = now;
                    if identity(folder_of(&self.path)) != Some(*folder) {
                        self.arm(now);
                        return true;
                    }
                }
                false
            }
        }
    }

    /// Why the file is read every interval instead; absent while the watch works.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    fn sit_out(&mut self, now: Mono) {
        let folder = shown(folder_of(&self.path));
        self.note = Some(self.instead(&format!("more than {STORM} events a second in {folder}")));
        self.pause(now, self.storm_pause);
        self.storm_pause = (self.storm_pause * 2).min(LONGEST_PAUSE);
    }

    fn arm(&mut self, now: Mono) {
        match self.armed(now) {
            Ok(state) => {
                self.state = state;
                self.note = None;
                self.retry_pause = FIRST_RETRY;
            }
            Err(why) => {
                self.note = Some(self.instead(&format!("inotify unavailable ({why})")));
                self.pause(now, self.retry_pause);
                self.retry_pause = (self.retry_pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    fn pause(&mut self, now: Mono, pause: Duration) {
        self.state = State::Polling { until: Mono(now.0.saturating_add(pause.as_nanos() as u64)) };
    }

    fn instead(&self, why: &str) -> String {
        format!("{why}: reading {} at every interval instead", shown(&self.path))
    }

    fn armed(&self, now: Mono) -> Result<State, String> {
        let name = self.path.file_name().ok_or("the path names no file")?;
        let folder = folder_of(&self.path);
        let missing = || format!("no folder {}", shown(folder));
        let before = identity(folder).ok_or_else(missing)?;
        let shared = Shared::start(name, folder).map_err(|error| reason(&error))?;
        // The watch is on whatever stood there in between: it must be the same before and after.
        let after = identity(folder).ok_or_else(missing)?;
        if before != after {
            return Err(format!("{} was replaced meanwhile", shown(folder)));
        }
        Ok(State::Armed { shared, folder: after, checked: now, since: now })
    }
}

impl Shared {
    fn start(name: &OsStr, folder: &Path) -> notify::Result<Arc<Self>> {
        let shared = Arc::new(Self {
            name: name.to_owned(),
            changed: AtomicBool::new(false),
            storm: AtomicBool::new(false),
            events: AtomicU32::new(0),
            watcher: Mutex::new(None),
            second: Mutex::new(Instant::now()),
        });
        // Weak, so that dropping the watch ends its thread.
        let weak = Arc::downgrade(&shared);
        let heard = move |event: notify::Result<Event>| {
            if let Some(shared) = weak.upgrade() {
                shared.heard(&event);
            }
        };
        // MODIFY_NAME asks the kernel for nothing more; without it notify drops "renamed from".
        let kinds = EventKindMask::REMOVE | EventKindMask::MODIFY_NAME;
        let mut watcher = INotifyWatcher::new(heard, Config::default().with_event_kinds(kinds))?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        *shared.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
        Ok(shared)
    }

    fn heard(&self, event: &notify::Result<Event>) {
        let ours = event
            .as_ref()
            .map_or(true, |event| event.need_rescan() || event.paths.iter().any(|path| self.concerns(path)));
        if ours {
            self.changed.store(true, Ordering::Relaxed);
        }
        if self.events.fetch_add(1, Ordering::Relaxed) >= STORM {
            self.judge();
        }
    }

    /// The file itself or one that is named after it, such as `<path>.tmp`.
    fn concerns(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| name.as_bytes().starts_with(self.name.as_bytes()))
    }

    fn judge(&self) {
        let mut second = self.second.lock().unwrap_or_else(PoisonError::into_inner);
        if second.elapsed() > Duration::from_secs(1) {
            *second = Instant::now();
            self.events.store(0, Ordering::Relaxed);
        } else if !self.storm.swap(true, Ordering::Relaxed) {
            // Not left to the reader: its interval may be a minute.
            drop(self.watcher.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn identity(folder: &Path) -> Option<(u64, u64)> {
    stat(folder).ok().map(|stat| (stat.st_dev, stat.st_ino))
}

fn reason(error: &notify::Error) -> String {
    match &error.kind {
        notify::ErrorKind::MaxFilesWatch => "this user's limit of watches is used up".to_owned(),
        notify::ErrorKind::Io(error) if Errno::from_io_error(error) == Some(Errno::MFILE) => {
            "this user's limit of inotify instances is used up".to_owned()
        }
        notify::ErrorKind::Io(error) => error.to_string(),
        other => format!("{other:?}"),
    }
}
