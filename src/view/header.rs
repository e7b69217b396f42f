//! Who is watched, how fresh it is, and the one sentence that matters most.

mod finding;

pub(super) use finding::told;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::snapshot::ProcView;
use crate::ui::replay::Replay;
use crate::view::canvas::{Canvas, cut_left, cut_top, width};
use crate::view::figures::{ago, brief, span, tail};
use crate::view::{Shape, View, clock};

/// Columns of the state: "no sample for 12 s".
const STATE: u16 = 18;
/// From this width on a recording's state has its own columns.
const STATES_FROM: u16 = 70;
/// Columns of a name that are worth showing.
const NAME_FROM: u16 = 8;
/// Columns of the last sample's age: "59 s ago".
const AGE: u16 = 8;
/// The processes keep at least so many columns beside what is said of learning.
const LEARNING_FROM: u16 = 40;
/// Columns of the interval: "every 0.1 s".
const EVERY: u16 = 11;

/// The rows it takes, `told` of them for what follows from the worst verdict.
pub(super) fn rows(shape: Shape, height: u16, told: u16) -> u16 {
    if shape == Shape::Single && height < 14 { 2 } else { 3 + told.min(height / 6) }
}

/// Draws as many of its lines as there are rows.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (first, rest) = cut_top(area, 1);
    draw_identity(canvas, first, view);
    let (processes, rest) = cut_top(rest, u16::from(rest.height > 1));
    if processes.height > 0 {
        draw_processes(canvas, processes, view);
    }
    finding::draw(canvas, rest, view);
}

fn draw_identity(canvas: &mut Canvas, area: Rect, view: &View) {
    if let Some(replay) = &view.scene.ui.replay {
        return draw_replay(canvas, area, view, replay);
    }
    let (state, style) = state(view);
    canvas.right(area.x, area.y, area.width, &state, style);
    let name_room = area.width.saturating_sub(width(&state) + 1);
    let mut room = area.width.saturating_sub(STATE + 1);
    let name = name(view);
    let freshness = AGE + EVERY + 3;
    if room >= width(&name) + freshness + 14 {
        draw_freshness(canvas, cut_left(area, room).0, view);
        room -= freshness;
    }
    draw_name(canvas, area, view, (name_room, room), &name);
}

fn name(view: &View) -> String {
    match &view.scene.labels.scenario {
        None => "corescope-top".to_owned(),
        // A recording knows only with which scenario it began.
        Some(_) if view.scene.ui.replay.is_some() => "demo".to_owned(),
        Some(scenario) => format!("demo: {scenario}"),
    }
}

/// The name within the first room, and the database within the second.
fn draw_name(canvas: &mut Canvas, area: Rect, view: &View, (name_room, room): (u16, u16), name: &str) {
    let theme = canvas.theme;
    let used = canvas.text(area.x, area.y, name_room, name, theme.title) + 2;
    let db = view.scene.labels.db.as_deref().unwrap_or("no database watched");
    if room >= used + 8 {
        canvas.text(area.x + used, area.y, room - used, &tail(db, room - used), theme.text);
    }
}

/// In a recording it is the time that matters: it has room before the names have.
fn draw_replay(canvas: &mut Canvas, area: Rect, view: &View, replay: &Replay) {
    let theme = canvas.theme;
    let (state, style) = state(view);
    canvas.right(area.x, area.y, area.width, &state, style);
    // The time stands still while the state gets longer and shorter.
    let states = if area.width >= STATES_FROM { width(&state).max(STATE) } else { width(&state) };
    let left = area.width.saturating_sub(states + 2);
    let (at, zone) =
        (view.scene.snapshot.map_or(replay.begin, |shown| shown.at), view.scene.ui.zone.as_ref());
    let wordings = [clock::full(at, zone), clock::day_and_time(at, zone), clock::time(at, zone)];
    let Some(time) = wordings.iter().find(|time| width(time) <= left) else { return };
    canvas.right(area.x, area.y, left, time, theme.title);
    let (room, name) = (left.saturating_sub(width(time) + 2), name(view));
    // A few letters of a name say nothing.
    if room >= width(&name).min(NAME_FROM) {
        draw_name(canvas, area, view, (room, room), &name);
    }
}

fn draw_freshness(canvas: &mut Canvas, area: Rect, view: &View) {
    let (dim, right) = (canvas.theme.dim, area.width);
    let interval = view.scene.ui.interval;
    let every = if interval < 1.0 {
        format!("every {interval:.1} s")
    } else {
        format!("every {} s", (interval * 10.0).round() / 10.0)
    };
    canvas.right(area.x, area.y, right, &format!("{every:<width$}", width = EVERY.into()), dim);
    let age = view.scene.snapshot.map(|snapshot| ago(view.scene.now.since(snapshot.mono).as_secs_f64()));
    canvas.right(area.x, area.y, right - EVERY - 2, age.as_deref().unwrap_or_default(), dim);
}

/// The state in a few words; what makes the picture untrue comes first.
pub(super) fn state(view: &View) -> (String, Style) {
    let theme = view.scene.theme;
    if let Some(replay) = &view.scene.ui.replay {
        return match replay.waiting {
            true => ("REPLAY waiting".to_owned(), theme.warn),
            _ if replay.playing => (format!("REPLAY {}x", replay.speed), theme.ok),
            _ if replay.speed > 1 => (format!("REPLAY paused {}x", replay.speed), theme.warn),
            _ => ("REPLAY paused".to_owned(), theme.warn),
        };
    }
    let Some(snapshot) = view.scene.snapshot else { return ("starting".to_owned(), theme.dim) };
    let age = view.scene.now.since(snapshot.mono).as_secs_f64();
    let late = (snapshot.interval * 2.5).max(snapshot.interval + 2.0);
    if view.scene.ui.paused {
        ("PAUSED".to_owned(), theme.warn)
    } else if age > late {
        (format!("no sample for {}", ago(age).trim_end_matches(" ago")), theme.critical)
    } else if snapshot.ingestor.as_ref().is_some_and(|process| process.gone_since.is_some()) {
        ("ingestor gone".to_owned(), theme.critical)
    } else if snapshot.sources.stale {
        let age = snapshot.sources.age.map_or_else(String::new, |age| ago(age).replace(" ago", ""));
        (format!("stats STALE {age}").trim_end().to_owned(), theme.warn)
    } else {
        ("live".to_owned(), theme.ok)
    }
}

fn draw_processes(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    if view.scene.snapshot.is_none() {
        canvas.text(area.x, area.y, area.width, "taking the first sample", theme.dim);
        return;
    }
    let snapshot = view.snapshot;
    let area = draw_learning(canvas, area, view);
    let watched = [("ingestor", &snapshot.ingestor), ("server", &snapshot.server)];
    let wordings =
        |short: bool| watched.map(|(role, process)| process.as_ref().map(|p| describe(role, p, view, short)));
    let size = |parts: &[Option<(String, Style)>; 2]| -> u16 {
        parts.iter().flatten().map(|(text, _)| width(text) + 3).sum::<u16>().saturating_sub(3)
    };
    let mut parts = wordings(false);
    if size(&parts) > area.width {
        parts = wordings(true);
    }
    let mut row = area;
    for (index, (text, style)) in parts.iter().flatten().enumerate() {
        if index > 0 {
            row = cut_left(row, canvas.text(row.x, row.y, row.width, " · ", theme.dim)).1;
        }
        row = cut_left(row, canvas.text(row.x, row.y, row.width, text, *style)).1;
    }
    if snapshot.ingestor.is_none() && snapshot.server.is_none() {
        canvas.text(area.x, area.y, area.width, "no process watched", theme.dim);
    }
}

fn describe(role: &str, process: &ProcView, view: &View, short: bool) -> (String, Style) {
    let theme = view.scene.theme;
    let Some(pid) = process.pid else { return (format!("{role}: never seen"), theme.warn) };
    let exe = view.scene.labels.exe.as_ref().filter(|_| role == "ingestor");
    let exe = exe.map_or_else(String::new, |exe| format!(" (exe {exe})"));
    let who = format!("{}[{pid}]{exe}", process.name);
    match (process.gone_since, process.uptime) {
        (Some(since), _) => {
            let gone = span(view.snapshot.mono.since(since).as_secs_f64());
            (format!("{who} exited {gone} ago"), theme.critical)
        }
        (None, Some(uptime)) if !short => {
            let restarts = match process.restarts {
                0 => String::new(),
                1 => ", restarted".to_owned(),
                times => format!(", restarted {times} times"),
            };
            (format!("{who} up {}{restarts}", span(uptime)), theme.text)
        }
        _ => (who, theme.text),
    }
}

/// How far it is learned what is normal, at the right; gives the rest of the row.
fn draw_learning(canvas: &mut Canvas, area: Rect, view: &View) -> Rect {
    let (theme, learning) = (canvas.theme, &view.snapshot.learning);
    let (text, style) = match learning.deviates {
        _ if !learning.done() => {
            let minutes = |secs: f64| (secs / 60.0).floor();
            let (done, needed) = (minutes(learning.secs), minutes(learning.needed));
            (format!("learning, {done:.0} of {needed:.0} min"), theme.dim)
        }
        Some(secs) if view.scene.ui.replay.is_none() => {
            (format!("another level for {}: a accepts", brief(secs)), theme.warn)
        }
        Some(secs) => (format!("another level for {}", brief(secs)), theme.warn),
        None => return area,
    };
    if area.width < width(&text) + LEARNING_FROM {
        return area;
    }
    canvas.right(area.x, area.y, area.width, &text, style);
    Rect { width: area.width - width(&text) - 2, ..area }
}
