//! Real pid and mount namespaces, from outside and from inside.

use std::path::Path;
use std::process::{Command, Stdio};

use corescope_top::source::discover::{Candidate, Names, scan};
use rustix::process::geteuid;
use serde_json::Value;
use tempfile::TempDir;

use crate::doctor::{checks, run};
use crate::live::{PROGRAM, Process, program_as, until};

/// Whether namespaces can be made here, and how.
fn unshare() -> Option<Vec<&'static str>> {
    let mut words = vec!["--pid", "--mount", "--fork", "--kill-child", "--mount-proc"];
    if !geteuid().is_root() {
        words.splice(0..0, ["--user", "--map-root-user"]);
    }
    let tried = Command::new("unshare").args(&words).args(["sh", "-c", "mount -t tmpfs none /tmp"]).output();
    match tried {
        Ok(output) if output.status.success() => Some(words),
        other => {
            println!("skipped: no namespaces for this test: {other:?}");
            None
        }
    }
}

/// An ingestor whose /tmp nobody else sees; it ends with the shell that started it.
struct Container {
    process: Process,
    /// Stands in the name of its files, so that it is told apart from those of other tests.
    mark: String,
    /// The shell's orders are read from a file in here, its answers written there.
    folder: TempDir,
    /// Holds the name under which the program can be run from inside.
    _program: TempDir,
}

const SCRIPT: &str = r#"
mount --bind "$FOLDER" /mnt || exit 1
mount -t tmpfs none /tmp || exit 1
mkdir /tmp/$MARK && cd /tmp/$MARK || exit 1
export CORESCOPE_INGESTOR_STATS=/tmp/$MARK/stats.json
/mnt/corescope-ingestor demo-ingestor --db meshcore.db --stats stats.json &
while [ ! -e stats.json ]; do sleep 0.05; done
unset CORESCOPE_INGESTOR_STATS
while [ ! -e /mnt/end ]; do
    if [ -e /mnt/ask ]; then
        rm /mnt/ask
        /mnt/corescope-ingestor doctor --json > /mnt/answer.tmp
        echo $? > /mnt/status
        mv /mnt/answer.tmp /mnt/answer
    fi
    sleep 0.05
done
"#;

impl Container {
    fn start(words: &[&str]) -> Self {
        let (program, path) = program_as("corescope-ingestor");
        let folder = program_folder(&path);
        let mark = folder.path().file_name().unwrap().to_str().unwrap().trim_start_matches('.').to_owned();
        let child = Command::new("unshare")
            .args(words)
            .args(["sh", "-c", SCRIPT])
            .env("FOLDER", folder.path())
            .env("MARK", &mark)
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        Self { process: Process(child), mark, folder, _program: program }
    }

    fn candidate(&mut self) -> Candidate {
        let Self { process, mark, .. } = self;
        until("the ingestor in the container is found", || {
            assert!(process.0.try_wait().unwrap().is_none(), "the container has ended");
            let found = scan(Path::new("/proc"), &Names::default()).ingestors;
            let own = |it: &Candidate| it.db.as_ref().is_some_and(|db| db.shown.contains(mark.as_str()));
            let opened = |it: &Candidate| it.db.as_ref().is_some_and(|db| db.how == "open file with a -wal");
            let there = |it: &Candidate| it.stats.as_ref().is_some_and(|stats| stats.id.is_some());
            found.into_iter().find(|it| own(it) && opened(it) && there(it))
        })
    }
}

/// A folder with the program in it, to be bound into the container.
fn program_folder(program: &Path) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("corescope-ingestor");
    if std::fs::hard_link(program, &copy).is_err() {
        std::fs::copy(program, &copy).unwrap();
    }
    folder
}

#[test]
fn from_the_host() {
    let Some(words) = unshare() else { return };
    let mut container = Container::start(&words);
    let found = container.candidate();
    let name = found.container.clone().unwrap();
    assert!(name.starts_with("pid namespace 40"), "{name}");
    let (db, stats) = (found.db.unwrap(), found.stats.unwrap());
    let (root, mark) = (format!("/proc/{}/root", found.pid), &container.mark);
    assert_eq!(db.shown, format!("/tmp/{mark}/meshcore.db"));
    assert_eq!(db.path, Path::new(&format!("{root}/tmp/{mark}/meshcore.db")));
    assert_eq!(stats.path, Path::new(&format!("{root}/tmp/{mark}/stats.json")));
    assert!(db.elsewhere && stats.elsewhere && db.id.is_some() && found.problems.is_empty());
    assert!(!Path::new(&db.shown).exists());

    let pid = found.pid.to_string();
    let value = until("the doctor is content", || {
        let (output, value) = run(PROGRAM.as_ref(), &["--ingestor", &pid]);
        output.status.success().then_some(value)
    });
    for part in [
        "database",
        "stats file",
        "ingestor io",
        "stats",
        "inotify",
        "header",
        "-wal",
        "wal-index",
        "pragmas",
        "locks",
    ] {
        assert_eq!(checks(&value, part)[0].0, "ok", "{part}: {value}");
    }
    assert!(checks(&value, "ingestor")[0].1.contains("in pid namespace"), "{value}");
    assert_eq!(found.by, "exe");
}

#[test]
fn from_inside() {
    let Some(words) = unshare() else { return };
    let mut container = Container::start(&words);
    container.candidate();
    let at = |name: &str| container.folder.path().join(name);
    let value: Value = until("the doctor inside is content", || {
        std::fs::write(at("ask"), "").unwrap();
        until("an answer", || at("answer").exists().then_some(()));
        let answer = std::fs::read(at("answer")).unwrap();
        std::fs::remove_file(at("answer")).unwrap();
        let value: Value = serde_json::from_slice(&answer).unwrap();
        (value["status"] == 0).then_some(value)
    });
    assert_eq!(std::fs::read_to_string(at("status")).unwrap().trim(), "0");
    // Alone in its pid namespace: exactly this one is found, without any option.
    assert_eq!(value["sections"].as_array().unwrap().len(), 3, "{value}");
    let db = checks(&value, "database")[0].1;
    assert!(
        db.starts_with(&format!("/tmp/{}/meshcore.db (open", container.mark)) && !db.contains("root"),
        "{db}"
    );
    assert!(!checks(&value, "ingestor")[0].1.contains("namespace"), "{value}");
    assert_eq!(checks(&value, "pragmas")[0].0, "ok", "{value}");
    std::fs::write(at("end"), "").unwrap();
}

#[test]
fn a_proc_that_hides_the_processes_of_others() {
    if !geteuid().is_root() {
        println!("skipped: only root can mount another /proc and become another user");
        return;
    }
    let (_folder, program) = program_as("monitor");
    let script = "mount -t proc -o hidepid=2 proc /proc && \
        exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$0\" doctor --json";
    let output =
        Command::new("unshare").args(["--mount", "sh", "-c", script]).arg(&program).output().unwrap();
    let Ok(value) = serde_json::from_slice::<Value>(&output.stdout) else {
        println!("skipped: no /proc with hidepid here: {output:?}");
        return;
    };
    assert_eq!((value["status"].as_i64(), checks(&value, "ingestor")[0].0), (Some(1), "missing"), "{value}");
    let told = checks(&value, "processes");
    assert!(told[0].1.contains("hidepid") && told[0].1.contains("setcap"), "{value}");
}
