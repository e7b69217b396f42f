//! Processes, and roots of containers, that mean harm.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;

use corescope_top::sample::FaultKind;

use crate::fake::{FakeProc, database, file, id};

#[test]
fn links_of_a_container_stay_in_it() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    let secret = database(&outside.join("meshcore.db"));
    std::fs::write(outside.join("config.json"), r#"{"dbPath":"/secret.db"}"#).unwrap();
    std::fs::create_dir_all(root.join("app")).unwrap();
    symlink(&outside, root.join("app/data")).unwrap();
    symlink(outside.join("config.json"), root.join("app/config.json")).unwrap();
    symlink("../../../../../../../../etc", root.join("run")).unwrap();
    proc.process(10)
        .args(&["corescope-ingestor", "-config", "/app/config.json"])
        .env(&[("CORESCOPE_INGESTOR_STATS", "/run/stats.json")])
        .contained(&root, "app", "c");
    let found = proc.ingestor();
    // The host's config was not read, its database not taken.
    assert_eq!(found.problems.iter().map(|fault| fault.kind).collect::<Vec<_>>(), [FaultKind::Gone]);
    let db = found.db.unwrap();
    assert_eq!((db.how, db.id), ("data/meshcore.db in its cwd", None));
    assert!(id(&secret).is_some());
    let inside = proc.path().join("10/root");
    assert!(db.path.starts_with(&inside) && !db.path.exists(), "{}", db.path.display());
    let stats = found.stats.unwrap();
    assert_eq!(stats.path, inside.join("etc/stats.json"));
    // The same links within the container do work.
    let there = root.join(outside.strip_prefix("/").unwrap());
    let own = database(&there.join("meshcore.db"));
    std::fs::write(there.join("config.json"), r#"{"dbPath":"data/meshcore.db"}"#).unwrap();
    let found = proc.ingestor();
    assert_eq!((found.problems.as_slice(), found.db.as_ref().unwrap().id), (&[][..], id(&own)));
    assert_eq!(found.db.unwrap().how, "dbPath of its config");
}

#[test]
fn endless_links_lead_nowhere() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    for number in 0..50 {
        symlink(format!("/link{}", number + 1), folder.path().join(format!("link{number}"))).unwrap();
    }
    symlink("/etc/passwd", folder.path().join("link50")).unwrap();
    symlink("loop/loop", folder.path().join("loop")).unwrap();
    for path in ["/link0", "/loop", "/loop/x"] {
        proc.process(10).args(&["corescope-ingestor"]).env(&[("DB_PATH", path)]).contained(
            folder.path(),
            ".",
            "c",
        );
        assert_eq!(proc.ingestor().db, None, "{path}");
    }
}

#[test]
fn a_link_in_place_of_the_stats_file_stays_one() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    file(&folder.path().join("tmp/x"));
    symlink("/tmp/x", folder.path().join("tmp/corescope-ingestor-stats.json")).unwrap();
    proc.process(10).args(&["corescope-ingestor"]).contained(folder.path(), ".", "c");
    let stats = proc.ingestor().stats.unwrap();
    assert_eq!(stats.path.file_name().unwrap(), "corescope-ingestor-stats.json");
    assert_eq!(stats.id, None);
}

#[test]
fn fifos_folders_and_garbage_block_nobody() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let config = folder.path().join("config.json");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &config,
        rustix::fs::FileType::Fifo,
        rustix::fs::Mode::from_raw_mode(0o644),
        0,
    )
    .unwrap();
    let process = proc
        .process(10)
        .args(&["corescope-ingestor", "-config", config.to_str().unwrap()])
        .link("cwd", folder.path());
    assert!(proc.ingestor().problems[0].text.contains("is a FIFO"), "{:?}", proc.ingestor().problems);
    std::fs::remove_file(&config).unwrap();
    std::fs::create_dir(&config).unwrap();
    assert_eq!(proc.ingestor().problems[0].kind, FaultKind::Invalid);
    let garbage: Vec<u8> = (0..=255u8).cycle().take(3 << 20).collect();
    let process = process.write("environ", &garbage).write("status", &garbage).write("cgroup", &garbage);
    let path = process.path().to_owned();
    for number in 0..200 {
        let name = std::ffi::OsStr::from_bytes(&garbage[1..40]);
        symlink(Path::new("/").join(name), path.join(format!("fd/{number}"))).unwrap();
    }
    let found = proc.ingestor();
    assert_eq!((found.uid, found.stats.unwrap().how), (None, "default"));
}

#[test]
fn nothing_shown_controls_a_terminal() {
    let (proc, folder) = (FakeProc::new(), tempfile::tempdir().unwrap());
    let evil = folder.path().join("a\x1b[2J\u{202e}b\n.db");
    file(&evil);
    proc.process(10)
        .args(&["/app/\x1b]0;x\x07corescope-ingestor"])
        .link("exe", "/app/corescope-ingestor")
        .env(&[("DB_PATH", evil.to_str().unwrap()), ("CORESCOPE_INGESTOR_STATS", "/x/mqtt://u:pw@h/s\x1b")]);
    let found = proc.ingestor();
    let db = found.db.unwrap();
    assert_eq!((db.path.as_path(), db.id), (evil.as_path(), id(&evil)));
    let stats = found.stats.unwrap();
    for shown in [&found.name, &db.shown, &stats.shown] {
        assert!(!shown.chars().any(|c| c.is_control() || c == '\u{202e}'), "{shown:?}");
    }
    assert!(!stats.shown.contains("pw"), "{}", stats.shown);
}
