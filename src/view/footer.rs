//! One line of key hints, a notice in their place, or what is typed.

use ratatui::layout::{Position, Rect};

use crate::ui::Ui;
use crate::view::KeyGuide;
use crate::view::canvas::{Canvas, width};

/// Draws it; returns where the cursor belongs while something is typed.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, ui: &Ui, keys: &KeyGuide) -> Option<Position> {
    if ui.editing {
        return Some(draw_typed(canvas, area, "filter: ", &ui.filter, [("Enter", "keep"), ("Esc", "clear")]));
    }
    if let Some(time) = ui.replay.as_ref().and_then(|replay| replay.typed.as_deref()) {
        let hints = [("14:05", "or"), ("2026-11-23 14:05", "Enter goes"), ("Esc", "stays")];
        return Some(draw_typed(canvas, area, "go to: ", time, hints));
    }
    if let Some(notice) = &ui.notice {
        let room = area.width.saturating_sub(2);
        canvas.text(area.x.saturating_add(1), area.y, room, notice, canvas.theme.text);
        return None;
    }
    draw_keys(canvas, area, keys);
    None
}

/// Draws the hints of the moment.
pub(super) fn draw_keys(canvas: &mut Canvas, area: Rect, keys: &KeyGuide) {
    draw_hints(canvas, area, keys.hints.iter().filter_map(|hint| hint.rsplit_once(' ')));
}

/// Draws keys with what they do, the most needed first: what doesn't fit is left out whole.
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

fn draw_typed<const N: usize>(
    canvas: &mut Canvas,
    area: Rect,
    label: &str,
    text: &str,
    hints: [(&str, &str); N],
) -> Position {
    let x = area.x.saturating_add(1);
    let used = canvas.text(x, area.y, area.width.saturating_sub(1), label, canvas.theme.key);
    let room = area.width.saturating_sub(used + 3);
    // The end is where the typing happens.
    let shown = crate::view::figures::tail(text, room);
    let typed = canvas.text(x + used, area.y, room, &shown, canvas.theme.text);
    let rest = x + used + typed + 2;
    let room = Rect { x: rest, width: area.right().saturating_sub(rest), ..area };
    draw_hints(canvas, room, hints.into_iter());
    Position::new((x + used + typed).min(area.right().saturating_sub(1)), area.y)
}
