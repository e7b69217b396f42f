//! A site in miniature: radio traffic, an ingestor, a server, a database with its log, a disk, and a
//! monitor that looks once a second. What one thing does shows in every source.
//!
//! The figures of ordinary operation are those of a real ingestor at 20 messages a second: 1.6 to
//! 2.1 MB/s, 560 to 730 write calls a second, a log of 4.1 MB, 4 kB/s and one write call at idle.

mod events;
pub mod load;
pub mod log;
mod notes;
pub mod process;
pub mod stats;
mod traffic;
mod view;

use std::sync::Arc;

use corescope_top::sample::{IoCounters, ProcIoRates, Sample, StatsSample};
use corescope_top::units::{GB, Mono, Wall};

use crate::chance::Chance;
use load::Load;
use log::Log;
use process::Process;
use stats::{Build, Publisher};

/// Midnight UTC of the day on which every site begins.
const MIDNIGHT: i64 = 1_795_392_000;
const INGESTOR: &str = "corescope-ingestor";
/// Seconds between two `wal_checkpoint(TRUNCATE)`.
const TRUNCATE_EVERY: f64 = 3600.0;

/// What kind of site.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    /// Hour of the day at which the monitor starts.
    pub hour: f64,
    /// Messages per second at four in the morning and in the afternoon.
    pub traffic: (f64, f64),
    pub build: Build,
    /// A backfill that does the new rows every five minutes.
    pub periodic: bool,
    /// Seconds between two looks.
    pub interval: f64,
    /// Whether the monitor may read `/proc/<pid>/io`, and `/proc/locks`.
    pub rights: (bool, bool),
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            seed: 1,
            hour: 4.0,
            traffic: (2.0, 20.0),
            build: Build::Newest,
            periodic: false,
            interval: 1.0,
            rights: (true, true),
        }
    }
}

/// The site.
#[derive(Clone, Debug)]
pub struct Site {
    pub plan: Plan,
    pub load: Load,
    pub log: Log,
    pub publisher: Publisher,
    pub free: f64,
    /// Dropped and failed messages before an incident.
    pub before: i64,
    rows_before: (i64, i64),
    pub ingestor: Option<Process>,
    server: Process,
    chance: Chance,
    /// Seconds of the monotonic clock, and what the wall clock and the boot clock are ahead of it.
    now: f64,
    wall_ahead: f64,
    boot_ahead: f64,
    /// When the stats writer's first second was, how many it has had, and what holds up the next.
    phase: f64,
    ticks: u64,
    late: f64,
    published: Option<StatsSample>,
    publications: u64,
    last_io: Option<IoCounters>,
    next_truncate: f64,
    mood: f64,
    queue: f64,
    unfilled: f64,
    held_since: Option<f64>,
    turn: f64,
    next_pid: u32,
    names: Names,
}

#[derive(Clone, Debug)]
struct Names {
    ingestor: Arc<str>,
    server: Arc<str>,
    reader: Arc<str>,
    periodic: Arc<str>,
}

impl Site {
    pub fn new(plan: Plan) -> Self {
        let mut chance = Chance::new(plan.seed);
        let boot = 3_000_000.0;
        let mut publisher = Publisher::new(plan.build);
        long_run(&mut publisher);
        let wall = MIDNIGHT as f64 + plan.hour * 3600.0 + chance.unit();
        let now = 1000.0;
        let mut site = Self {
            load: Load::default(),
            log: Log::new(&mut chance, 1_700_000),
            publisher,
            free: 60.0 * GB as f64,
            before: 0,
            rows_before: (0, 0),
            ingestor: Some(Process::new(4405, boot - 260_000.0, INGESTOR)),
            server: Process::new(4417, boot - 260_000.0, "corescope-server"),
            now,
            wall_ahead: wall - now,
            boot_ahead: boot - now,
            phase: now + chance.between(0.05, 0.75),
            ticks: 0,
            late: 0.0,
            published: None,
            publications: 0,
            last_io: None,
            next_truncate: now + 1800.0,
            mood: 0.0,
            queue: 0.0,
            unfilled: 0.0,
            held_since: None,
            turn: 0.0,
            next_pid: 5000,
            names: Names {
                ingestor: INGESTOR.into(),
                server: "corescope-server".into(),
                reader: "sqlite3".into(),
                periodic: "from_pubkey".into(),
            },
            chance,
            plan,
        };
        // A minute in which nobody looks, so that everything has its usual shape.
        for _ in 0..60 {
            site.look();
        }
        site
    }

    /// The next look, about an interval after the last one.
    pub fn look(&mut self) -> Sample {
        let every = self.plan.interval;
        let due = ((self.now / every + 0.01).floor() + 1.0) * every + self.chance.between(0.0, 0.003 * every);
        loop {
            let tick = self.phase + self.ticks as f64 + self.late + self.chance.between(0.0, 0.008);
            if tick > due {
                break;
            }
            (self.ticks, self.late) = (self.ticks + 1, 0.0);
            self.live(tick);
            self.tick();
        }
        self.live(due);
        self.sample()
    }

    /// Time goes on to `until`.
    fn live(&mut self, until: f64) {
        let secs = (until - self.now).max(0.0);
        self.now = until.max(self.now);
        self.disturb(secs);
        if self.ingestor.is_some() {
            self.handle(secs);
        }
    }

    /// The stats writer's second.
    fn tick(&mut self) {
        let Some(ingestor) = &mut self.ingestor else { return };
        if self.load.wedged || self.load.silent_frames > 0.0 {
            return;
        }
        ingestor.io.rchar += 112;
        ingestor.io.syscr += 2;
        ingestor.io.wchar += 1636;
        ingestor.io.syscw += 1;
        ingestor.io.write_bytes += 4096;
        let now = ingestor.io;
        let rates =
            self.last_io.replace(now).map_or_else(ProcIoRates::default, |before| own_rates(&before, &now));
        self.publications += 1;
        let (wall, mono) = (self.wall(), self.mono());
        self.published = Some(self.publisher.publish(wall, mono, 10_176_000 + self.publications, rates));
    }

    /// Seconds on the monitor's monotonic clock since it started.
    pub fn mono(&self) -> Mono {
        Mono((self.now * 1e9) as u64)
    }

    fn wall(&self) -> Wall {
        Wall(((self.now + self.wall_ahead) * 1e9) as i64)
    }

    fn boot(&self) -> f64 {
        self.now + self.boot_ahead
    }
}

/// Counters of an ingestor that has run for three days, with a backfill that is done.
fn long_run(publisher: &mut Publisher) {
    let c = &mut publisher.counters;
    (c.tx, c.obs, c.dupes, c.nodes, c.observers) = (1_300_210, 2_610_400, 1_310_190, 570_300, 2_640_000);
    (c.commits, c.packets) = (2_610_400, 2_640_000);
    c.backfills = vec![("path_json".into(), 412_345)];
}

fn own_rates(before: &IoCounters, now: &IoCounters) -> ProcIoRates {
    let rate = |before: u64, now: u64| Some(now.saturating_sub(before) as f64);
    ProcIoRates {
        read: rate(before.read_bytes, now.read_bytes),
        write: rate(before.write_bytes, now.write_bytes),
        cancelled: rate(before.cancelled_write_bytes, now.cancelled_write_bytes),
        syscr: rate(before.syscr, now.syscr),
        syscw: rate(before.syscw, now.syscw),
    }
}
