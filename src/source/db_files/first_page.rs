//! The database's first page as of the last commit, without SQLite.
//!
//! SQLite maps `-shm` into memory, and whoever may write that file can cut it under the mapping: the
//! next access is a SIGBUS. So nothing is mapped here, and no lock is taken: the newest frame of page 1
//! is found by the page numbers in the wal-index, and read where it stands.
//!
//! What is read is of one moment although the log goes on: frames up to the last commit stay as they
//! are until the log starts over, and before the first of them is written over the wal-index has new
//! salts (`walRestartHdr` in `wal.c`). The same salts after the reading as before are the proof.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use crate::parse::{db_header, wal_pages};
use crate::sample::WalIndex;

/// Blocks of the wal-index that are searched at most: those of a log of 64 GB at 4 KB a page.
const MAX_BLOCKS: u32 = 4096;
const PAGE: u32 = 1;

/// The beginning of the first page.
pub type Start = [u8; db_header::LEN];

/// Finds it again and again; what was searched once is not searched again.
#[derive(Debug, Default)]
pub struct FirstPage {
    searched: Option<Searched>,
    numbers: Vec<u8>,
}

/// What the log had when it was searched last.
#[derive(Clone, Copy, Debug)]
struct Searched {
    salts: [u32; 2],
    /// Up to this frame.
    until: u32,
    /// The newest of them that holds the first page.
    newest: Option<u32>,
}

impl FirstPage {
    /// The beginning of the first page, out of the log or, where that does not have it, of the database.
    /// `again` reads the wal-index's header; absent where the log started over meanwhile.
    ///
    /// # Errors
    /// Of reading; [`io::ErrorKind::InvalidData`] where log and wal-index don't fit each other.
    pub fn read(
        &mut self,
        [shm, log, db]: [&File; 3],
        index: &WalIndex,
        again: impl FnOnce() -> Option<WalIndex>,
    ) -> io::Result<Option<Start>> {
        let newest = self.newest(shm, index)?;
        let read = match newest {
            Some(frame) => of_log(log, frame, index),
            None => of_database(db),
        };
        if again().is_none_or(|now| now.salts != index.salts) {
            self.searched = None;
            return Ok(None);
        }
        read.map(Some)
    }

    fn newest(&mut self, shm: &File, index: &WalIndex) -> io::Result<Option<u32>> {
        let known = self.searched.filter(|known| known.salts == index.salts && known.until <= index.mx_frame);
        let after = known.map_or(0, |known| known.until);
        let found = self.search(shm, after, index.mx_frame)?;
        let newest = found.or(known.and_then(|known| known.newest));
        self.searched = Some(Searched { salts: index.salts, until: index.mx_frame, newest });
        Ok(newest)
    }

    /// The newest frame of the page among those after `after` up to `until`.
    fn search(&mut self, shm: &File, after: u32, until: u32) -> io::Result<Option<u32>> {
        let mut last = until;
        for _ in 0..MAX_BLOCKS {
            let Some(block) = wal_pages::Block::of(last).filter(|_| last > after) else { return Ok(None) };
            self.numbers.resize((last - block.first + 1) as usize * 4, 0);
            shm.read_exact_at(&mut self.numbers, block.offset)?;
            if let Some(position) = wal_pages::newest(&self.numbers, PAGE) {
                return Ok(Some(block.first + position));
            }
            last = block.first - 1;
        }
        Err(unfit("the log is too long to be searched"))
    }
}

fn of_log(log: &File, frame: u32, index: &WalIndex) -> io::Result<Start> {
    let mut bytes = [0; wal_pages::FRAME_LEN + db_header::LEN];
    log.read_exact_at(&mut bytes, wal_pages::frame_at(frame, index.page_size))?;
    let (header, page) = bytes.split_at(wal_pages::FRAME_LEN);
    if wal_pages::frame(header) != Some((PAGE, index.salts)) {
        return Err(unfit("a frame of the log is another than the wal-index says"));
    }
    page.try_into().map_err(|_| unfit("a page has no beginning"))
}

/// The same out of the database file itself.
///
/// # Errors
/// Of reading.
pub fn of_database(db: &File) -> io::Result<Start> {
    let mut bytes = [0; db_header::LEN];
    db.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

fn unfit(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
