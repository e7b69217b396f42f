//! What may happen to the database while it is watched: each is a state with its reason, it recovers
//! by itself, and nothing is left beside it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

use crate::is_root;
use crate::monitor::{Monitor, faults};
use crate::terminal::PROGRAM;

fn create(path: &Path, mode: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode={mode}; CREATE TABLE IF NOT EXISTS t (x); INSERT INTO t VALUES (1);"
        ))
        .unwrap();
    connection
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

struct Ward {
    folder: TempDir,
    monitor: Monitor,
}

impl Ward {
    /// A monitor of a database in WAL mode that somebody has open.
    fn open() -> (Self, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("m.db");
        let connection = create(&db, "WAL");
        let monitor = Monitor::start(&Self::arguments(&db));
        let mut ward = Self { folder, monitor };
        ward.well("wal");
        (ward, connection)
    }

    fn arguments(db: &Path) -> Vec<String> {
        let stats = db.with_file_name("none.json");
        ["--db", db.to_str().unwrap(), "--stats", stats.to_str().unwrap()].map(str::to_owned).to_vec()
    }

    fn db(&self) -> std::path::PathBuf {
        self.folder.path().join("m.db")
    }

    /// Waits until all is known again and nothing is said against it.
    fn well(&mut self, mode: &str) -> Value {
        self.monitor.until("a healthy database", |line| {
            faults(line, "db").is_empty()
                && line["sqlite"]["journalMode"] == mode
                && line["sqlite"]["pageCount"].as_i64().is_some_and(|pages| pages > 0)
        })
    }

    fn ill(&mut self, words: &str) -> Value {
        let before = names(self.folder.path());
        let line = self.monitor.fault("db", words);
        // Some looks more, so that whatever it makes would be there.
        for _ in 0..15 {
            self.monitor.next();
        }
        assert_eq!(names(self.folder.path()), before, "{words}");
        line
    }
}

#[test]
fn deleted_moved_and_replaced() {
    let (mut ward, connection) = Ward::open();
    let db = ward.db();
    drop(connection);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", db.display()));
    }
    ward.ill("no database at");
    let connection = create(&db, "WAL");
    ward.well("wal");
    drop(connection);
    let aside = db.with_file_name("aside.db");
    fs::rename(&db, &aside).unwrap();
    ward.ill("no database at");
    fs::rename(&aside, &db).unwrap();
    let connection = create(&db, "WAL");
    ward.well("wal");
    // Another file in its place, with more pages.
    drop(connection);
    let other = db.with_file_name("other.db");
    let connection = create(&other, "WAL");
    connection.execute_batch("CREATE TABLE big AS SELECT randomblob(400000) AS x;").unwrap();
    drop(connection);
    fs::rename(&other, &db).unwrap();
    let _connection = create(&db, "WAL");
    // A look at the old one may still be on its way.
    ward.monitor.until("the new one's pages", |line| {
        line["sqlite"]["pageCount"].as_i64().is_some_and(|pages| pages > 90) && faults(line, "db").is_empty()
    });
}

#[test]
fn not_a_database() {
    let (mut ward, connection) = Ward::open();
    let db = ward.db();
    drop(connection);
    let whole = fs::read(&db).unwrap();
    let mut page = vec![0; 4096];
    page[..16].copy_from_slice(b"SQLite format 4\0");
    for content in [&b""[..], &whole[..50], b"hello, I am a text", &vec![0; 8192], &page] {
        fs::write(&db, content).unwrap();
        ward.ill("the database");
        fs::write(&db, &whole).unwrap();
        let connection = create(&db, "WAL");
        ward.well("wal");
        drop(connection);
    }
    fs::remove_file(&db).unwrap();
    fs::create_dir(&db).unwrap();
    ward.ill("is a folder");
    fs::remove_dir(&db).unwrap();
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &db,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o600),
        0,
    )
    .unwrap();
    ward.ill("is a FIFO");
    fs::remove_file(&db).unwrap();
    let _connection = create(&db, "WAL");
    ward.well("wal");
}

#[test]
fn truncated_under_its_writer() {
    let (mut ward, connection) = Ward::open();
    connection.execute_batch("CREATE TABLE big AS SELECT randomblob(400000) AS x;").unwrap();
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
    let file = fs::File::options().write(true).open(ward.db()).unwrap();
    file.set_len(50).unwrap();
    ward.ill("the database");
    file.set_len(0).unwrap();
    ward.ill("the database");
    drop(connection);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", ward.db().display()));
    }
    let _connection = create(&ward.db(), "WAL");
    ward.well("wal");
}

#[test]
fn locked_exclusively_in_rollback_mode() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let connection = create(&db, "DELETE");
    let mut ward = Ward { monitor: Monitor::start(&Ward::arguments(&db)), folder };
    ward.well("delete");
    connection.execute_batch("BEGIN EXCLUSIVE; INSERT INTO t VALUES (2);").unwrap();
    let line = ward.ill("locked exclusively by");
    assert!(line["sqlite"]["dbSize"].as_u64().unwrap() > 0);
    connection.execute_batch("COMMIT").unwrap();
    ward.well("delete");
}

#[test]
fn locked_exclusively_in_wal_mode() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    drop(create(&db, "WAL"));
    let connection = Connection::open(&db).unwrap();
    connection
        .execute_batch("PRAGMA locking_mode=EXCLUSIVE; INSERT INTO t VALUES (2); INSERT INTO t VALUES (3);")
        .unwrap();
    let mut ward = Ward { monitor: Monitor::start(&Ward::arguments(&db)), folder };
    let line = ward.ill("locked exclusively by");
    let wal = &line["sqlite"]["wal"];
    assert!(wal["text"].as_str().unwrap().contains("locked exclusively"), "{line}");
    assert_eq!(wal["openBy"][0]["pid"], std::process::id());
    drop(connection);
    let _connection = create(&db, "WAL");
    ward.well("wal");
}

#[test]
fn unreadable_for_this_user() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("m.db");
    let _connection = create(&db, "WAL");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&db, fs::Permissions::from_mode(0o000)).unwrap();
    let mut command = if is_root() {
        let user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
        let copy = folder.path().join("program");
        fs::copy(PROGRAM, &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
        if !crate::may("setpriv", &[&user[..], &["test", "-x", copy.to_str().unwrap()]].concat()) {
            return;
        }
        let mut command = Command::new("setpriv");
        command.args(user).arg(copy);
        command
    } else {
        Command::new(PROGRAM)
    };
    // A process that may be read keeps it going: this test's own child.
    let mut own = Command::new("sleep").arg("100").spawn().unwrap();
    let pid = own.id().to_string();
    command.args(["--json", "-n", "0.1", "--ingestor", &pid]).args(Ward::arguments(&db));
    let mut ward = Ward { monitor: Monitor::run(command), folder };
    ward.ill("permission denied");
    for suffix in ["", "-wal", "-shm"] {
        let path = format!("{}{suffix}", db.display());
        fs::set_permissions(path, fs::Permissions::from_mode(0o666)).unwrap();
    }
    ward.monitor.until("a readable database", |line| {
        faults(line, "db").iter().all(|text| !text.contains("denied"))
            && line["sqlite"]["pageSize"].is_number()
    });
    own.kill().unwrap();
    own.wait().unwrap();
}

/// Whoever may write `-shm` may cut it: the next access to a mapping of it would be a SIGBUS.
#[test]
fn a_wal_index_cut_ten_thousand_times_kills_nobody() {
    let (mut ward, connection) = Ward::open();
    let shm = ward.folder.path().join("m.db-shm");
    // Its own mapping must not be cut.
    drop(connection);
    let connection = create(&ward.db(), "WAL");
    let whole = fs::read(&shm).unwrap();
    std::mem::forget(connection);
    let mut cuts = 0;
    let mut maps = String::new();
    let before = ward.monitor.values().len();
    while cuts < 10_000 || ward.monitor.values().len() < before + 60 {
        fs::write(&shm, [&[][..], &whole[..100], &whole[..136], &whole[..5000]][cuts % 4]).unwrap();
        fs::write(&shm, &whole).unwrap();
        cuts += 1;
        if cuts % 100 == 0 {
            maps += &fs::read_to_string(format!("/proc/{}/maps", ward.monitor.pid())).unwrap();
        }
    }
    ward.well("wal");
    assert!(!maps.contains("-shm") && maps.contains("corescope-top"), "the wal-index is mapped");
}
