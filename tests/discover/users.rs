//! Processes of another user, without rights and with them.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use rustix::process::geteuid;
use serde_json::Value;

use crate::doctor::checks;
use crate::live::{Ingestor, program_as};

const NOBODY: u32 = 65534;

fn root() -> bool {
    let root = geteuid().is_root();
    if !root {
        println!("skipped: only root can run the monitor as another user");
    }
    root
}

fn parsed(command: &mut Command) -> Value {
    let output = command.env_remove("CORESCOPE_INGESTOR_STATS").output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn what_can_be_known_without_rights_and_what_the_rest_needs() {
    if !root() {
        return;
    }
    let ingestor = Ingestor::start();
    open_to_all(ingestor.folder.path());
    let (_folder, program) = program_as("monitor");
    let pid = ingestor.pid().to_string();
    let doctor = |more: &[&str]| {
        let mut command = Command::new(&program);
        parsed(command.uid(NOBODY).gid(NOBODY).args(["doctor", "--json"]).args(more))
    };
    // Found without being told: `argv[0]` is for everybody to read.
    let value = doctor(&["--match", "x"]);
    let of_it = |value: &Value| {
        let sections = value["sections"].as_array().unwrap().iter();
        sections.filter(|section| section["ingestor"] == ingestor.pid()).count()
    };
    assert_eq!(of_it(&value), 2, "{value}");
    let value = doctor(&["--ingestor", &pid]);
    let own = checks(&value, "ingestor");
    assert!(own[0].0 == "ok" && own[0].1.contains("uid 0"), "{value}");
    let needs: Vec<_> = own.iter().filter(|(state, _)| *state == "missing").collect();
    let [(_, text)] = needs.as_slice() else { panic!("said once: {value}") };
    for word in [
        "environment",
        "open files",
        "folders",
        "run as root",
        "setcap cap_sys_ptrace,cap_dac_read_search+ep",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    assert!(text.ends_with(program.to_str().unwrap()), "{text}");
    assert_eq!(checks(&value, "ingestor io")[0].0, "missing");
    assert_eq!(checks(&value, "stats file")[0].0, "ok");
    // Given by hand, the database of a folder that everybody may enter can be read.
    let db = ingestor.db();
    let value = doctor(&["--ingestor", &pid, "--db", db.to_str().unwrap()]);
    assert_eq!(checks(&value, "header")[0].0, "ok", "{value}");
    assert_eq!(value["status"], 1);
}

#[test]
fn the_capabilities_that_are_advised_are_enough() {
    if !root() {
        return;
    }
    let ingestor = Ingestor::start();
    let (_folder, program) = program_as("monitor");
    let pid = ingestor.pid().to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]);
    command.args([
        "--inh-caps=-all,+sys_ptrace,+dac_read_search",
        "--ambient-caps=-all,+sys_ptrace,+dac_read_search",
    ]);
    command.arg(&program).args(["doctor", "--json", "--ingestor", &pid]);
    let output = match command.env_remove("CORESCOPE_INGESTOR_STATS").output() {
        Ok(output) if !output.stdout.is_empty() => output,
        other => {
            println!("skipped: setpriv can't give capabilities here: {other:?}");
            return;
        }
    };
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(value["user"].as_str().unwrap().starts_with("uid 65534"), "{value}");
    for part in [
        "ingestor",
        "database",
        "stats file",
        "ingestor io",
        "header",
        "-wal",
        "-shm",
        "wal-index",
        "pragmas",
    ] {
        assert!(checks(&value, part).iter().all(|(state, _)| *state == "ok"), "{part}: {value}");
    }
    let path = ingestor.db();
    assert!(checks(&value, "database")[0].1.starts_with(path.to_str().unwrap()), "{value}");
}

#[test]
fn another_users_process_seen_by_anybody() {
    let status = std::fs::read_to_string("/proc/1/status").unwrap_or_default();
    let own = geteuid().as_raw();
    let of_pid_1 = corescope_top::parse::process::effective_uid(status.as_bytes());
    if own == 0 || of_pid_1.is_none_or(|uid| uid == own) {
        println!("skipped: pid 1 is no other user's process here");
        return;
    }
    let found = corescope_top::source::discover::candidate(
        Path::new("/proc"),
        1,
        corescope_top::source::discover::Role::Ingestor,
    );
    let found = found.unwrap();
    assert_eq!((found.uid, found.problems.len()), (of_pid_1, 1), "{:?}", found.problems);
    assert!(found.problems[0].text.contains("setcap"), "{:?}", found.problems);
}
