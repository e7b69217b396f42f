//! The write-ahead log as SQLite keeps it: frames, restarts, checkpoints that stop at readers.

use corescope_top::sample::WalIndex;
use corescope_top::units::Bytes;

use crate::chance::Chance;

/// Bytes of a page; a frame has 24 more.
pub const PAGE: u64 = 4096;
const FRAME: u64 = PAGE + 24;
/// Frames after which a commit checkpoints.
const AUTO_CHECKPOINT: u32 = 1000;
/// Share of frames that are a page's last version: only those are copied into the database.
const DISTINCT: f64 = 0.2;

/// What a checkpoint costs its process, in pages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Copied {
    pub pages: u64,
}

/// Somebody who reads.
#[derive(Clone, Debug)]
pub struct Reader {
    pub pid: u32,
    pub slot: u8,
    pub mark: u32,
}

/// The log.
#[derive(Clone, Debug)]
pub struct Log {
    pub size: Bytes,
    pub pages: u32,
    /// Whether commits checkpoint by themselves, and the ingestor does every hour.
    pub auto: bool,
    pub readers: Vec<Reader>,
    index: WalIndex,
    /// Frames of a transaction that is not committed yet.
    open_frames: u32,
}

impl Log {
    pub fn new(chance: &mut Chance, pages: u32) -> Self {
        let salts = [chance.bits() as u32, chance.bits() as u32];
        let index = WalIndex {
            page_size: PAGE as u32,
            salts,
            read_marks: [Some(0), None, None, None, None],
            ..WalIndex::default()
        };
        let size = Bytes(32 + u64::from(AUTO_CHECKPOINT) * FRAME);
        Self { size, pages, auto: true, readers: Vec::new(), index, open_frames: 0 }
    }

    /// The wal-index as it stands in `-shm`.
    pub fn index(&self) -> WalIndex {
        WalIndex { page_count: self.pages, ..self.index }
    }

    /// Frames that are not in the database yet.
    pub fn pending(&self) -> u32 {
        self.index.mx_frame - self.index.checkpointed
    }

    /// A reader begins: slot 0 where all is in the database, else one at the log's end.
    pub fn read(&mut self, pid: u32) {
        let slot = u8::from(self.pending() > 0);
        let mark = if slot == 0 { 0 } else { self.index.mx_frame };
        if slot == 1 && self.readers.iter().any(|reader| reader.slot == 1) {
            self.index.read_marks[2] = Some(mark);
            self.readers.push(Reader { pid, slot: 2, mark });
            return;
        }
        if slot == 1 {
            self.index.read_marks[1] = Some(mark);
        }
        self.readers.push(Reader { pid, slot, mark });
    }

    /// A reader ends.
    pub fn read_no_more(&mut self, pid: u32) {
        self.readers.retain(|reader| reader.pid != pid);
    }

    /// Frames of a transaction that commits later: the file grows, the index stands.
    pub fn append_uncommitted(&mut self, frames: u64) {
        if self.open_frames == 0 {
            self.start_over_if_possible();
        }
        self.open_frames += frames as u32;
        self.grow(self.index.mx_frame + self.open_frames);
    }

    /// The open transaction commits.
    pub fn commit_open(&mut self) -> Copied {
        self.index.mx_frame += std::mem::take(&mut self.open_frames);
        self.index.change += 1;
        if self.auto { self.checkpoint() } else { Copied::default() }
    }

    /// Frames of many small transactions, with the checkpoints that their commits run.
    pub fn append(&mut self, mut frames: u64) -> Copied {
        let mut copied = Copied::default();
        while frames > 0 {
            self.start_over_if_possible();
            let room = u64::from(AUTO_CHECKPOINT.saturating_sub(self.index.mx_frame)).max(16);
            let part = if self.auto && self.readers.is_empty() { frames.min(room) } else { frames };
            self.index.mx_frame += part as u32;
            self.index.change += 1 + part as u32 / 16;
            self.grow(self.index.mx_frame);
            frames -= part;
            if self.auto && self.index.mx_frame >= AUTO_CHECKPOINT {
                copied.pages += self.checkpoint().pages;
            }
        }
        copied
    }

    /// Copies what no reader needs any more into the database.
    pub fn checkpoint(&mut self) -> Copied {
        if self.readers.iter().any(|reader| reader.slot == 0) {
            return Copied::default();
        }
        let marks = self.readers.iter().map(|reader| reader.mark);
        let safe = marks.min().unwrap_or(u32::MAX).min(self.index.mx_frame).max(self.index.checkpointed);
        let frames = safe - self.index.checkpointed;
        self.index.checkpointed = safe;
        Copied { pages: (f64::from(frames) * DISTINCT) as u64 }
    }

    /// `wal_checkpoint(TRUNCATE)`; does what PASSIVE does where a reader or a transaction is in the way.
    pub fn truncate(&mut self) -> Copied {
        let copied = self.checkpoint();
        let in_use = self.readers.iter().any(|reader| reader.slot > 0) || self.open_frames > 0;
        if self.pending() == 0 && !in_use {
            self.start_over();
            self.size = Bytes(0);
        }
        copied
    }

    fn start_over_if_possible(&mut self) {
        let in_use = self.readers.iter().any(|reader| reader.slot > 0);
        if self.index.mx_frame > 0 && self.pending() == 0 && !in_use {
            self.start_over();
        }
    }

    fn start_over(&mut self) {
        self.index.mx_frame = 0;
        self.index.checkpointed = 0;
        self.index.salts[0] = self.index.salts[0].wrapping_add(1);
        self.index.salts[1] = self.index.salts[1].wrapping_mul(0x9E37_79B9).wrapping_add(1);
        self.index.change += 1;
    }

    fn grow(&mut self, frames: u32) {
        self.size = Bytes(self.size.0.max(32 + u64::from(frames) * FRAME));
    }
}
