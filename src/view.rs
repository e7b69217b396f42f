//! The screen: a pure function from a [`Scene`] to cells.
//!
//! Drawing changes no state; what a scroll offset means is settled by clamping it while drawing.
//! Areas are cut by hand: one screen a second needs no constraint solver.

mod canvas;
mod disk;
mod figures;
mod footer;
mod graph;
mod header;
mod help;
mod panel;
mod sources;
mod sqlite;
mod theme;
mod tiny;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::history::{History, Key};
use crate::model::limits::Limits;
use crate::model::snapshot::{Flag, FlagId, ProcView, Snapshot, SqliteView};
use crate::ui::{Labels, Panel, Ui};
use crate::units::Mono;
use canvas::{Canvas, cut_left, cut_top};
use panel::Chrome;
pub use theme::Theme;

/// A row of the help: keys and what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyHelp {
    /// The keys as people name them.
    pub keys: &'static str,
    /// What they do.
    pub what: &'static str,
}

/// Everything that a picture depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What is known; `None` before the first sample.
    pub snapshot: Option<&'a Snapshot>,
    /// The last minutes.
    pub history: &'a History,
    /// The limits, for gauges and graphs.
    pub limits: &'a Limits,
    /// What the person at the screen has chosen.
    pub ui: &'a Ui,
    /// What is watched.
    pub labels: &'a Labels,
    /// How it looks.
    pub theme: &'a Theme,
    /// Now, for the age of the last sample.
    pub now: Mono,
    /// Rows of the help.
    pub keys: &'a [KeyHelp],
}

/// A scene whose snapshot is there, if only a blank one.
struct View<'a> {
    scene: &'a Scene<'a>,
    snapshot: &'a Snapshot,
}

impl View<'_> {
    /// The flag that is raised about `subject`, or about anything.
    fn flag(&self, id: FlagId, subject: Option<&str>) -> Option<&Flag> {
        let about = |flag: &Flag| subject.is_none_or(|subject| &*flag.subject == subject);
        self.snapshot.flags.iter().find(|flag| flag.id == id && about(flag))
    }

    /// What is wrong with a source.
    fn fault(&self, source: &str) -> Option<&str> {
        self.snapshot.faults.iter().find(|fault| fault.source == source).map(|fault| fault.text.as_str())
    }

    /// The columns of a graph `width` wide, and the seconds of one.
    fn columns(&self, key: &Key, width: u16) -> (Vec<Option<f64>>, f64) {
        let secs = self.scene.ui.span.column_secs(width.into(), self.snapshot.interval.max(0.1));
        (self.scene.history.columns(key, width.into(), secs), secs)
    }
}

/// How the screen is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// Room for boxes: 120x30 and up.
    Wide,
    /// All panels under rules: 80x20 and up.
    Full,
    /// One panel at a time.
    Single,
    /// The worst flag and the key figures.
    Tiny,
}

impl Shape {
    fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (120.., 30..) => Self::Wide,
            (80.., 20..) => Self::Full,
            (30.., 8..) => Self::Single,
            _ => Self::Tiny,
        }
    }
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, scene: &Scene) {
    let area = frame.area();
    let blank = blank(scene);
    let view = View { scene, snapshot: scene.snapshot.unwrap_or(&blank) };
    let mut canvas = Canvas::new(frame.buffer_mut(), scene.theme);
    let cursor = draw_screen(&mut canvas, area, &view);
    if let Some(scroll) = scene.ui.help {
        help::draw(&mut canvas, area, scene.keys, scroll.top);
    } else if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// A snapshot in which everything that is watched is unknown.
fn blank(scene: &Scene) -> Snapshot {
    Snapshot {
        interval: scene.ui.interval,
        ingestor: Some(ProcView::default()),
        sqlite: scene.labels.db.is_some().then(SqliteView::default),
        ..Snapshot::default()
    }
}

/// Draws all but the help; returns where the cursor belongs while the filter is typed.
fn draw_screen(canvas: &mut Canvas, area: Rect, view: &View) -> Option<Position> {
    let shape = Shape::of(area);
    if shape == Shape::Tiny {
        tiny::draw(canvas, area, view);
        return None;
    }
    let (head, rest) = cut_top(area, header::rows(shape, area.height));
    let (body, foot) = cut_top(rest, rest.height.saturating_sub(1));
    header::draw(canvas, head, view);
    let chrome = match shape {
        Shape::Wide => Chrome::Box,
        Shape::Single if !view.scene.ui.zoom => Chrome::Tabs,
        _ => Chrome::Rule,
    };
    if shape == Shape::Single || view.scene.ui.zoom {
        draw_panel(canvas, body, chrome, view.scene.ui.focus, view);
    } else {
        draw_all(canvas, body, chrome, view);
    }
    footer::draw(canvas, foot, view.scene.ui)
}

/// Disk and database side by side, the sources under both.
fn draw_all(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    let (upper, lower) = cut_top(area, (area.height * 9 / 20).clamp(8, 18));
    // The table of processes needs a little more than half where room is short.
    let (left, right) = cut_left(upper, (upper.width / 2).max(43));
    let (left, _) = cut_left(left, left.width - 1);
    draw_panel(canvas, left, chrome, Panel::Disk, view);
    draw_panel(canvas, right, chrome, Panel::Sqlite, view);
    draw_panel(canvas, lower, chrome, Panel::Sources, view);
}

fn draw_panel(canvas: &mut Canvas, area: Rect, chrome: Chrome, panel: Panel, view: &View) {
    match panel {
        Panel::Disk => disk::draw(canvas, area, chrome, view),
        Panel::Sqlite => sqlite::draw(canvas, area, chrome, view),
        Panel::Sources => sources::draw(canvas, area, chrome, view),
    }
}
