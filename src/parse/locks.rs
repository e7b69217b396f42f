//! Lines of `/proc/locks`, see proc(5).

/// Whether `line` is a lock that somebody holds on byte `byte` of the file with inode `ino`. The
/// device is left out: on btrfs and overlayfs it is not the one that stat(2) gives.
pub fn covers(line: &[u8], ino: u64, byte: u64) -> bool {
    covered(line, ino, byte).unwrap_or(false)
}

fn covered(line: &[u8], ino: u64, byte: u64) -> Option<bool> {
    let mut fields = line.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    // "->" in the second place is somebody who waits.
    if fields.nth(1)? == b"->" {
        return Some(false);
    }
    let inode = fields.nth(3)?.rsplit(|&b| b == b':').next()?;
    if number(inode)? != ino {
        return Some(false);
    }
    let start = number(fields.next()?)?;
    let end = match fields.next()? {
        b"EOF" => u64::MAX,
        end => number(end)?,
    };
    Some((start..=end).contains(&byte))
}

fn number(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_a_lock_that_is_held_on_that_byte_counts() {
        let held = b"1: POSIX  ADVISORY  READ 4462 fe:00:10019980 124 128";
        assert!(covers(held, 10_019_980, 128) && covers(held, 10_019_980, 124));
        assert!(!covers(held, 10_019_980, 123) && !covers(held, 7, 124));
        assert!(covers(b"2: FLOCK  ADVISORY  WRITE 1 00:1a:7 0 EOF", 7, 128));
        assert!(!covers(b"2: -> POSIX  ADVISORY  WRITE 1 00:1a:7 0 EOF", 7, 128));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
            covers(&bytes, 1, 128);
        }
    }
}
