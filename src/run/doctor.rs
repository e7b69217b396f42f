//! `corescope-top doctor`: looks once at everything and says what it saw.
//!
//! A process can't end while a thread of its waits for a disk that does not answer and can't be
//! interrupted (a FUSE server that took the request, for one: `request_wait_answer` in `fs/fuse/dev.c`).
//! So the looking is done by a child, which may be left behind; its report ends in a byte of its own.

mod examine;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli::Target;
use crate::source::patience::Pending;

/// Tells the child that it is the one.
const CHILD: &str = "CORESCOPE_TOP_DOCTOR";
/// Stands after the report and before the exit status; no text has it.
const END: u8 = 0;
/// The child has limits of its own that add up to less.
const PATIENCE: Duration = Duration::from_secs(8);

/// Prints the report; the exit status.
pub fn run(target: &Target, json: bool) -> u8 {
    if std::env::var_os(CHILD).is_none()
        && let Some((text, status)) = by_child()
    {
        print(&text);
        return status;
    }
    let report = examine::examine(target);
    let text = if json { report.json() } else { report.text() };
    let mut text = text.into_bytes();
    if std::env::var_os(CHILD).is_some() {
        text.extend([END, report.status()]);
    }
    print(&text);
    report.status()
}

fn print(text: &[u8]) {
    let mut out = std::io::stdout().lock();
    // A reader who has gone away has seen enough.
    let _ = out.write_all(text).and_then(|()| out.flush());
}

/// What a child says that was given the same arguments, and its status; absent where there is no such
/// child, or it ended without a report.
fn by_child() -> Option<(Vec<u8>, u8)> {
    let program = std::env::current_exe().ok()?;
    let mut command = Command::new(program);
    // Nothing of ours may stay open in one that is left behind: who reads it waits for its end.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.args(std::env::args_os().skip(1)).env(CHILD, "1").spawn().ok()?;
    let mut said = BufReader::new(child.stdout.take()?);
    let read = move || {
        let (mut text, mut status) = (Vec::new(), [0]);
        said.read_until(END, &mut text).ok()?;
        said.read_exact(&mut status).ok()?;
        text.pop();
        Some((text, status[0]))
    };
    // It is not waited for: that may take as long as the disk does.
    match Pending::start("doctor", read).ok()?.wait(Instant::now() + PATIENCE) {
        Ok(report) => report,
        Err(_) => Some((b"corescope-top: the look at the sources does not come to an end\n".to_vec(), 1)),
    }
}
