//! `/proc/<pid>/stat` and the effective user of `/proc/<pid>/status`, see proc(5).
//!
//! They are read several times a second, so nothing is allocated and only what is needed is decoded.

/// What of `/proc/<pid>/stat` identifies a process and tells whether it still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity<'a> {
    /// Its `comm`, raw and at most 15 bytes; a change means that it runs another program.
    pub comm: &'a [u8],
    /// Its state letter; `Z` and `X` are dead.
    pub state: u8,
    /// Start time in clock ticks after boot, field 22.
    pub start: u64,
}

impl Identity<'_> {
    /// Whether it has exited and waits for its parent.
    pub fn dead(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }
}

/// Decodes `/proc/<pid>/stat`; absent when it is no such line.
pub fn stat(bytes: &[u8]) -> Option<Identity<'_>> {
    let open = bytes.iter().position(|&b| b == b'(')?;
    // The name may hold brackets itself; no later field does.
    let close = bytes.iter().rposition(|&b| b == b')')?;
    let comm = bytes.get(open + 1..close)?;
    let mut fields = bytes.get(close + 1..)?.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty());
    let state = *fields.next()?.first()?;
    // Field 3 is the state; 18 more stand between it and field 22.
    let start = number(fields.nth(18)?)?;
    Some(Identity { comm, state, start })
}

/// The effective user of `/proc/<pid>/status`, the second number after `Uid:`.
pub fn effective_uid(bytes: &[u8]) -> Option<u32> {
    let mut ids = line(bytes, "Uid")?.split(u8::is_ascii_whitespace).filter(|id| !id.is_empty());
    u32::try_from(number(ids.nth(1)?)?).ok()
}

/// What follows `key:` on its line.
fn line<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    bytes.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(key.as_bytes())?.strip_prefix(b":"))
}

fn number(bytes: &[u8]) -> Option<u64> {
    std::str::from_utf8(bytes).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STAT: &[u8] = b"4382 (a) b (c) S 1 4382 4382 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1 2\n";

    #[test]
    fn names_with_brackets_do_not_shift_the_fields() {
        let identity = stat(STAT).unwrap();
        assert_eq!((identity.comm, identity.start, identity.dead()), (&b"a) b (c"[..], 123_456, false));
        assert!(stat(b"1 (x) Z").is_none());
    }

    #[test]
    fn the_effective_user_is_the_second() {
        assert_eq!(effective_uid(b"Name:\tx\nUid:\t1000\t33\t1000\t1000\n"), Some(33));
        assert_eq!(effective_uid(b"Name:\tx\n"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (stat(&bytes), effective_uid(&bytes));
        }

        #[test]
        fn bent_files_never_panic(at in 0..STAT.len(), value: u8) {
            let mut bent = STAT.to_vec();
            bent[at] = value;
            let _ = stat(&bent);
        }
    }
}
