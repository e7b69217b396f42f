//! The sampling thread: one [`Sample`] at every tick, whatever hangs.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::clock::Clock;
use super::db_files::DbReader;
use super::process::ProcReader;
use super::stats::StatsSource;
use super::worker::{Inbox, Schedule, Shared, message, spawn};
use crate::sample::{DbSample, Fault, FaultKind, ProcSample, Reading, Sample, StatsSample};
use crate::units::{Mono, Span};

const STACK: usize = 256 << 10;
/// The longest wait for the workers, nanoseconds; half an interval where that is shorter.
const PATIENCE: u64 = 100_000_000;
/// The longest wait at the first tick, when nothing is in any cache.
const FIRST_PATIENCE: u64 = 250_000_000;

/// What to watch.
#[derive(Clone, Debug)]
pub struct SourceConfig {
    /// Where procfs stands: `/proc`, or a folder that plays it.
    pub proc_root: PathBuf,
    /// Pid of the ingestor.
    pub ingestor: Option<u32>,
    /// Pid of the server.
    pub server: Option<u32>,
    /// The ingestor's stats file.
    pub stats: PathBuf,
    /// The database.
    pub db: Option<PathBuf>,
    /// Seconds between two samples.
    pub interval: f64,
}

/// What the sampler tells its owner.
#[derive(Debug)]
pub enum SourceEvent {
    /// One look at every source.
    Sample(Arc<Sample>),
    /// A thread panicked, which is a bug; no further sample comes.
    Died(String),
}

/// What the owner may change while it runs.
#[derive(Debug)]
struct Control {
    interval: f64,
    ingestor: Option<u32>,
    server: Option<u32>,
    /// The pids were changed and nobody has attached to the new ones yet.
    moved: bool,
    /// Whose stats file is believed; absent where the ingestor isn't known.
    owner: Option<u32>,
}

/// The owner's end. Dropping it ends the sampling.
#[derive(Debug)]
pub struct SamplerHandle {
    shared: Arc<Shared<Control>>,
    clock: Clock,
}

impl SamplerHandle {
    /// Samples every `interval` seconds from now on; the next sample comes at once.
    pub fn set_interval(&self, interval: f64) {
        let mut board = self.shared.board();
        board.control.interval = interval;
        board.schedule = schedule(interval, self.clock.mono());
        drop(board);
        self.shared.wake_all();
    }

    /// Watches other processes from now on; the next sample comes at once.
    pub fn set_processes(&self, ingestor: Option<u32>, server: Option<u32>) {
        let mut board = self.shared.board();
        let control = &mut board.control;
        (control.ingestor, control.server, control.moved) = (ingestor, server, true);
        drop(board);
        self.shared.wake_all();
    }

    /// Ends the sampling. Nobody is waited for: a thread that hangs on a dead disk ends with the
    /// program.
    pub fn stop(&self) {
        self.shared.board().stop = true;
        self.shared.wake_all();
    }
}

impl Drop for SamplerHandle {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts sampling.
#[derive(Debug)]
pub struct Sampler {
    shared: Arc<Shared<Control>>,
    clock: Clock,
    proc_root: PathBuf,
    ingestor: Option<ProcReader>,
    server: Option<ProcReader>,
    stats: Inbox<(Reading<StatsSample>, Reading<()>)>,
    db: Option<Inbox<Reading<DbSample>>>,
    watch: Reading<()>,
    waited: u64,
}

impl Sampler {
    /// Starts the threads. `sink` gets every event and ends the sampling by returning false; it may
    /// take its time, ticks that pass meanwhile are skipped.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn spawn(
        config: SourceConfig,
        clock: Clock,
        mut sink: impl FnMut(SourceEvent) -> bool + Send + 'static,
    ) -> io::Result<SamplerHandle> {
        let (ingestor, server) = (config.ingestor, config.server);
        let control = Control { interval: config.interval, ingestor, server, moved: true, owner: None };
        let shared = Shared::new(schedule(config.interval, clock.mono()), control);
        let handle = SamplerHandle { shared: Arc::clone(&shared), clock: clock.clone() };
        let run = move || {
            let guarded = || Self::start(config, shared, clock).map(|sampler| sampler.run(&mut sink));
            let died = match catch_unwind(AssertUnwindSafe(guarded)) {
                Ok(Ok(())) => return,
                Ok(Err(error)) => format!("no thread for sampling: {error}"),
                Err(panic) => format!("sampler panicked: {}", message(panic.as_ref())),
            };
            sink(SourceEvent::Died(died));
        };
        thread::Builder::new().name("sampler".to_owned()).stack_size(STACK).spawn(run)?;
        Ok(handle)
    }

    fn start(config: SourceConfig, shared: Arc<Shared<Control>>, clock: Clock) -> io::Result<Self> {
        let (mut ingestor, mut server) = (None, None);
        // Before the stats worker starts: it must know whose file to believe.
        attach(&shared, &config.proc_root, &clock, &mut ingestor, &mut server);
        let mut source = StatsSource::new(&config.stats);
        let time = clock.clone();
        let stats = spawn("src-stats", &shared, &clock, move |shared: &Shared<Control>| {
            let owner = shared.board().control.owner;
            (source.read(&time, owner), source.watched())
        })?;
        let time = clock.clone();
        let root = config.proc_root.clone();
        let db = config.db.map(|path| {
            let mut reader = DbReader::new(&path, &root);
            spawn("src-db", &shared, &clock, move |_: &Shared<Control>| reader.read(&time))
        });
        let db = db.transpose()?;
        let (watch, waited) = (Reading::Unwatched, FIRST_PATIENCE);
        Ok(Self { shared, clock, proc_root: config.proc_root, ingestor, server, stats, db, watch, waited })
    }

    fn run(mut self, sink: &mut impl FnMut(SourceEvent) -> bool) {
        let mut last = None;
        while let Some(tick) = self.await_tick(last) {
            last = Some(tick);
            let death = self.shared.board().death();
            let event = match death {
                Some(text) => SourceEvent::Died(text),
                None => SourceEvent::Sample(Arc::new(self.collect())),
            };
            let over = matches!(event, SourceEvent::Died(_));
            if !sink(event) || over {
                break;
            }
        }
        self.shared.board().stop = true;
        self.shared.wake_all();
    }

    /// Sleeps until the workers have served the tick after `last`, or have had their time; absent at
    /// the end.
    fn await_tick(&mut self, last: Option<Mono>) -> Option<Mono> {
        let shared = Arc::clone(&self.shared);
        let mut board = shared.board();
        loop {
            if board.stop {
                return None;
            }
            if board.control.moved {
                drop(board);
                attach(&shared, &self.proc_root, &self.clock, &mut self.ingestor, &mut self.server);
                board = shared.board();
            }
            let now = self.clock.mono();
            // The first tick stays where it is: one that moved on with the time would never come to an end
            // while a worker hangs and the interval is shorter than the patience.
            let tick = match last {
                None => board.schedule.origin,
                last => board.schedule.next(last, now),
            };
            board.awaited = tick;
            let waited = self.waited.min(if last.is_none() { u64::MAX } else { board.schedule.every / 2 });
            let until = if board.anybody() { Mono(tick.0.saturating_add(waited)) } else { tick };
            let served = board.anybody() && board.complete();
            if (now >= tick && served) || now >= until || board.death().is_some() {
                self.waited = PATIENCE;
                return Some(tick);
            }
            board = shared.wait_done(board, until.since(now));
        }
    }

    fn collect(&mut self) -> Sample {
        let (at, mono) = (self.clock.wall(), self.clock.mono());
        let mut board = self.shared.board();
        let stats = self.stats.take(&mut board);
        let db = self.db.as_ref().map(|inbox| inbox.take(&mut board));
        let interval = board.control.interval;
        drop(board);
        let stats = match stats {
            Ok((stats, watch)) => {
                self.watch = watch;
                stats
            }
            Err(since) => stalled("the stats file", mono, since),
        };
        let db = match db {
            Some(Ok(db)) => db,
            Some(Err(since)) => stalled("the database", mono, since),
            None => Reading::Unwatched,
        };
        let ingestor = look(self.ingestor.as_mut(), &self.clock);
        let server = look(self.server.as_mut(), &self.clock);
        self.believe();
        Sample { at, mono, interval, ingestor, server, stats, watch: self.watch.clone(), db }
    }

    /// An ingestor that was seen for the first time, or that became another user.
    fn believe(&self) {
        if let Some(owner) = self.ingestor.as_ref().and_then(ProcReader::euid) {
            self.shared.board().control.owner = Some(owner);
        }
    }
}

fn schedule(interval: f64, origin: Mono) -> Schedule {
    let seconds = if interval.is_finite() { interval.clamp(0.01, 3600.0) } else { 1.0 };
    Schedule { origin, every: Duration::from_secs_f64(seconds).as_nanos() as u64 }
}

fn look(reader: Option<&mut ProcReader>, clock: &Clock) -> Reading<ProcSample> {
    reader.map_or(Reading::Unwatched, |reader| reader.read(clock))
}

/// Makes readers for the processes that the control names, and learns whose stats file to believe.
fn attach(
    shared: &Shared<Control>,
    proc_root: &std::path::Path,
    clock: &Clock,
    ingestor: &mut Option<ProcReader>,
    server: &mut Option<ProcReader>,
) {
    let mut board = shared.board();
    board.control.moved = false;
    let (first, second) = (board.control.ingestor, board.control.server);
    drop(board);
    *ingestor = first.map(|pid| ProcReader::new(proc_root, pid, "ingestor"));
    *server = second.map(|pid| ProcReader::new(proc_root, pid, "server"));
    let owner = ingestor.as_mut().and_then(|reader| {
        reader.read(clock);
        reader.euid()
    });
    let mut board = shared.board();
    board.control.owner = owner;
    board.schedule = schedule(board.control.interval, clock.mono());
    drop(board);
    shared.wake_all();
}

fn stalled<T>(what: &str, now: Mono, since: Mono) -> Reading<T> {
    let text = format!("{what} has not answered for {}", Span(now.since(since)));
    Reading::Failed(Fault::new(FaultKind::Stalled, text))
}
