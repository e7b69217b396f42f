//! The patient: the demo's ingestor under a name of its own, killed and started again.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::terminal::PROGRAM;
use crate::until;

pub struct Patient {
    child: Option<Child>,
    folder: TempDir,
    name: String,
    scenario: &'static str,
}

impl Patient {
    /// Starts an ingestor and waits for its database and its stats file.
    pub fn start() -> Self {
        Self::play("quiet")
    }

    /// The same with a scenario.
    pub fn play(scenario: &'static str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("patient-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = tempfile::tempdir().unwrap();
        let mut patient = Self { child: None, folder, name, scenario };
        patient.spawn();
        until("ingestor", || patient.stats().exists() && patient.db().with_extension("db-shm").exists());
        patient
    }

    /// Starts it (again) with the same files.
    pub fn spawn(&mut self) {
        let child = Command::new(PROGRAM)
            .arg0(&self.name)
            .arg("demo-ingestor")
            .args(["--scenario", self.scenario])
            .args(["--db".as_ref(), self.db().as_os_str()])
            .args(["--stats".as_ref(), self.stats().as_os_str()])
            .env("CORESCOPE_INGESTOR_STATS", self.stats())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.unwrap());
    }

    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn db(&self) -> PathBuf {
        self.folder.path().join("meshcore.db")
    }

    pub fn stats(&self) -> PathBuf {
        self.folder.path().join("stats.json")
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.pid()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Ends it by a signal and waits for its end.
    pub fn end_by(&mut self, signal: Signal) {
        self.signal(signal);
        self.child.as_mut().unwrap().wait().unwrap();
    }

    /// The monitor's arguments with which it is found by its name, its database and its environment.
    pub fn wanted(&self) -> Vec<String> {
        ["--match", &self.name, "--db", self.db().to_str().unwrap()].map(str::to_owned).to_vec()
    }

    /// The monitor's arguments for this process and its database, with a stats file elsewhere.
    pub fn with_stats(&self, stats: &Path) -> Vec<String> {
        let pid = self.pid().to_string();
        ["--ingestor", &pid, "--db", self.db().to_str().unwrap(), "--stats", stats.to_str().unwrap()]
            .map(str::to_owned)
            .to_vec()
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
