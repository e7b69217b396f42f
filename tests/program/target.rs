//! Something real to watch: the demo's ingestor, run apart from any demo.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use crate::terminal::{DEADLINE, PROGRAM, Terminal};

fn ingestor(name: &str, folder: &Path) -> Child {
    let stats = folder.join("stats.json");
    Command::new(PROGRAM)
        .arg0(name)
        .arg("demo-ingestor")
        .args(["--db".as_ref(), folder.join("meshcore.db").as_os_str()])
        .args(["--stats".as_ref(), stats.as_os_str()])
        .env("CORESCOPE_INGESTOR_STATS", &stats)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

pub struct Target {
    child: Child,
    folder: TempDir,
}

impl Target {
    /// Starts an ingestor and waits for its database and its stats file.
    pub fn start() -> Self {
        Self::named(PROGRAM)
    }

    /// The same under another name, which its environment tells where its stats file is.
    pub fn named(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let child = ingestor(name, folder.path());
        let target = Self { child, folder };
        target.wait_for_files();
        target
    }

    /// Ends the ingestor as kill -9 does and starts another one on the same files.
    pub fn restart(&mut self, name: &str) {
        self.kill();
        self.restart_after_kill(name);
    }

    /// Starts another ingestor on the same files.
    pub fn restart_after_kill(&mut self, name: &str) {
        std::fs::remove_file(self.stats()).unwrap();
        self.child = ingestor(name, self.folder.path());
        self.wait_for_files();
    }

    fn wait_for_files(&self) {
        let end = Instant::now() + DEADLINE;
        while !(self.stats().exists() && self.db().with_extension("db-shm").exists()) {
            assert!(Instant::now() < end, "the ingestor does not come up");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn db(&self) -> PathBuf {
        self.folder.path().join("meshcore.db")
    }

    pub fn stats(&self) -> PathBuf {
        self.folder.path().join("stats.json")
    }

    /// Ends the ingestor as kill -9 does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// The monitor's arguments for this target.
    pub fn arguments(&self) -> Vec<String> {
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        let pid = self.pid().to_string();
        ["--ingestor", &pid, "--db", &path(self.db()), "--stats", &path(self.stats())]
            .map(str::to_owned)
            .to_vec()
    }

    /// The monitor on this target.
    pub fn watch(&self, columns: u16, rows: u16) -> Terminal {
        self.watch_with(&[], &[], columns, rows)
    }

    /// The same with further arguments and environment.
    pub fn watch_with(
        &self,
        more: &[&str],
        environment: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Terminal {
        let arguments = self.arguments();
        let all: Vec<&str> = arguments.iter().map(String::as_str).chain(more.iter().copied()).collect();
        Terminal::run(PROGRAM, &all, environment, columns, rows)
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
