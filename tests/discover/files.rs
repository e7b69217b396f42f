//! Which database and which stats file belong to a process.

use std::path::Path;

use corescope_top::sample::FaultKind;

use crate::fake::{FakeProc, FakeProcess, database, file, id};

/// An ingestor that names a database in every way there is.
fn of_many_words(proc: &FakeProc, folder: &Path) -> FakeProcess {
    let config = folder.join("config.json");
    std::fs::write(&config, r#"{"mqtt":{"password":"s3cret"},"dbPath":"by-config.db"}"#).unwrap();
    for name in ["by-file.db", "by-env.db", "by-config.db", "data/meshcore.db"] {
        file(&folder.join(name));
    }
    proc.process(10)
        .args(&["corescope-ingestor", "-config", config.to_str().unwrap()])
        .env(&[("DB_PATH", folder.join("by-env.db").to_str().unwrap())])
        .link("cwd", folder)
}

#[test]
fn the_surest_source_comes_first() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let process = of_many_words(&proc, folder.path());
    let expect = |name: &str, how: &str| {
        let db = proc.ingestor().db.unwrap();
        assert_eq!((db.path.as_path(), db.how, db.elsewhere), (at(name).as_path(), how, false));
        assert_eq!((db.id, db.shown.as_str()), (id(&at(name)), at(name).to_str().unwrap()));
        assert_eq!(proc.ingestor().problems, []);
    };
    // Open, but nothing of SQLite's log to be seen.
    let process = process.open(3, &at("by-file.db")).open(4, Path::new("socket:[7]"));
    expect("by-env.db", "DB_PATH of its environment");
    let process = process.env(&[]);
    expect("by-config.db", "dbPath of its config");
    let process = process.args(&["corescope-ingestor"]);
    // The ingestor takes config.json in its working directory by itself.
    expect("by-config.db", "dbPath of its config");
    std::fs::remove_file(at("config.json")).unwrap();
    expect("data/meshcore.db", "data/meshcore.db in its cwd");
    file(&at("by-file.db-wal"));
    expect("by-file.db", "open file with a -wal");
    std::fs::remove_file(at("by-file.db-wal")).unwrap();
    // The log is open, though it was unlinked.
    let log = at("by-file.db-wal (deleted)");
    process.open(5, &log);
    expect("by-file.db", "open file with a -wal");
}

#[test]
fn of_several_open_databases_the_usual_name_then_the_first() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let process = proc.process(10).args(&["corescope-ingestor"]);
    let process = process.open(12, &database(&at("b.db"))).open(3, &database(&at("a.db")));
    assert_eq!(proc.ingestor().db.unwrap().path, at("a.db"));
    process.open(13, &database(&at("meshcore.db")));
    assert_eq!(proc.ingestor().db.unwrap().path, at("meshcore.db"));
}

#[test]
fn a_database_that_was_moved_away_under_it() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let db = database(&folder.path().join("meshcore.db"));
    let process = proc.process(10).args(&["corescope-ingestor"]).open(3, &db);
    process.open(4, &folder.path().join("meshcore.db-wal"));
    assert_eq!(proc.ingestor().problems, []);
    std::fs::rename(&db, folder.path().join("meshcore.db (deleted)")).unwrap();
    proc.again(10).open(3, &folder.path().join("meshcore.db (deleted)"));
    let found = proc.ingestor();
    assert_eq!(found.problems[0].kind, FaultKind::Gone);
    assert!(found.problems[0].text.contains("deleted, moved or replaced"), "{found:?}");
    assert_eq!(found.db.unwrap().id, id(&folder.path().join("meshcore.db (deleted)")));
}

#[test]
fn a_config_that_was_named_and_is_of_no_use() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let config = folder.path().join("c.json");
    proc.process(10)
        .args(&["corescope-ingestor", &format!("--config={}", config.display())])
        .link("cwd", folder.path());
    let problem = || {
        let found = proc.ingestor();
        assert_eq!(found.db.unwrap().how, "data/meshcore.db in its cwd");
        found.problems.first().map(|fault| (fault.kind, fault.text.clone()))
    };
    assert_eq!(problem().unwrap().0, FaultKind::Gone);
    std::fs::write(&config, r#"{"password":"s3cret""#).unwrap();
    let (kind, text) = problem().unwrap();
    assert_eq!(kind, FaultKind::Invalid);
    assert!(!text.contains("s3cret"), "{text}");
    std::fs::write(&config, vec![b' '; (1 << 20) + 1]).unwrap();
    assert!(problem().unwrap().1.contains("larger than 1 MB"));
    std::fs::write(&config, "{}").unwrap();
    assert_eq!(problem(), None);
}

#[test]
fn the_stats_file_of_its_own_environment() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let process = proc.process(10).args(&["corescope-ingestor"]).link("cwd", folder.path());
    let place = || proc.ingestor().stats.unwrap();
    assert_eq!(
        (place().path.to_str().unwrap(), place().how),
        ("/tmp/corescope-ingestor-stats.json", "default")
    );
    let process = process.env(&[("CORESCOPE_INGESTOR_STATS", "/run/cs/stats.json")]);
    assert_eq!(place().shown, "/run/cs/stats.json");
    assert_eq!((place().how, place().id), ("CORESCOPE_INGESTOR_STATS of its environment", None));
    let process = process.env(&[("CORESCOPE_INGESTOR_STATS", "stats.json")]);
    let stats = file(&folder.path().join("stats.json"));
    assert_eq!((place().path, place().id), (stats.clone(), id(&stats)));
    process.env(&[("CORESCOPE_INGESTOR_STATS", "")]);
    assert_eq!(place().how, "default");
    proc.process(11).args(&["corescope-server"]);
    assert_eq!(proc.scan().servers[0].stats, None);
}

#[test]
fn the_server_has_the_same_file_not_the_same_path() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let at = |name: &str| folder.path().join(name);
    let db = database(&at("one/meshcore.db"));
    database(&at("two/meshcore.db"));
    std::fs::create_dir(at("three")).unwrap();
    std::fs::hard_link(&db, at("three/other.db")).unwrap();
    proc.process(10).args(&["corescope-ingestor"]).open(3, &db);
    proc.process(11).args(&["corescope-server", "-db", at("two/meshcore.db").to_str().unwrap()]);
    proc.process(12).args(&["corescope-server", "-db", at("three/other.db").to_str().unwrap()]);
    let found = proc.scan();
    assert_eq!(found.server_of(&found.ingestors[0]).unwrap().pid, 12);
    assert_eq!(found.servers[0].db.as_ref().unwrap().how, "-db of its command line");
    // What it has open counts more than what it was told.
    proc.again(11).open(5, &db);
    let found = proc.scan();
    assert_eq!(found.server_of(&found.ingestors[0]).unwrap().pid, 11);
}

#[test]
fn two_containers_with_the_same_paths() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    for (number, name) in [(10, "aaa"), (20, "bbb")] {
        let root = folder.path().join(name);
        let db = database(&root.join("app/data/meshcore.db"));
        file(&root.join("tmp/corescope-ingestor-stats.json"));
        proc.process(number).args(&["/app/corescope-ingestor"]).contained(&root, "app", name).open(3, &db);
        proc.process(number + 1)
            .args(&["/app/corescope-server", "-db", "data/meshcore.db"])
            .contained(&root, "app", name);
    }
    let found = proc.scan();
    let [one, two] = found.ingestors.as_slice() else { panic!("{found:?}") };
    assert_eq!(one.container.as_deref(), Some("aaa000000000"));
    assert_eq!((found.server_of(one).unwrap().pid, found.server_of(two).unwrap().pid), (11, 21));
    for (ingestor, name) in [(one, "aaa"), (two, "bbb")] {
        let (db, stats) = (ingestor.db.as_ref().unwrap(), ingestor.stats.as_ref().unwrap());
        let root = proc.path().join(ingestor.pid.to_string()).join("root");
        assert_eq!(
            (db.shown.as_str(), stats.shown.as_str()),
            ("/app/data/meshcore.db", "/tmp/corescope-ingestor-stats.json")
        );
        assert_eq!(db.path, root.join("app/data/meshcore.db"));
        assert_eq!(stats.path, root.join("tmp/corescope-ingestor-stats.json"));
        assert_eq!(db.id, id(&folder.path().join(name).join("app/data/meshcore.db")));
        assert!(db.elsewhere && stats.elsewhere && ingestor.problems.is_empty());
    }
    // Relative to the working directory in the container, too.
    assert_eq!(found.servers[0].db.as_ref().unwrap().shown, "/app/data/meshcore.db");
}
