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

/// The tables, and where they stand.
struct Plan<'a> {
    table: Table<'a>,
    lock: Lock<'a>,
    mqtt: Mqtt<'a>,
    main: Rect,
    /// Where the small tables stand, if not in the list of the large one.
    side: Option<Rect>,
    chrome: Chrome,
}

impl<'a> Plan<'a> {
    fn of(area: Rect, chrome: Chrome, view: &'a View) -> Self {
        let sources = &view.snapshot.sources;
        let wide = area.width >= SIDE_BY_SIDE;
        // In one list the names of all tables begin in the same column.
        let indent = if wide { 0 } else { table::MARK };
        let (lock, mqtt) = (Lock::new(view, indent), Mqtt::new(view, indent));
        let beside = wide && !(sources.writer_perf.is_empty() && sources.mqtt.is_empty());
        let side = if beside { (area.width * 2 / 5).clamp(50, 80) } else { 0 };
        let (main, right) = cut_left(area, area.width - side);
        let table = Table::new(view, panel::inside(main, chrome).width);
        Self { table, lock, mqtt, main, side: beside.then_some(cut_left(right, 1).1), chrome }
    }

    fn inner(&self) -> Rect {
        panel::inside(self.main, self.chrome)
    }

    /// The small tables that have rows.
    fn small(&self) -> impl Iterator<Item = &dyn Section> {
        let both: [&dyn Section; 2] = [&self.lock, &self.mqtt];
        both.into_iter().filter(|section| section.rows() > 0)
    }

    /// The tables of the main list.
    fn sections(&self) -> Vec<&dyn Section> {
        let small = self.small().filter(|_| self.side.is_none());
        std::iter::once(&self.table as &dyn Section).chain(small).collect()
    }

    /// The tables beside it with their frames, one under the other; the last has what the others
    /// leave.
    fn aside(&self) -> Vec<(&dyn Section, Rect)> {
        let Some(mut rest) = self.side else { return Vec::new() };
        let small: Vec<_> = self.small().collect();
        let count = small.len();
        let place = |(index, section): (usize, &'_ dyn Section), rest: &mut Rect| {
            let wanted = columns(section.rows()).saturating_add(1 + self.chrome.rows());
            // Each of those that follow needs its heading and a row.
            let reserved = columns(count - 1 - index) * (self.chrome.rows() + 3);
            let last = index + 1 == count;
            let rows = if last { rest.height } else { wanted.min(rest.height.saturating_sub(reserved)) };
            let (part, below) = cut_top(*rest, rows);
            *rest = below;
            part
        };
        small.into_iter().enumerate().map(|(i, section)| (section, place((i, section), &mut rest))).collect()
    }
}

/// How far the list that goes furthest can be scrolled.
pub(super) fn furthest(area: Rect, chrome: Chrome, view: &View) -> usize {
    let plan = Plan::of(area, chrome, view);
    let aside = plan.aside().into_iter().map(|(section, frame)| {
        let rows = panel::inside(frame, chrome).height;
        list::hidden(&[section], rows)
    });
    aside.chain([list::hidden(&plan.sections(), plan.inner().height)]).max().unwrap_or(0)
}

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    let plan = Plan::of(area, chrome, view);
    let top = view.scene.ui.scroll[Panel::Sources.index()].top;
    let sections = plan.sections();
    let list = List::new(&sections, plan.inner().height, top);
    let notes = notes(view, &list, plan.table.sources());
    panel::draw(canvas, plan.main, chrome, Panel::Sources, view.scene.ui.focus, &notes);
    list.draw(canvas, plan.inner());
    for (section, frame) in plan.aside() {
        let inner = panel::inside(frame, chrome);
        let sections = [section];
        let list = List::new(&sections, inner.height, top);
        let cut = list.cut().then(|| (list.position(section.rows()), canvas.theme.dim));
        panel::part(canvas, frame, chrome, section.title(), cut.as_slice());
        list.draw(canvas, inner);
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
