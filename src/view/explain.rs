//! What a figure or a flag is: laid over the screen, for the panel in focus.

mod words;

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::limits::Limits;
use crate::ui::Panel;
use crate::view::canvas::{Canvas, columns};
use crate::view::panel::{self, Chrome};
use crate::view::theme::ALERT;
use crate::view::words::wrap;
use crate::view::{View, timeline};
use words::{Entry, entries};

const CLOSING: &str = " j k scroll, Esc closes ";
/// Columns of a line that is read with ease.
const READABLE: u16 = 76;

/// A line of the text and how it looks.
type Line = (String, Style);

/// How far it can be scrolled.
pub(super) fn furthest(area: Rect, view: &View) -> usize {
    let frame = frame(area);
    let inner = panel::inside(frame, Chrome::Box);
    text(inner.width, view.scene.theme, view).len().saturating_sub(inner.height.into())
}

/// Draws it over `area`, scrolled down by `top` lines at most.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View, top: usize) {
    let frame = frame(area);
    canvas.clear(frame);
    let title = match view.scene.ui.focus {
        Panel::Disk => "Disk I/O: what it means",
        Panel::Sqlite => "SQLite / WAL: what it means",
        Panel::Sources => "Write sources: what it means",
    };
    panel::titled(canvas, frame, Chrome::Box, title, true);
    let inner = panel::inside(frame, Chrome::Box);
    let lines = text(inner.width, canvas.theme, view);
    let top = top.min(lines.len().saturating_sub(inner.height.into()));
    for ((line, style), y) in lines.iter().skip(top).zip(inner.top()..inner.bottom()) {
        canvas.text(inner.x, y, inner.width, line, *style);
    }
    let used = columns(CLOSING.len());
    if frame.width > used + 4 && frame.height > 1 {
        let dim = canvas.theme.dim;
        canvas.text(frame.right() - used - 2, frame.bottom() - 1, used, CLOSING, dim);
    }
}

fn frame(area: Rect) -> Rect {
    let columns = area.width.min(READABLE + 4);
    Rect { x: area.x + (area.width - columns) / 2, width: columns, ..area }
}

/// Verdicts that hold, then what is flagged in this panel, then every figure of it.
fn text(columns: u16, theme: &crate::view::Theme, view: &View) -> Vec<Line> {
    let mut lines = Vec::new();
    for verdict in &view.snapshot.verdicts {
        let (mark, style) = timeline::mark(theme, verdict.severity);
        put(&mut lines, columns, "", &format!("{mark} {}", verdict.text), style);
        for effect in &verdict.effects {
            put(&mut lines, columns, "  → ", effect, theme.text);
        }
        put(&mut lines, columns, "  do:    ", &verdict.remedy, theme.text);
        lines.push((String::new(), theme.text));
    }
    let all = entries(view.scene.ui.focus);
    let raised = |entry: &&Entry| entry.flag.is_some_and(|id| view.flag(id, None).is_some());
    for entry in all.iter().filter(raised).chain(all.iter().filter(|entry| !raised(entry))) {
        let (mark, style) =
            if raised(&entry) { (format!("{ALERT} "), theme.critical) } else { (String::new(), theme.title) };
        put(&mut lines, columns, "", &format!("{mark}{}", entry.name), style);
        put(&mut lines, columns, "  ", entry.what, theme.text);
        put(&mut lines, columns, "  from:  ", entry.from, theme.dim);
        if let Some(limit) = entry.limit {
            put(&mut lines, columns, "  limit: ", &limit(view.scene.limits), theme.dim);
        }
        if !entry.todo.is_empty() {
            put(&mut lines, columns, "  do:    ", entry.todo, theme.text);
        }
    }
    lines
}

/// A paragraph whose later lines stand under its first word.
fn put(lines: &mut Vec<Line>, columns: u16, head: &str, text: &str, style: Style) {
    let indent = crate::view::canvas::width(head);
    for (index, line) in wrap(text, columns.saturating_sub(indent), 40).into_iter().enumerate() {
        let lead = if index == 0 { head.to_owned() } else { " ".repeat(indent.into()) };
        lines.push((lead + &line, style));
    }
}

/// How a limit is said.
type Said = fn(&Limits) -> String;
