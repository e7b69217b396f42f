//! Real processes. Other tests run ingestors, too: each looks only at its own.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use corescope_top::source::discover::{Candidate, Found, Names, scan};
use tempfile::TempDir;

use crate::fake::id;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_corescope-top");

/// Waits until `condition` gives something; fails after 20 s.
pub fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// A process that ends with this.
pub struct Process(pub Child);

impl Process {
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder that every user may enter, with the program in it under the name `name`.
pub fn program_as(name: &str) -> (TempDir, PathBuf) {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join(name);
    if std::fs::hard_link(PROGRAM, &program).is_err() {
        std::fs::copy(PROGRAM, &program).unwrap();
    }
    (folder, program)
}

/// An ingestor with its files in a folder of its own.
pub struct Ingestor {
    pub process: Process,
    pub folder: TempDir,
}

impl Ingestor {
    /// Known by `argv[0]`.
    pub fn start() -> Self {
        Self::with(Path::new(PROGRAM), "corescope-ingestor")
    }

    pub fn with(program: &Path, arg0: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let child = Command::new(program)
            .arg0(arg0)
            .arg("demo-ingestor")
            .args(["--db".as_ref(), at("meshcore.db").as_os_str()])
            .args(["--stats".as_ref(), at("stats.json").as_os_str()])
            .env("CORESCOPE_INGESTOR_STATS", at("stats.json"))
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let ingestor = Self { process: Process(child), folder };
        until("the ingestor comes up", || {
            (ingestor.stats().exists() && ingestor.db().with_extension("db-shm").exists()).then_some(())
        });
        ingestor
    }

    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub fn db(&self) -> PathBuf {
        self.folder.path().join("meshcore.db")
    }

    pub fn stats(&self) -> PathBuf {
        self.folder.path().join("stats.json")
    }

    pub fn server(&self) -> Process {
        let child = Command::new(PROGRAM)
            .arg0("/app/corescope-server")
            .arg("demo-server")
            .args(["--db".as_ref(), self.db().as_os_str()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        Process(child)
    }

    pub fn found(&self) -> (Found, Option<Candidate>) {
        let found = scan(Path::new("/proc"), &Names::default());
        let own = found.ingestors.iter().find(|it| it.pid == self.pid()).cloned();
        (found, own)
    }
}

#[test]
fn an_ingestor_and_its_server_are_found() {
    let ingestor = Ingestor::start();
    let server = ingestor.server();
    let own = until("both are found", || {
        let (found, own) = ingestor.found();
        let own = own?;
        (found.server_of(&own)?.pid == server.pid()).then_some(own)
    });
    assert_eq!((own.by, own.name.as_str(), own.container), ("argv[0]", "corescope-ingestor", None));
    assert_eq!(own.uid, Some(rustix::process::geteuid().as_raw()));
    assert_eq!(own.exe.as_deref(), Some("corescope-top"), "who only says that he is one is told apart");
    assert!(own.uptime < 60.0 && own.start > 0 && own.problems.is_empty(), "{:?}", own.problems);
    let (db, stats) = (own.db.unwrap(), own.stats.unwrap());
    assert_eq!((db.path, db.how), (ingestor.db(), "open file with a -wal"));
    assert_eq!((db.id, db.elsewhere), (id(&ingestor.db()), false));
    assert_eq!((stats.path, stats.elsewhere), (ingestor.stats(), false));
    assert_eq!(stats.how, "CORESCOPE_INGESTOR_STATS of its environment");
}

#[test]
fn by_its_program_even_if_that_was_replaced() {
    let (folder, program) = program_as("corescope-ingestor");
    let ingestor = Ingestor::with(&program, "renamed");
    let (_, own) = ingestor.found();
    assert_eq!(own.as_ref().map(|it| (it.by, it.name.as_str())), Some(("exe", "renamed")));
    drop(folder);
    let (_, own) = ingestor.found();
    assert_eq!(own.map(|it| it.by), Some("exe"));
}

#[test]
fn one_that_has_ended_is_found_no_more() {
    let mut ingestor = Ingestor::start();
    assert!(ingestor.found().1.is_some());
    ingestor.process.0.kill().unwrap();
    // Not waited for yet: a zombie is no ingestor.
    until("it is gone", || ingestor.found().1.is_none().then_some(()));
}
