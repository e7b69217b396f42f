//! What happens in a span of time: messages arrive, jobs run, and each of them reads, writes and waits.

use super::load::Hold;
use super::log::PAGE;
use super::{Site, TRUNCATE_EVERY};

/// Frames that one message puts into the log, at least and at most.
const FRAMES: (f64, f64) = (13.0, 19.5);
/// Messages per second that the ingestor handles when it has to catch up.
const CATCH_UP: f64 = 60.0;
/// Seconds that another process's lock keeps a write waiting before it fails.
const BUSY: f64 = 5.0;
/// Share of messages whose signature is wrong on every day.
const FORGED: f64 = 0.000_2;

impl Site {
    /// Messages per second that arrive now: the hour's share of the day, a slow mood, and bursts.
    fn arrivals(&mut self, secs: f64) -> f64 {
        let clock = self.now + self.wall_ahead;
        let hour = (clock / 3600.0) % 24.0;
        // 0 at four in the morning, 1 at four in the afternoon, smooth in between.
        let height = 1.0 - ((hour - 16.0 + 36.0) % 24.0 - 12.0).abs() / 12.0;
        let day = height * height * (3.0 - 2.0 * height);
        let (low, high) = self.plan.traffic;
        self.mood += (0.02 * secs).min(1.0) * (self.chance.between(-1.0, 1.0) * 2.0 - self.mood);
        let burst = if self.load.burst > 0.0 { self.load.burst } else { 1.0 };
        (low + (high - low) * day) * (1.0 + self.mood).clamp(0.6, 1.6) * burst
    }

    /// What others than the ingestor do.
    pub(super) fn disturb(&mut self, secs: f64) {
        let (asked, share) = self.load.server;
        let rate = if asked > 0.0 { asked } else { self.chance.between(60_000.0, 120_000.0) };
        self.server.read((rate * secs) as u64, (rate * secs * share) as u64);
        self.server.io.wchar += (3_960.0 * secs) as u64;
        self.server.io.syscw += self.chance.round(5.0 * secs);
        self.free -= self.load.fill * secs;
    }

    /// What the ingestor does.
    pub(super) fn handle(&mut self, secs: f64) {
        let expected = self.arrivals(secs) * secs;
        let arrived = self.chance.count(expected);
        self.receive(arrived);
        self.hold(secs);
        let handled = self.admitted(arrived, secs);
        let mut frames = self.insert(handled);
        frames += self.run_backfills(secs);
        frames += self.chance.round(self.load.frames * secs);
        frames += self.chance.round(self.load.silent_frames * secs);
        self.write(frames);
        self.open_transaction(secs);
        self.drop_files(secs);
        if self.now >= self.next_truncate && self.load.hold.is_none() {
            self.next_truncate += TRUNCATE_EVERY;
            if self.log.auto {
                self.truncate();
            }
        }
    }

    fn receive(&mut self, arrived: u64) {
        if self.load.silent_frames > 0.0 || arrived == 0 {
            return;
        }
        self.publisher.counters.packets += arrived as i64;
        self.publisher.last_receipt = Some(self.wall());
        // Some packets are reports of the observers: they are counted and make no row.
        if self.chance.hit(0.01 * arrived as f64) {
            self.publisher.counters.packets += 1;
            self.publisher.counters.observers += 1;
        }
    }

    /// Keeps account of who holds the writer lock, and of the writes that fail meanwhile.
    fn hold(&mut self, secs: f64) {
        match (&self.load.hold, self.held_since) {
            (Some(_), None) => self.held_since = Some(self.now),
            (Some(Hold::Other { .. }), Some(since)) => {
                let failed = |at: f64| ((at - since) / BUSY) as i64;
                let errors = failed(self.now) - failed(self.now - secs);
                self.publisher.counters.errors += errors;
                self.publisher.handler.push(errors as u64, BUSY * 1000.0, 0.1);
            }
            (None, Some(since)) => {
                let held = (self.now - since) * 1000.0;
                self.publisher.jobs.push(1, 0.001, held);
                self.publisher.handler.push(1, held, 1.0);
                self.held_since = None;
            }
            _ => {}
        }
    }

    /// How many messages get through to the database.
    fn admitted(&mut self, arrived: u64, secs: f64) -> u64 {
        if self.load.stuck || self.load.silent_frames > 0.0 {
            return 0;
        }
        if self.load.hold.is_some() || self.load.transaction > 0.0 {
            // The client's buffer holds what a minute or two bring; the rest is lost.
            self.queue = (self.queue + arrived as f64).min(2000.0);
            return 0;
        }
        if self.load.starve > 0.0 {
            let through = self.chance.round(arrived as f64 * (1.0 - self.load.starve));
            self.publisher.handler.push(through, 900.0 * self.load.starve / (1.0 - self.load.starve), 1.2);
            // A turn takes a second; its share of that is the lock's.
            self.turn += secs;
            let turns = self.turn as u64;
            self.turn -= turns as f64;
            self.publisher.jobs.push(turns, 0.5, 1000.0 * self.load.starve);
            self.write(turns * 30);
            return through;
        }
        let waiting = self.queue.min(self.chance.round((CATCH_UP * secs - arrived as f64).max(0.0)) as f64);
        self.queue -= waiting;
        let handled = arrived + waiting as u64;
        self.publisher.handler.push(handled, 0.0005, 1.2);
        handled
    }

    /// Messages become rows; how many frames that takes.
    fn insert(&mut self, handled: u64) -> u64 {
        let forged = self.some(handled, self.load.forged.max(FORGED));
        let failed = self.some(handled - forged, self.load.failing);
        let good = handled - forged - failed;
        let new = self.some(good, 0.5);
        let nodes = self.some(good, 0.22);
        if good > 0 {
            self.publisher.last_message = Some(self.wall());
        }
        let c = &mut self.publisher.counters;
        c.sig_drops += forged as i64;
        c.errors += failed as i64;
        c.tx += new as i64;
        c.obs += good as i64;
        c.dupes += (good - new) as i64;
        c.nodes += nodes as i64;
        c.observers += good as i64;
        c.commits += good as i64;
        self.unfilled += new as f64;
        self.log.pages += self.chance.round(good as f64 * 0.12) as u32;
        self.free -= good as f64 * 0.12 * PAGE as f64;
        let each = self.chance.between(FRAMES.0, FRAMES.1);
        self.chance.round(good as f64 * each)
    }

    /// How many of `count` have something that this share of them has.
    fn some(&mut self, count: u64, share: f64) -> u64 {
        if share <= 0.0 { 0 } else { (0..count).filter(|_| self.chance.hit(share)).count() as u64 }
    }

    /// Rows of backfills; how many frames they take.
    fn run_backfills(&mut self, secs: f64) -> u64 {
        let mut frames = 0;
        if self.plan.periodic && (self.now + self.wall_ahead) % 300.0 < 20.0 && self.unfilled >= 1.0 {
            let rows = self.unfilled.min(500.0 * secs).floor();
            self.unfilled -= rows;
            let name = self.names.periodic.clone();
            self.publisher.counters.backfill(&name, rows as i64);
            frames += self.chance.round(rows * 1.5);
        }
        let rate = self.load.backfill.as_ref().map_or(0.0, |backfill| backfill.rate);
        if rate == 0.0 || self.load.hold.is_some() {
            return frames;
        }
        let about = rate * secs * self.chance_around();
        let mut rows = self.chance.round(about) as f64;
        if let Some(backfill) = &mut self.load.backfill {
            if let Some(left) = &mut backfill.left {
                rows = rows.min(left.ceil());
                *left -= rows;
            }
            frames += (rows * backfill.frames) as u64;
            if self.load.silent_frames == 0.0 {
                self.publisher.counters.backfill(&backfill.name, rows as i64);
            }
            if backfill.left.is_some_and(|left| left < 1.0) {
                self.load.backfill = None;
            }
        }
        frames
    }

    fn chance_around(&mut self) -> f64 {
        self.chance.between(0.8, 1.2)
    }

    fn write(&mut self, frames: u64) {
        let copied = self.log.append(frames);
        if let Some(ingestor) = &mut self.ingestor {
            ingestor.write_frames(frames);
            ingestor.checkpoint(copied.pages);
            // Pages that a message needs and SQLite's own cache has not.
            let asked = frames * 600;
            let fetched = if self.chance.hit(0.2) { self.chance.round(3.0) * PAGE } else { 0 };
            ingestor.read(asked, fetched.min(asked));
        }
    }

    /// One large transaction: its frames fill the file at once and count when it commits.
    fn open_transaction(&mut self, secs: f64) {
        let frames = self.chance.round(self.load.transaction * secs);
        if frames > 0
            && let Some(ingestor) = &mut self.ingestor
        {
            ingestor.write_frames(frames);
            self.log.append_uncommitted(frames);
        }
    }

    /// The large transaction commits.
    pub fn commit(&mut self) {
        self.load.transaction = 0.0;
        let copied = self.log.commit_open();
        if let Some(ingestor) = &mut self.ingestor {
            ingestor.checkpoint(copied.pages);
        }
    }

    fn drop_files(&mut self, secs: f64) {
        let bytes = (self.load.dropped * secs * self.chance_around()) as u64;
        if bytes > 0
            && let Some(ingestor) = &mut self.ingestor
        {
            ingestor.write(bytes, bytes / PAGE * PAGE);
        }
    }

    /// `wal_checkpoint(TRUNCATE)`.
    pub fn truncate(&mut self) {
        let copied = self.log.truncate();
        if let Some(ingestor) = &mut self.ingestor {
            ingestor.checkpoint(copied.pages);
        }
    }
}
