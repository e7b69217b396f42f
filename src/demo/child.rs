//! A child process of the director: started, told what to do, started again when it has ended.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::process;

/// This program, even after another file has taken its place.
pub const SELF: &str = "/proc/self/exe";
/// supervisord looks away for a second before it starts a process again.
const RESPAWN: Duration = Duration::from_secs(1);
/// How long a child may take to its first step.
const SETTLE: Duration = Duration::from_secs(1);

/// A child that is kept alive. It is killed and waited for when this is dropped.
#[derive(Debug)]
pub struct Keeper {
    name: &'static str,
    args: Vec<OsString>,
    stats: PathBuf,
    log: File,
    child: Option<Child>,
    due: Option<Instant>,
    pause: Duration,
}

impl Keeper {
    /// A child that shows up as `name` and is this program run with `args`; it writes its errors to `log`. Its
    /// environment says where the stats file is, as that of a real ingestor does: others find it by that.
    pub fn new(name: &'static str, args: Vec<OsString>, stats: &Path, log: File) -> Self {
        Self { name, args, stats: stats.to_owned(), log, child: None, due: None, pause: RESPAWN }
    }

    /// Its process id while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// When it is to be started again, if it has ended.
    pub fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Starts the child now.
    ///
    /// # Errors
    /// When the program can't be run.
    pub fn start(&mut self) -> io::Result<()> {
        let mut command = Command::new(SELF);
        command.arg0(self.name).args(&self.args).env("CORESCOPE_INGESTOR_STATS", &self.stats);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(self.log.try_clone()?);
        self.child = Some(command.spawn()?);
        (self.due, self.pause) = (None, RESPAWN);
        self.settle();
        Ok(())
    }

    /// Waits for the child's own first step, which is to take its name. Just after it is spawned a process has no
    /// command line yet, and whoever is told of it looks there.
    fn settle(&mut self) {
        let end = Instant::now() + SETTLE;
        let running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
        while let Some(child) = &mut self.child
            && !process::has_name(child.id(), self.name)
            && running(child)
            && Instant::now() < end
        {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Takes note if the child has ended.
    pub fn reap(&mut self, now: Instant) {
        if self.child.as_mut().is_some_and(|child| !matches!(child.try_wait(), Ok(None))) {
            self.child = None;
            self.due = Some(now + self.pause);
        }
    }

    /// Sends a line to the child's standard input.
    pub fn tell(&mut self, line: &str) {
        if let Some(stdin) = self.child.as_mut().and_then(|child| child.stdin.as_mut()) {
            // One that has just ended doesn't listen; it is told again when it is back.
            let _ = stdin.write_all(format!("{line}\n").as_bytes());
        }
    }

    /// Sends `line`, which ends the child, and stretches the pause before the next start to `pause`.
    pub fn end(&mut self, line: &str, pause: Duration) {
        self.pause = pause;
        self.tell(line);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Killed, not asked: its files are about to go, and it may be stopped.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
