//! Cells: the only place that writes into the buffer. Nothing here can leave it or panic, whatever
//! the coordinates; text that doesn't fit ends in `…`.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::parse::text::clip;
use crate::view::theme::{ALERT, Theme};

/// The buffer with the theme that it is painted in.
pub(crate) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// How each role looks.
    pub(crate) theme: &'a Theme,
}

impl<'a> Canvas<'a> {
    /// A canvas over the whole of `buffer`.
    pub(crate) fn new(buffer: &'a mut Buffer, theme: &'a Theme) -> Self {
        Self { buffer, theme }
    }

    /// One character of one column.
    pub(crate) fn put(&mut self, x: u16, y: u16, c: char, style: Style) {
        let glyph = self.theme.glyph(c);
        if let Some(cell) = self.buffer.cell_mut((x, y)) {
            // A style is added to what is there: without the reset a title on a dim border is dim.
            cell.reset();
            cell.set_char(glyph).set_style(style);
        }
    }

    /// The same character `columns` times.
    pub(crate) fn repeat(&mut self, x: u16, y: u16, columns: u16, c: char, style: Style) {
        for at in x..x.saturating_add(columns) {
            self.put(at, y, c, style);
        }
    }

    /// Text in at most `columns` columns; returns how many it took.
    pub(crate) fn text(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        if text.width() > columns as usize {
            let cut = clip(text, columns as usize);
            self.write(x, y, &cut, style)
        } else {
            self.write(x, y, text, style)
        }
    }

    /// Text at the right end of `columns` columns.
    pub(crate) fn right(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) {
        let indent = columns.saturating_sub(width(text));
        self.text(x.saturating_add(indent), y, columns - indent, text, style);
    }

    fn write(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let mut used = 0;
        for c in text.chars() {
            let columns = c.width().unwrap_or(0) as u16;
            if columns == 0 {
                continue;
            }
            let glyph = self.theme.glyph(c);
            let at = x.saturating_add(used);
            self.put(at, y, glyph, style);
            // The second half of a wide character is blank, or a second substitute for it.
            for half in 1..columns {
                self.put(at.saturating_add(half), y, if glyph == c { ' ' } else { glyph }, style);
            }
            used = used.saturating_add(columns);
        }
        used
    }

    /// Blanks an area, for what is laid over it.
    pub(crate) fn clear(&mut self, area: Rect) {
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }
}

/// Columns that `text` takes.
pub(crate) fn width(text: &str) -> u16 {
    columns(text.width())
}

/// A count of columns or rows as the screen measures them.
pub(crate) fn columns(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// The upper `rows` rows of an area, and the rest.
pub(crate) fn cut_top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    let rest = Rect { y: area.y.saturating_add(rows), height: area.height - rows, ..area };
    (Rect { height: rows, ..area }, rest)
}

/// The left `columns` columns of an area, and the rest.
pub(crate) fn cut_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    let rest = Rect { x: area.x.saturating_add(columns), width: area.width - columns, ..area };
    (Rect { width: columns, ..area }, rest)
}

/// Writes the cells of one table row from left to right, each in a field of fixed width.
pub(crate) struct Row {
    x: u16,
    y: u16,
    end: u16,
}

impl Row {
    /// A row at the top of `area`.
    pub(crate) fn new(area: Rect) -> Self {
        Self { x: area.left(), y: area.top(), end: area.right() }
    }

    /// Columns that are left.
    pub(crate) fn room(&self) -> u16 {
        self.end.saturating_sub(self.x)
    }

    fn field(&mut self, columns: u16) -> (u16, u16) {
        let (x, columns) = (self.x, columns.min(self.room()));
        self.x += columns;
        (x, columns)
    }

    /// Text at the left of its field; the field's last column stays free.
    pub(crate) fn left(&mut self, canvas: &mut Canvas, columns: u16, text: &str, style: Style) {
        let (x, columns) = self.field(columns);
        canvas.text(x, self.y, columns.saturating_sub(1), text, style);
    }

    /// A figure at the right of its field; the field's first column stays free.
    pub(crate) fn right(&mut self, canvas: &mut Canvas, columns: u16, text: &str, style: Style) {
        let (x, columns) = self.field(columns);
        canvas.right(x + 1.min(columns), self.y, columns.saturating_sub(1), text, style);
    }

    /// A figure at the right of its field, with the mark of a flag just before it.
    pub(crate) fn alert(&mut self, canvas: &mut Canvas, columns: u16, text: &str) {
        let style = canvas.theme.critical;
        let before = self.x + columns.min(self.room()).saturating_sub(width(text) + 1);
        self.right(canvas, columns, text, style);
        canvas.put(before, self.y, ALERT, style);
    }

    /// One character in a field of two columns.
    pub(crate) fn mark(&mut self, canvas: &mut Canvas, c: char, style: Style) {
        let (x, columns) = self.field(2);
        if columns > 0 {
            canvas.put(x, self.y, c, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn painted(ascii: bool, paint: impl Fn(&mut Canvas)) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 1));
        let theme = Theme::new(false, ascii);
        paint(&mut Canvas::new(&mut buffer, &theme));
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn text_stays_in_its_field_and_in_the_buffer() {
        assert_eq!(painted(false, |c| _ = c.text(1, 0, 5, "abcdefg", Style::new())), " abcd…    ");
        assert_eq!(painted(false, |c| c.right(0, 0, 9, "12.3", Style::new())), "     12.3 ");
        let outside = painted(false, |c| {
            c.text(8, 0, 50, "abcdef", Style::new());
            c.text(u16::MAX, u16::MAX, 50, "x", Style::new());
            c.repeat(u16::MAX - 1, 0, u16::MAX, '─', Style::new());
        });
        assert_eq!(outside, "        ab");
    }

    #[test]
    fn wide_characters_take_two_columns_and_become_two_marks_in_ascii() {
        assert_eq!(painted(true, |c| _ = c.text(0, 0, 5, "日本語", Style::new())), "????~     ");
        assert_eq!(painted(true, |c| _ = c.text(0, 0, 9, "a–b é", Style::new())), "a-b ?     ");
    }

    #[test]
    fn an_alert_stands_just_before_its_figure() {
        let row = painted(false, |c| Row::new(Rect::new(0, 0, 10, 1)).alert(c, 10, "12 MB"));
        assert_eq!(row, "    ▲12 MB");
    }

    #[test]
    fn cuts_never_underflow() {
        let area = Rect::new(3, 4, 5, 2);
        assert_eq!(cut_top(area, 9), (area, Rect::new(3, 6, 5, 0)));
        assert_eq!(cut_left(area, 2), (Rect::new(3, 4, 2, 2), Rect::new(5, 4, 3, 2)));
    }
}
