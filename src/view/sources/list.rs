//! Several tables as one list that scrolls, the heading of the uppermost one always in sight.

use std::ops::Range;

use ratatui::layout::Rect;

use crate::view::canvas::Canvas;
use crate::view::sources::Section;

/// The visible part of some sections.
pub(crate) struct List<'a> {
    sections: &'a [&'a dyn Section],
    lines: Range<usize>,
    total: usize,
}

/// Every section is its heading, its rows and a blank line, but for the last one's.
fn lines(sections: &[&dyn Section]) -> usize {
    sections.iter().map(|section| section.rows() + 2).sum::<usize>().saturating_sub(1)
}

/// Lines of `sections` that `height` rows can't show at once.
pub(crate) fn hidden(sections: &[&dyn Section], height: u16) -> usize {
    lines(sections).saturating_sub(height.into())
}

/// What stands in a line.
enum Line {
    Heading,
    Row(usize),
    Blank,
}

impl<'a> List<'a> {
    /// The part of `sections` that `height` rows show from line `top` on, or from the last line
    /// that fills them.
    pub(crate) fn new(sections: &'a [&'a dyn Section], height: u16, top: usize) -> Self {
        let total = lines(sections);
        let height = usize::from(height).min(total);
        let top = top.min(total - height);
        Self { sections, lines: top..top + height, total }
    }

    /// The section that a line belongs to, and what stands there.
    fn line(&self, index: usize) -> Option<(&'a dyn Section, Line)> {
        let mut at = index;
        for section in self.sections {
            match at.checked_sub(1) {
                None => return Some((*section, Line::Heading)),
                Some(row) if row < section.rows() => return Some((*section, Line::Row(row))),
                Some(row) if row == section.rows() => return Some((*section, Line::Blank)),
                Some(row) => at = row - section.rows() - 1,
            }
        }
        None
    }

    /// Draws what is visible.
    pub(crate) fn draw(&self, canvas: &mut Canvas, area: Rect) {
        for (index, y) in self.lines.clone().zip(area.top()..area.bottom()) {
            let row = Rect { y, height: 1, ..area };
            match self.line(index) {
                Some((section, _)) if index == self.lines.start => section.heading(canvas, row),
                Some((section, Line::Heading)) => section.heading(canvas, row),
                Some((section, Line::Row(at))) => section.row(canvas, row, at),
                Some((_, Line::Blank)) | None => {}
            }
        }
    }

    /// Whether there is more than is visible.
    pub(crate) fn cut(&self) -> bool {
        self.lines.len() < self.total
    }

    /// Which of the first section's `rows` are visible, and whether there is more below.
    pub(crate) fn position(&self, rows: usize) -> String {
        let first = self.lines.start + 1;
        let last = self.lines.end.saturating_sub(1).min(rows);
        let more = if self.lines.end < self.total { " ↓" } else { "" };
        if first > last { format!("{rows} above{more}") } else { format!("{first}–{last} of {rows}{more}") }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::buffer::{Buffer, Cell};
    use ratatui::style::Style;

    use super::*;
    use crate::view::theme::Theme;

    struct Letters(&'static str, usize);

    impl Section for Letters {
        fn title(&self) -> &'static str {
            self.0
        }
        fn rows(&self) -> usize {
            self.1
        }
        fn heading(&self, canvas: &mut Canvas, area: Rect) {
            canvas.text(area.x, area.y, area.width, self.0, Style::new());
        }
        fn row(&self, canvas: &mut Canvas, area: Rect, index: usize) {
            canvas.text(area.x, area.y, area.width, &index.to_string(), Style::new());
        }
    }

    fn shown(height: u16, top: usize) -> (String, String) {
        let sections: [&dyn Section; 2] = [&Letters("A", 3), &Letters("B", 2)];
        let area = Rect::new(0, 0, 1, height);
        let mut buffer = Buffer::empty(area);
        let theme = Theme::new(false, false);
        let list = List::new(&sections, height, top);
        list.draw(&mut Canvas::new(&mut buffer, &theme), area);
        (buffer.content().iter().map(Cell::symbol).collect(), list.position(3))
    }

    #[test]
    fn the_heading_stays_while_its_rows_scroll() {
        let expected = [
            (0, "A01", "1–2 of 3 ↓"),
            (1, "A12", "2–3 of 3 ↓"),
            (2, "A2 ", "3–3 of 3 ↓"),
            (3, "A B", "3 above ↓"),
            (4, "AB0", "3 above ↓"),
            (5, "B01", "3 above"),
            (usize::MAX, "B01", "3 above"),
        ];
        for (top, picture, position) in expected {
            assert_eq!(shown(3, top), (picture.to_owned(), position.to_owned()), "top {top}");
        }
        assert_eq!(shown(9, 4), ("A012 B01 ".to_owned(), "1–3 of 3".to_owned()));
    }
}
