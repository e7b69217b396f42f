//! The first 32 bytes of a `-wal` file, see "WAL File Format" in SQLite's file format.

use super::bytes::{be32, page_size};
use crate::sample::{Fault, FaultKind, WalHeader};

/// Bytes in the header.
pub const LEN: usize = 32;

const MAGIC_LITTLE: u32 = 0x377f_0682;
const MAGIC_BIG: u32 = 0x377f_0683;
const VERSION: u32 = 3_007_000;

/// Decodes the header at the beginning of `bytes`; it is big-endian on every machine.
///
/// # Errors
/// [`FaultKind::Gone`] for an empty log, which has no header; [`FaultKind::Invalid`] for anything
/// that is no log of the known version. The text goes on where the file's name ends.
pub fn parse(bytes: &[u8]) -> Result<WalHeader, Fault> {
    if bytes.is_empty() {
        return Err(Fault::new(FaultKind::Gone, "is empty: nothing was written since it was truncated"));
    }
    let invalid = |text: String| Fault::new(FaultKind::Invalid, text);
    let (Some(header), Some(magic), Some(version)) = (bytes.get(..LEN), be32(bytes, 0), be32(bytes, 4))
    else {
        return Err(invalid("is cut short: a log's header has 32 bytes".to_owned()));
    };
    if !matches!(magic, MAGIC_LITTLE | MAGIC_BIG) {
        return Err(invalid("is not a write-ahead log: its first bytes are not SQLite's".to_owned()));
    }
    if version != VERSION {
        return Err(invalid(format!("has the unknown log version {version}")));
    }
    decode(header).ok_or_else(|| invalid("has a page size that SQLite does not allow".to_owned()))
}

fn decode(header: &[u8]) -> Option<WalHeader> {
    Some(WalHeader {
        page_size: page_size(be32(header, 8)?)?,
        checkpoint_sequence: be32(header, 12)?,
        salts: [be32(header, 16)?, be32(header, 20)?],
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> Vec<u8> {
        [MAGIC_LITTLE, VERSION, 4096, 3, 0x1234, 0x5678, 0, 0].iter().flat_map(|v| v.to_be_bytes()).collect()
    }

    #[test]
    fn fields_are_decoded() {
        let expected = WalHeader { page_size: 4096, checkpoint_sequence: 3, salts: [0x1234, 0x5678] };
        assert_eq!(parse(&header()), Ok(expected));
    }

    #[test]
    fn what_is_no_log_says_so() {
        let fault = |bytes: &[u8]| parse(bytes).unwrap_err();
        assert_eq!(fault(b"").kind, FaultKind::Gone);
        assert!(fault(b"hello").text.contains("cut short"));
        assert!(fault(&[0; 32]).text.contains("not a write-ahead log"));
        let mut newer = header();
        newer[7] = 99;
        assert!(fault(&newer).text.contains("unknown log version"));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_bent_header_never_panics(at in 0..LEN, value: u8, len in 0..=LEN) {
            let mut bytes = header();
            bytes[at] = value;
            let _ = parse(&bytes[..len]);
        }
    }
}
