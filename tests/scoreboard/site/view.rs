//! What a monitor sees of the site.

use std::sync::Arc;

use corescope_top::sample::locks::{HeldLock, Slot};
use corescope_top::sample::{
    DbHeader, DbSample, Fault, FaultKind, FileStat, ProcSample, Reading, Sample, StatsSample, WalHeader,
};
use corescope_top::units::Bytes;

use super::Site;
use super::load::Hold;
use super::log::PAGE;

/// Seconds for which a frame's write keeps the writer lock.
const LOCKED: f64 = 55e-6;

impl Site {
    pub(super) fn sample(&mut self) -> Sample {
        // A short query of the server may be under way.
        let query = self.chance.hit(0.03).then_some(self.server.pid);
        if let Some(pid) = query {
            self.log.read(pid);
        }
        let sample = Sample {
            at: self.wall(),
            mono: self.mono(),
            interval: self.plan.interval,
            ingestor: self.process(),
            server: Reading::Good(self.server.sample(self.mono(), self.boot(), self.plan.rights.0)),
            stats: self.stats(),
            watch: Reading::Good(()),
            db: Reading::Good(self.db()),
        };
        if let Some(pid) = query {
            self.log.read_no_more(pid);
        }
        sample
    }

    fn process(&self) -> Reading<ProcSample> {
        match &self.ingestor {
            Some(process) => Reading::Good(process.sample(self.mono(), self.boot(), self.plan.rights.0)),
            None => Reading::Failed(Fault::new(FaultKind::Gone, "the ingestor has ended")),
        }
    }

    fn stats(&self) -> Reading<StatsSample> {
        match &self.published {
            Some(stats) => Reading::Good(stats.clone()),
            None => Reading::Failed(Fault::new(FaultKind::Gone, "there is no stats file")),
        }
    }

    fn db(&mut self) -> DbSample {
        let file = |size: u64, ino| Reading::Good(FileStat { size: Bytes(size), dev: 0xfe00, ino });
        let index = self.log.index();
        let header = DbHeader {
            page_size: PAGE as u32,
            wal_mode: true,
            page_count: self.log.pages,
            freelist_count: 800,
        };
        let wal = WalHeader { page_size: PAGE as u32, checkpoint_sequence: 0, salts: index.salts };
        DbSample {
            mono: self.mono(),
            db: file(u64::from(self.log.pages) * PAGE, 10_019_978),
            wal: file(self.log.size.0, 10_019_979),
            shm: file(32_768, 10_019_980),
            header: Reading::Good(header),
            wal_index: Reading::Good(index),
            wal_header: Reading::Good(wal),
            locks: self.locks(),
            free: Reading::Good(Bytes((self.free - self.log.size.0 as f64).max(0.0) as u64)),
            ..DbSample::default()
        }
    }

    fn locks(&mut self) -> Reading<Vec<HeldLock>> {
        if !self.plan.rights.1 {
            return Reading::Failed(Fault::new(FaultKind::Denied, "/proc/locks: permission denied"));
        }
        let lock = |slot, exclusive, pid, name: &Arc<str>| HeldLock {
            slot,
            exclusive,
            pid: Some(pid),
            name: Some(Arc::clone(name)),
        };
        let mut locks = Vec::with_capacity(8);
        let server = (self.server.pid, self.names.server.clone());
        let ingestor = self.ingestor.as_ref().map(|process| (process.pid, self.names.ingestor.clone()));
        for (pid, name) in ingestor.iter().chain([&server]) {
            locks.push(lock(Slot::Open, false, *pid, name));
            locks.push(lock(Slot::Shared, false, *pid, name));
        }
        for reader in &self.log.readers {
            let name = if reader.pid == server.0 { &server.1 } else { &self.names.reader };
            locks.push(lock(Slot::Read(reader.slot), false, reader.pid, name));
        }
        let writer = match (&self.load.hold, ingestor) {
            (Some(Hold::Other { pid, name }), _) => Some((*pid, Arc::clone(name))),
            (Some(Hold::Ingestor), Some(ingestor)) => Some(ingestor),
            (None, Some(ingestor)) if self.chance.hit(self.writing()) => Some(ingestor),
            _ => None,
        };
        locks.extend(writer.map(|(pid, name)| lock(Slot::Write, true, pid, &name)));
        Reading::Good(locks)
    }

    /// Probability of seeing the ingestor with the writer lock.
    fn writing(&self) -> f64 {
        if self.load.transaction > 0.0 {
            return 1.0;
        }
        let rows = self.load.backfill.as_ref().map_or(0.0, |backfill| backfill.rate * backfill.frames);
        let frames = rows + self.load.frames + self.load.silent_frames + 150.0;
        (frames * LOCKED).max(self.load.starve).min(0.97)
    }
}
