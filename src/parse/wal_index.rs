//! The first 136 bytes of a `-shm` file, see "The WAL-Index File Format" in SQLite's documentation.

use std::fmt;

use super::bytes::{be32, native16, native32, page_size};
use crate::sample::WalIndex;

/// Bytes to read: two copies of the header and the checkpoint info.
pub const LEN: usize = 136;

const COPY: usize = 48;
const VERSION: u32 = 3_007_000;
const UNUSED_MARK: u32 = u32::MAX;

/// Why a wal-index could not be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WalIndexError {
    /// The two copies differ: a writer is in the middle of an update, read again.
    Torn,
    /// No connection has filled it in yet.
    NotInitialised,
    /// It was written on a machine of the other byte order.
    ForeignByteOrder,
    /// A version this program does not know.
    UnknownVersion(u32),
    /// Fewer than 136 bytes.
    Short,
    /// A page size that SQLite does not allow.
    BadPageSize,
}

impl fmt::Display for WalIndexError {
    /// Goes on where the file's name ends: "has the unknown version 7".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torn => f.write_str("was being changed at every attempt to read it"),
            Self::NotInitialised => f.write_str("is not initialised: a connection is just opening"),
            Self::ForeignByteOrder => f.write_str("was written by a machine of the other byte order"),
            Self::UnknownVersion(version) => write!(f, "has the unknown version {version}"),
            Self::Short => f.write_str("is shorter than its header: a connection is just opening"),
            Self::BadPageSize => f.write_str("holds a page size that SQLite does not allow"),
        }
    }
}

/// Decodes the header and the checkpoint info at the beginning of `bytes`. Values are in this
/// machine's byte order, except the salts: those are copied from the log and big-endian like there,
/// so that they compare equal.
pub fn parse(bytes: &[u8]) -> Result<WalIndex, WalIndexError> {
    let header = bytes.get(..LEN).ok_or(WalIndexError::Short)?;
    if header[..COPY] != header[COPY..2 * COPY] {
        return Err(WalIndexError::Torn);
    }
    let is_init = header[12];
    if is_init == 0 {
        return Err(WalIndexError::NotInitialised);
    }
    match u32_at(header, 0) {
        VERSION => {}
        version if version == VERSION.swap_bytes() => return Err(WalIndexError::ForeignByteOrder),
        version => return Err(WalIndexError::UnknownVersion(version)),
    }
    let stored = native16(header, 14).ok_or(WalIndexError::Short)?;
    let page_size = page_size(u32::from(stored)).ok_or(WalIndexError::BadPageSize)?;
    Ok(decode(header, page_size))
}

fn decode(header: &[u8], page_size: u32) -> WalIndex {
    let mark = |slot: usize| Some(u32_at(header, 100 + 4 * slot)).filter(|&mark| mark != UNUSED_MARK);
    WalIndex {
        change: u32_at(header, 8),
        page_size,
        mx_frame: u32_at(header, 16),
        page_count: u32_at(header, 20),
        salts: [be32(header, 32).unwrap_or(0), be32(header, 36).unwrap_or(0)],
        checkpointed: u32_at(header, 96),
        read_marks: [mark(0), mark(1), mark(2), mark(3), mark(4)],
    }
}

fn u32_at(header: &[u8], at: usize) -> u32 {
    native32(header, at).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn index() -> Vec<u8> {
        let mut copy = vec![0; COPY];
        copy[..4].copy_from_slice(&VERSION.to_ne_bytes());
        copy[8..12].copy_from_slice(&77_u32.to_ne_bytes());
        copy[12] = 1;
        copy[14..16].copy_from_slice(&4096_u16.to_ne_bytes());
        copy[16..20].copy_from_slice(&3529_u32.to_ne_bytes());
        copy[20..24].copy_from_slice(&130_u32.to_ne_bytes());
        copy[32..40].copy_from_slice(&[0, 0, 0x12, 0x34, 0, 0, 0x56, 0x78]);
        let mut bytes = [copy.clone(), copy].concat();
        for word in [213, 0, 213, UNUSED_MARK, UNUSED_MARK, UNUSED_MARK, 0, 0, 213, 0] {
            bytes.extend(u32::to_ne_bytes(word));
        }
        bytes
    }

    /// The same change in both copies, so that they agree.
    fn bent(at: usize, value: &[u8]) -> Vec<u8> {
        let mut bytes = index();
        bytes[at..at + value.len()].copy_from_slice(value);
        bytes[COPY + at..COPY + at + value.len()].copy_from_slice(value);
        bytes
    }

    #[test]
    fn fields_are_decoded() {
        let expected = WalIndex {
            change: 77,
            page_size: 4096,
            mx_frame: 3529,
            page_count: 130,
            salts: [0x1234, 0x5678],
            checkpointed: 213,
            read_marks: [Some(0), Some(213), None, None, None],
        };
        assert_eq!(index().len(), LEN);
        assert_eq!(parse(&index()), Ok(expected));
        assert_eq!(parse(&bent(14, &1_u16.to_ne_bytes())).unwrap().page_size, 65_536);
    }

    #[test]
    fn every_refusal_has_its_reason() {
        assert_eq!(parse(&index()[..LEN - 1]), Err(WalIndexError::Short));
        assert_eq!(parse(&[0; LEN]), Err(WalIndexError::NotInitialised));
        assert_eq!(parse(&bent(14, &[9, 9])), Err(WalIndexError::BadPageSize));
        assert_eq!(parse(&bent(0, &7_u32.to_ne_bytes())), Err(WalIndexError::UnknownVersion(7)));
        let foreign = VERSION.swap_bytes().to_ne_bytes();
        assert_eq!(parse(&bent(0, &foreign)), Err(WalIndexError::ForeignByteOrder));
        let mut torn = index();
        torn[60] ^= 1;
        assert_eq!(parse(&torn), Err(WalIndexError::Torn));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_bent_index_never_panics(at in 0..COPY, value: u8, len in 0..=LEN) {
            let _ = parse(&bent(at, &[value])[..len]);
        }
    }
}
