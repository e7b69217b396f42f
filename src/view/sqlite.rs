//! `SQLite` and its log: the log's size against its limit, what the database is made of, and the
//! log's size over time.
//!
//! The figures are a list that scrolls where there is no room for all of them; the graph has what
//! is left under it.

mod facts;

use ratatui::layout::Rect;

use crate::model::history::Key;
use crate::model::snapshot::{FlagId, SqliteView};
use crate::ui::Panel;
use crate::view::View;
use crate::view::canvas::{Canvas, cut_left, cut_top};
use crate::view::graph::{self, Graph};
use crate::view::panel::{self, Chrome, Note};
use crate::view::theme::ALERT;
use facts::Fact;

/// Rows under which a graph says nothing: its caption and one row of bars.
const LEAST_GRAPH: u16 = 2;
/// Share of the limit from which the gauge wants attention.
const NEAR: f64 = 0.8;

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    panel::draw(canvas, area, chrome, Panel::Sqlite, view.scene.ui.focus, &notes(view));
    let inner = panel::inside(area, chrome);
    let facts = facts::of(view, inner.width);
    let rows = crate::view::canvas::columns(facts.len());
    let (upper, lower) = cut_top(inner, rows);
    // A list that is cut has no graph under it: one row of bars is not worth a figure.
    let (upper, lower) = if lower.height < LEAST_GRAPH { (inner, Rect::ZERO) } else { (upper, lower) };
    draw_facts(canvas, upper, &facts, view);
    if view.snapshot.sqlite.is_some() {
        draw_graph(canvas, lower, view);
    }
}

fn notes(view: &View) -> Vec<Note> {
    let theme = view.scene.theme;
    let mode = view.snapshot.sqlite.as_ref().and_then(|db| db.journal_mode.as_deref());
    mode.map(|mode| (format!("journal {mode}"), if mode == "wal" { theme.dim } else { theme.warn }))
        .into_iter()
        .collect()
}

fn draw_facts(canvas: &mut Canvas, area: Rect, facts: &[Fact], view: &View) {
    let hidden = facts.len().saturating_sub(area.height.into());
    let top = view.scene.ui.scroll[Panel::Sqlite.index()].top.min(hidden);
    let label = facts::label_width(area.width);
    for (fact, y) in facts[top..].iter().zip(area.top()..area.bottom()) {
        let row = Rect { y, height: 1, ..area };
        let (name, figure) = cut_left(row, if fact.label.is_empty() { 0 } else { label });
        canvas.text(name.x, y, name.width.saturating_sub(1), fact.label, canvas.theme.dim);
        let style = if fact.alert { canvas.theme.critical } else { fact.style };
        if fact.alert {
            canvas.put(figure.x.saturating_sub(1), y, ALERT, style);
        }
        canvas.text(figure.x, y, figure.width, &fact.text, style);
        if fact.gauge {
            draw_gauge(canvas, cut_left(figure, facts::WAL_COLUMNS).1, view);
        }
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
    graph::draw(canvas, area, &Graph { what: "WAL", per: "", columns: &columns, secs, limit });
}
