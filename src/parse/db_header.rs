//! The first 100 bytes of a database file, see "The Database Header" in SQLite's file format.

use super::bytes::{be16, be32, page_size};
use crate::sample::{DbHeader, Fault, FaultKind};

/// Bytes in the header.
pub const LEN: usize = 100;

/// SQLite's `SQLITE_DEFAULT_CACHE_SIZE`, in KiB as it is negative.
const DEFAULT_CACHE_SIZE: i64 = -2000;
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Decodes the header at the beginning of `bytes`.
///
/// # Errors
/// [`FaultKind::Invalid`] for an empty file, for one that is no database and for one cut short. The
/// text goes on where the file's name ends: "is empty: …".
pub fn parse(bytes: &[u8]) -> Result<DbHeader, Fault> {
    if bytes.is_empty() {
        return Err(invalid("is empty: no database has been written into it yet"));
    }
    if !bytes.starts_with(MAGIC) {
        return Err(invalid("is not an SQLite database: its first bytes are not SQLite's"));
    }
    decode(bytes).ok_or_else(|| invalid("is not an SQLite database: its header is cut short or damaged"))
}

/// `cache_size` of a new connection, pages, or KiB if negative: what the header suggests, else SQLite's
/// own default; see `sqlite3InitOne`.
pub fn cache_size(bytes: &[u8]) -> i64 {
    match be32(bytes, 48).map(|suggested| i64::from(suggested as i32)) {
        Some(pages) if pages != 0 => pages.abs(),
        _ => DEFAULT_CACHE_SIZE,
    }
}

fn decode(bytes: &[u8]) -> Option<DbHeader> {
    let header = bytes.get(..LEN)?;
    let [write_version, read_version] = [header[18], header[19]];
    Some(DbHeader {
        page_size: page_size(u32::from(be16(header, 16)?))?,
        wal_mode: write_version == 2 && read_version == 2,
        page_count: be32(header, 28)?,
        freelist_count: be32(header, 36)?,
    })
}

fn invalid(text: &str) -> Fault {
    Fault::new(FaultKind::Invalid, text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn header() -> Vec<u8> {
        let mut bytes = vec![0; LEN];
        bytes[..16].copy_from_slice(MAGIC);
        bytes[16..20].copy_from_slice(&[0x10, 0, 2, 2]);
        bytes[28..32].copy_from_slice(&130_u32.to_be_bytes());
        bytes[36..40].copy_from_slice(&7_u32.to_be_bytes());
        bytes
    }

    #[test]
    fn fields_are_decoded() {
        let expected = DbHeader { page_size: 4096, wal_mode: true, page_count: 130, freelist_count: 7 };
        assert_eq!(parse(&header()), Ok(expected));
        assert_eq!((cache_size(&header()), cache_size(b"")), (-2000, -2000));
        let mut big = header();
        big[16..19].copy_from_slice(&[0, 1, 1]);
        big[48..52].copy_from_slice(&(-77_i32).to_be_bytes());
        assert_eq!(cache_size(&big), 77);
        assert_eq!(parse(&big), Ok(DbHeader { page_size: 65_536, wal_mode: false, ..expected }));
    }

    #[test]
    fn what_is_no_database_says_so() {
        let text = |bytes: &[u8]| parse(bytes).unwrap_err().text;
        assert!(text(b"").starts_with("is empty"));
        assert!(text(b"hello").starts_with("is not an SQLite database"));
        assert!(text(&header()[..99]).contains("cut short"));
        let mut odd = header();
        odd[16] = 0x13;
        assert!(text(&odd).contains("damaged"));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
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
