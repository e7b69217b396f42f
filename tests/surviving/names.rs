//! Names that are many, long, or made to upset a terminal.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use crate::monitor::Monitor;
use crate::patient::Patient;
use crate::stats::{Feeder, now, publish};
use crate::terminal::{PROGRAM, Terminal};
use crate::until;

/// Names as a JSON file may hold them, escapes and all.
fn wild() -> Vec<String> {
    let mut names: Vec<String> = [
        "\x1b[2J\x1b[31mred",
        "\x1b]0;title\x07bell",
        "\u{9b}31mcsi",
        "\u{202e}drawkcab",
        "\u{2066}isolate\u{2069}",
        "שלום",
        "日本語の名前",
        "ｆｕｌｌ",
        "e\u{301}\u{301}\u{301}\u{301}accents",
        "a\u{200b}\u{200d}\u{feff}b",
        "👩\u{200d}👩\u{200d}👧family",
        "▲\u{fe0f}sign",
        "new\r\nline\ttab",
        "",
        "\u{7f}\u{0}nul",
        "\u{e0041}tag",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("n".repeat(4096));
    names.push("語".repeat(2000));
    names.push(format!("{}x", "\u{301}".repeat(4096)));
    names.push("\x1b[31m".repeat(1000));
    names
}

/// A stats file with `backfills`, each with the count of its place.
fn file(total: usize, backfills: &[String]) -> String {
    let mut entries = String::new();
    for (index, name) in backfills.iter().enumerate() {
        let comma = if index > 0 { "," } else { "" };
        write!(entries, "{comma}{}:{}", serde_json::to_string(name).unwrap(), total + index).unwrap();
    }
    let sampled = now();
    format!("{{\"sampledAt\":\"{sampled}\",\"tx_inserted\":{total},\"backfillUpdates\":{{{entries}}}}}")
}

/// Whether `name` would do anything to a terminal but take its columns.
fn harmless(name: &str) -> bool {
    name.chars().all(|c| !c.is_control() && unicode_width::UnicodeWidthChar::width(c).is_some_and(|w| w > 0))
}

#[test]
fn ten_thousand_backfills_are_bounded() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let names: Vec<String> = (0..10_000).map(|index| format!("backfill \x1b[3{index}m")).collect();
    let _feeder = Feeder::start(&path, move |number| file(1000 + number as usize, &names));
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    let line = monitor.until("rates", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    for field in ["sources", "rates", "baselines"] {
        assert!(line["writeSources"][field].as_object().unwrap().len() <= 1024, "{field}");
    }
    assert_eq!(line["writeSources"]["sources"].as_object().unwrap().len(), 1024);
    assert!(monitor.raw.iter().all(|line| line.len() < 300_000));
    assert!(monitor.raw.iter().all(|line| harmless(line)));
}

#[test]
fn wild_names_are_cleaned_and_stay_apart() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let names = wild();
    publish(&path, file(1000, &names).as_bytes());
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    let line = monitor.next();
    let sources = line["writeSources"]["sources"].as_object().unwrap();
    assert_eq!(sources.len(), names.len() + 1, "one name went lost: {:?}", sources.keys());
    for name in sources.keys() {
        assert!(harmless(name) && name.width() <= 100, "{name:?}");
    }
}

#[test]
fn wild_names_leave_the_screen_aligned() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let names = wild();
    publish(&path, file(1000, &names).as_bytes());
    let arguments = patient.with_stats(&path);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 120, 60);
    terminal.wait("names", |text| text.contains("日本語") && text.contains("backfill"));
    terminal.type_keys("3z");
    terminal.wait("zoomed table", |text| !text.contains("Disk I/O") && text.contains("日本語"));
    let aligned = |screen: &vt100::Screen| {
        let (rows, columns) = screen.size();
        let (rows, columns) = (rows.get(), columns.get());
        let cell = |row, column| screen.cell(row, column).map_or("", |cell| cell.contents()).to_owned();
        let line = |row| (0..columns).map(|column| cell(row, column)).collect::<String>();
        let first = (0..rows).find(|&row| line(row).contains("Write sources"))?;
        let last = (first + 1..rows).find(|&row| cell(row, 0) == "╰" || cell(row, 0) == "└")?;
        // The frame stands in its column, whatever the names are.
        let framed = (first + 1..last).all(|row| cell(row, 0) == "│" && cell(row, columns - 1) == "│");
        // Each total ends in the same column as the others.
        let ends = |row: u16| {
            (1000..1000 + names.len()).find_map(|total| {
                let grouped = format!("1,{:03}", total - 1000);
                (0..columns - 6)
                    .find(|&at| (at..at + 5).map(|column| cell(row, column)).collect::<String>() == grouped)
            })
        };
        let totals: Vec<u16> = (first + 1..last).filter_map(ends).collect();
        (framed && totals.len() >= 15 && totals.iter().all(|at| *at == totals[0])).then_some(())
    };
    // What is read may be half a frame.
    until("aligned table", || terminal.with_screen(aligned).is_some());
    // Nothing in the names was a command to the terminal.
    let raw = terminal.raw();
    let text = String::from_utf8_lossy(&raw);
    for command in ["\x1b[2J\x1b[31m", "\x1b]0;title", "\u{9b}", "\u{202e}", "\u{2066}", "\u{7}", "\u{200b}"]
    {
        assert!(!text.contains(command), "{command:?}");
    }
    assert!(!text.contains("\x1b[31m\x1b[31m"));
}
