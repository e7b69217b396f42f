//! What is left on a screen of 20 by 5: the worst flag and the key figures.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::snapshot::FlagId;
use crate::units::PerSec;
use crate::view::canvas::{Canvas, width};
use crate::view::figures::{byte_rate, bytes, or_dash};
use crate::view::theme::ALERT;
use crate::view::{View, header, sqlite};

/// Columns in which label and figure stand, however wide the screen.
const COLUMNS: u16 = 28;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    draw_finding(canvas, area, view);
    for ((label, text, alert), y) in figures(view).into_iter().zip(area.top() + 1..area.bottom()) {
        let style = if alert { canvas.theme.critical } else { canvas.theme.text };
        let columns = area.width.min(COLUMNS);
        // Where both don't fit the figure is worth more.
        let room = columns.saturating_sub(width(&text) + 2);
        let label_style = canvas.theme.dim;
        canvas.text(area.x, y, room, label, label_style);
        canvas.right(area.x, y, columns, &text, style);
        if alert && width(&text) < columns {
            canvas.put(area.x + columns - width(&text) - 1, y, ALERT, style);
        }
    }
}

fn draw_finding(canvas: &mut Canvas, area: Rect, view: &View) {
    if area.height == 0 {
        return;
    }
    let (state, style) = header::state(view);
    let mut row = area;
    if state != "live" {
        let used = canvas.text(row.x, row.y, row.width, &state, style) + 1;
        row = crate::view::canvas::cut_left(row, used).1;
    }
    let Some(flag) = view.snapshot.flags.first() else {
        draw_unflagged(canvas, row, view, (&state, style));
        return;
    };
    let more = view.snapshot.flags.len() - 1;
    let more = if more > 0 { format!(" +{more}") } else { String::new() };
    let sentence = format!("{ALERT} {}{more}", flag.text);
    let short = format!("{ALERT} {}{more}", words(flag.id));
    let text = if width(&sentence) <= row.width { sentence } else { short };
    let critical = canvas.theme.critical;
    canvas.text(row.x, row.y, row.width, &text, critical);
}

/// Without a flag: what the log needs, else the state.
fn draw_unflagged(canvas: &mut Canvas, area: Rect, view: &View, (state, style): (&str, Style)) {
    let warn = canvas.theme.warn;
    match sqlite::two_words(view) {
        Some(words) => _ = canvas.text(area.x, area.y, area.width, &format!("{ALERT} {words}"), warn),
        None if state == "live" => _ = canvas.text(area.x, area.y, area.width, state, style),
        None => {}
    }
}

fn words(flag: FlagId) -> &'static str {
    match flag {
        FlagId::BackfillVsTx => "backfill > tx",
        FlagId::WalPinned => "WAL pinned",
        FlagId::WriterHeld => "writer held",
        FlagId::WriteRate => "write rate",
        FlagId::WalSize => "WAL size",
        FlagId::CancelledWrites => "cancelled",
        FlagId::Baseline => "over baseline",
        FlagId::CacheHit => "cache hit",
    }
}

/// Label, figure and whether it is flagged, the most important first.
fn figures(view: &View) -> [(&'static str, String, bool); 4] {
    let snapshot = view.snapshot;
    let write = snapshot.ingestor.as_ref().and_then(|process| process.rates).map(|rates| rates.write);
    let wal = snapshot.sqlite.as_ref().and_then(|db| db.wal_size).map(|size| size.0 as f64);
    let rows = &snapshot.sources.rows;
    let tx = rows.iter().find(|row| &*row.name == "tx_inserted").and_then(|row| row.rate);
    let backfill = rows.iter().filter(|row| row.backfill).filter_map(|row| row.rate).reduce(|a, b| a + b);
    let per_sec = |rate| PerSec(rate).to_string();
    let flagged = |id, subject| view.flag(id, subject).is_some();
    [
        ("write", or_dash(write, byte_rate), flagged(FlagId::WriteRate, Some("ingestor"))),
        ("WAL", or_dash(wal, bytes), flagged(FlagId::WalSize, None)),
        ("tx", or_dash(tx, per_sec), flagged(FlagId::Baseline, Some("tx_inserted"))),
        ("backfill", or_dash(backfill, per_sec), flagged(FlagId::BackfillVsTx, None)),
    ]
}
