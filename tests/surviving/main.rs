//! The real program survives what its target, the disk and the terminal do: each row of the table is
//! a test on the real thing, as far as this machine lets one be made. What it doesn't is printed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../program/terminal.rs"]
#[allow(dead_code)]
mod terminal;

mod clock;
mod database;
mod hanging;
mod kept;
mod limits;
mod monitor;
mod names;
mod patient;
mod pid;
mod places;
mod restart;
mod secrets;
mod slow;
mod stats;
mod storm;
mod suspended;
mod taken;

use std::process::{Command, Stdio};
use std::time::Instant;

use terminal::DEADLINE;

/// Waits for `condition`.
fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !condition() {
        assert!(Instant::now() < end, "no {what} in time");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Whether `program` succeeds with `arguments`; why not is printed as the reason to skip a test.
fn may(program: &str, arguments: &[&str]) -> bool {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.success() => true,
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            println!("skipped: {program} {}: {} {}", arguments.join(" "), output.status, said.trim());
            false
        }
        Err(error) => {
            println!("skipped: no {program}: {error}");
            false
        }
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
