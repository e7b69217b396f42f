//! The table of write sources.

use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::model::history::Key;
use crate::model::snapshot::SourceRow;
use crate::units::Count;
use crate::view::View;
use crate::view::canvas::{Canvas, Row, cut_left};
use crate::view::figures::{or_dash, rate, ratio, span};
use crate::view::graph::sparkline;
use crate::view::sources::{Section, order};
use crate::view::theme::{ALERT, RUNNING};

/// Columns of the mark before a name.
pub(crate) const MARK: u16 = 2;
const NAME_LEAST: u16 = 15;
const NAME_MOST: u16 = 25;
const SPARK_LEAST: u16 = 9;
const SPARK_MOST: u16 = 61;

/// Widths of the columns; 0 for one that has no room. They follow from the panel's width alone:
/// no value moves a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Widths {
    name: u16,
    total: u16,
    rate: u16,
    baseline: u16,
    ratio: u16,
    spark: u16,
}

impl Widths {
    fn of(columns: u16) -> Self {
        let mut room = columns.saturating_sub(MARK + NAME_LEAST);
        let mut take = |wanted: u16| {
            let taken = if wanted <= room { wanted } else { 0 };
            room -= taken;
            taken
        };
        let (rate, total, baseline) = (take(8), take(10), take(9));
        let (ratio, spark) = (take(7), take(SPARK_LEAST));
        let longer = room.min(NAME_MOST - NAME_LEAST);
        let wider = if spark == 0 { 0 } else { (room - longer).min(SPARK_MOST - SPARK_LEAST) };
        Self { name: NAME_LEAST + longer, total, rate, baseline, ratio, spark: spark + wider }
    }
}

/// The sources that are shown, in their order.
pub(crate) struct Table<'a> {
    view: &'a View<'a>,
    shown: Vec<&'a SourceRow>,
    widths: Widths,
}

impl<'a> Table<'a> {
    /// The table in a panel of `columns` columns.
    pub(crate) fn new(view: &'a View<'a>, columns: u16) -> Self {
        let shown = order::shown(&view.snapshot.sources.rows, view.scene.ui);
        Self { view, shown, widths: Widths::of(columns) }
    }

    /// Sources that pass the filter.
    pub(crate) fn sources(&self) -> usize {
        self.shown.len()
    }

    /// What stands under the rows: why there are none, or how many are missing.
    fn remark(&self) -> Option<(String, Style)> {
        let (theme, sources) = (self.view.scene.theme, &self.view.snapshot.sources);
        if let Some(fault) = self.view.fault("stats") {
            Some((fault, theme.warn))
        } else if sources.rows.is_empty() {
            Some(("no stats yet".to_owned(), theme.dim))
        } else if self.shown.is_empty() {
            Some((format!("no source's name contains '{}'", self.view.scene.ui.filter), theme.dim))
        } else if sources.left_out > 0 {
            Some((format!("and {} names more than are shown", sources.left_out), theme.dim))
        } else {
            None
        }
    }

    fn draw_spark(&self, canvas: &mut Canvas, area: Rect, source: &SourceRow, style: Style) {
        let area = cut_left(area, 1).1;
        if area.width > 0 {
            let (columns, _) = self.view.columns(&Key::Source(source.name.clone()), area.width);
            sparkline(canvas, area, &columns, style);
        }
    }
}

impl Section for Table<'_> {
    fn title(&self) -> &'static str {
        "Write sources"
    }

    fn rows(&self) -> usize {
        self.shown.len() + usize::from(self.remark().is_some())
    }

    fn heading(&self, canvas: &mut Canvas, area: Rect) {
        let (dim, widths, ui) = (canvas.theme.dim, self.widths, self.view.scene.ui);
        let mut row = Row::new(area);
        row.mark(canvas, ' ', dim);
        row.left(canvas, widths.name, "source", dim);
        row.right(canvas, widths.total, "total", dim);
        row.right(canvas, widths.rate, "rate/s", dim);
        row.right(canvas, widths.baseline, "5-min/s", dim);
        row.right(canvas, widths.ratio, "ratio", dim);
        if widths.spark > 0 {
            let cells = usize::from(widths.spark - 1);
            let secs = ui.span.column_secs(cells, self.view.snapshot.interval.max(0.1)) * cells as f64;
            row.right(canvas, widths.spark, &span(secs), dim);
        }
    }

    fn row(&self, canvas: &mut Canvas, area: Rect, index: usize) {
        let Some(source) = self.shown.get(index) else {
            if let Some((text, style)) = self.remark() {
                canvas.text(
                    area.x + MARK.min(area.width),
                    area.y,
                    area.width.saturating_sub(MARK),
                    &text,
                    style,
                );
            }
            return;
        };
        let (theme, widths) = (canvas.theme, self.widths);
        let (mark, style, spark) = match (source.flag, order::running(source)) {
            (Some(_), _) => (ALERT, theme.critical, theme.over),
            (None, true) => (RUNNING, theme.warn, theme.bar),
            (None, false) if source.rate.is_none_or(|rate| rate == 0.0) => (' ', theme.dim, theme.dim),
            (None, false) => (' ', theme.text, theme.bar),
        };
        let mut row = Row::new(area);
        row.mark(canvas, mark, style);
        row.left(canvas, widths.name, &source.name, style);
        row.right(canvas, widths.total, &Count(source.total).to_string(), style);
        row.right(canvas, widths.rate, &or_dash(source.rate, rate), style);
        row.right(canvas, widths.baseline, &or_dash(source.baseline, rate), style);
        row.right(canvas, widths.ratio, &or_dash(source.ratio(), ratio), style);
        let used = area.width.saturating_sub(row.room());
        self.draw_spark(canvas, cut_left(cut_left(area, used).1, widths.spark).0, source, spark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_go_in_the_order_of_their_worth() {
        assert_eq!(Widths::of(0), Widths { name: NAME_LEAST, ..Widths::default() });
        assert_eq!(Widths::of(28), Widths { name: 18, rate: 8, ..Widths::default() });
        assert_eq!(Widths::of(46), Widths { name: 17, rate: 8, total: 10, baseline: 9, ..Widths::default() });
        let full = Widths::of(78);
        assert_eq!((full.name, full.spark), (25, 17));
        for columns in 17..400 {
            let w = Widths::of(columns);
            assert!(MARK + w.name + w.total + w.rate + w.baseline + w.ratio + w.spark <= columns.max(17));
        }
    }
}
