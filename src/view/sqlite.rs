//! `SQLite` and its log: what the log's state means, its size against its limit, who reads and who
//! writes, what the database is made of, and the log's size over time.
//!
//! The diagnosis stands still at the top; the figures under it are a list that scrolls where there
//! is no room for all of them; the graph has what is left.

mod facts;
mod holders;
mod log;
mod verdict;

use ratatui::layout::Rect;

use crate::model::history::Key;
use crate::model::snapshot::{FlagId, SqliteView};
use crate::ui::Panel;
use crate::view::View;
use crate::view::canvas::{Canvas, columns, cut_left, cut_top};
use crate::view::figures::position;
use crate::view::graph::{self, Graph};
use crate::view::panel::{self, Chrome, Note};
use crate::view::theme::ALERT;
use facts::{Fact, Line};
use verdict::Said;
pub(super) use verdict::{blind, headline, two_words};

/// Rows under which a graph says nothing: its caption and one row of bars.
const LEAST_GRAPH: u16 = 2;
/// From this height a graph is kept even while something is wrong.
const GRAPH_FROM: u16 = 10;
/// From this height it is kept while nothing is.
const QUIET_GRAPH_FROM: u16 = 7;
/// From this height the readers have a heading.
const HEADING_FROM: u16 = 8;
/// Share of the limit from which the gauge wants attention.
const NEAR: f64 = 0.8;

/// What stands where.
struct Plan<'a> {
    said: Vec<Said>,
    head: Rect,
    lines: Vec<Line<'a>>,
    list: Rect,
    graph: Rect,
}

impl<'a> Plan<'a> {
    fn of(inner: Rect, view: &'a View) -> Self {
        let said = verdict::of(view, inner.width, inner.height);
        let lines = facts::of(view, inner.width, inner.height >= HEADING_FROM);
        // Something of the list is always in sight.
        let (head, rest) = cut_top(inner, columns(said.len()).min(inner.height.saturating_sub(1)));
        let kept = graph_rows(inner.height, view);
        let (list, graph) = cut_top(rest, columns(lines.len()).min(rest.height.saturating_sub(kept)));
        // One row of bars is not worth a figure.
        let (list, graph) = if graph.height < LEAST_GRAPH { (rest, Rect::ZERO) } else { (list, graph) };
        Self { said, head, lines, list, graph }
    }

    /// Lines that are out of sight at either end.
    fn hidden(&self) -> usize {
        self.lines.len().saturating_sub(self.list.height.into())
    }
}

/// Rows that are kept for the graph: where there are few, an incident needs them for its facts.
fn graph_rows(rows: u16, view: &View) -> u16 {
    let Some(db) = &view.snapshot.sqlite else { return 0 };
    let from = if db.wal.diagnosis.calls_for_action() { GRAPH_FROM } else { QUIET_GRAPH_FROM };
    if rows >= from { (rows / 4).max(3) } else { 0 }
}

/// How far the list can be scrolled.
pub(super) fn furthest(area: Rect, chrome: Chrome, view: &View) -> usize {
    Plan::of(panel::inside(area, chrome), view).hidden()
}

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    let plan = Plan::of(panel::inside(area, chrome), view);
    let top = view.scene.ui.scroll[Panel::Sqlite.index()].top.min(plan.hidden());
    panel::draw(canvas, area, chrome, Panel::Sqlite, view.scene.ui.focus, &notes(view, &plan, top));
    for (said, y) in plan.said.iter().zip(plan.head.top()..plan.head.bottom()) {
        let row = Rect { y, height: 1, ..plan.head };
        let text = cut_left(row, if said.mark.is_some() { 2 } else { 0 }).1;
        // A ground belongs to marks and words, not to what is beside a second line.
        if let Some(mark) = said.mark.filter(|mark| *mark != ' ') {
            canvas.put(row.x, y, mark, said.style);
        }
        canvas.text(text.x, y, text.width, &said.text, said.style);
    }
    for (line, y) in plan.lines[top..].iter().zip(plan.list.top()..plan.list.bottom()) {
        draw_line(canvas, Rect { y, height: 1, ..plan.list }, line, view);
    }
    if view.snapshot.sqlite.is_some() {
        draw_graph(canvas, plan.graph, view);
    }
}

fn notes(view: &View, plan: &Plan, top: usize) -> Vec<Note> {
    let theme = view.scene.theme;
    let mode = view.snapshot.sqlite.as_ref().and_then(|db| db.journal_mode.as_deref());
    let mode =
        mode.map(|mode| (format!("journal {mode}"), if mode == "wal" { theme.dim } else { theme.warn }));
    let rows = usize::from(plan.list.height);
    let cut = (plan.hidden() > 0).then(|| (position(top, rows, plan.lines.len()), theme.dim));
    mode.into_iter().chain(cut).collect()
}

fn draw_line(canvas: &mut Canvas, area: Rect, line: &Line, view: &View) {
    match line {
        Line::Heading => holders::heading(canvas, area),
        Line::Reader(reader) => holders::draw(canvas, area, *reader),
        Line::Facts(pair) if pair.len() > 1 => {
            let (left, right) = cut_left(area, area.width.saturating_sub(facts::GUTTER) / 2);
            let right = cut_left(right, facts::GUTTER).1;
            for (fact, area) in pair.iter().zip([left, right]) {
                draw_fact(canvas, area, fact, view);
            }
        }
        Line::Facts(facts) => facts.iter().for_each(|fact| draw_fact(canvas, area, fact, view)),
    }
}

fn draw_fact(canvas: &mut Canvas, area: Rect, fact: &Fact, view: &View) {
    let (name, figure) = cut_left(area, if fact.label.is_empty() { 0 } else { facts::LABEL });
    canvas.text(name.x, name.y, name.width.saturating_sub(1), fact.label, canvas.theme.dim);
    let style = if fact.alert { canvas.theme.critical } else { fact.style };
    if fact.alert {
        canvas.put(figure.x.saturating_sub(1), figure.y, ALERT, style);
    }
    canvas.text(figure.x, figure.y, figure.width, &fact.text, style);
    if fact.gauge {
        draw_gauge(canvas, cut_left(figure, facts::WAL_COLUMNS).1, view);
    }
}

fn draw_gauge(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    if area.width < 6 {
        return;
    }
    let size = view.snapshot.sqlite.as_ref().and_then(|db: &SqliteView| db.wal_size);
    let share = size.map(|size| size.0 as f64 / view.scene.limits.wal_size);
    let style = if view.flag(FlagId::WalSize, None).is_some() {
        theme.over
    } else if share.is_some_and(|share| share >= NEAR) {
        theme.warn
    } else {
        theme.bar
    };
    graph::gauge(canvas, area, share, style);
}

fn draw_graph(canvas: &mut Canvas, area: Rect, view: &View) {
    let (columns, secs) = view.columns(&Key::WalSize, area.width);
    let limit = view.scene.limits.wal_size;
    let named = false;
    graph::draw(canvas, area, &Graph { what: "WAL", named, per: "", columns: &columns, secs, limit });
}
