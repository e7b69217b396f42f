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

const LABEL: u16 = 9;
/// From this height the server has a graph of its own.
const TWO_GRAPHS: u16 = 14;

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
    column("read/s", 9, |io| bytes(io.read)),
    flagged("write/s", 10, |io| bytes(io.write), FlagId::WriteRate),
    flagged("cancelled/s", 13, |io| bytes(io.cancelled), FlagId::CancelledWrites),
    column("reads/s", 9, |io| calls(io.syscr)),
    column("writes/s", 10, |io| calls(io.syscw)),
];
static NARROW: [Column; 4] = [
    column("read/s", 8, |io| bytes(io.read)),
    flagged("write/s", 8, |io| bytes(io.write), FlagId::WriteRate),
    flagged("cancel", 8, |io| bytes(io.cancelled), FlagId::CancelledWrites),
    column("calls", 6, |io| calls(io.syscr + io.syscw)),
];

/// Draws the panel.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, chrome: Chrome, view: &View) {
    panel::draw(canvas, area, chrome, Panel::Disk, view.scene.ui.focus, &[]);
    let rest = draw_table(canvas, panel::inside(area, chrome), view);
    let with_server = rest.height >= TWO_GRAPHS - 3 && view.snapshot.server.is_some();
    let (upper, lower) = cut_top(rest, if with_server { rest.height.div_ceil(2) } else { rest.height });
    draw_graph(canvas, upper, "write", &Key::IngestorWrite, view);
    if with_server {
        draw_graph(canvas, lower, "server write", &Key::ServerWrite, view);
    }
}

/// Draws heading, processes and what is wrong with them; returns what is left.
fn draw_table(canvas: &mut Canvas, area: Rect, view: &View) -> Rect {
    let all: &[Column] = if area.width >= 60 { &ROOMY } else { &NARROW };
    let mut room = area.width.saturating_sub(LABEL - 1);
    let fitting = all.iter().take_while(|column| {
        let fits = column.width <= room;
        room = room.saturating_sub(column.width);
        fits
    });
    let columns = &all[..fitting.count()];
    let (head, mut rest) = cut_top(area, 1);
    let mut row = Row::new(head);
    row.left(canvas, LABEL - 1, "", canvas.theme.dim);
    for column in columns {
        row.right(canvas, column.width, column.title, canvas.theme.dim);
    }
    for (role, process) in [("ingestor", &view.snapshot.ingestor), ("server", &view.snapshot.server)] {
        let Some(process) = process else { continue };
        let (line, below) = cut_top(rest, 1);
        draw_process(canvas, line, role, process, columns, view);
        rest = below;
        if let Some(fault) = view.fault(role) {
            let (line, below) = cut_top(rest, 1);
            canvas.text(
                line.x,
                line.y,
                if line.height > 0 { line.width } else { 0 },
                fault,
                canvas.theme.warn,
            );
            rest = below;
        }
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
    let known = process.rates.as_ref();
    let style = if known.is_some() { theme.text } else { theme.dim };
    // The label's field ends where the first figure's begins; its separator is the figure's.
    canvas.text(area.x, area.y, LABEL - 1, role, style);
    row.left(canvas, LABEL - 1, "", style);
    for column in columns {
        let text = known.map_or_else(|| UNKNOWN.to_owned(), column.show);
        if column.flag.is_some_and(|flag| view.flag(flag, Some(role)).is_some()) {
            row.alert(canvas, column.width, &text);
        } else {
            row.right(canvas, column.width, &text, style);
        }
    }
}

fn draw_graph(canvas: &mut Canvas, area: Rect, what: &str, key: &Key, view: &View) {
    let (columns, secs) = view.columns(key, area.width);
    let limit = view.scene.limits.write_rate;
    graph::draw(canvas, area, &Graph { what, per: "/s", columns: &columns, secs, limit });
}
