//! Bar graphs of the last minutes: own drawing, because a gap, a zero and a small value must each
//! look like what they are, and what is over the limit must be seen without colour.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::view::canvas::{Canvas, cut_top, width};
use crate::view::figures;
use crate::view::theme::ALERT;

const EIGHTHS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const LEFT_EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];
/// The scale ends this far over the limit, so that its line isn't the frame.
const OVER_LIMIT: f64 = 1.25;
/// Under this share of the limit the data has the scale to itself.
const FAR_BELOW: f64 = 0.3;

/// One series of bytes or bytes per second with its limit.
pub(crate) struct Graph<'a> {
    /// What it shows, for the caption.
    pub(crate) what: &'a str,
    /// Whether the name must stay where there is no room for all: another graph stands beside.
    pub(crate) named: bool,
    /// What follows an amount of bytes: "/s" or nothing.
    pub(crate) per: &'a str,
    /// A value a column, oldest first; `None` is a gap.
    pub(crate) columns: &'a [Option<f64>],
    /// Seconds of a column.
    pub(crate) secs: f64,
    /// The limit.
    pub(crate) limit: f64,
}

impl Graph<'_> {
    /// Value at the top of the picture, and whether the limit lies in it.
    fn scale(&self) -> (f64, bool) {
        let highest = self.columns.iter().flatten().fold(0.0, |high: f64, &value| high.max(value));
        if highest < self.limit * FAR_BELOW {
            (figures::round_bytes(highest), false)
        } else if highest <= self.limit * OVER_LIMIT {
            (self.limit * OVER_LIMIT, true)
        } else {
            (figures::round_bytes(highest), true)
        }
    }
}

/// Draws a caption and under it the bars; with fewer than two rows nothing.
pub(crate) fn draw(canvas: &mut Canvas, area: Rect, graph: &Graph) {
    if area.height < 2 {
        return;
    }
    let (top, limit_shown) = graph.scale();
    let (caption, bars) = cut_top(area, 1);
    draw_caption(canvas, caption, graph, top, limit_shown);
    let limit = if limit_shown { Some(graph.limit) } else { None };
    for (x, value) in (bars.left()..bars.right()).zip(graph.columns) {
        column(canvas, bars, x, *value, top, limit);
    }
}

fn draw_caption(canvas: &mut Canvas, area: Rect, graph: &Graph, top: f64, limit_shown: bool) {
    let theme = canvas.theme;
    let range = format!("0–{}{}", figures::scale(top), graph.per);
    let time = figures::span(graph.columns.len() as f64 * graph.secs);
    let amount = crate::units::Bytes(graph.limit as u64);
    let limit = if limit_shown {
        format!("╌ limit {amount}{}", graph.per)
    } else {
        format!("limit {amount}{} ↑", graph.per)
    };
    let (with_name, room) = (format!("{} {range}", graph.what), area.width.saturating_sub(width(&time) + 2));
    // The name of a single graph is the first to go: the panel and its table say it too.
    let all = width(&with_name) + width(&limit) + 2 <= room;
    let left = if all || graph.named { with_name } else { range };
    let used = canvas.text(area.x, area.y, room, &left, theme.dim) + 2;
    if used + width(&limit) <= room {
        let style = if limit_shown { theme.limit } else { theme.dim };
        canvas.text(area.x.saturating_add(used), area.y, room - used, &limit, style);
    }
    canvas.right(area.x, area.y, area.width, &time, theme.dim);
}

/// Eighths of a row that `value` reaches on a scale that ends at `top` after `rows` rows. The
/// smallest known value has one: what has none is a gap.
fn eighths(value: f64, top: f64, rows: u16) -> u16 {
    let full = f64::from(rows) * 8.0;
    let share = if top > 0.0 { value / top } else { 0.0 };
    ((share * full).round().min(full) as u16).max(1)
}

fn column(canvas: &mut Canvas, area: Rect, x: u16, value: Option<f64>, top: f64, limit: Option<f64>) {
    let theme = canvas.theme;
    let over = limit.zip(value).is_some_and(|(limit, value)| value > limit);
    let height = value.map_or(0, |value| eighths(value, top, area.height));
    let line = limit.map(|limit| (eighths(limit, top, area.height) - 1) / 8);
    for row in 0..area.height {
        let y = area.bottom() - 1 - row;
        let filled = height.saturating_sub(row * 8).min(8);
        if filled > 0 {
            let tip = over && height <= (row + 1) * 8;
            let glyph = if tip { ALERT } else { EIGHTHS[usize::from(filled) - 1] };
            // Under the limit nothing changes its colour: a restless bar repaints its tip alone.
            let beyond = tip || line.is_some_and(|line| row > line);
            canvas.put(x, y, glyph, if beyond { theme.over } else { theme.bar });
        } else if line == Some(row) {
            canvas.put(x, y, '╌', theme.limit);
        }
    }
}

/// A graph of one row without a limit, scaled to a round maximum.
pub(crate) fn sparkline(canvas: &mut Canvas, area: Rect, columns: &[Option<f64>], style: Style) {
    let highest = columns.iter().flatten().fold(0.0, |high: f64, &value| high.max(value));
    let top = figures::round_rate(highest);
    for (x, value) in (area.left()..area.right()).zip(columns) {
        if let Some(value) = value {
            canvas.put(x, area.y, EIGHTHS[usize::from(eighths(*value, top, 1)) - 1], style);
        }
    }
}

/// A bar from the left in brackets that shows a share of one; what is beyond one fills it.
pub(crate) fn gauge(canvas: &mut Canvas, area: Rect, share: Option<f64>, style: Style) {
    let dim = canvas.theme.dim;
    let cells = area.width.saturating_sub(2);
    let right = area.right().saturating_sub(1);
    canvas.put(area.x, area.y, '[', dim);
    canvas.put(right, area.y, ']', dim);
    let full = f64::from(cells) * 8.0;
    // A share that is no number is drawn as none: NaN becomes 0 in the cast.
    let filled = share.map_or(0, |share| (share.clamp(0.0, 1.0) * full).round() as u16);
    for cell in 0..cells {
        let eighths = filled.saturating_sub(cell * 8).min(8);
        if eighths > 0 {
            let glyph = LEFT_EIGHTHS[usize::from(eighths) - 1];
            canvas.put(area.x + 1 + cell, area.y, glyph, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::{Buffer, Cell};

    use super::*;
    use crate::units::MB;
    use crate::view::theme::Theme;

    const M: f64 = MB as f64;

    fn painted(size: (u16, u16), paint: impl Fn(&mut Canvas, Rect)) -> Vec<String> {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::new(false, false);
        paint(&mut Canvas::new(&mut buffer, &theme), area);
        buffer
            .content()
            .chunks(usize::from(size.0))
            .map(|row| row.iter().map(Cell::symbol).collect())
            .collect()
    }

    fn drawn(columns: &[Option<f64>]) -> Vec<String> {
        let graph = Graph { what: "write", named: false, per: "/s", columns, secs: 1.0, limit: 10.0 * M };
        painted((12, 5), |canvas, area| draw(canvas, area, &graph))
    }

    #[test]
    fn a_gap_a_zero_and_a_small_value_differ() {
        let rows = drawn(&[None, Some(0.0), Some(1.0), Some(M), None]);
        assert_eq!(rows[4], " ▁▁█        ");
        let spark = painted((4, 1), |c, area| {
            sparkline(c, area, &[None, Some(0.0), Some(5.0), Some(10.0)], Style::new());
        });
        assert_eq!(spark, [" ▁▄█"]);
    }

    #[test]
    fn the_limit_is_a_line_and_what_is_over_it_is_marked() {
        let rows = drawn(&[Some(5.0 * M), Some(10.0 * M), Some(11.0 * M), None]);
        assert_eq!(rows[1], "╌▂▲╌        ");
        assert_eq!(rows[2], "╌█".replace('╌', " ") + "█         ");
    }

    #[test]
    fn a_limit_far_above_leaves_the_scale_to_the_data() {
        let columns = [Some(1.5 * M); 40];
        let graph =
            Graph { what: "write", named: false, per: "/s", columns: &columns, secs: 1.0, limit: 10.0 * M };
        let rows = painted((40, 3), |canvas, area| draw(canvas, area, &graph));
        assert_eq!(rows[0], "write 0–2 MB/s  limit 10.0 MB/s ↑   40 s");
        assert!(rows.iter().all(|row| !row.contains('╌')));
        let named = Graph { what: "server write", named: true, ..graph };
        let rows = painted((40, 3), |canvas, area| draw(canvas, area, &named));
        assert_eq!(rows[0], "server write 0–2 MB/s               40 s");
    }

    #[test]
    fn a_gauge_takes_any_number() {
        let bar = |share| painted((6, 1), |c, area| gauge(c, area, share, Style::new())).concat();
        assert_eq!(bar(Some(0.5)), "[██  ]");
        assert_eq!(bar(Some(7.0)), "[████]");
        assert_eq!(bar(Some(f64::NAN)), "[    ]");
        assert_eq!(bar(None), "[    ]");
    }

    #[test]
    fn degenerate_values_draw_something() {
        for value in [f64::INFINITY, f64::NAN, -1.0, f64::MAX] {
            assert_eq!(drawn(&[Some(value)]).len(), 5);
        }
    }
}
