//! The screen: a pure function from a [`Scene`] to cells.
//!
//! Drawing changes no state; what a scroll offset means is settled by clamping it while drawing.
//! Areas are cut by hand: one screen a second needs no constraint solver.

mod canvas;
mod clock;
mod disk;
mod events;
mod explain;
mod figures;
mod footer;
mod graph;
mod header;
mod help;
mod panel;
mod sources;
mod sqlite;
mod stage;
mod theme;
mod timeline;
mod tiny;
mod words;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::model::history::{History, Key};
use crate::model::limits::Limits;
use crate::model::log::EventLog;
use crate::model::snapshot::{Flag, FlagId, ProcView, Snapshot, SourceFault, SqliteView};
use crate::ui::stage::Stage;
use crate::ui::{Labels, Panel, Ui};
use crate::units::Mono;
use canvas::{Canvas, cut_left, cut_top};
use panel::Chrome;
pub use theme::{Palette, ROLES, THEMES, Theme};

/// A row of the help: keys and what they do; both empty for a gap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KeyHelp {
    /// The keys as people name them.
    pub keys: &'static str,
    /// What they do.
    pub what: &'static str,
}

/// The keys that matter now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyGuide {
    /// What the help is about.
    pub title: &'static str,
    /// Its rows.
    pub help: Vec<KeyHelp>,
    /// What the footer says, the most needed first: keys and, after the last space, what they do.
    pub hints: Vec<&'static str>,
}

/// How far each list can be scrolled: the furthest `top` that still fills it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extents {
    /// Of each panel, by [`Panel::index`]; `usize::MAX` for one that is not on the screen, whose
    /// position nothing can be said about.
    pub scroll: [usize; 3],
    /// Of the help.
    pub help: usize,
}

/// Everything that a picture depends on.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// What is known; `None` before the first sample.
    pub snapshot: Option<&'a Snapshot>,
    /// The last minutes.
    pub history: &'a History,
    /// What began and ended.
    pub events: &'a EventLog,
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
    /// The keys that matter.
    pub keys: &'a KeyGuide,
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

    /// What is wrong with a source, and for how long.
    fn fault(&self, source: &str) -> Option<String> {
        let fault = self.snapshot.faults.iter().find(|fault| fault.source == source)?;
        Some(fault.text.clone() + &self.lasted(fault))
    }

    /// ", for 12 s" of a fault that does not say so itself.
    fn lasted(&self, fault: &SourceFault) -> String {
        let says = fault.text.contains("has not answered for") || fault.text.contains(" old");
        let age = fault.age(self.snapshot.mono).filter(|age| *age >= 1.0 && !says);
        age.map_or_else(String::new, |age| format!(", for {}", figures::span(age)))
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
    /// The worst verdict and the key figures; with graphs beside them in a low and wide pane.
    Tiny,
}

impl Shape {
    /// Zoomed, a low pane shows one panel instead of a little of all.
    fn of(area: Rect, zoom: bool) -> Self {
        match (area.width, area.height) {
            (50.., 6..=9) if !zoom => Self::Tiny,
            (120.., 30..) => Self::Wide,
            (80.., 20..) => Self::Full,
            (30.., 8..) => Self::Single,
            _ => Self::Tiny,
        }
    }
}

/// Draws the whole screen.
pub fn draw(frame: &mut Frame, scene: &Scene) {
    if let Some(cursor) = paint(frame.buffer_mut(), scene) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws into a buffer; returns where the cursor belongs while something is typed.
fn paint(buffer: &mut Buffer, scene: &Scene) -> Option<Position> {
    let area = buffer.area;
    let blank = blank(scene);
    let view = View { scene, snapshot: scene.snapshot.unwrap_or(&blank) };
    let mut canvas = Canvas::new(buffer, scene.theme);
    let cursor = match &scene.ui.stage {
        Stage::Watching => draw_screen(&mut canvas, area, &view),
        Stage::Waiting(waiting) => {
            stage::draw_waiting(&mut canvas, area, waiting, scene);
            None
        }
        Stage::Picking(picker) => {
            stage::draw_picker(&mut canvas, area, picker, scene.keys);
            None
        }
    };
    if let Some(chosen) = scene.ui.log.filter(|_| scene.ui.stage == Stage::Watching) {
        events::draw(&mut canvas, events::area(area), &view, chosen);
    }
    if let Some(scroll) = scene.ui.explain.filter(|_| scene.ui.stage == Stage::Watching) {
        explain::draw(&mut canvas, area, &view, scroll.top);
    }
    if let Some(scroll) = scene.ui.help {
        help::draw(&mut canvas, area, scene.keys, scroll.top);
        return None;
    }
    cursor
}

/// How far the lists of this scene can be scrolled on a screen of this size.
pub fn extents(scene: &Scene, area: Rect) -> Extents {
    let blank = blank(scene);
    let view = View { scene, snapshot: scene.snapshot.unwrap_or(&blank) };
    let layout = Layout::of(area, scene.ui, view.snapshot);
    let furthest = |panel| match layout.panels.iter().find(|(shown, _)| *shown == panel) {
        Some((Panel::Disk, _)) => 0,
        Some((Panel::Sqlite, area)) => sqlite::furthest(*area, layout.chrome, &view),
        Some((Panel::Sources, area)) => sources::furthest(*area, layout.chrome, &view),
        None => usize::MAX,
    };
    let explained = scene.ui.explain.filter(|_| scene.ui.help.is_none());
    let help = match explained {
        Some(_) => explain::furthest(area, &view),
        None => help::furthest(area, scene.keys),
    };
    Extents { scroll: Panel::ALL.map(furthest), help }
}

/// The whole screen as lines of text.
pub fn as_text(scene: &Scene, area: Rect) -> String {
    let mut buffer = Buffer::empty(area);
    paint(&mut buffer, scene);
    let line = |y| (area.left()..area.right()).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    let lines: Vec<String> = (area.top()..area.bottom()).map(|y| line(y).trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

/// A snapshot in which everything that is watched is unknown.
fn blank(scene: &Scene) -> Snapshot {
    let labels = scene.labels;
    Snapshot {
        interval: scene.ui.interval,
        ingestor: labels.ingestor.then(ProcView::default),
        server: labels.server.then(ProcView::default),
        sqlite: labels.db.is_some().then(SqliteView::default),
        ..Snapshot::default()
    }
}

/// What stands where.
struct Layout {
    head: Rect,
    /// The timeline of a recording; empty where nothing is played.
    timeline: Rect,
    foot: Rect,
    chrome: Chrome,
    /// The panels that are on the screen.
    panels: Vec<(Panel, Rect)>,
}

impl Layout {
    fn of(area: Rect, ui: &Ui, snapshot: &Snapshot) -> Self {
        let told = header::told(Shape::of(area, ui.zoom), area.width, ui, snapshot);
        let shape = Shape::of(area, ui.zoom);
        let (head, rest) = cut_top(area, header::rows(shape, area.height, told));
        let (rest, foot) = cut_top(rest, rest.height.saturating_sub(1));
        let rows = ui.replay.as_ref().map_or(0, |_| timeline::rows(area.height));
        let (body, timeline) = cut_top(rest, rest.height.saturating_sub(rows));
        let chrome = match shape {
            Shape::Wide => Chrome::Box,
            Shape::Single if !ui.zoom => Chrome::Tabs,
            _ => Chrome::Rule,
        };
        let panels = match shape {
            Shape::Tiny => Vec::new(),
            Shape::Single => vec![(ui.focus, body)],
            _ if ui.zoom => vec![(ui.focus, body)],
            Shape::Wide => all_panels(body, body.height / 2),
            Shape::Full => all_panels(body, body.height * 9 / 20),
        };
        Self { head, timeline, foot, chrome, panels }
    }
}

/// Disk and database side by side in the upper rows, the sources under both.
fn all_panels(area: Rect, upper: u16) -> Vec<(Panel, Rect)> {
    let (upper, lower) = cut_top(area, upper.clamp(8, 18));
    // The table of processes needs a little more than half where room is short.
    let (left, right) = cut_left(upper, (upper.width / 2).max(43));
    let (left, _) = cut_left(left, left.width - 1);
    vec![(Panel::Disk, left), (Panel::Sqlite, right), (Panel::Sources, lower)]
}

/// Draws all but the help; returns where the cursor belongs while something is typed.
fn draw_screen(canvas: &mut Canvas, area: Rect, view: &View) -> Option<Position> {
    if Shape::of(area, view.scene.ui.zoom) == Shape::Tiny {
        tiny::draw(canvas, area, view);
        return None;
    }
    let layout = Layout::of(area, view.scene.ui, view.snapshot);
    header::draw(canvas, layout.head, view);
    for (panel, area) in layout.panels {
        match panel {
            Panel::Disk => disk::draw(canvas, area, layout.chrome, view),
            Panel::Sqlite => sqlite::draw(canvas, area, layout.chrome, view),
            Panel::Sources => sources::draw(canvas, area, layout.chrome, view),
        }
    }
    if let Some(replay) = &view.scene.ui.replay {
        timeline::draw(canvas, layout.timeline, view, replay);
    }
    footer::draw(canvas, layout.foot, view.scene.ui, view.scene.keys)
}
