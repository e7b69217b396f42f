use std::path::Path;

use crate::target::Target;
use crate::terminal::{PROGRAM, Terminal};

#[test]
fn sizes_from_1x1_to_500x200_and_back() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    for (columns, rows) in [(1, 1), (2, 1), (1, 50), (500, 200), (20, 5), (40, 10), (119, 29), (80, 24)] {
        terminal.resize(columns, rows);
    }
    terminal.see("Write sources");
    terminal.resize(20, 5);
    terminal.wait("tiny layout", |text| text.contains("WAL"));
    terminal.resize(120, 40);
    terminal.see("Write sources");
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn a_storm_of_resizes_does_no_harm() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    for step in 0..200u16 {
        terminal.resize(1 + step * 37 % 250, 1 + step * 13 % 80);
    }
    terminal.resize(100, 30);
    terminal.see("Write sources");
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn a_terminal_without_a_size_is_taken_for_80x24() {
    let target = Target::start();
    let mut terminal = target.watch(0, 0);
    terminal.wait("output", |_| !terminal.raw().is_empty());
    terminal.type_keys("q");
    assert_eq!(terminal.end().exit_code(), 0);
}

#[test]
fn ctrl_z_gives_the_shell_its_terminal_and_fg_comes_back() {
    if !Path::new("/bin/bash").exists() {
        println!("skipped: no /bin/bash to be the shell with job control");
        return;
    }
    let target = Target::start();
    let shell = ["--norc", "--noprofile", "-i"];
    let mut terminal = Terminal::run("/bin/bash", &shell, &[("PS1", "ready> ")], 80, 24);
    terminal.see("ready>");
    let arguments = target.arguments().join(" ");
    terminal.type_keys(&format!("{PROGRAM} {arguments}\r"));
    terminal.see("tx_inserted");
    for _ in 0..2 {
        terminal.type_keys("\x1a");
        terminal.wait("stopped job", |text| text.contains("Stopped") && terminal.modes() == (false, false));
        terminal.type_keys("fg\r");
        terminal.wait("screen", |text| text.contains("tx_inserted") && terminal.modes() == (true, true));
    }
    terminal.type_keys("q");
    terminal.wait("prompt", |text| text.contains("ready>") && terminal.modes() == (false, false));
    terminal.type_keys("echo status=$?\r");
    terminal.see("status=0");
    terminal.type_keys("exit\r");
    terminal.end();
}

#[test]
fn no_colour_means_no_colour() {
    let target = Target::start();
    let coloured = target.watch(80, 24);
    let plain = target.watch_with(&[], &[("NO_COLOR", "1")], 80, 24);
    for (terminal, expected) in [(&coloured, true), (&plain, false)] {
        terminal.see("tx_inserted");
        let raw = terminal.raw();
        let text = String::from_utf8_lossy(&raw);
        let sets_colour = text.split("\x1b[").skip(1).any(|rest| {
            let body: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ';').collect();
            let numbers: Vec<u32> = body.split(';').filter_map(|n| n.parse().ok()).collect();
            rest[body.len()..].starts_with('m')
                && numbers.iter().any(|n| matches!(n, 30..=38 | 40..=48 | 90..=107))
        });
        assert_eq!(sets_colour, expected);
    }
}

#[test]
fn a_locale_without_utf8_gets_ascii() {
    let target = Target::start();
    let terminal = target.watch_with(&[], &[("LC_ALL", "C")], 80, 24);
    terminal.see("tx_inserted");
    assert!(terminal.raw().is_ascii());
}

#[test]
fn a_killed_ingestor_is_said_to_be_gone() {
    let mut target = Target::start();
    let mut terminal = target.watch(100, 30);
    terminal.see("tx_inserted");
    target.kill();
    terminal.wait("word of it", |text| text.contains("exited") || text.contains("gone"));
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn keys_typed_while_the_size_changes_are_not_lost() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    for round in 0..40u16 {
        terminal.resize(80 + round % 7, 24 + round % 3);
        terminal.type_keys("p");
        terminal.wait("paused picture", |text| text.contains("PAUSED"));
        terminal.resize(90 + round % 5, 24 + round % 2);
        terminal.type_keys("p");
        terminal.wait("live picture", |text| !text.contains("PAUSED"));
    }
    terminal.type_keys("q");
    terminal.ends_with(0);
}
