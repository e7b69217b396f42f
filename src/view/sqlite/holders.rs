//! The readers: who holds which mark, how far behind, and which of them pins the log.

use ratatui::layout::Rect;

use crate::model::wal::view::{Holder, Process, WalView};
use crate::parse::text::clip;
use crate::units::Count;
use crate::view::canvas::{Canvas, Row, width};
use crate::view::figures::{count, span};
use crate::view::theme::ALERT;

/// Columns of the mark of the reader that pins: "▲ pins".
const PINS: u16 = 7;
/// Least columns of the process.
const PROCESS_LEAST: u16 = 12;
const PROCESS_MOST: u16 = 40;

/// A reader, and whether it pins the log.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    holder: &'a Holder,
    pins: bool,
}

/// The readers, the one that pins first, then the lowest mark first.
pub(super) fn of(wal: &WalView) -> Vec<Reader<'_>> {
    let holders = wal.holders.as_deref().unwrap_or_default();
    let mut readers: Vec<_> = holders
        .iter()
        .enumerate()
        .map(|(index, holder)| Reader { holder, pins: wal.pin == Some(index) })
        .collect();
    readers.sort_by_key(|reader| !reader.pins);
    readers
}

/// Widths of the columns; 0 for one that has no room. They follow from the panel's width alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Widths {
    process: u16,
    role: u16,
    slot: u16,
    mark: u16,
    behind: u16,
    held: u16,
}

impl Widths {
    fn of(columns: u16) -> Self {
        let mut room = columns.saturating_sub(PINS + PROCESS_LEAST);
        let mut take = |wanted: u16| {
            let taken = if wanted <= room { wanted } else { 0 };
            room -= taken;
            taken
        };
        let held = take(10);
        let process = take(6);
        let (behind, slot, mark) = (take(8), take(5), take(8));
        let role = take(9);
        let rest = (PROCESS_LEAST + process + room).min(PROCESS_MOST);
        Self { process: rest, role, slot, mark, behind, held }
    }
}

/// Draws the heading into one row.
pub(super) fn heading(canvas: &mut Canvas, area: Rect) {
    let (dim, widths) = (canvas.theme.dim, Widths::of(area.width));
    let mut row = Row::new(area);
    row.left(canvas, PINS, "", dim);
    row.left(canvas, widths.process, "reader", dim);
    row.left(canvas, widths.role, "role", dim);
    row.right(canvas, widths.slot, "slot", dim);
    row.right(canvas, widths.mark, "mark", dim);
    row.right(canvas, widths.behind, "behind", dim);
    row.right(canvas, widths.held, "at least", dim);
}

/// Draws a reader into one row.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, reader: Reader) {
    let (theme, widths, holder) = (canvas.theme, Widths::of(area.width), reader.holder);
    let style = if reader.pins { theme.critical } else { theme.text };
    let mark = if reader.pins { format!("{ALERT} pins") } else { String::new() };
    let mut row = Row::new(area);
    row.left(canvas, PINS, &mark, style);
    row.left(canvas, widths.process, &who(&holder.process, widths.process.saturating_sub(1)), style);
    row.left(canvas, widths.role, holder.process.role, style);
    row.right(canvas, widths.slot, &holder.slot.to_string(), style);
    row.right(canvas, widths.mark, &fitting(holder.mark, widths.mark), style);
    row.right(canvas, widths.behind, &fitting(holder.behind, widths.behind), style);
    row.right(canvas, widths.held, &span(holder.held), style);
}

/// A count of frames, exact where its field has room for it.
fn fitting(frames: u32, columns: u16) -> String {
    let exact = Count(frames.into()).to_string();
    if width(&exact) < columns { exact } else { count(frames.into()) }
}

/// A process in at most `columns` columns: the pid is the last to go, for it is what one acts on.
pub(super) fn who(process: &Process, columns: u16) -> String {
    let full = process.to_string();
    if width(&full) <= columns {
        return full;
    }
    match (&process.name, process.pid) {
        (_, None) => clip("not visible", columns.into()),
        (_, Some(pid)) if matches!(process.role, "ingestor" | "server") => {
            shortened(process.role, pid, columns)
        }
        (Some(name), Some(pid)) => shortened(name, pid, columns),
        (None, Some(pid)) => shortened("", pid, columns),
    }
}

fn shortened(name: &str, pid: u32, columns: u16) -> String {
    let pid = format!("[{pid}]");
    let room = columns.saturating_sub(width(&pid));
    clip(&format!("{}{pid}", clip(name, room.into())), columns.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_in_the_order_of_their_worth() {
        let narrow = Widths::of(35);
        assert_eq!((narrow.process, narrow.held, narrow.behind), (18, 10, 0));
        let middle = Widths::of(56);
        assert_eq!((middle.slot, middle.mark, middle.behind, middle.role), (5, 8, 8, 0));
        assert!(Widths::of(96).role > 0);
        for columns in 19..300 {
            let w = Widths::of(columns);
            assert!(PINS + w.process + w.role + w.slot + w.mark + w.behind + w.held <= columns);
        }
    }

    #[test]
    fn the_pid_is_the_last_to_go() {
        let named = |name: &str, role| Process { pid: Some(4391), name: Some(name.into()), role };
        let (server, other) = (named("corescope-server", "server"), named("some-long-tool", "other"));
        assert_eq!(
            [30, 17, 10].map(|room| who(&server, room)),
            ["corescope-server[4391]", "server[4391]", "ser…[4391]"]
        );
        assert_eq!(who(&other, 14), "some-lo…[4391]");
        assert_eq!(who(&Process { pid: None, name: None, role: "other" }, 12), "not visible");
        assert_eq!(who(&Process { pid: Some(7), name: None, role: "other" }, 5), "[7]");
    }
}
