//! A recording of the demo, played with every key; and what calls somebody who looks elsewhere.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::terminal::{PROGRAM, Terminal};

const SHIFT_RIGHT: &str = "\x1b[1;2C";
const SHIFT_LEFT: &str = "\x1b[1;2D";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const HOME: &str = "\x1b[H";
const END: &str = "\x1b[F";
const PAGE_UP: &str = "\x1b[5~";
const PAGE_DOWN: &str = "\x1b[6~";

/// Records `count` samples of the demo.
fn record(folder: &Path, name: &str, scenario: &str, count: u32) -> PathBuf {
    let file = folder.join(name);
    let status = Command::new(PROGRAM)
        .args([
            "demo",
            "--scenario",
            scenario,
            "--json",
            "-n",
            "0.1",
            "--count",
            &count.to_string(),
            "--record",
        ])
        .arg(&file)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    file
}

fn replay(file: &Path, columns: u16, rows: u16) -> Terminal {
    let arguments = ["replay", file.to_str().unwrap()];
    Terminal::run(PROGRAM, &arguments, &[("TZ", "UTC")], columns, rows)
}

/// Number of the sample that is shown, and how many there are.
fn at(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("sample "))?;
    let (number, rest) = line.split_once(" of ")?;
    let number_of = |text: &str| text.replace(',', "").parse().ok();
    Some((number_of(number)?, number_of(rest.split(' ').next()?)?))
}

impl Terminal {
    /// Types `keys` and waits until sample `number` is shown.
    fn leads_to(&mut self, keys: &str, number: u64) {
        self.type_keys(keys);
        self.wait(&format!("sample {number}"), |text| at(text).is_some_and(|(at, _)| at == number));
    }
}

#[test]
fn a_recording_of_the_demo_replays_with_every_key() {
    let folder = tempfile::tempdir().unwrap();
    // The loop begins after 15 s.
    let file = record(folder.path(), "demo.zst", "backfill-loop", 220);
    let mut terminal = replay(&file, 120, 40);
    let text = terminal.wait("all of it judged", |text| at(text).is_some() && !text.contains("judging"));
    let (first, last) = at(&text).unwrap();
    assert!(first == 2 && last >= 220 && text.contains("REPLAY paused"), "{text}");
    terminal.leads_to(RIGHT, 3);
    terminal.leads_to(LEFT, 2);
    terminal.leads_to(SHIFT_RIGHT, 12);
    terminal.leads_to(SHIFT_LEFT, 2);
    terminal.leads_to(".>,<", 2);
    terminal.leads_to(END, last);
    terminal.leads_to(HOME, 1);
    terminal.leads_to(PAGE_DOWN, last);
    terminal.leads_to(PAGE_UP, 1);
    terminal.type_keys("]");
    let event = terminal.wait("the loop's beginning", |text| {
        text.contains("▲ backfill_path_json") && at(text).is_some_and(|(at, _)| at > 100)
    });
    let began = at(&event).unwrap().0;
    terminal.type_keys("]");
    terminal.see("no event after this one");
    terminal.leads_to(HOME, 1);
    terminal.type_keys("e");
    terminal.see("Enter goes there");
    terminal.leads_to("\r", began);
    terminal.leads_to("[", began);
    terminal.see("no event before this one");
    terminal.type_keys("gnoon\r");
    terminal.see("'noon' is no time");
    terminal.leads_to("g2020-01-01 00:00\r", 1);
    terminal.type_keys("++++ ");
    terminal.see("REPLAY 16x");
    terminal.wait("the end", |text| at(text).is_some_and(|(at, of)| at == of) && text.contains("paused"));
    terminal.type_keys("?");
    terminal.see("previous, next event");
    terminal.type_keys("qz");
    terminal.wait("a zoomed panel", |text| !text.contains("tx_inserted") && text.contains("REPLAY"));
    terminal.type_keys("z3s/obs\r");
    terminal.wait("a filtered table", |text| text.contains("obs_inserted") && !text.contains("tx_inserted"));
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn a_cut_recording_says_so_and_what_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = record(folder.path(), "demo.ndjson", "quiet", 30);
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&file, &whole[..whole.len() - 40]).unwrap();
    let mut terminal = replay(&file, 80, 24);
    terminal.see("the recording ends early");
    terminal.type_keys(RIGHT);
    terminal.wait("the mark of a cut file", |text| {
        text.lines().rev().nth(1).is_some_and(|row| row.ends_with("cut"))
    });
    terminal.signal(rustix::process::Signal::TERM);
    terminal.ends_with(143);
    let text = String::from_utf8(whole).unwrap();
    std::fs::write(&file, text.replace("\"interval\":0.1", "\"interval\":\"x\"")).unwrap();
    assert_eq!(replay(&file, 80, 24).end().exit_code(), 1);
    std::fs::write(&file, "nothing").unwrap();
    let mut terminal = replay(&file, 80, 24);
    terminal.see("is no recording of corescope-top");
    assert_eq!(terminal.end().exit_code(), 1);
}

fn count(bytes: &[u8], sequence: &[u8]) -> usize {
    bytes.windows(sequence.len()).filter(|window| *window == sequence).count()
}

#[test]
fn a_beginning_rings_and_names_the_window_until_the_end() {
    let arguments = ["demo", "--scenario", "backfill-loop", "--bell", "-n", "0.5"];
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 80, 24);
    terminal.see("tx_inserted");
    assert_eq!(count(&terminal.raw(), b"\x1b[22;2t"), 0);
    terminal.wait_long("title", |_| count(&terminal.raw(), b"\x1b]2;! backfill_path_json") > 0);
    let raw = terminal.raw();
    // One BEL for the beginning; titles end with ST.
    assert_eq!((count(&raw, b"\x07"), count(&raw, b"\x1b[22;2t"), count(&raw, b"\x1b[23;2t")), (1, 1, 0));
    terminal.type_keys("q");
    terminal.ends_with(0);
    assert_eq!(count(&terminal.raw(), b"\x1b[23;2t"), 1);
}
