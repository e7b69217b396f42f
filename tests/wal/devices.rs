//! Where the device in `/proc/locks` is not the one that stat(2) gives (btrfs, overlayfs): the inode
//! together with who has the file open decides.

use std::fmt::Write;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use corescope_top::sample::FileStat;
use corescope_top::sample::locks::Slot;
use corescope_top::source::locks::LockReader;
use corescope_top::units::Bytes;

/// A folder that plays `/proc`, and a file whose locks it shows.
struct Fake {
    root: tempfile::TempDir,
    shm: std::path::PathBuf,
    stat: FileStat,
}

impl Fake {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let shm = root.path().join("m.db-shm");
        fs::write(&shm, [0; 136]).unwrap();
        let meta = fs::metadata(&shm).unwrap();
        let stat = FileStat { size: Bytes(136), dev: meta.dev(), ino: meta.ino() };
        Self { root, shm, stat }
    }

    fn process(&self, pid: u32, opens: &Path) {
        let fd = self.root.path().join(format!("{pid}/fd"));
        fs::create_dir_all(&fd).unwrap();
        symlink("/dev/null", fd.join("0")).unwrap();
        symlink(opens, fd.join("7")).unwrap();
    }

    fn table(&self, lines: &[(u32, &str, u32)]) {
        let line = |(n, (pid, device, byte)): (usize, &(u32, &str, u32))| {
            format!("{n}: POSIX  ADVISORY  READ {pid} {device}:{} {byte} {byte}\n", self.stat.ino)
        };
        let text: String = lines.iter().enumerate().map(line).collect();
        fs::write(self.root.path().join("locks"), text).unwrap();
    }

    fn held(&self, reader: &mut LockReader) -> Vec<(Slot, Option<u32>)> {
        let file = File::open(&self.shm).unwrap();
        let held = reader.read(None, Some((&self.stat, Some(&file)))).unwrap();
        held.into_iter().map(|lock| (lock.slot, lock.pid)).collect()
    }
}

#[test]
fn inode_and_open_file_decide_where_no_device_matches() {
    let fake = Fake::new();
    fake.process(41, &fake.shm);
    fake.process(42, Path::new("/dev/null"));
    fake.table(&[(41, "00:1b", 124), (42, "00:1b", 125), (43, "00:1b", 126)]);
    let mut reader = LockReader::new(fake.root.path());
    let expected = [(Slot::Read(1), Some(41))];
    assert_eq!(fake.held(&mut reader), expected, "42 has another file open, 43 is gone");
    assert_eq!(fake.held(&mut reader), expected, "and from memory");
    // It let go and another process took its place.
    fake.process(44, &fake.shm);
    fake.table(&[(44, "00:1b", 124)]);
    assert_eq!(fake.held(&mut reader), [(Slot::Read(1), Some(44))]);
}

#[test]
fn a_device_that_matches_excludes_the_others() {
    let fake = Fake::new();
    let (major, minor) = (rustix::fs::major(fake.stat.dev), rustix::fs::minor(fake.stat.dev));
    let ours = format!("{major:02x}:{minor:02x}");
    fake.process(42, &fake.shm);
    fake.table(&[(41, &ours, 124), (42, "7f:7f", 125)]);
    assert_eq!(fake.held(&mut LockReader::new(fake.root.path())), [(Slot::Read(1), Some(41))]);
    // A table that changes while it is read may show a line twice.
    fake.table(&[(41, &ours, 124), (43, &ours, 124), (41, &ours, 124)]);
    let expected = [(Slot::Read(1), Some(41)), (Slot::Read(1), Some(43))];
    assert_eq!(fake.held(&mut LockReader::new(fake.root.path())), expected);
}

#[test]
fn ten_thousand_lines_of_others_hide_nothing() {
    let fake = Fake::new();
    let (major, minor) = (rustix::fs::major(fake.stat.dev), rustix::fs::minor(fake.stat.dev));
    let mut text = String::new();
    for n in 0..10_000 {
        writeln!(text, "{n}: POSIX  ADVISORY  READ {n} fe:00:{n} 124 124").unwrap();
    }
    writeln!(text, "9: POSIX  ADVISORY  WRITE 77 {major:02x}:{minor:02x}:{} 120 120", fake.stat.ino).unwrap();
    fs::write(fake.root.path().join("locks"), text).unwrap();
    let held = fake.held(&mut LockReader::new(fake.root.path()));
    assert!(held.contains(&(Slot::Write, Some(77))) && held.len() <= 2, "{held:?}");
}

#[test]
fn no_table_of_locks_is_a_fault_and_not_an_empty_table() {
    let fake = Fake::new();
    let fault = LockReader::new(fake.root.path()).read(None, None).unwrap_err();
    assert!(fault.text.contains("table of locks"), "{}", fault.text);
}
