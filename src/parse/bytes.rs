//! Integers at fixed places, for the binary headers.

/// The big-endian u16 at `at`.
pub fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The big-endian u32 at `at`.
pub fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The u16 at `at` in this machine's byte order.
pub fn native16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// The u32 at `at` in this machine's byte order.
pub fn native32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// A page size as the headers store it: 1 stands for 65,536; absent when SQLite allows no such size.
pub fn page_size(stored: u32) -> Option<u32> {
    match stored {
        1 => Some(65_536),
        size if size.is_power_of_two() && (512..=65_536).contains(&size) => Some(size),
        _ => None,
    }
}
