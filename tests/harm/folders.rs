//! A folder whose database nobody has open stays as it is, whoever owns it.

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use crate::common::Writer;
use crate::monitor::Monitor;

const NOBODY: u32 = 65_534;
const SAMPLES: usize = 20;

/// Each file: inode, owner, mode, modification time, size and a digest of the content. Not the time of
/// its last change of state: SQLite run by root gives `-wal` and `-shm` to the database's owner, who
/// has them already, and that alone moves it.
fn picture(folder: &Path) -> BTreeMap<String, String> {
    let entry = |path: &Path| {
        let meta = fs::symlink_metadata(path).unwrap();
        let mut digest = DefaultHasher::new();
        digest.write(&fs::read(path).unwrap_or_default());
        format!(
            "inode {} owner {}:{} mode {:o} modified {}.{} size {} content {:x}",
            meta.ino(),
            meta.uid(),
            meta.gid(),
            meta.mode(),
            meta.mtime(),
            meta.mtime_nsec(),
            meta.size(),
            digest.finish()
        )
    };
    let files = fs::read_dir(folder).unwrap().map(|found| found.unwrap().path());
    let mut all: BTreeMap<_, _> = files.map(|path| (path.display().to_string(), entry(&path))).collect();
    all.insert(".".to_owned(), entry(folder));
    all
}

/// Watches a folder with a database that was left in a state, for some samples.
fn stays_as_it_is(owner: Option<u32>, leave: impl Fn(Writer, &Path)) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    leave(writer, &db);
    if let Some(uid) = owner {
        for entry in fs::read_dir(folder.path()).unwrap() {
            chown(entry.unwrap().path(), Some(uid), Some(uid)).unwrap();
        }
        chown(folder.path(), Some(uid), Some(uid)).unwrap();
    }
    let before = picture(folder.path());
    let mut monitor = Monitor::start(&db);
    for _ in 0..SAMPLES {
        monitor.next();
    }
    drop(monitor);
    assert_eq!(picture(folder.path()), before);
    before.len() - 1
}

fn closed(mut writer: Writer, _: &Path) {
    writer.order("close");
}

fn killed(writer: Writer, _: &Path) {
    writer.kill();
}

fn without(suffix: &'static str) -> impl Fn(Writer, &Path) {
    move |writer, db| {
        writer.kill();
        fs::remove_file(crate::beside(db, suffix)).unwrap();
    }
}

#[test]
fn a_folder_whose_database_nobody_has_open_stays_as_it_is() {
    assert_eq!(stays_as_it_is(None, closed), 1);
    assert_eq!(stays_as_it_is(None, killed), 3);
    assert_eq!(stays_as_it_is(None, without("-shm")), 2);
    assert_eq!(stays_as_it_is(None, without("-wal")), 2);
}

#[test]
fn so_does_one_that_belongs_to_another_user_when_root_watches() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can give a folder to another user");
        return;
    }
    assert_eq!(stays_as_it_is(Some(NOBODY), closed), 1);
    assert_eq!(stays_as_it_is(Some(NOBODY), killed), 3);
    assert_eq!(stays_as_it_is(Some(NOBODY), without("-shm")), 2);
    assert_eq!(stays_as_it_is(Some(NOBODY), without("-wal")), 2);
}
