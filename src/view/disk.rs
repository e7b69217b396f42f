//! Disk I/O: a row per process, and the ingestor's write rate over time.

use ratatui::layout::Rect;

use crate::model::history::Key;
use crate::model::snapshot::{FlagId, IoRates, ProcView};
use crate::ui::Panel;
use crate::view::View;
use crate::view::canvas::{Canvas, Row, cut_top};
use crate::view::figures::{bytes, calls};
use crate::view::graph::{self, Graph};
use crate::view::panel::{self, Chrome};
use crate::view::theme::UNKNOWN;

const LABEL: u16 = 8;
/// From this width every figure has its column.
const ROOMY_FROM: u16 = 55;
/// From this width the marks of two figures have room between the figures.
const MIDDLE_FROM: u16 = 40;
/// From this height under the table the server has a graph of its own.
const TWO_GRAPHS: u16 = 11;

/// A figure of a process: how it is headed, how wide, how it is had from the rates.
struct Column {
    title: &'static str,
    width: u16,
    show: fn(&IoRates) -> String,
    flag: Option<FlagId>,
}

const fn column(title: &'static str, width: u16, show: fn(&IoRates) -> String) -> Column {
    Column { title, width, show, flag: None }
}

const fn flagged(title: &'static str, width: u16, show: fn(&IoRates) -> String, flag: FlagId) -> Column {
    Column { title, width, show, flag: Some(flag) }
}

static ROOMY: [Column; 5] = [
    column("read/s", 8, |io| bytes(io.read)),
    flagged("write/s", 9, |io| bytes(io.write), FlagId::WriteRate),
    flagged("cancelled/s", 12, |io| bytes(io.cancelled), FlagId::CancelledWrites),
    column("reads/s", 9, |io| calls(io.syscr)),
    column("writes/s", 9, |io| calls(io.syscw)),
];
/// Here the panel's title says that all of it is per second.
static MIDDLE: [Column; 4] = [
    column("read", 8, |io| bytes(io.read)),
    flagged("write", 9, |io| bytes(io.write), FlagId::WriteRate),
    flagged("cancel", 9, |io| bytes(io.cancelled), FlagId::CancelledWrites),
    column("calls", 6, |io| calls(io.syscr + io.syscw)),
];
static NARROW: [Column; 4] = [
    column("read", 8, |io| bytes(io.read)),
    flagged("write", 8, |io| bytes(io.write), FlagId::WriteRate),
    flagged("cancel", 8, |io| bytes(io.cancelled), FlagId::CancelledWrites),
    column("calls", 6, |io| calls(io.syscr + io.syscw)),
];

fn columns_for(width: u16) -> &'static [Column] {
    let all: &[Column] = match width {
        ROOMY_FROM.. => &ROOMY,
        MIDDLE_FROM.. => &MIDDLE,
        _ => &NARROW,
    };
    let mut room = width.saturating_sub(LABEL);
    let fitting = all.iter().take_while(|column| {
        let fits = column.width <= room;
        room = room.saturating_sub(column.width);
        fits
    });
    &all[..fitting.count()]
}

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    let inner = panel::inside(area, chrome);
    let columns = columns_for(inner.width);
    let note = ("per second".to_owned(), canvas.theme.dim);
    let notes = if inner.width < ROOMY_FROM { &[note][..] } else { &[] };
    panel::draw(canvas, area, chrome, Panel::Disk, view.scene.ui.focus, notes);
    let rest = draw_table(canvas, inner, columns, view);
    let with_server = rest.height >= TWO_GRAPHS && view.snapshot.server.is_some();
    let (upper, lower) = cut_top(rest, if with_server { rest.height * 3 / 5 } else { rest.height });
    let name = if with_server { "ingestor write" } else { "write" };
    draw_graph(canvas, upper, (name, with_server), &Key::IngestorWrite, view);
    if with_server {
        draw_graph(canvas, lower, ("server write", true), &Key::ServerWrite, view);
    }
}

/// Draws heading, processes and what is wrong with them; returns what is left.
fn draw_table(canvas: &mut Canvas, area: Rect, columns: &[Column], view: &View) -> Rect {
    let (head, mut rest) = cut_top(area, 1);
    let mut row = Row::new(head);
    row.left(canvas, LABEL, "", canvas.theme.dim);
    for column in columns {
        row.right(canvas, column.width, column.title, canvas.theme.dim);
    }
    let processes = [("ingestor", &view.snapshot.ingestor), ("server", &view.snapshot.server)];
    for (role, process) in processes {
        if let Some(process) = process {
            let (line, below) = cut_top(rest, 1);
            draw_process(canvas, line, role, process, columns, view);
            rest = below;
        }
    }
    for fault in processes.iter().filter_map(|(role, _)| view.fault(role)) {
        let (line, below) = cut_top(rest, 1);
        if line.height > 0 {
            canvas.text(line.x, line.y, line.width, &fault, canvas.theme.warn);
        }
        rest = below;
    }
    rest
}

fn draw_process(
    canvas: &mut Canvas,
    area: Rect,
    role: &str,
    process: &ProcView,
    columns: &[Column],
    view: &View,
) {
    if area.height == 0 {
        return;
    }
    let theme = canvas.theme;
    let mut row = Row::new(area);
    let known = process.rates.as_ref().or(process.last_rates.as_ref());
    let style = if process.rates.is_some() { theme.text } else { theme.dim };
    // The label may fill its field: the first figure's begins with a free column.
    canvas.text(area.x, area.y, LABEL.min(area.width), role, style);
    row.left(canvas, LABEL, "", style);
    for column in columns {
        let text = known.map_or_else(|| UNKNOWN.to_owned(), column.show);
        if column.flag.is_some_and(|flag| view.flag(flag, Some(role)).is_some()) {
            row.alert(canvas, column.width, &text);
        } else {
            row.right(canvas, column.width, &text, style);
        }
    }
}

fn draw_graph(canvas: &mut Canvas, area: Rect, (what, named): (&str, bool), key: &Key, view: &View) {
    let (columns, secs) = view.columns(key, area.width);
    let limit = view.scene.limits.write_rate;
    graph::draw(canvas, area, &Graph { what, named, per: "/s", columns: &columns, secs, limit });
}
