//! One line of key hints, or the filter while it is typed.

use ratatui::layout::{Position, Rect};

use crate::ui::Ui;
use crate::view::canvas::{Canvas, width};

/// The hints, the most needed first: what doesn't fit is left out whole.
const HINTS: [(&str, &str); 10] = [
    ("q", "quit"),
    ("?", "help"),
    ("p", "pause"),
    ("Tab", "panel"),
    ("z", "zoom"),
    ("s", "sort"),
    ("/", "filter"),
    ("t", "time"),
    ("+ -", "interval"),
    ("j k", "scroll"),
];

/// Draws it; returns where the cursor belongs while the filter is typed.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, ui: &Ui) -> Option<Position> {
    if ui.editing {
        return Some(draw_filter(canvas, area, &ui.filter));
    }
    let back = if ui.zoom { Some(("Esc", "back")) } else { None };
    draw_hints(canvas, area, back.into_iter().chain(HINTS));
    None
}

fn draw_hints<'a>(canvas: &mut Canvas, area: Rect, hints: impl Iterator<Item = (&'a str, &'a str)>) {
    let theme = canvas.theme;
    let mut x = area.x.saturating_add(1);
    for (key, what) in hints {
        let end = x + width(key) + 1 + width(what);
        if end >= area.right() {
            break;
        }
        let used = canvas.text(x, area.y, area.width, key, theme.key);
        canvas.text(x + used + 1, area.y, area.width, what, theme.dim);
        x = end + 2;
    }
}

fn draw_filter(canvas: &mut Canvas, area: Rect, filter: &str) -> Position {
    let x = area.x.saturating_add(1);
    let used = canvas.text(x, area.y, area.width.saturating_sub(1), "filter: ", canvas.theme.key);
    let room = area.width.saturating_sub(used + 3);
    // The end of the filter is where the typing happens.
    let shown = crate::view::figures::tail(filter, room);
    let typed = canvas.text(x + used, area.y, room, &shown, canvas.theme.text);
    let hints = [("Enter", "keep"), ("Esc", "clear")].into_iter();
    let rest = x + used + typed + 2;
    draw_hints(canvas, Rect { x: rest, width: area.right().saturating_sub(rest), ..area }, hints);
    Position::new((x + used + typed).min(area.right().saturating_sub(1)), area.y)
}
