//! What stands around a panel's content: a box, a rule above it, or the row of tabs.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::Panel;
use crate::view::canvas::{Canvas, columns, width};
use crate::view::theme::RUNNING;

/// What surrounds a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chrome {
    /// A border all around, where there is room for it.
    Box,
    /// A titled rule above, which saves a row and two columns.
    Rule,
    /// The names of all panels above, where only one is on the screen.
    Tabs,
}

impl Chrome {
    /// The rows that it takes.
    pub(crate) fn rows(self) -> u16 {
        if self == Self::Box { 2 } else { 1 }
    }
}

/// A remark at the right end of a panel's title.
pub(crate) type Note = (String, Style);

/// Name of a panel on its title.
pub(crate) fn name(panel: Panel) -> &'static str {
    match panel {
        Panel::Disk => "Disk I/O",
        Panel::Sqlite => "SQLite / WAL",
        Panel::Sources => "Write sources",
    }
}

/// The content's area of a panel that takes `area`.
pub(crate) fn inside(area: Rect, chrome: Chrome) -> Rect {
    let side = if chrome == Chrome::Box { 2 } else { 1 };
    Rect {
        x: area.x.saturating_add(side),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2 * side),
        height: area.height.saturating_sub(chrome.rows()),
    }
}

/// Draws what surrounds a panel, with the notes that fit: the last is the most important.
pub(crate) fn draw(
    canvas: &mut Canvas,
    area: Rect,
    chrome: Chrome,
    panel: Panel,
    focus: Panel,
    notes: &[Note],
) {
    let focused = panel == focus;
    let used = match chrome {
        Chrome::Tabs => tabs(canvas, area, panel),
        _ => titled(canvas, area, chrome, &format!("{} {}", panel.index() + 1, name(panel)), focused),
    };
    // Beside the tabs there is no rule that would have to show at the end.
    let end = u16::from(chrome != Chrome::Tabs);
    draw_notes(canvas, area, area.width.saturating_sub(used + 2 * end), end, notes);
}

/// Draws a box or a rule around a part of a panel, with the notes that fit.
pub(crate) fn part(canvas: &mut Canvas, area: Rect, chrome: Chrome, title: &str, notes: &[Note]) {
    let used = titled(canvas, area, chrome, title, false);
    draw_notes(canvas, area, area.width.saturating_sub(used + 2), 1, notes);
}

/// Draws a box or a rule with a title that is no panel's own; returns the columns of the title.
pub(crate) fn titled(canvas: &mut Canvas, area: Rect, chrome: Chrome, title: &str, focused: bool) -> u16 {
    let theme = canvas.theme;
    let style = if focused { theme.focused } else { theme.border };
    canvas.repeat(area.x, area.y, area.width, '─', style);
    if chrome == Chrome::Box {
        sides(canvas, area, style);
    }
    let start = area.x.saturating_add(1);
    let room = area.width.saturating_sub(3);
    let used = canvas.text(start + 1, area.y, room, title, theme.title);
    // The focus must be seen without colour too.
    canvas.put(start, area.y, if focused { RUNNING } else { ' ' }, style);
    canvas.put(start + 1 + used, area.y, ' ', style);
    used + 3
}

fn sides(canvas: &mut Canvas, area: Rect, style: Style) {
    let (right, bottom) = (area.right().saturating_sub(1), area.bottom().saturating_sub(1));
    for y in area.top()..area.bottom() {
        canvas.put(area.left(), y, '│', style);
        canvas.put(right, y, '│', style);
    }
    canvas.repeat(area.left(), bottom, area.width, '─', style);
    for (x, y, corner) in [
        (area.left(), area.top(), '╭'),
        (right, area.top(), '╮'),
        (area.left(), bottom, '╰'),
        (right, bottom, '╯'),
    ] {
        canvas.put(x, y, corner, style);
    }
}

fn tabs(canvas: &mut Canvas, area: Rect, panel: Panel) -> u16 {
    let theme = canvas.theme;
    let mut used = 1;
    for (index, name) in ["Disk", "WAL", "Sources"].into_iter().enumerate() {
        let chosen = index == panel.index();
        let room = area.width.saturating_sub(used);
        let mark = if chosen { RUNNING } else { ' ' };
        canvas.put(area.x.saturating_add(used - 1), area.y, mark, theme.focused);
        let style = if chosen { theme.selected } else { theme.dim };
        let title = format!("{} {name}", index + 1);
        used += canvas.text(area.x.saturating_add(used), area.y, room, &title, style) + 2;
    }
    used
}

/// Draws notes into the last `room` columns but for `end` at their right.
fn draw_notes(canvas: &mut Canvas, area: Rect, room: u16, end: u16, notes: &[Note]) {
    let size =
        |notes: &[Note]| columns(notes.iter().map(|(text, _)| usize::from(width(text)) + 2).sum::<usize>());
    let mut notes = notes;
    while !notes.is_empty() && size(notes) > room {
        notes = &notes[1..];
    }
    let mut x = area.right().saturating_sub(size(notes) + end);
    for (text, style) in notes {
        canvas.put(x, area.y, ' ', *style);
        let used = canvas.text(x + 1, area.y, room, text, *style);
        canvas.put(x + 1 + used, area.y, ' ', *style);
        x += used + 2;
    }
}
