//! What is left on a screen of 20 by 5: the worst verdict or flag and the key figures; in a low and wide
//! pane, of 60 by 8 say, with two graphs beside them.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::history::Key;
use crate::model::snapshot::{FlagId, Snapshot};
use crate::units::PerSec;
use crate::view::canvas::{Canvas, cut_left, cut_top, width};
use crate::view::figures::{byte_rate, bytes, or_dash};
use crate::view::graph::{self, Graph};
use crate::view::theme::ALERT;
use crate::view::words::wrap;
use crate::view::{View, clock, header, sqlite, timeline};

/// Columns in which label and figure stand, however wide the screen.
const COLUMNS: u16 = 28;
/// From this size on there is room for graphs beside the figures.
const GRAPHS_FROM: (u16, u16) = (50, 6);
/// From so many rows on a sentence beside graphs may take two.
const SENTENCE_FROM: u16 = 8;

/// Draws it.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    let graphs = area.width >= GRAPHS_FROM.0 && area.height >= GRAPHS_FROM.1;
    // Beside graphs there is room under the figures: the sentence may have it.
    let rows = if graphs && area.height >= SENTENCE_FROM { 2 } else { 1 };
    let (_, below) = cut_top(area, draw_finding(canvas, cut_top(area, rows).0, view).max(1));
    if graphs {
        draw_graphs(canvas, cut_left(below, COLUMNS + 2).1, view);
    }
    for ((label, text, alert), y) in figures(view).into_iter().zip(below.top()..below.bottom()) {
        draw_figure(canvas, Rect { y, height: 1, ..below }, label, &text, alert);
    }
}

fn draw_figure(canvas: &mut Canvas, area: Rect, label: &str, text: &str, alert: bool) {
    let style = if alert { canvas.theme.critical } else { canvas.theme.text };
    let columns = area.width.min(COLUMNS);
    // Where both don't fit the figure is worth more.
    let room = columns.saturating_sub(width(text) + 2);
    let label_style = canvas.theme.dim;
    canvas.text(area.x, area.y, room, label, label_style);
    canvas.right(area.x, area.y, columns, text, style);
    if alert && width(text) < columns {
        canvas.put(area.x + columns - width(text) - 1, area.y, ALERT, style);
    }
}

/// What the ingestor writes, and under it the log.
fn draw_graphs(canvas: &mut Canvas, area: Rect, view: &View) {
    let limits = view.scene.limits;
    let (upper, lower) = cut_top(area, area.height.div_ceil(2));
    for (area, what, key, per, limit) in [
        (upper, "write", Key::IngestorWrite, "/s", limits.write_rate),
        (lower, "WAL", Key::WalSize, "", limits.wal_size),
    ] {
        let (columns, secs) = view.columns(&key, area.width);
        graph::draw(canvas, area, &Graph { what, named: true, per, columns: &columns, secs, limit });
    }
}

/// Says the worst that there is; returns how many rows of `area` that took.
fn draw_finding(canvas: &mut Canvas, area: Rect, view: &View) -> u16 {
    if area.height == 0 {
        return 0;
    }
    let (mut state, style) = header::state(view);
    if let (Some(_), Some(shown)) = (&view.scene.ui.replay, view.scene.snapshot) {
        state = clock::time(shown.at, view.scene.ui.zone.as_ref());
    }
    let mut room = area;
    if state != "live" {
        let used = canvas.text(room.x, room.y, room.width, &state, style) + 1;
        room = cut_left(room, used).1;
    }
    let Snapshot { verdicts, flags, .. } = view.snapshot;
    let theme = canvas.theme;
    let (mark, sentence, short, count, style) = match (verdicts.first(), flags.first()) {
        (Some(verdict), _) => {
            let (mark, style) = timeline::mark(theme, verdict.severity);
            (mark, verdict.text.as_str(), verdict.id.words(), verdicts.len(), style)
        }
        (None, Some(flag)) => {
            (ALERT, flag.text.as_str(), words(flag.id).to_owned(), flags.len(), theme.critical)
        }
        (None, None) => {
            draw_unflagged(canvas, room, view, (&state, style));
            return 1;
        }
    };
    let more = if count > 1 { format!(" +{}", count - 1) } else { String::new() };
    let columns = room.width.saturating_sub(2 + width(&more));
    let mut lines = wrap(sentence, columns, room.height.into());
    if room.height == 1 && width(sentence) > columns {
        lines = vec![short];
    }
    canvas.put(room.x, room.y, mark, style);
    for (line, y) in lines.iter().zip(room.top()..room.bottom()) {
        let used = canvas.text(room.x + 2, y, room.width.saturating_sub(2), line, style);
        if y == room.y {
            canvas.text(room.x + 2 + used, y, room.width.saturating_sub(2 + used), &more, style);
        }
    }
    lines.len() as u16
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
