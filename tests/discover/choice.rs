//! What is watched, given what was found and what was said.

use std::path::{Path, PathBuf};

use corescope_top::sample::{Fault, FaultKind};
use corescope_top::source::discover::{Aim, Choice, Found, Given, Sight};

use crate::fake::{FakeProc, database};

struct Scene {
    proc: FakeProc,
    folder: tempfile::TempDir,
}

impl Scene {
    /// Ingestors with these pids, each with a server (pid + 1), a database and a stats file.
    fn new(pids: &[u32]) -> Self {
        let scene = Self { proc: FakeProc::new(), folder: tempfile::tempdir().unwrap() };
        for &pid in pids {
            let db = database(&scene.db(pid));
            let stats = scene.stats(pid);
            let environ = [("CORESCOPE_INGESTOR_STATS", stats.to_str().unwrap())];
            scene.proc.process(pid).args(&["corescope-ingestor"]).env(&environ).open(3, &db);
            scene.proc.process(pid + 1).args(&["corescope-server"]).open(3, &db);
        }
        scene
    }

    fn db(&self, pid: u32) -> PathBuf {
        self.folder.path().join(format!("{pid}/meshcore.db"))
    }

    fn stats(&self, pid: u32) -> PathBuf {
        self.folder.path().join(format!("{pid}/stats.json"))
    }

    fn choose(&self, given: &Given) -> Choice {
        Choice::of(given, &self.proc.scan(), &Sight::Clear(self.proc.path().to_owned()))
    }

    fn one(&self, given: &Given) -> Aim {
        match self.choose(given) {
            Choice::One(aim) => *aim,
            other => panic!("{other:?}"),
        }
    }
}

fn pids(aim: &Aim) -> (Option<u32>, Option<u32>) {
    (aim.ingestor.as_ref().map(|it| it.pid), aim.server.as_ref().map(|it| it.pid))
}

fn paths(aim: &Aim) -> (Option<&Path>, Option<&Path>) {
    (aim.db.as_ref().map(|it| it.path.as_path()), aim.stats.as_ref().map(|it| it.path.as_path()))
}

#[test]
fn none_one_several() {
    assert_eq!(Scene::new(&[]).choose(&Given::default()), Choice::None);
    let scene = Scene::new(&[10]);
    let aim = scene.one(&Given::default());
    assert_eq!(pids(&aim), (Some(10), Some(11)));
    assert_eq!(paths(&aim), (Some(scene.db(10).as_path()), Some(scene.stats(10).as_path())));
    let several = Scene::new(&[10, 20]).choose(&Given::default());
    assert!(matches!(several, Choice::Several(list) if list.len() == 2));
}

#[test]
fn what_was_given_tells_which() {
    let scene = Scene::new(&[10, 20]);
    let by_pid = Given { ingestor: Some(20), ..Given::default() };
    let by_db = Given { db: Some(scene.db(20)), ..Given::default() };
    let by_stats = Given { stats: Some(scene.stats(20)), ..Given::default() };
    for given in [by_pid, by_db, by_stats] {
        assert_eq!(pids(&scene.one(&given)), (Some(20), Some(21)), "{given:?}");
    }
}

#[test]
fn what_was_given_wins_one_by_one() {
    let scene = Scene::new(&[10, 20]);
    let (db, stats) = (PathBuf::from("/other.db"), PathBuf::from("/other.json"));
    let given = Given { ingestor: Some(10), stats: Some(stats.clone()), ..Given::default() };
    let aim = scene.one(&given);
    assert_eq!(
        (pids(&aim), paths(&aim)),
        ((Some(10), Some(11)), (Some(scene.db(10).as_path()), Some(stats.as_path())))
    );
    let given = Given { ingestor: Some(10), server: Some(21), db: Some(db.clone()), ..Given::default() };
    let aim = scene.one(&given);
    let own = scene.stats(10);
    assert_eq!((pids(&aim), paths(&aim)), ((Some(10), Some(21)), (Some(db.as_path()), Some(own.as_path()))));
    // Any process, whatever it is called.
    scene.proc.process(30).args(&["mesh"]);
    assert_eq!(pids(&scene.one(&Given { ingestor: Some(30), ..Given::default() })), (Some(30), None));
}

#[test]
fn files_alone_are_enough() {
    let scene = Scene::new(&[]);
    let given = Given { db: Some(database(&scene.db(1))), ..Given::default() };
    let aim = scene.one(&given);
    assert_eq!((pids(&aim), paths(&aim).0), ((None, None), Some(scene.db(1).as_path())));
    // Not the figures of an ingestor that has another database.
    let scene = Scene::new(&[10]);
    assert_eq!(
        pids(&scene.one(&Given { db: Some(database(&scene.db(1))), ..Given::default() })),
        (None, None)
    );
    // Unless its own, which is not there yet, is the one that was given.
    std::fs::remove_file(scene.db(10)).unwrap();
    scene.proc.again(10).env(&[("DB_PATH", scene.db(10).to_str().unwrap())]);
    assert_eq!(pids(&scene.one(&Given { db: Some(scene.db(10)), ..Given::default() })).0, Some(10));
    assert_eq!(pids(&scene.one(&Given { db: Some(scene.db(1)), ..Given::default() })).0, None);
    let scene = Scene::new(&[10]);
    // But the only one may have its stats file anywhere.
    let given = Given { stats: Some("/elsewhere.json".into()), ..Given::default() };
    assert_eq!(pids(&scene.one(&given)), (Some(10), Some(11)));
    assert_eq!(pids(&Scene::new(&[10, 20]).one(&given)), (None, None));
    // A server alone shows where its database is.
    let aim = scene.one(&Given { server: Some(11), db: None, ..Given::default() });
    assert_eq!(pids(&aim), (Some(10), Some(11)));
    std::fs::remove_dir_all(scene.proc.path().join("10")).unwrap();
    let aim = scene.one(&Given { server: Some(11), ..Given::default() });
    assert_eq!((pids(&aim), paths(&aim).0), ((None, Some(11)), Some(scene.db(10).as_path())));
}

#[test]
fn of_several_whose_databases_are_hidden_none_is_taken_for_the_one_that_was_given() {
    let scene = Scene::new(&[10, 20]);
    let given = Given { db: Some(database(&scene.db(1))), ..Given::default() };
    let mut found = scene.proc.scan();
    for ingestor in &mut found.ingestors {
        ingestor.db = None;
        ingestor.problems = vec![Fault::new(FaultKind::Denied, "permission denied")];
    }
    let sight = Sight::Clear(scene.proc.path().to_owned());
    let chosen = |found: &Found| match Choice::of(&given, found, &sight) {
        Choice::One(aim) => pids(&aim).0,
        other => panic!("{other:?}"),
    };
    assert_eq!(chosen(&found), None);
    // The only one may well be it.
    found.ingestors.truncate(1);
    assert_eq!(chosen(&found), Some(10));
}
