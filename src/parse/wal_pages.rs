//! Which page each frame of a log holds: the page numbers in a `-shm` file, and the frames' own headers;
//! see "The WAL-Index File Format" and "The WAL File Format" in SQLite's documentation.

use super::bytes::be32;
use super::{wal_header, wal_index};

/// Bytes in the header of a frame.
pub const FRAME_LEN: usize = 24;

/// Bytes in a block of the wal-index: page numbers, then a hash table of half its size.
const BLOCK: u64 = 32_768;
/// Page numbers in a block; the first has the header in place of some.
const NUMBERS: u32 = 4096;
const FIRST_NUMBERS: u32 = NUMBERS - (wal_index::LEN / 4) as u32;

/// The page numbers of frames that stand beside each other in the wal-index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The first of the frames, counted from 1.
    pub first: u32,
    /// Where its page number stands in the file; those of the others follow, four bytes each.
    pub offset: u64,
}

impl Block {
    /// The block that has the page number of `frame`; absent for frame 0, which is none.
    pub fn of(frame: u32) -> Option<Self> {
        let index = frame.checked_sub(1)?;
        Some(match index.checked_sub(FIRST_NUMBERS) {
            None => Self { first: 1, offset: wal_index::LEN as u64 },
            Some(index) => {
                let block = index / NUMBERS;
                let first = 1 + FIRST_NUMBERS + block * NUMBERS;
                Self { first, offset: (u64::from(block) + 1) * BLOCK }
            }
        })
    }
}

/// The position of the last of `numbers`, as they stand in the wal-index, that is `page`.
pub fn newest(numbers: &[u8], page: u32) -> Option<u32> {
    let wanted = page.to_ne_bytes();
    let found = numbers.as_chunks::<4>().0.iter().rposition(|number| *number == wanted);
    found.and_then(|position| u32::try_from(position).ok())
}

/// Where a frame begins in a log whose pages have `page_size` bytes.
pub fn frame_at(frame: u32, page_size: u32) -> u64 {
    let before = u64::from(frame.saturating_sub(1));
    wal_header::LEN as u64 + before * (u64::from(page_size) + FRAME_LEN as u64)
}

/// The page that a frame holds, and the salts of the log it is of: other ones in a frame that was left
/// over from before the log started over. Absent for fewer bytes than a header has.
pub fn frame(bytes: &[u8]) -> Option<(u32, [u32; 2])> {
    let header = bytes.get(..FRAME_LEN)?;
    Some((be32(header, 0)?, [be32(header, 8)?, be32(header, 12)?]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blocks_begin_where_sqlite_begins_them() {
        let of = |frame| Block::of(frame).map(|block| (block.first, block.offset));
        assert_eq!(of(0), None);
        assert_eq!((of(1), of(4062)), (Some((1, 136)), Some((1, 136))));
        assert_eq!((of(4063), of(8158)), (Some((4063, 32_768)), Some((4063, 32_768))));
        assert_eq!(of(8159), Some((8159, 65_536)));
        assert_eq!(of(u32::MAX).unwrap().1 / BLOCK, u64::from((u32::MAX - 1 - 4062) / 4096 + 1));
    }

    #[test]
    fn the_last_of_several_is_the_newest() {
        let numbers: Vec<u8> = [7_u32, 1, 9, 1, 2].iter().flat_map(|number| number.to_ne_bytes()).collect();
        assert_eq!((newest(&numbers, 1), newest(&numbers, 7), newest(&numbers, 3)), (Some(3), Some(0), None));
        assert_eq!(newest(&numbers[..14], 1), Some(1));
        assert_eq!((frame_at(1, 4096), frame_at(3, 512)), (32, 32 + 2 * 536));
    }

    proptest! {
        #[test]
        fn every_frame_is_in_its_block(frame in 1_u32..) {
            let block = Block::of(frame).unwrap();
            prop_assert!(block.first <= frame && frame - block.first < NUMBERS);
            prop_assert!(Block::of(block.first) == Some(block));
        }

        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64), page: u32, size: u32) {
            let _ = (frame(&bytes), newest(&bytes, page), frame_at(page, size));
        }
    }
}
