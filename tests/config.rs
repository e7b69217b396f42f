//! The order of what is configured: defaults, file, environment, command line; and what is refused.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run(home: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_corescope-top"));
    for name in ["INTERVAL", "THEME", "COLOR", "ASCII", "BELL", "CONFIG"] {
        command.env_remove(format!("CORESCOPE_TOP_{name}"));
    }
    command.env("XDG_CONFIG_HOME", home).env_remove("NO_COLOR").envs(environment.iter().copied());
    command.args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// The line of `config print` about `key`: its value, and where it comes from without the folder.
fn effective(home: &Path, environment: &[(&str, &str)], arguments: &[&str], key: &str) -> (String, String) {
    let output = run(home, environment, &[arguments, &["config", "print"]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find(|line| line.starts_with(&format!("{key} ="))).unwrap();
    let (value, from) = line.split_once('#').unwrap();
    let value = value.split_once('=').unwrap().1.trim().to_owned();
    (value, from.trim().rsplit('/').next().unwrap().to_owned())
}

#[test]
fn each_layer_wins_over_the_one_before() {
    let home = tempfile::tempdir().unwrap();
    let is = |environment: &[(&str, &str)], arguments: &[&str], key: &str, expected: (&str, &str)| {
        let (value, from) = effective(home.path(), environment, arguments, key);
        assert_eq!((value.as_str(), from.as_str()), expected, "{environment:?} {arguments:?}");
    };
    is(&[], &[], "interval", ("1", "default"));
    fs::create_dir(home.path().join("corescope-top")).unwrap();
    let file = home.path().join("corescope-top/config.toml");
    fs::write(&file, "interval = 2\nascii = true\ntheme = \"light\"\n").unwrap();
    is(&[], &[], "interval", ("2", "config.toml:1"));
    let environment = [("CORESCOPE_TOP_INTERVAL", "3"), ("CORESCOPE_TOP_ASCII", "0")];
    is(&environment, &[], "interval", ("3", "CORESCOPE_TOP_INTERVAL"));
    is(&environment, &["-n", "4"], "interval", ("4", "command line"));
    // What the file switches on the environment can switch off.
    is(&[], &[], "ascii", ("true", "config.toml:2"));
    is(&environment, &[], "ascii", ("false", "CORESCOPE_TOP_ASCII"));
    is(&[("CORESCOPE_TOP_THEME", "mono")], &[], "theme", ("\"mono\"", "CORESCOPE_TOP_THEME"));
    let other = home.path().join("other.toml");
    fs::write(&other, "interval = 5\n").unwrap();
    is(&[("CORESCOPE_TOP_CONFIG", other.to_str().unwrap())], &[], "interval", ("5", "other.toml:1"));
}

#[test]
fn others_are_served_only_where_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &[], &["metrics", "--listen", "0.0.0.0:0"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("give --listen-to-others"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_bad_value_is_one_of_usage_wherever_it_stands() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join("corescope-top")).unwrap();
    for (environment, file, words) in [
        (&[("CORESCOPE_TOP_INTERVAL", "soon")][..], "", "--interval"),
        (&[("CORESCOPE_TOP_THEME", "lihgt")][..], "", "'light'"),
        (
            &[][..],
            "[limits]\nwal_size = \"1MB\"\n",
            "line 2: unknown limit `wal_size`: did you mean `wal-size`?",
        ),
    ] {
        fs::write(home.path().join("corescope-top/config.toml"), file).unwrap();
        let output = run(home.path(), environment, &["config", "check"]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(words), "{text}");
    }
}
