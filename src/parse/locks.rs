//! `/proc/locks`, see `proc_locks(5)`: byte-range locks of every process.

use crate::sample::locks::Slot;

/// First of the bytes of `-shm` that stand for locks: 120 WRITE, 121 CKPT, 122 RECOVER, 123 to 127
/// READ 0 to 4, 128 connection open.
const SHM_FIRST: u64 = 120;
/// The pending byte of the database file; the reserved byte and the shared range follow it.
const DB_PENDING: u64 = 0x4000_0000;
const DB_SHARED: (u64, u64) = (DB_PENDING + 2, DB_PENDING + 511);

/// One granted lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockLine {
    /// A write lock, held against everybody else.
    pub exclusive: bool,
    /// The holder; not above 0 if it can't be seen or the lock belongs to no process.
    pub pid: i32,
    /// Major and minor number of the device.
    pub device: (u32, u32),
    /// Inode of the locked file.
    pub inode: u64,
    /// First locked byte.
    pub start: u64,
    /// Last locked byte; the largest number for a lock to the end of the file.
    pub end: u64,
}

/// The granted byte-range locks on any of `inodes`. Lines that are not understood are passed over.
pub fn of_inodes(text: &[u8], inodes: &[u64]) -> Vec<LockLine> {
    text.split(|byte| *byte == b'\n').filter_map(|line| parse_line(line, inodes)).collect()
}

/// The inode is looked at first: a busy machine has thousands of lines, and two or three matter.
fn parse_line(line: &[u8], inodes: &[u64]) -> Option<LockLine> {
    let mut from_right = line.rsplitn(4, |byte| *byte == b' ');
    let end = from_right.next()?;
    let start = from_right.next()?;
    let file = from_right.next()?;
    let colon = file.iter().rposition(|byte| *byte == b':')?;
    let inode = number(&file[colon + 1..])?;
    if !inodes.contains(&inode) {
        return None;
    }
    let device = std::str::from_utf8(&file[..colon]).ok()?.split_once(':')?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    let head = std::str::from_utf8(from_right.next()?).ok()?;
    let mut words = head.split_ascii_whitespace();
    words.next().filter(|id| id.ends_with(':'))?;
    // A "->" here is somebody who waits for the lock, not who holds it.
    words.next().filter(|kind| matches!(*kind, "POSIX" | "OFDLCK"))?;
    words.next()?;
    let exclusive = match words.next()? {
        "WRITE" => true,
        "READ" => false,
        _ => return None,
    };
    let pid = words.next()?.parse().ok()?;
    let end = if end == b"EOF" { u64::MAX } else { number(end)? };
    Some(LockLine {
        exclusive,
        pid,
        device: (hex(device.0)?, hex(device.1)?),
        inode,
        start: number(start)?,
        end,
    })
}

fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    })
}

/// Which of `-shm`'s locks a range covers: the kernel joins neighbours of one holder to one range.
pub fn shm_slots(start: u64, end: u64) -> impl Iterator<Item = Slot> {
    const SLOTS: [Slot; 9] = [
        Slot::Write,
        Slot::Checkpoint,
        Slot::Recover,
        Slot::Read(0),
        Slot::Read(1),
        Slot::Read(2),
        Slot::Read(3),
        Slot::Read(4),
        Slot::Open,
    ];
    SLOTS
        .into_iter()
        .zip(SHM_FIRST..)
        .filter(move |(_, byte)| (start..=end).contains(byte))
        .map(|(slot, _)| slot)
}

/// The byte of `-shm` that stands for a lock; `None` for a lock on the database file.
pub fn shm_byte(slot: Slot) -> Option<u64> {
    (SHM_FIRST..=SHM_FIRST + 8).find(|byte| shm_slots(*byte, *byte).next() == Some(slot))
}

/// Which of the database file's locks a range covers.
pub fn db_slots(start: u64, end: u64) -> impl Iterator<Item = Slot> {
    let pending = (Slot::Pending, DB_PENDING, DB_PENDING);
    let reserved = (Slot::Reserved, DB_PENDING + 1, DB_PENDING + 1);
    let shared = (Slot::Shared, DB_SHARED.0, DB_SHARED.1);
    [pending, reserved, shared]
        .into_iter()
        .filter(move |(_, first, last)| start <= *last && *first <= end)
        .map(|(slot, _, _)| slot)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &[u8] = b"1: POSIX  ADVISORY  READ 4462 fe:00:10019980 124 124\n\
        2: POSIX  ADVISORY  WRITE 4405 fe:00:10019980 120 120\n\
        2: -> POSIX  ADVISORY  WRITE 4406 fe:00:10019980 120 120\n\
        3: FLOCK  ADVISORY  WRITE 1 fe:00:10019980 0 EOF\n\
        4: OFDLCK ADVISORY  READ -1 fe:00:10019980 123 128\n\
        5: POSIX  ADVISORY  READ 4462 00:1b:10019981 1073741826 1073742335\n\
        6: LEASE  ACTIVE    READ 9 fe:00:10019980 0 EOF\n";

    #[test]
    fn granted_locks_of_the_wanted_inodes() {
        let lines = of_inodes(TEXT, &[10_019_980]);
        let short: Vec<_> = lines.iter().map(|l| (l.exclusive, l.pid, l.start, l.end)).collect();
        assert_eq!(short, [(false, 4462, 124, 124), (true, 4405, 120, 120), (false, -1, 123, 128)]);
        assert_eq!(lines[0].device, (0xfe, 0));
        let db = of_inodes(TEXT, &[10_019_981]);
        assert_eq!(db_slots(db[0].start, db[0].end).collect::<Vec<_>>(), [Slot::Shared]);
    }

    #[test]
    fn joined_ranges_cover_several_slots() {
        assert_eq!(shm_slots(124, 124).collect::<Vec<_>>(), [Slot::Read(1)]);
        assert_eq!(shm_slots(127, 128).collect::<Vec<_>>(), [Slot::Read(4), Slot::Open]);
        assert_eq!(shm_slots(0, u64::MAX).count(), 9);
        assert_eq!(shm_slots(0, 119).count(), 0);
        assert_eq!((shm_byte(Slot::Write), shm_byte(Slot::Open)), (Some(120), Some(128)));
        assert_eq!(shm_byte(Slot::Pending), None);
        assert_eq!(db_slots(0, u64::MAX).count(), 3);
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in any::<Vec<u8>>(), inode in any::<u64>()) {
            of_inodes(&bytes, &[inode]);
        }

        #[test]
        fn one_bent_byte_never_panics(at in 0..TEXT.len(), byte in any::<u8>()) {
            let mut bent = TEXT.to_vec();
            bent[at] = byte;
            prop_assert!(of_inodes(&bent, &[10_019_980, 10_019_981]).len() <= 5);
        }
    }
}
