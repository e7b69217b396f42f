//! The table of locks: any bytes, and the inodes that the table itself names.

#![no_main]

use corescope_top::parse::locks::{db_slots, of_inodes, shm_byte, shm_slots};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let inodes = [10_019_980, 10_019_981, 0, u64::MAX];
    let lines = of_inodes(bytes, &inodes);
    assert!(lines.len() <= bytes.split(|b| *b == b'\n').count());
    for line in lines {
        assert!(inodes.contains(&line.inode));
        let slots: Vec<_> = shm_slots(line.start, line.end).collect();
        assert!(slots.len() <= 9 && db_slots(line.start, line.end).count() <= 3);
        for slot in slots {
            let byte = shm_byte(slot).expect("a lock of the wal-index has a byte");
            assert!((line.start..=line.end).contains(&byte));
        }
    }
});
