//! How long each component of the ingestor waited for the writer lock, and held it.

use std::sync::Arc;

use ratatui::layout::Rect;

use crate::sample::WriterPerf;
use crate::view::View;
use crate::view::canvas::{Canvas, Row, cut_left};
use crate::view::figures::{self, millis, or_dash};
use crate::view::sources::Section;

/// From this width the headings are written out.
const ROOMY: u16 = 60;
/// From this width every column has room; below, the times are the last to go.
const FULL: u16 = 43;

/// Times of the writer lock by component.
pub(crate) struct Lock<'a> {
    components: &'a [(Arc<str>, WriterPerf)],
    indent: u16,
}

impl<'a> Lock<'a> {
    /// Those of the last stats file, none from builds that don't publish them, `indent` columns
    /// from the left.
    pub(crate) fn new(view: &'a View, indent: u16) -> Self {
        Self { components: &view.snapshot.sources.writer_perf, indent }
    }
}

/// Columns of name, count, contention and the two times.
fn widths(columns: u16) -> [u16; 5] {
    let figures = match columns {
        ROOMY.. => [10, 12, 12, 12],
        FULL.. => [6, 6, 8, 8],
        34.. => [0, 6, 8, 8],
        _ => [0, 0, 8, 8],
    };
    let [count, contention, wait, hold] = figures;
    let name = columns.saturating_sub(figures.iter().sum()).clamp(8, 27);
    [name, count, contention, wait, hold]
}

impl Section for Lock<'_> {
    fn title(&self) -> &'static str {
        "Writer lock"
    }

    fn rows(&self) -> usize {
        self.components.len()
    }

    fn heading(&self, canvas: &mut Canvas, area: Rect) {
        let dim = canvas.theme.dim;
        let area = cut_left(area, self.indent).1;
        let titles = if area.width >= ROOMY {
            ["writer lock", "count", "contention", "wait ms p95", "hold ms p95"]
        } else {
            let name = if area.width < FULL { "lock p95" } else { "writer lock p95" };
            [name, "count", "cont.", "wait ms", "hold ms"]
        };
        let [name, rest @ ..] = widths(area.width);
        let mut row = Row::new(area);
        row.left(canvas, name, titles[0], dim);
        for (columns, title) in rest.into_iter().zip(&titles[1..]) {
            row.right(canvas, columns, title, dim);
        }
    }

    fn row(&self, canvas: &mut Canvas, area: Rect, index: usize) {
        let Some((component, perf)) = self.components.get(index) else { return };
        let area = cut_left(area, self.indent).1;
        let style = canvas.theme.text;
        let [name, count, contention, wait, hold] = widths(area.width);
        let mut row = Row::new(area);
        row.left(canvas, name, component, style);
        row.right(canvas, count, &or_dash(perf.count, figures::count), style);
        row.right(canvas, contention, &or_dash(perf.contention, figures::count), style);
        row.right(canvas, wait, &or_dash(perf.wait_p95, millis), style);
        row.right(canvas, hold, &or_dash(perf.hold_p95, millis), style);
    }
}
