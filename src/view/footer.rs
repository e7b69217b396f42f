//! One line of key hints, a notice in their place, or what is typed.

use ratatui::layout::{Position, Rect};

use crate::ui::Ui;
use crate::view::KeyHelp;
use crate::view::canvas::{Canvas, width};

/// The key whose hint is shown only while there is something to go back from, then first.
const BACK: &str = "Esc ";

/// Draws it; returns where the cursor belongs while something is typed.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, ui: &Ui, keys: &[KeyHelp]) -> Option<Position> {
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
    let hints = || keys.iter().filter_map(|row| row.hint);
    let goes_back = ui.zoom || !ui.filter.is_empty();
    let back = hints().filter(|hint| goes_back && hint.starts_with(BACK));
    let others = hints().filter(|hint| !hint.starts_with(BACK));
    draw_hints(canvas, area, back.chain(others).filter_map(|hint| hint.rsplit_once(' ')));
    None
}

/// Draws keys with what they do, the most needed first: what doesn't fit is left out whole.
pub(super) fn draw_hints<'a>(
    canvas: &mut Canvas,
    area: Rect,
    hints: impl Iterator<Item = (&'a str, &'a str)>,
) {
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
