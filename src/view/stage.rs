//! The screens before there is something to watch: waiting for a target, choosing among several.

use std::time::Duration;

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::ui::stage::{PickRow, Picker, Waiting};
use crate::units::{BytesPerSec, Span};
use crate::view::canvas::{Canvas, Row, cut_top};
use crate::view::figures::tail;
use crate::view::theme::{ALERT, UNKNOWN};
use crate::view::{KeyGuide, Scene};

const PID: u16 = 9;
const UP: u16 = 11;
const WRITE: u16 = 12;
/// From these widths there are columns for containers, uptime and write rate.
const CONTAINERS_FROM: u16 = 70;
const UP_FROM: u16 = 55;
const WRITE_FROM: u16 = 40;
const CONTAINER: u16 = 22;
/// In between there is less for them.
const WIDE_FROM: u16 = 100;
const NARROW_CONTAINER: u16 = 13;
const USER: u16 = 11;

/// Draws the waiting screen.
pub(super) fn draw_waiting(canvas: &mut Canvas, area: Rect, waiting: &Waiting, scene: &Scene) {
    let theme = canvas.theme;
    let waited = Span(Duration::from_secs(scene.now.since(waiting.since).as_secs()));
    let seen = match waiting.processes {
        0 => String::new(),
        count => format!(", {count} processes seen"),
    };
    let lines = [
        ("corescope-top".to_owned(), theme.title),
        (format!("waiting for an ingestor, {waited}{seen}"), theme.text),
        (format!("looks for processes named {}", waiting.looks_for), theme.dim),
        ("attaches by itself as soon as one appears".to_owned(), theme.dim),
        ("or name it by hand: --ingestor PID --db PATH".to_owned(), theme.dim),
    ];
    let problems = waiting.problems.iter().map(|problem| (problem.clone(), theme.warn));
    let (mut rest, foot) = cut_top(area, area.height.saturating_sub(1));
    for (text, style) in lines.into_iter().chain(problems) {
        let (line, below) = cut_top(rest, 1);
        if line.height > 0 {
            canvas.text(line.x + 1, line.y, line.width.saturating_sub(2), &text, style);
        }
        rest = below;
    }
    draw_foot(canvas, foot, scene.keys);
}

/// Draws the list to choose from.
pub(super) fn draw_picker(canvas: &mut Canvas, area: Rect, picker: &Picker, keys: &KeyGuide) {
    let theme = canvas.theme;
    let (head, rest) = cut_top(area, 1);
    let (heading, rest) = cut_top(rest, 1);
    let (rest, foot) = cut_top(rest, rest.height.saturating_sub(1));
    let doubt = picker.chosen_row().filter(|row| row.exe.is_some());
    let (list, doubted) = cut_top(rest, rest.height.saturating_sub(u16::from(doubt.is_some())));
    let shown = picker.shown();
    let (all, count) = (picker.rows.len(), shown.len());
    let filter = if picker.filter.is_empty() { String::new() } else { format!("  /{}", picker.filter) };
    let title = format!("corescope-top: which ingestor?  {count} of {all}{filter}");
    canvas.text(head.x + 1, head.y, head.width.saturating_sub(2), &title, theme.title);
    let mut row = Row::new(heading);
    let columns = Columns::of(area.width);
    columns.draw(canvas, &mut row, ["pid", "user", "container", "database", "up", "write"], theme.dim);
    let position = picker.position().unwrap_or(0);
    // The chosen row is always in sight.
    let top = (position + 1).saturating_sub(list.height.into());
    let mut rest = list;
    for (index, entry) in shown.iter().enumerate().skip(top) {
        let (line, below) = cut_top(rest, 1);
        if line.height == 0 {
            break;
        }
        draw_row(canvas, line, &columns, entry, index == position);
        rest = below;
    }
    if shown.is_empty() && list.height > 0 {
        canvas.text(list.x + 1, list.y, list.width, "none fits what was typed", theme.warn);
    }
    if let Some(PickRow { pid, exe: Some(exe), .. }) = doubt.filter(|_| doubted.height > 0) {
        let text = format!("{ALERT} {pid} only says that it is one (argv[0]): its exe is {exe}");
        canvas.text(doubted.x + 1, doubted.y, doubted.width.saturating_sub(1), &text, theme.warn);
    }
    draw_foot(canvas, foot, keys);
}

fn draw_row(canvas: &mut Canvas, line: Rect, columns: &Columns, entry: &PickRow, chosen: bool) {
    let theme = canvas.theme;
    let style = if chosen { theme.selected } else { theme.text };
    if chosen {
        canvas.text(line.x, line.y, 1, "►", style);
    }
    let up = Span(Duration::from_secs_f64(entry.uptime.max(0.0))).to_string();
    let write = entry.write.map_or_else(|| UNKNOWN.to_owned(), |rate| BytesPerSec(rate).to_string());
    let pid = entry.exe.as_ref().map_or_else(|| entry.pid.to_string(), |_| format!("{ALERT}{}", entry.pid));
    let fields = [
        pid.as_str(),
        entry.user.as_deref().unwrap_or(UNKNOWN),
        entry.container.as_deref().unwrap_or(UNKNOWN),
        entry.db.as_deref().unwrap_or("database not known"),
        &up,
        &write,
    ];
    columns.draw(canvas, &mut Row::new(line), fields, style);
}

/// Widths of the list's columns; 0 for one that has no room.
struct Columns {
    user: u16,
    container: u16,
    db: u16,
    up: u16,
    write: u16,
}

impl Columns {
    fn of(width: u16) -> Self {
        let column = |from: u16, columns: u16| if width >= from { columns } else { 0 };
        let wide = if width >= WIDE_FROM { CONTAINER } else { NARROW_CONTAINER };
        let (container, user) = (column(CONTAINERS_FROM, wide), column(UP_FROM, USER));
        let (up, write) = (column(UP_FROM, UP), column(WRITE_FROM, WRITE));
        let db = width.saturating_sub(1 + PID + user + container + 2 + up + write + 1);
        Self { user, container, db, up, write }
    }

    fn draw(&self, canvas: &mut Canvas, row: &mut Row, fields: [&str; 6], style: Style) {
        let [pid, user, container, db, up, write] = fields;
        row.left(canvas, 1, "", style);
        row.right(canvas, PID, pid, style);
        row.left(canvas, 2, "", style);
        row.left(canvas, self.user, user, style);
        row.left(canvas, self.container, container, style);
        // The end of a path tells more than its beginning; a column of the field stays free.
        row.left(canvas, self.db, &tail(db, self.db.saturating_sub(1)), style);
        row.right(canvas, self.up, up, style);
        row.right(canvas, self.write, write, style);
    }
}

fn draw_foot(canvas: &mut Canvas, area: Rect, keys: &KeyGuide) {
    if area.height > 0 {
        super::footer::draw_keys(canvas, area, keys);
    }
}
