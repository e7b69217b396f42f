//! Write sources, the writer lock's times and the MQTT sources.
//!
//! Where there is room the three stand side by side; elsewhere they are one list. Either way all
//! of it is reached by scrolling.

mod list;
mod lock;
mod mqtt;
mod order;
mod table;

use ratatui::layout::Rect;

use crate::ui::Panel;
use crate::view::View;
use crate::view::canvas::{Canvas, columns, cut_left, cut_top};
use crate::view::figures::span;
use crate::view::panel::{self, Chrome, Note};
use list::List;
use lock::Lock;
use mqtt::Mqtt;
use table::Table;

/// From this width the small tables stand beside the large one.
const SIDE_BY_SIDE: u16 = 116;

/// A table that can be part of a list.
pub(super) trait Section {
    /// Its title where it has a frame of its own.
    fn title(&self) -> &'static str;
    /// How many rows it has under its heading.
    fn rows(&self) -> usize;
    /// Draws the heading into one row.
    fn heading(&self, canvas: &mut Canvas, area: Rect);
    /// Draws row `index` into one row.
    fn row(&self, canvas: &mut Canvas, area: Rect, index: usize);
}

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    let order = order::shown(&view.snapshot.sources.rows, view.scene.ui);
    let beside = area.width >= SIDE_BY_SIDE;
    // In one list the names of all tables begin in the same column.
    let indent = if beside { 0 } else { table::MARK };
    let (lock, mqtt) = (Lock::new(view, indent), Mqtt::new(view, indent));
    let mut aside: Vec<&dyn Section> = Vec::new();
    if lock.rows() > 0 {
        aside.push(&lock);
    }
    if mqtt.rows() > 0 {
        aside.push(&mqtt);
    }
    let beside = beside && !aside.is_empty();
    let side = if beside { (area.width * 2 / 5).clamp(50, 80) } else { 0 };
    let (main, right) = cut_left(area, area.width - side);
    let inner = panel::inside(main, chrome);
    let table = Table::new(view, &order, inner.width);
    let mut sections: Vec<&dyn Section> = vec![&table];
    if !beside {
        sections.append(&mut aside);
    }
    let list = List::new(&sections, inner.height, view.scene.ui.scroll[Panel::Sources.index()].top);
    panel::draw(canvas, main, chrome, Panel::Sources, view.scene.ui.focus, &notes(view, &list, order.len()));
    list.draw(canvas, inner);
    if beside {
        let (_, right) = cut_left(right, 1);
        draw_aside(canvas, right, chrome, &aside, view);
    }
}

/// The small tables, one under the other; the last has what the others leave.
fn draw_aside(canvas: &mut Canvas, area: Rect, chrome: Chrome, sections: &[&dyn Section], view: &View) {
    let scroll = view.scene.ui.scroll[Panel::Sources.index()].top;
    let mut rest = area;
    for (index, section) in sections.iter().enumerate() {
        let wanted = columns(section.rows()).saturating_add(1 + chrome.rows());
        // Each of those that follow needs its heading and a row.
        let reserved = columns(sections.len() - 1 - index) * (chrome.rows() + 3);
        let last = index + 1 == sections.len();
        let rows = if last { rest.height } else { wanted.min(rest.height.saturating_sub(reserved)) };
        let (part, below) = cut_top(rest, rows);
        panel::titled(canvas, part, chrome, section.title(), false);
        let inner = panel::inside(part, chrome);
        List::new(&sections[index..=index], inner.height, scroll).draw(canvas, inner);
        rest = below;
    }
}

fn notes(view: &View, list: &List, shown: usize) -> Vec<Note> {
    let (ui, sources, theme) = (view.scene.ui, &view.snapshot.sources, view.scene.theme);
    let arrow = if ui.reverse { '↑' } else { '↓' };
    let mut notes = vec![(format!("sort: {} {arrow}", ui.sort.name()), theme.dim)];
    if sources.restarted {
        notes.push(("restarted".to_owned(), theme.warn));
    }
    if !ui.filter.is_empty() {
        notes.push((format!("/{}/", crate::parse::text::clip(&ui.filter, 20)), theme.key));
    }
    if sources.stale {
        let age = sources.age.map_or_else(String::new, |age| format!(" {}", span(age)));
        notes.push((format!("stale{age}"), theme.warn));
    }
    if shown > 0 {
        notes.push((list.position(shown), theme.dim));
    }
    notes
}
