//! A recording from its beginning to its end: where the picture is, and what happened where.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::log::Entry;
use crate::model::verdict::Severity;
use crate::ui::replay::Replay;
use crate::units::{Count, Wall};
use crate::view::canvas::{Canvas, cut_top, width};
use crate::view::figures::span;
use crate::view::theme::Theme;
use crate::view::{View, clock};

const BEHIND: char = '━';
const AHEAD: char = '─';
const LASTS: char = '═';
const HERE: char = '█';
/// Below this there is no room for times beside the line.
const TIMES_FROM: u16 = 40;

/// The rows it takes.
pub(super) fn rows(height: u16) -> u16 {
    if height >= 30 { 2 } else { 1 }
}

/// Draws it: the line, and under it, where there is a row, what it amounts to.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View, replay: &Replay) {
    let (line, below) = cut_top(area, 1);
    if line.height == 0 {
        return;
    }
    let inner = |area: Rect| Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let note = note(replay);
    draw_line(canvas, inner(line), view, replay, if below.height == 0 { note.as_deref() } else { None });
    if below.height > 0 {
        draw_summary(canvas, inner(below), view, replay, note.as_deref());
    }
}

/// What isn't as it will be, or should be; the shortest wording of it.
fn note(replay: &Replay) -> Option<String> {
    let judging = replay.judging().map(|percent| format!("judging {percent} %"));
    judging.or_else(|| replay.cut.as_ref().map(|_| "cut".to_owned()))
}

fn draw_line(canvas: &mut Canvas, area: Rect, view: &View, replay: &Replay, note: Option<&str>) {
    let (dim, warn) = (canvas.theme.dim, canvas.theme.warn);
    let mut area = area;
    if let Some(note) = note {
        canvas.right(area.x, area.y, area.width, note, warn);
        area.width = area.width.saturating_sub(width(note) + 1);
    }
    if area.width >= TIMES_FROM {
        let (begin, end) = times(view, replay);
        let used = canvas.text(area.x, area.y, area.width, &begin, dim) + 1;
        canvas.right(area.x, area.y, area.width, &end, dim);
        area = Rect { x: area.x + used, width: area.width.saturating_sub(used + width(&end) + 1), ..area };
    }
    let here = column(replay.at, replay.samples, area.width);
    for at in 0..area.width {
        let (c, style) = if at <= here { (BEHIND, canvas.theme.focused) } else { (AHEAD, dim) };
        canvas.put(area.x + at, area.y, c, style);
    }
    let focused = canvas.theme.focused;
    draw_events(canvas, area, view, replay);
    canvas.put(area.x + here, area.y, HERE, focused);
}

/// The mildest first, so that of several in one column the worst is seen.
fn draw_events(canvas: &mut Canvas, area: Rect, view: &View, replay: &Replay) {
    let mut entries: Vec<&Entry> = view.scene.events.entries().iter().collect();
    entries.sort_by_key(|entry| entry.event.severity);
    for entry in &entries {
        let (_, style) = mark(canvas.theme, entry.event.severity);
        // With a ground of its own the line would be a bar that drowns the marks on it.
        let line = if style.bg.is_some() { canvas.theme.title } else { style };
        let first = column(entry.began, replay.samples, area.width);
        let end = entry.ended.unwrap_or(replay.judged).saturating_sub(1).max(entry.began);
        for at in first..=column(end, replay.samples, area.width) {
            canvas.put(area.x + at, area.y, LASTS, line);
        }
    }
    for entry in &entries {
        let (c, style) = mark(canvas.theme, entry.event.severity);
        canvas.put(area.x + column(entry.began, replay.samples, area.width), area.y, c, style);
    }
}

/// The column of a sample among `columns`.
fn column(number: u64, samples: u64, columns: u16) -> u16 {
    let last = u64::from(columns.saturating_sub(1));
    let number = number.min(samples.saturating_sub(1));
    let column = u128::from(number) * u128::from(last) / u128::from(samples.saturating_sub(1).max(1));
    column as u16
}

/// The mark of a severity, told apart without colour, too.
pub(super) fn mark(theme: &Theme, severity: Severity) -> (char, Style) {
    match severity {
        Severity::Critical => ('▲', theme.critical),
        Severity::Warning => ('◆', theme.warn),
        Severity::Notice => ('•', theme.text),
    }
}

/// Beginning and end, with their days if these are not the same.
fn times(view: &View, replay: &Replay) -> (String, String) {
    let zone = view.scene.ui.zone.as_ref();
    let show =
        if clock::same_day(replay.begin, replay.end, zone) { clock::time } else { clock::day_and_time };
    (show(replay.begin, zone), show(replay.end, zone))
}

fn draw_summary(canvas: &mut Canvas, area: Rect, view: &View, replay: &Replay, note: Option<&str>) {
    let (dim, warn) = (canvas.theme.dim, canvas.theme.warn);
    let count = |number: u64| Count(i64::try_from(number).unwrap_or(i64::MAX));
    let events = view.scene.events.entries().len();
    let many = if events == 1 { "1 event".to_owned() } else { format!("{} events", count(events as u64)) };
    let summary = format!(
        "sample {} of {} · {} · {many}",
        count(replay.at + 1),
        count(replay.samples),
        length(replay.begin, replay.end)
    );
    let used = canvas.text(area.x, area.y, area.width, &summary, dim);
    let note = match (replay.judging(), &replay.cut) {
        (None, Some(cut)) => Some(format!("ends early: {cut}")),
        _ => note.map(str::to_owned),
    };
    if let Some(note) = note {
        let room = area.width.saturating_sub(used + 3);
        canvas.text(area.x + used + 3, area.y, room, &note, warn);
    }
}

fn length(begin: Wall, end: Wall) -> String {
    span(end.secs_since(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_from_end_to_end() {
        for (number, samples, columns, expected) in [
            (0, 100, 50, 0),
            (99, 100, 50, 49),
            (500, 100, 50, 49),
            (0, 0, 50, 0),
            (0, 1, 0, 0),
            (u64::MAX, u64::MAX, 10, 9),
            (1, 2, 10, 9),
        ] {
            assert_eq!(column(number, samples, columns), expected, "{number} of {samples}");
        }
    }
}
