//! What is kept across runs: private, never in the way, and not believed when it makes no sense.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionread as fionread;
use rustix::process::{Pid, Signal, kill_process};

use crate::hanging::Dead;
use crate::patient::Patient;
use crate::terminal::{PROGRAM, Terminal};
use crate::{may, until};

/// A run of some lines with its state below `home`.
fn run(command: &mut Command, patient: &Patient, home: &Path, more: &[&str]) -> Output {
    command.args(patient.wanted()).args(["--json", "-n", "0.1", "--count", "5"]).args(more);
    command.env("XDG_STATE_HOME", home).stdin(Stdio::null());
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 5, "{output:?}");
    assert_eq!(output.status.code(), Some(0));
    output
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn files(home: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.join("corescope-top")).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn program() -> Command {
    Command::new(PROGRAM)
}

#[test]
fn one_private_file_a_database() {
    let (patient, other) = (Patient::start(), Patient::start());
    let home = tempfile::tempdir().unwrap();
    for patient in [&patient, &patient, &other] {
        assert_eq!(said(&run(&mut program(), patient, home.path(), &[])), "");
    }
    let files = files(home.path());
    assert_eq!(files.len(), 2, "{files:?}");
    for file in &files {
        assert!(file.file_name().unwrap().to_str().unwrap().starts_with("meshcore.db-"), "{files:?}");
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let mode = fs::metadata(home.path().join("corescope-top")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn a_signal_ends_a_run_that_keeps_what_it_learned() {
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(patient.wanted()).args(["--json", "-n", "0.1"]).env("XDG_STATE_HOME", home.path());
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert_eq!(files(home.path()).len(), 1);
}

#[test]
fn a_signal_ends_a_run_whose_reader_has_stopped_reading() {
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = program();
    command.args(patient.wanted()).args(["--json", "-n", "0.1"]).env("XDG_STATE_HOME", home.path());
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(writer).spawn().unwrap();
    // Some twenty lines fill it, and the next write waits for ever.
    let (mut held, mut since) = (0, Instant::now());
    until("a full pipe", || {
        let holds = fionread(&reader).unwrap();
        if holds != held {
            (held, since) = (holds, Instant::now());
        }
        held > 32_768 && since.elapsed() > Duration::from_secs(1)
    });
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    let begun = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn what_nohup_ignores_ends_no_run() {
    if !may("nohup", &["true"]) {
        return;
    }
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new("nohup");
    command.arg(PROGRAM).args(patient.wanted()).args(["--json", "-n", "0.1", "--count", "20"]);
    command.env("XDG_STATE_HOME", home.path()).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    kill_process(Pid::from_child(&child), Signal::HUP).unwrap();
    assert_eq!(lines.count(), 19);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn no_state_is_none() {
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    run(&mut program(), &patient, home.path(), &["--no-state"]);
    let demo = program()
        .args(["demo", "--scenario", "quiet", "--json", "-n", "0.1", "--count", "2"])
        .env("XDG_STATE_HOME", home.path())
        .output()
        .unwrap();
    assert!(demo.status.success());
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn garbage_is_set_aside_and_said() {
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    run(&mut program(), &patient, home.path(), &[]);
    let file = files(home.path()).remove(0);
    fs::write(&file, "{\"version\":1,\"state\":\x1b[31m").unwrap();
    let text = said(&run(&mut program(), &patient, home.path(), &[]));
    assert!(text.contains("made no sense") && text.contains("set aside as .bad"), "{text}");
    assert_eq!((text.lines().count(), text.contains('\x1b')), (1, false), "{text}");
    assert_eq!(files(home.path()).len(), 2);
    assert_eq!(said(&run(&mut program(), &patient, home.path(), &[])), "", "a good one was written since");
    // On the screen it stands until a key is pressed.
    fs::write(&file, "rubbish").unwrap();
    let arguments = patient.wanted();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let environment = [("XDG_STATE_HOME", home.path().to_str().unwrap())];
    let mut terminal = Terminal::run(PROGRAM, &arguments, &environment, 100, 30);
    terminal.see("learning anew what is normal");
    terminal.type_keys("t");
    terminal.wait("hints", |text| !text.contains("learning anew") && text.contains("quit"));
    terminal.type_keys("q");
    terminal.ends_with(0);
    assert!(fs::read_to_string(&file).unwrap().starts_with("{\"version\""), "kept at the end");
}

#[test]
fn links_and_others_files_are_not_believed() {
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    symlink(elsewhere.path(), home.path().join("corescope-top")).unwrap();
    let text = said(&run(&mut program(), &patient, home.path(), &[]));
    assert!(text.contains("or a link to one"), "{text}");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
    fs::remove_file(home.path().join("corescope-top")).unwrap();
    run(&mut program(), &patient, home.path(), &[]);
    let file = files(home.path()).remove(0);
    if crate::is_root() {
        std::os::unix::fs::chown(&file, Some(65534), None).unwrap();
        let text = said(&run(&mut program(), &patient, home.path(), &[]));
        assert!(text.contains("belongs to user 65534"), "{text}");
    }
}

/// Runs with its state on a disk that is made by `mount`, in a mount namespace of its own.
fn on_a_disk(mount: &str) -> Option<String> {
    let home = tempfile::tempdir().unwrap();
    let at = home.path().display();
    let shell = format!("mount -t tmpfs -o size=8k none {at} && cd {at} && {mount}");
    if !may("unshare", &["--mount", "sh", "-c", &shell]) {
        return None;
    }
    let patient = Patient::start();
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", &format!("{shell} && exec \"$@\""), "sh", PROGRAM]);
    Some(said(&run(&mut command, &patient, home.path(), &[])))
}

#[test]
fn a_full_disk_is_said_once() {
    let full = "mkdir -m 700 corescope-top && { head -c 9000 /dev/zero > filler || true; } 2>&-";
    let Some(text) = on_a_disk(full) else { return };
    assert!(text.contains("can't be written: No space left on device"), "{text}");
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn a_read_only_disk_is_said_once() {
    let Some(text) = on_a_disk("mount -o remount,ro .") else { return };
    assert!(text.contains("Read-only file system"), "{text}");
}

#[test]
fn a_home_that_hangs_keeps_nobody_waiting() {
    if !Dead::possible() {
        return;
    }
    let patient = Patient::start();
    let home = tempfile::tempdir().unwrap();
    let dead = Dead::over(home.path());
    let since = Instant::now();
    run(&mut program(), &patient, home.path(), &[]);
    // Five lines, half a second for the last save, and a machine that is busy with other tests.
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
    drop(dead);
}
