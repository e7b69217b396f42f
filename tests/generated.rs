//! Man page and completions are made from the argument parser, tables of the README from the program;
//! these tests keep them current. To make them anew: `UPDATE=1 cargo test --test generated`.

#![allow(clippy::unwrap_used)]

#[path = "generated/man.rs"]
mod man;
#[path = "generated/readme.rs"]
mod readme;
#[path = "generated/tables.rs"]
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use corescope_top::cli::Cli;

fn asset(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(path)
}

fn current(path: &str, made: &[u8]) {
    let file = asset(path);
    if std::env::var_os("UPDATE").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, made).unwrap();
    }
    let there = fs::read(&file).unwrap_or_default();
    assert!(there == made, "{} is out of date: UPDATE=1 cargo test --test generated", file.display());
}

/// What people see: no internal commands.
fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    let hidden: Vec<String> =
        command.get_subcommands().filter(|it| it.is_hide_set()).map(|it| it.get_name().to_owned()).collect();
    let mut shown = Cli::command();
    let kept: Vec<Command> =
        shown.get_subcommands().filter(|it| !hidden.contains(&it.get_name().to_owned())).cloned().collect();
    let mut bare = Command::new("corescope-top").version(env!("CARGO_PKG_VERSION"));
    for argument in shown.get_arguments() {
        bare = bare.arg(argument);
    }
    if let Some(about) = shown.get_about() {
        bare = bare.about(about.clone());
    }
    if let Some(after) = shown.get_after_help() {
        bare = bare.after_help(after.clone());
    }
    shown = bare.subcommands(kept);
    shown
}

#[test]
fn completions() {
    for (shell, name) in [
        (Shell::Bash, "completions/corescope-top.bash"),
        (Shell::Zsh, "completions/_corescope-top"),
        (Shell::Fish, "completions/corescope-top.fish"),
    ] {
        let mut made = Vec::new();
        clap_complete::generate(shell, &mut command(), "corescope-top", &mut made);
        current(name, &made);
    }
}
