//! What happens to a site from one moment to the next.

use super::process::Process;
use super::{INGESTOR, Site, TRUNCATE_EVERY};
use crate::chance::Chance;

impl Site {
    /// Somebody sets the clock.
    pub fn set_clock(&mut self, secs: f64) {
        self.wall_ahead += secs;
    }

    /// The machine sleeps: the monotonic clock stands.
    pub fn suspend(&mut self, secs: f64) {
        self.wall_ahead += secs;
        self.boot_ahead += secs;
    }

    /// A disk that stalls: the next update comes so much later, and the one after it in time.
    pub fn stall(&mut self, secs: f64) {
        self.late = secs;
    }

    /// The ingestor ends: its log goes into the database if nobody else is in the way.
    pub fn stop(&mut self) {
        if let Some(mut ingestor) = self.ingestor.take() {
            ingestor.checkpoint(self.log.truncate().pages);
        }
        (self.queue, self.last_io) = (0.0, None);
    }

    /// A new ingestor starts. All its counters begin at nothing; its backfills say what they find.
    pub fn start(&mut self) {
        self.next_pid += 7;
        self.ingestor = Some(Process::new(self.next_pid, self.boot(), INGESTOR));
        self.publisher.restart();
        self.next_truncate = self.now + TRUNCATE_EVERY;
        self.unfilled = 0.0;
        (self.phase, self.ticks) = (self.now + self.chance.between(0.3, 1.2), 0);
    }

    /// Time goes by and nobody looks.
    pub fn skip(&mut self, secs: f64) {
        let until = self.now.floor() + secs;
        while self.now < until {
            self.live((self.now + 60.0).min(until));
            self.ticks = (self.now - self.phase).max(0.0) as u64 + 1;
        }
    }

    /// The same site with another future.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.chance = Chance::new(seed);
        self
    }

    /// The stats file is removed.
    pub fn lose_stats(&mut self) {
        self.published = None;
    }

    /// From now on a backfill comes back for new rows every five minutes.
    pub fn come_back(&mut self) {
        (self.plan.periodic, self.unfilled) = (true, 0.0);
    }

    /// A reader begins, by the pid of a person's shell.
    pub fn read(&mut self, pid: u32) {
        self.log.read(pid);
    }

    pub fn read_no_more(&mut self, pid: u32) {
        self.log.read_no_more(pid);
    }
}
