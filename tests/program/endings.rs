use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::target::Target;
use crate::terminal::{PROGRAM, Terminal};

fn after_signal(signal: Signal, status: u32) {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    terminal.signal(signal);
    terminal.ends_with(status);
}

#[test]
fn sigterm_is_143() {
    after_signal(Signal::TERM, 143);
}

#[test]
fn sigint_is_130() {
    after_signal(Signal::INT, 130);
}

#[test]
fn sigquit_is_131() {
    after_signal(Signal::QUIT, 131);
}

#[test]
fn sighup_is_129() {
    after_signal(Signal::HUP, 129);
}

#[test]
fn a_terminal_that_goes_away_is_129_within_a_second() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    terminal.hang_up();
    let since = Instant::now();
    assert_eq!(terminal.end().exit_code(), 129);
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

#[test]
fn a_panic_restores_the_terminal_and_then_says_what_happened() {
    for place in ["main", "sampler"] {
        let target = Target::start();
        let mut terminal = target.watch_with(&[], &[("CORESCOPE_TOP_PANIC", place)], 80, 24);
        if !cfg!(debug_assertions) {
            terminal.see("live");
            continue;
        }
        terminal.ends_with(101);
        terminal.see(&format!("asked to panic in {place}"));
    }
}

#[test]
fn nothing_to_watch_is_one_line_each_and_status_1() {
    let arguments = ["--ingestor", "4194304", "--db", "/nonexistent/x.db", "--stats", "/nonexistent/x.json"];
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 100, 24);
    terminal.ends_with(1);
    let text = terminal.see("nothing to watch");
    for words in ["no process 4194304", "/nonexistent/x.db", "/nonexistent/x.json"] {
        assert!(text.contains(words), "no {words} in:\n{text}");
    }
}

#[test]
fn without_a_terminal_it_names_json_and_ends_with_2() {
    let output = Command::new(PROGRAM).args(["demo"]).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--json") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_dumb_terminal_gets_no_escape_sequences() {
    let mut terminal = Terminal::run(PROGRAM, &["demo"], &[("TERM", "dumb")], 80, 24);
    assert_eq!(terminal.end().exit_code(), 2);
    terminal.see("--json");
    assert!(!terminal.raw().contains(&0x1b));
}

#[test]
fn bad_arguments_are_status_2() {
    let status = Command::new(PROGRAM).args(["-n", "1000"]).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}
