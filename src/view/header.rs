//! Who is watched, how fresh it is, and the one sentence that matters most.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::snapshot::ProcView;
use crate::view::canvas::{Canvas, cut_left, cut_top, width};
use crate::view::figures::{ago, span, tail};
use crate::view::theme::ALERT;
use crate::view::{Shape, View, sqlite};

/// Columns of the state: "no sample for 12 s".
const STATE: u16 = 18;
/// Columns of the last sample's age: "59 s ago".
const AGE: u16 = 8;
/// Columns of the interval: "every 0.1 s".
const EVERY: u16 = 11;

/// The rows it takes.
pub(super) fn rows(shape: Shape, height: u16) -> u16 {
    if shape == Shape::Single && height < 14 { 2 } else { 3 }
}

/// Draws as many of its lines as there are rows.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    let area = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let (first, rest) = cut_top(area, 1);
    draw_identity(canvas, first, view);
    let (processes, finding) = cut_top(rest, rest.height.saturating_sub(1));
    if processes.height > 0 {
        draw_processes(canvas, processes, view);
    }
    draw_finding(canvas, finding, view);
}

fn draw_identity(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    let (state, style) = state(view);
    canvas.right(area.x, area.y, area.width, &state, style);
    let name_room = area.width.saturating_sub(width(&state) + 1);
    let mut room = area.width.saturating_sub(STATE + 1);
    let name = view
        .scene
        .labels
        .scenario
        .as_ref()
        .map_or_else(|| "corescope-top".to_owned(), |scenario| format!("demo: {scenario}"));
    let freshness = AGE + EVERY + 3;
    if room >= width(&name) + freshness + 14 {
        draw_freshness(canvas, cut_left(area, room).0, view);
        room -= freshness;
    }
    let used = canvas.text(area.x, area.y, name_room, &name, theme.title) + 2;
    let db = view.scene.labels.db.as_deref().unwrap_or("no database watched");
    if room >= used + 8 {
        canvas.text(area.x + used, area.y, room - used, &tail(db, room - used), theme.text);
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

/// The most serious flag, else what the log needs, else what could not be read, else that all is
/// well, or why that can't be told yet.
fn draw_finding(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    let (flags, faults) = (&view.snapshot.flags, &view.snapshot.faults);
    let quiet = match (view.scene.snapshot, view.snapshot.seq) {
        (None, _) => "nothing is known yet",
        (_, ..=1) => "waiting for the second sample: rates need two",
        _ => "no flags: nothing over a limit",
    };
    // The fault that keeps the log from being read says more than that it can't be read.
    let blind = sqlite::blind(view) && !faults.is_empty();
    let headline = if flags.is_empty() && !blind { sqlite::headline(view) } else { None };
    let (mark, text, style) = match (flags.first(), &headline, faults.first()) {
        (Some(flag), ..) => (ALERT, flag.text.as_str(), theme.critical),
        (None, Some(headline), _) => (ALERT, headline.as_str(), theme.warn),
        (None, None, Some(fault)) => ('×', fault.text.as_str(), theme.warn),
        (None, None, None) => (' ', quiet, theme.dim),
    };
    let more = others(flags.len().max(headline.iter().len()), faults.len());
    let room = area.width.saturating_sub(if more.is_empty() { 0 } else { width(&more) + 2 });
    canvas.right(area.x, area.y, area.width, &more, style);
    if mark == ' ' {
        canvas.text(area.x, area.y, room, text, style);
    } else {
        canvas.put(area.x, area.y, mark, style);
        // The end of a long sentence is cut, but not for how long it has held.
        let fault = faults.first().filter(|fault| fault.text == text);
        let lasts = fault.map(|fault| view.lasted(fault)).filter(|lasts| room > 2 * width(lasts) + 2);
        let lasts = lasts.unwrap_or_default();
        let room = room.saturating_sub(2 + width(&lasts));
        let taken = canvas.text(area.x + 2, area.y, room, text, style);
        canvas.text(area.x + 2 + taken, area.y, width(&lasts), &lasts, style);
    }
}

/// What the line leaves unsaid.
fn others(flags: usize, faults: usize) -> String {
    let fault = |count: usize| if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
    match (flags, faults) {
        (0 | 1, 0) | (0, 1) => String::new(),
        (0, count) => format!("+{} more", count - 1),
        (1, count) => fault(count),
        (flags, 0) => format!("+{} more", flags - 1),
        (flags, count) => format!("+{} more, {}", flags - 1, fault(count)),
    }
}
