//! The log of events, laid over the panels: the newest first.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::log::Entry;
use crate::view::canvas::{Canvas, Row, columns, cut_left, cut_top, width};
use crate::view::figures::{position, span};
use crate::view::panel::{self, Chrome};
use crate::view::theme::UNKNOWN;
use crate::view::words::wrap;
use crate::view::{View, clock, timeline};

const BEGAN: u16 = 16;
const LASTED: u16 = 13;
const PEAK: u16 = 14;
/// From these widths there are columns for the peak and for how long it lasted.
const PEAK_FROM: u16 = 90;
const LASTED_FROM: u16 = 50;
/// Rows at the bottom for the whole sentence of the chosen event.
const SENTENCE: u16 = 3;

/// Draws it over `area`.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View, chosen: usize) {
    let theme = canvas.theme;
    let (dim, text) = (theme.dim, theme.text);
    canvas.clear(area);
    let entries: Vec<&Entry> = view.scene.events.entries().iter().rev().collect();
    let chosen = chosen.min(entries.len().saturating_sub(1));
    panel::titled(canvas, area, Chrome::Box, "Events", true);
    let inner = panel::inside(area, Chrome::Box);
    if entries.is_empty() {
        canvas.text(inner.x, inner.y, inner.width, quiet(view), text);
        return;
    }
    let (sentence, list) = {
        let rows = if inner.height > 8 { SENTENCE } else { 0 };
        let (list, sentence) = cut_top(inner, inner.height - rows);
        (sentence, list)
    };
    let (heading, list) = cut_top(list, u16::from(list.height > 3));
    if heading.height > 0 {
        draw_heading(canvas, heading);
    }
    let rows = usize::from(list.height);
    let top = chosen.saturating_sub(rows / 2).min(entries.len().saturating_sub(rows));
    for ((index, entry), y) in entries.iter().enumerate().skip(top).zip(list.top()..list.bottom()) {
        draw_row(canvas, Rect { y, height: 1, ..list }, view, entry, index == chosen);
    }
    let shown = format!(" {} ", position(top, rows, entries.len()));
    if area.height > 1 && area.width > width(&shown) + 4 {
        canvas.text(area.right() - width(&shown) - 2, area.bottom() - 1, width(&shown), &shown, dim);
    }
    let hint = if view.scene.ui.replay.is_some() { " Enter goes there, Esc closes " } else { " Esc closes " };
    if area.height > 1 && area.width > width(&shown) + width(hint) + 8 {
        canvas.text(area.x + 2, area.bottom() - 1, width(hint), hint, dim);
    }
    let lines =
        wrap(&entries[chosen].event.text, sentence.width, usize::from(sentence.height.saturating_sub(1)));
    for (line, y) in lines.iter().zip(sentence.top() + 1..sentence.bottom()) {
        canvas.text(sentence.x, y, sentence.width, line, text);
    }
}

fn quiet(view: &View) -> &'static str {
    match &view.scene.ui.replay {
        Some(replay) if replay.judging().is_some() => "no event so far; not all is judged yet",
        Some(_) => "no event in this recording",
        None => "nothing has begun to be wrong since the start",
    }
}

fn draw_heading(canvas: &mut Canvas, area: Rect) {
    let dim = canvas.theme.dim;
    let mut row = Row::new(area);
    row.left(canvas, 4, "", dim);
    row.left(canvas, BEGAN, "began", dim);
    if area.width >= LASTED_FROM {
        row.left(canvas, LASTED, "lasted", dim);
    }
    if area.width >= PEAK_FROM {
        row.left(canvas, PEAK, "peak", dim);
    }
    row.left(canvas, row.room(), "what", dim);
}

fn draw_row(canvas: &mut Canvas, area: Rect, view: &View, entry: &Entry, chosen: bool) {
    let theme = canvas.theme;
    let plain: Style = if chosen { theme.selected } else { theme.text };
    let (mark, style) = timeline::mark(theme, entry.event.severity);
    let lasts = holds(view, entry);
    canvas.put(area.x, area.y, if chosen { '►' } else { ' ' }, theme.focused);
    canvas.put(area.x + 2, area.y, mark, style);
    let mut row = Row::new(cut_left(area, 4).1);
    let began = clock::day_and_time(entry.event.began, view.scene.ui.zone.as_ref());
    row.left(canvas, BEGAN, &began, plain);
    if area.width >= LASTED_FROM {
        let lasts_for = view.snapshot.mono.since(entry.event.began_mono).as_secs_f64();
        let (text, style) = match (lasts, entry.event.lasted) {
            (true, _) => (format!("+{}", span(lasts_for)), style),
            (false, Some(secs)) => (span(secs), plain),
            // It begins later than what is shown, or nobody has seen its end.
            (false, None) => (UNKNOWN.to_owned(), plain),
        };
        row.left(canvas, LASTED, &text, style);
    }
    if area.width >= PEAK_FROM {
        row.left(canvas, PEAK, &entry.event.peak, plain);
    }
    let room = row.room();
    let sentence = match (lasts, area.width >= LASTED_FROM) {
        (true, false) => format!("lasts: {}", entry.event.text),
        _ => entry.event.text.clone(),
    };
    row.left(canvas, room, &sentence, if lasts { style } else { plain });
}

/// Whether it lasts: now, or where the recording stands.
fn holds(view: &View, entry: &Entry) -> bool {
    match &view.scene.ui.replay {
        Some(replay) => entry.holds_at(replay.at),
        None => entry.ended.is_none(),
    }
}

/// Where it lies: all but the first line and the last.
pub(super) fn area(screen: Rect) -> Rect {
    let head = u16::from(screen.height > 6);
    let rest = cut_top(screen, head).1;
    cut_top(rest, rest.height.saturating_sub(head).max(columns(usize::from(rest.height > 0)))).0
}
