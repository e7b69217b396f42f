//! The README's pictures, made anew from the program:
//!
//! ```text
//! cargo test --release --test program -- --ignored pictures
//! ```

use std::fmt::Write as _;
use std::path::Path;

use crate::terminal::{PROGRAM, Terminal};

const CELL: (f64, f64) = (8.4, 18.0);
const BACKGROUND: &str = "#15171c";
const TEXT: &str = "#c8ccd4";
/// The sixteen colours of a terminal with a dark background.
const PALETTE: [&str; 16] = [
    "#1c1c1c", "#e05561", "#8cc265", "#d18f52", "#4aa5f0", "#c162de", "#42b3c2", "#d7dae0", "#6b717d",
    "#ff616e", "#a5e075", "#f0a45d", "#4dc4ff", "#de73ff", "#4cd1e0", "#ffffff",
];

fn colour(cell: &vt100::Cell) -> &'static str {
    match cell.fgcolor() {
        vt100::Color::Idx(index) => PALETTE.get(usize::from(index)).copied().unwrap_or(TEXT),
        _ => TEXT,
    }
}

/// A block element as a share of its cell's height, from below.
fn block(text: &str) -> Option<f64> {
    let c = text.chars().next()?;
    ('▁'..='█').contains(&c).then(|| f64::from(c as u32 - '▁' as u32 + 1) / 8.0)
}

fn draw_cell(svg: &mut String, cell: &vt100::Cell, column: u16, row: u16) {
    let (x, y) = (f64::from(column) * CELL.0, f64::from(row) * CELL.1);
    let fill = colour(cell);
    let text = cell.contents();
    if let Some(share) = block(text) {
        let (height, width) = (CELL.1 * share, CELL.0 + 0.3);
        let top = y + CELL.1 - height;
        let _ = writeln!(
            svg,
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"/>"
        );
    } else if !text.trim().is_empty() {
        let weight = if cell.bold() { " font-weight=\"bold\"" } else { "" };
        let opacity = if cell.dim() { " opacity=\"0.65\"" } else { "" };
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
        let base = y + CELL.1 - 4.5;
        let _ = writeln!(
            svg,
            "<text x=\"{x:.1}\" y=\"{base:.1}\" fill=\"{fill}\"{weight}{opacity}>{escaped}</text>"
        );
    }
}

/// The screen as a picture.
fn svg(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (f64::from(columns.get()) * CELL.0, f64::from(rows.get()) * CELL.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-8 -8 {:.0} {:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\">\n\
         <rect x=\"-8\" y=\"-8\" width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n",
        width + 16.0,
        height + 16.0
    );
    for row in 0..rows.get() {
        for column in 0..columns.get() {
            if let Some(cell) = screen.cell(row, column) {
                draw_cell(&mut svg, cell, column, row);
            }
        }
    }
    svg + "</svg>\n"
}

fn take(scenario: &str, columns: u16, rows: u16, name: &str, ready: impl Fn(&str) -> bool) {
    shoot(&["demo", "--scenario", scenario], "", columns, rows, name, ready);
}

/// A picture of the program with some keys typed.
fn shoot(arguments: &[&str], keys: &str, columns: u16, rows: u16, name: &str, ready: impl Fn(&str) -> bool) {
    let mut terminal = Terminal::run(PROGRAM, arguments, &[], columns, rows);
    if !keys.is_empty() {
        // No key leads to an event that is not judged yet.
        terminal.wait(name, |text| text.contains("REPLAY paused") && text.contains("· 1 event"));
        terminal.type_keys(keys);
    }
    terminal.wait_long(name, ready);
    let picture = terminal.with_screen(svg);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    std::fs::write(path, picture).unwrap();
}

#[test]
#[ignore = "writes assets/*.svg; takes two minutes"]
fn pictures() {
    std::thread::scope(|scope| {
        scope
            .spawn(|| take("backfill-loop", 120, 36, "backfill-loop.svg", |text| text.contains("] up 33 s")));
        scope.spawn(|| {
            take("wal-growth", 120, 36, "wal-pinned.svg", |text| {
                text.contains("◆ WAL pinned at frame") && text.contains(" for 3")
            });
        });
        scope.spawn(|| {
            let recording = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings/wal-growth.zst");
            shoot(&["replay", recording], "]", 120, 36, "replay.svg", |text| text.contains("WAL pinned at"));
        });
        scope.spawn(|| {
            take("write-burst", 80, 24, "write-burst.svg", |text| text.contains("▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲▲"));
        });
    });
}
