//! The README's pictures, made anew from the program and the recordings in `tests/recordings`:
//!
//! ```text
//! cargo test --test program -- --ignored pictures
//! ```
//!
//! A replay that stands still is the same whenever it is looked at, so each run gives the same bytes.

mod svg;

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use svg::Ground;

use crate::terminal::{DEADLINE, PROGRAM, Terminal};

const RIGHT: &str = "\x1b[C";
const END: &str = "\x1b[F";
/// Large enough for the number of the sample to be on the screen.
const SEARCH: (u16, u16) = (120, 36);
/// A picture is taken when nothing has changed for so long.
const STILL: Duration = Duration::from_millis(400);

struct Picture {
    /// In `assets`.
    file: &'static str,
    /// In `tests/recordings`.
    recording: &'static str,
    /// Samples after the first event has begun; without it the end of the recording.
    after: Option<u64>,
    /// Columns and rows.
    size: (u16, u16),
    /// Keys to type then.
    keys: &'static str,
    /// What is to be seen in the picture.
    seen: &'static str,
    theme: &'static str,
    ground: Ground,
}

const LOOP: Picture = Picture {
    file: "",
    recording: "backfill-loop.zst",
    after: Some(12),
    size: SEARCH,
    keys: "",
    seen: "rewrites rows that are done",
    theme: "default",
    ground: Ground::Dark,
};

const PICTURES: [Picture; 8] = [
    Picture {
        file: "wal-pinned.svg",
        recording: "wal-growth.zst",
        after: Some(2),
        keys: "2",
        seen: "pins server",
        ..LOOP
    },
    Picture { file: "loop-pane.svg", size: (60, 8), seen: "▲ backfill_path_json rewrites rows", ..LOOP },
    Picture { file: "loop-verdict.svg", keys: "3", ..LOOP },
    Picture {
        file: "loop-explained.svg",
        size: (100, 32),
        keys: "3\r",
        seen: "Write sources: what it means",
        ..LOOP
    },
    Picture {
        file: "loop-events.svg",
        after: None,
        size: (100, 16),
        keys: "e",
        seen: "Enter goes there",
        ..LOOP
    },
    Picture { file: "loop-over.svg", after: None, keys: "3", seen: "►3 Write", ..LOOP },
    Picture {
        file: "light.svg",
        recording: "write-burst.zst",
        size: (80, 24),
        seen: "over the limit of 10.0 MB/s",
        theme: "light",
        ground: Ground::Light,
        ..LOOP
    },
    Picture {
        file: "high-contrast.svg",
        recording: "write-burst.zst",
        size: (80, 24),
        seen: "over the limit of 10.0 MB/s",
        theme: "high-contrast",
        ..LOOP
    },
];

/// Number of the sample that is shown, and how many there are.
fn at(text: &str) -> Option<(u64, u64)> {
    let line = text.lines().find_map(|line| line.trim_start().strip_prefix("sample "))?;
    let (number, rest) = line.split_once(" of ")?;
    Some((number.parse().ok()?, rest.split(' ').next()?.parse().ok()?))
}

/// Waits until the screen shows `words` and no longer changes.
fn still(terminal: &Terminal, words: &str) {
    let deadline = Instant::now() + DEADLINE;
    let mut last = (Instant::now(), terminal.raw().len());
    while last.0.elapsed() < STILL || !terminal.text().contains(words) {
        assert!(Instant::now() < deadline, "no {words} in time; the screen:\n{}", terminal.text());
        thread::sleep(Duration::from_millis(20));
        let written = terminal.raw().len();
        if written != last.1 {
            last = (Instant::now(), written);
        }
    }
}

fn take(picture: &Picture) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recording = root.join("tests/recordings").join(picture.recording);
    let arguments = ["replay", recording.to_str().unwrap(), "--theme", picture.theme];
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[("TZ", "UTC")], SEARCH.0, SEARCH.1);
    terminal.wait("all of it judged", |text| at(text).is_some() && !text.contains("judging"));
    still(&terminal, "REPLAY paused");
    let (_, last) = at(&terminal.text()).unwrap();
    let number = if let Some(after) = picture.after {
        terminal.type_keys("]");
        still(&terminal, "event");
        let number = at(&terminal.text()).unwrap().0 + after;
        terminal.type_keys(&RIGHT.repeat(usize::try_from(after).unwrap()));
        number
    } else {
        terminal.type_keys(END);
        last
    };
    terminal.wait("the moment", |text| at(text) == Some((number, last)));
    terminal.resize(picture.size.0, picture.size.1);
    terminal.type_keys(picture.keys);
    still(&terminal, picture.seen);
    let made = terminal.with_screen(|screen| svg::of(screen, picture.ground));
    std::fs::write(root.join("assets").join(picture.file), made).unwrap();
}

#[test]
#[ignore = "writes assets/*.svg"]
fn pictures() {
    thread::scope(|scope| {
        for picture in &PICTURES {
            scope.spawn(|| take(picture));
        }
    });
}
