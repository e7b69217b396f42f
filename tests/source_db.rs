//! The database's files and SQLite, against a writer in a process of its own: nothing is created,
//! nothing stays locked, and every bad state has its reason.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends where it fails")]

#[path = "source_common/common.rs"]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::SystemTime;

use common::Writer;
use corescope_top::parse::{wal_header, wal_index};
use corescope_top::sample::{DbSample, Fault, FaultKind, Reading};
use corescope_top::source::clock::Clock;
use corescope_top::source::db_files::DbReader;
use corescope_top::units::{Mono, Wall};
use proptest::prelude::*;
use tempfile::{TempDir, tempdir};

const WAL: &str = "PRAGMA journal_mode=WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)";

#[test]
fn writer() {
    common::serve();
}

fn reader(db: &Path) -> DbReader {
    DbReader::new(db, Path::new("/proc"))
}

fn look(reader: &mut DbReader) -> DbSample {
    match reader.read(&Clock::real()) {
        Reading::Good(sample) => sample,
        other => panic!("{other:?}"),
    }
}

fn refused(db: &Path) -> Fault {
    reader(db).read(&Clock::real()).fault().unwrap().clone()
}

/// Names, sizes, modification times and content of everything in a folder.
fn picture(folder: &Path) -> BTreeMap<String, (u64, SystemTime, Vec<u8>)> {
    let entry = |path: &Path| {
        let meta = fs::symlink_metadata(path).unwrap();
        (meta.ino(), meta.modified().unwrap(), fs::read(path).unwrap_or_default())
    };
    let files = fs::read_dir(folder).unwrap().map(|found| found.unwrap().path());
    let mut all: BTreeMap<_, _> = files.map(|path| (path.display().to_string(), entry(&path))).collect();
    all.insert(".".to_owned(), entry(folder));
    all
}

/// Locks that this process holds on any of the database's files.
fn our_locks(db: &Path) -> Vec<String> {
    let me = format!(" {} ", std::process::id());
    let inodes: Vec<String> = ["", "-wal", "-shm"]
        .iter()
        .filter_map(|suffix| fs::metadata(format!("{}{suffix}", db.display())).ok())
        .map(|meta| format!(":{} ", meta.ino()))
        .collect();
    let ours = |line: &&str| line.contains(&me) && inodes.iter().any(|inode| line.contains(inode));
    fs::read_to_string("/proc/locks").unwrap().lines().filter(ours).map(str::to_owned).collect()
}

fn open_wal(folder: &TempDir) -> (std::path::PathBuf, Writer) {
    let db = folder.path().join("mesh core?é.db");
    let mut writer = Writer::start(&db);
    writer.order(WAL);
    (db, writer)
}

#[test]
fn a_live_database_is_read_whole_and_left_without_a_lock() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    let before = picture(folder.path());
    let sample = look(&mut reader(&db));
    assert_eq!(our_locks(&db), Vec::<String>::new());
    assert_eq!(picture(folder.path()), before);
    let (index, pragmas) = (sample.wal_index.good().unwrap(), sample.pragmas.good().unwrap());
    assert!(sample.header.good().unwrap().wal_mode);
    assert_eq!((index.page_size, i64::from(index.page_count)), (4096, pragmas.page_count));
    assert_eq!((pragmas.page_size, pragmas.cache_size, pragmas.journal_mode.as_str()), (4096, -2000, "wal"));
    let wal = sample.wal.good().unwrap();
    assert_eq!(wal.size.0, 32 + u64::from(index.mx_frame) * (4096 + 24));
    writer.order("PRAGMA wal_checkpoint(TRUNCATE)");
    writer.order("close");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "the last close cleans up as ever");
}

#[test]
fn both_wal_headers_carry_the_same_salts() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("PRAGMA wal_checkpoint(RESTART); INSERT INTO t VALUES(2)");
    let name = db.display().to_string();
    let shm = fs::read(name.clone() + "-shm").unwrap();
    let wal = fs::read(name + "-wal").unwrap();
    let (index, header) = (wal_index::parse(&shm).unwrap(), wal_header::parse(&wal).unwrap());
    assert_eq!((index.salts, index.page_size), (header.salts, header.page_size));
    assert_eq!((header.checkpoint_sequence, index.mx_frame), (1, 1));
}

#[test]
fn the_answers_are_of_the_last_commit() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    let clock = Clock::manual(Wall(0), Mono(1));
    let mut reader = reader(&db);
    let mut at = |secs: u64| {
        clock.set(Wall(0), Mono(1 + secs * 1_000_000_000));
        let sample = reader.read(&clock);
        let sample = sample.good().unwrap();
        (sample.wal_index.good().unwrap().change, sample.pragmas.good().unwrap().mono.0 / 1_000_000_000)
    };
    let first = at(0).0;
    assert_eq!(at(100), (first, 0), "nothing was committed: the last answer holds");
    writer.order("INSERT INTO t VALUES(2)");
    assert_eq!(at(101), (first + 1, 101));
    writer.order("BEGIN; INSERT INTO t VALUES(3)");
    assert_eq!(at(102), (first + 1, 101), "not committed yet");
    writer.order("COMMIT");
    assert_eq!(at(103), (first + 2, 103));
}

#[test]
fn a_database_that_nobody_has_open_stays_as_it_is() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("close");
    let before = picture(folder.path());
    assert_eq!(before.len(), 2);
    let sample = look(&mut reader(&db));
    assert_eq!(picture(folder.path()), before);
    assert!(sample.header.good().unwrap().page_count > 1);
    // The database file has all of it.
    assert_eq!(sample.pragmas.good().unwrap().page_count, 2);
    for fault in [sample.wal.fault(), sample.shm.fault(), sample.wal_index.fault()] {
        let fault = fault.unwrap();
        assert_eq!(fault.kind, FaultKind::Gone);
        assert!(fault.text.contains("nobody has the database open"), "{}", fault.text);
    }
}

#[test]
fn half_of_the_files_is_not_completed() {
    for missing in ["-wal", "-shm"] {
        let folder = tempdir().unwrap();
        let (db, writer) = open_wal(&folder);
        writer.kill();
        fs::remove_file(format!("{}{missing}", db.display())).unwrap();
        let before = picture(folder.path());
        let sample = look(&mut reader(&db));
        match missing {
            // The log may hold what is not in the database.
            "-shm" => assert_eq!(sample.pragmas.fault().unwrap().kind, FaultKind::Gone),
            _ => assert!(sample.pragmas.good().is_some()),
        }
        assert_eq!(picture(folder.path()), before, "{missing}");
    }
}

#[test]
fn what_a_killed_writer_left_is_read_and_left_alone() {
    let folder = tempdir().unwrap();
    let (db, writer) = open_wal(&folder);
    writer.kill();
    let before = picture(folder.path());
    let sample = look(&mut reader(&db));
    assert_eq!(sample.pragmas.good().unwrap().page_count, 2);
    assert_eq!(picture(folder.path()), before);
    assert_eq!(our_locks(&db), Vec::<String>::new());
}

#[test]
fn a_rollback_database_is_read_and_left_without_a_lock() {
    let folder = tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("CREATE TABLE t(x); INSERT INTO t VALUES(1)");
    let before = picture(folder.path());
    let sample = look(&mut reader(&db));
    assert!(!sample.header.good().unwrap().wal_mode);
    assert_eq!(sample.pragmas.good().unwrap().journal_mode, "delete");
    assert_eq!(our_locks(&db), Vec::<String>::new());
    assert_eq!(picture(folder.path()), before);
    writer.order("BEGIN EXCLUSIVE");
    let text = look(&mut reader(&db)).pragmas.fault().unwrap().text.clone();
    assert!(text.contains("locked exclusively"), "{text}");
    writer.order("COMMIT");
    // What a killed writer left in the middle is not believed.
    writer.order("PRAGMA cache_size=2; PRAGMA cache_spill=2; BEGIN; INSERT INTO t SELECT zeroblob(90000)");
    writer.kill();
    let text = look(&mut reader(&db)).pragmas.fault().unwrap().text.clone();
    assert!(text.contains("in the middle of a transaction"), "{text}");
}

#[test]
fn a_wal_database_locked_exclusively_says_so() {
    let folder = tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("PRAGMA journal_mode=WAL; CREATE TABLE t(x)");
    writer.order("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t VALUES(1)");
    let sample = look(&mut reader(&db));
    let fault = sample.pragmas.fault().unwrap();
    assert!(fault.text.contains("locked exclusively"), "{}", fault.text);
}

#[test]
fn what_is_no_database_has_its_reason() {
    let folder = tempdir().unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    };
    assert!(refused(&folder.path().join("none")).text.starts_with("no database at"));
    assert!(refused(folder.path()).text.contains("is a folder"));
    assert!(refused(Path::new("/dev/null")).text.contains("is a device"));
    for (content, reason) in [(&b""[..], "is empty"), (b"hello, I am a text", "is not an SQLite database")] {
        let db = file("m.db", content);
        file("m.db-wal", b"precious");
        let sample = look(&mut reader(&db));
        assert!(sample.header.fault().unwrap().text.contains(reason));
        assert!(sample.pragmas.fault().unwrap().text.contains(reason));
        assert_eq!(fs::read(folder.path().join("m.db-wal")).unwrap(), b"precious");
    }
}

#[test]
fn garbage_in_the_shm_is_a_fault_of_its_own() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("close");
    let shm = folder.path().join("mesh core?é.db-shm");
    for (content, reason) in [(vec![7; 136], "unknown version"), (vec![0; 136], "not initialised")] {
        fs::write(&shm, content).unwrap();
        let sample = look(&mut reader(&db));
        assert!(sample.wal_index.fault().unwrap().text.contains(reason));
        assert!(sample.db.good().is_some());
    }
    fs::remove_file(&shm).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &shm).unwrap();
    assert!(look(&mut reader(&db)).wal_index.fault().unwrap().text.contains("symbolic link"));
}

#[test]
fn a_replaced_database_is_picked_up() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    let mut reader = reader(&db);
    let first = look(&mut reader).db.good().unwrap().ino;
    writer.order("close");
    fs::rename(&db, folder.path().join("old")).unwrap();
    assert!(reader.read(&Clock::real()).fault().unwrap().text.starts_with("no database"));
    let mut other = Writer::start(&db);
    other.order("CREATE TABLE t(x)");
    let sample = look(&mut reader);
    assert_ne!(sample.db.good().unwrap().ino, first);
    assert_eq!(sample.pragmas.good().unwrap().journal_mode, "delete");
}

#[test]
fn a_link_leads_to_the_files_beside_its_target() {
    let folder = tempdir().unwrap();
    let elsewhere = tempdir().unwrap();
    let (db, _writer) = open_wal(&folder);
    let link = elsewhere.path().join("link.db");
    std::os::unix::fs::symlink(&db, &link).unwrap();
    let sample = look(&mut reader(&link));
    assert!(sample.wal_index.good().is_some() && sample.pragmas.good().is_some());
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}

/// SQLite tries a hundred times, longer and longer apart, before it gives such an index up.
#[test]
fn a_wal_index_without_sense_costs_little() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("PRAGMA wal_checkpoint(TRUNCATE)");
    writer.order("close");
    let beside = |suffix: &str| format!("{}{suffix}", db.display());
    fs::write(beside("-wal"), vec![7; 40_000]).unwrap();
    let mut index = vec![9; 32_768];
    index[60] = 8;
    fs::write(beside("-shm"), index).unwrap();
    let began = std::time::Instant::now();
    let sample = look(&mut reader(&db));
    assert!(sample.pragmas.fault().unwrap().text.contains("was being changed"), "{:?}", sample.pragmas);
    assert!(began.elapsed() < std::time::Duration::from_millis(500), "{:?}", began.elapsed());
}

/// Views and broken statements in the schema of a database that somebody else made.
#[test]
fn the_schema_is_not_even_read() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("PRAGMA writable_schema=ON");
    writer.order(
        "WITH RECURSIVE n(i) AS (VALUES(0) UNION ALL SELECT i + 1 FROM n WHERE i < 50000) \
         INSERT INTO sqlite_schema SELECT 'view', 'v' || i, 'v' || i, 0, 'create view v' || i || ' as no sql' FROM n",
    );
    let began = std::time::Instant::now();
    let sample = look(&mut reader(&db));
    let pragmas = sample.pragmas.good().unwrap();
    assert_eq!(pragmas.page_count, i64::from(sample.wal_index.good().unwrap().page_count));
    assert!(pragmas.page_count > 500 && pragmas.freelist_count == 0 && pragmas.cache_size == -2000);
    assert!(began.elapsed() < std::time::Duration::from_millis(500), "{:?}", began.elapsed());
}

#[test]
fn pages_and_cache_are_those_that_sqlite_would_name() {
    let folder = tempdir().unwrap();
    let db = folder.path().join("m.db");
    let mut writer = Writer::start(&db);
    writer.order("PRAGMA page_size=8192");
    writer.order("PRAGMA default_cache_size=77");
    writer.order("CREATE TABLE t(x); INSERT INTO t VALUES(zeroblob(200000)); DELETE FROM t");
    let pragmas = look(&mut reader(&db)).pragmas.good().unwrap().clone();
    let connection = rusqlite::Connection::open(&db).unwrap();
    let ask = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(pragmas.page_size, 8192);
    assert_eq!(pragmas.page_count, ask("page_count"));
    assert_eq!(pragmas.freelist_count, ask("freelist_count"));
    assert_eq!(pragmas.cache_size, ask("cache_size"));
    assert!(pragmas.freelist_count > 20 && pragmas.cache_size == 77);
}

#[test]
fn through_another_root_everything_is_read() {
    let folder = tempdir().unwrap();
    let (db, _writer) = open_wal(&folder);
    let path = format!("/proc/self/root{}", db.display());
    assert!(look(&mut reader(Path::new(&path))).pragmas.good().is_some());
}

#[test]
fn a_log_that_is_another_than_the_wal_index_says_is_not_believed() {
    let folder = tempdir().unwrap();
    let (db, mut writer) = open_wal(&folder);
    writer.order("INSERT INTO t SELECT zeroblob(90000)");
    writer.kill();
    let log = format!("{}-wal", db.display());
    let whole = fs::read(&log).unwrap();
    let mut bent = whole.clone();
    for frame in bent[32..].chunks_mut(24 + 4096) {
        frame[8] ^= 1;
    }
    for (content, reason) in [(&bent[..], "another than the wal-index says"), (&whole[..90], "not known")] {
        fs::write(&log, content).unwrap();
        let text = look(&mut reader(&db)).pragmas.fault().unwrap().text.clone();
        assert!(text.contains(reason), "{text}");
    }
}

/// What SQLite itself says now.
fn asked(db: &Path, name: &str) -> i64 {
    let connection = rusqlite::Connection::open(db).unwrap();
    connection.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Random transactions, checkpoints and vacuums: after each the answers are SQLite's own.
    #[test]
    fn the_answers_are_sqlites_own(
        page_size in prop::sample::select(vec![512, 4096, 65536]),
        vacuum in prop::sample::select(vec!["NONE", "FULL", "INCREMENTAL"]),
        checkpoints in prop::sample::select(vec![0, 40, 1000]),
        steps in prop::collection::vec((0..9_u8, 1..60_u32), 4..30),
    ) {
        let folder = tempdir().unwrap();
        let db = folder.path().join("m.db");
        let mut writer = Writer::start(&db);
        writer.order(&format!("PRAGMA page_size={page_size}; PRAGMA auto_vacuum={vacuum}"));
        writer.order(&format!("PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint={checkpoints}"));
        writer.order("CREATE TABLE t(x); CREATE TABLE u(x)");
        let mut reader = reader(&db);
        for (step, size) in steps {
            let order = match step {
                0..=2 => format!("INSERT INTO t SELECT randomblob({})", size * 1000),
                3 => format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<{}) INSERT INTO u SELECT randomblob(200) FROM n", size * 100),
                4 => "DELETE FROM t WHERE rowid = (SELECT min(rowid) FROM t)".to_owned(),
                5 => "DELETE FROM u".to_owned(),
                6 => format!("PRAGMA incremental_vacuum({size})"),
                7 => "PRAGMA wal_checkpoint(PASSIVE)".to_owned(),
                _ => ["RESTART", "TRUNCATE"].map(|mode| format!("PRAGMA wal_checkpoint({mode})"))[size as usize % 2].clone(),
            };
            writer.order(&order);
            let sample = look(&mut reader);
            let pragmas = sample.pragmas.good().unwrap();
            let (free, pages) = (asked(&db, "freelist_count"), asked(&db, "page_count"));
            prop_assert_eq!((pragmas.freelist_count, pragmas.page_count), (free, pages), "after {}", order);
            prop_assert_eq!(pragmas.page_size, page_size);
        }
        // One that begins in the middle, with the whole log to search.
        let fresh = look(&mut self::reader(&db)).pragmas.good().cloned().map(|it| it.freelist_count);
        prop_assert_eq!(fresh, Some(asked(&db, "freelist_count")));
    }
}
