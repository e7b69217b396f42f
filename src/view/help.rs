//! The keys and the marks, laid over the screen.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::view::canvas::{Canvas, columns, cut_left, width};
use crate::view::panel::{self, Chrome};
use crate::view::{KeyGuide, KeyHelp};

/// What the marks mean, under the keys.
const MARKS: [(&str, &str); 6] = [
    ("▲", "over a limit, or somebody has to act"),
    ("◆ •", "a warning, a notice; ▲ is critical"),
    ("►", "a backfill that runs; the focus"),
    ("—", "not known"),
    ("╌", "the limit in a graph"),
    ("no bar", "no data; zero has a low bar"),
];
const CLOSING: &str = "Esc closes";
const SCROLLING: &str = "j k scroll, Esc closes";
/// Columns between two columns of rows.
const GUTTER: u16 = 3;

/// One row: what is explained, and how.
type Entry = (&'static str, &'static str);

/// What stands where.
struct Plan {
    entries: Vec<Entry>,
    /// Columns of the keys.
    label: u16,
    /// Columns of keys and meaning.
    one: u16,
    /// Whether two columns of rows stand side by side.
    double: bool,
    /// Rows.
    count: usize,
    frame: Rect,
}

impl Plan {
    fn of(area: Rect, keys: &KeyGuide) -> Self {
        let entries = entries(&keys.help);
        let label = entries.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0) + 2;
        let one = label + entries.iter().map(|(_, what)| width(what)).max().unwrap_or(0);
        let chrome_columns = 4;
        let low = columns(entries.len()) + 2 > area.height;
        let double = low && area.width >= 2 * one + GUTTER + chrome_columns;
        let count = if double { entries.len().div_ceil(2) } else { entries.len() };
        let wanted = if double { 2 * one + GUTTER } else { one } + chrome_columns;
        let frame = centered(area, wanted.max(32), columns(count).saturating_add(2));
        Self { entries, label, one, double, count, frame }
    }

    /// Rows that are out of sight at either end.
    fn hidden(&self) -> usize {
        self.count.saturating_sub(panel::inside(self.frame, Chrome::Box).height.into())
    }
}

/// How far it can be scrolled.
pub(super) fn furthest(area: Rect, keys: &KeyGuide) -> usize {
    Plan::of(area, keys).hidden()
}

/// Draws it in the middle of `area`, scrolled down by `top` rows at most.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, keys: &KeyGuide, top: usize) {
    let plan = Plan::of(area, keys);
    canvas.clear(plan.frame);
    panel::titled(canvas, plan.frame, Chrome::Box, keys.title, true);
    draw_closing(canvas, plan.frame, if plan.hidden() > 0 { SCROLLING } else { CLOSING });
    let inner = panel::inside(plan.frame, Chrome::Box);
    for (index, y) in (top.min(plan.hidden())..plan.count).zip(inner.top()..inner.bottom()) {
        let row = Rect { y, height: 1, ..inner };
        draw_entry(canvas, row, plan.label, plan.entries[index]);
        if let Some(&second) = plan.entries.get(index + plan.count).filter(|_| plan.double) {
            draw_entry(canvas, cut_left(row, plan.one + GUTTER).1, plan.label, second);
        }
    }
}

fn entries(keys: &[KeyHelp]) -> Vec<Entry> {
    keys.iter().map(|row| (row.keys, row.what)).chain([("", "")]).chain(MARKS).collect()
}

fn draw_entry(canvas: &mut Canvas, area: Rect, label: u16, (keys, what): Entry) {
    let (key, text): (Style, Style) = (canvas.theme.key, canvas.theme.text);
    let (left, right) = cut_left(area, label);
    canvas.text(left.x, left.y, left.width.saturating_sub(1), keys, key);
    canvas.text(right.x, right.y, right.width, what, text);
}

fn draw_closing(canvas: &mut Canvas, frame: Rect, hint: &str) {
    let dim = canvas.theme.dim;
    let used = width(hint) + 2;
    if frame.width > used + 4 && frame.height > 1 {
        let x = frame.right() - used - 2;
        canvas.text(x, frame.bottom() - 1, used, &format!(" {hint} "), dim);
    }
}

fn centered(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    let (x, y) = (area.x + (area.width - columns) / 2, area.y + (area.height - rows) / 2);
    Rect::new(x, y, columns, rows)
}
