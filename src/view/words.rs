//! Sentences on several lines.

use unicode_width::UnicodeWidthChar;

use crate::parse::text::clip;
use crate::view::canvas::width;

/// `text` broken between words into at most `lines` lines of `columns` columns; where more was to
/// say the last one ends in `…`.
pub(crate) fn wrap(text: &str, columns: u16, lines: usize) -> Vec<String> {
    let mut wrapped = Vec::new();
    let mut rest = text;
    while !rest.is_empty() && columns > 0 && wrapped.len() < lines {
        if width(rest) <= columns || wrapped.len() + 1 == lines {
            wrapped.push(clip(rest, columns.into()));
            break;
        }
        let (line, left) = rest.split_at(line_end(rest, columns));
        wrapped.push(line.trim_end().to_owned());
        rest = left.trim_start();
    }
    wrapped
}

/// The first of several wordings that fits into `lines` lines, else what fits of the last.
pub(crate) fn wrap_first(wordings: &[String], columns: u16, lines: usize) -> Vec<String> {
    let whole = |text: &&String| wrap(text, columns, lines + 1).len() <= lines;
    let chosen = wordings.iter().find(whole).or(wordings.last());
    chosen.map_or_else(Vec::new, |text| wrap(text, columns, lines))
}

/// Where the first line of `text` ends: after the last word that fits, or inside a word that is
/// longer than a line. A number stays with what it counts.
fn line_end(text: &str, columns: u16) -> usize {
    let (mut used, mut after_word, mut after_number, mut fits) = (0, None, None, 0);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    for (at, c) in text.char_indices() {
        if c == ' ' && at > 0 {
            let number = digit(text[..at].chars().next_back()) || digit(text[at + 1..].chars().next());
            *(if number { &mut after_number } else { &mut after_word }) = Some(at);
        }
        used += c.width().unwrap_or(0);
        if used > columns.into() {
            break;
        }
        fits = at + c.len_utf8();
    }
    // A character that is wider than the line must still be got past.
    after_word.or(after_number).unwrap_or(fits).max(text.chars().next().map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("pinned by a[1] for 2 m", 9, 5), ["pinned by", "a[1]", "for 2 m"]);
        assert_eq!(wrap("pinned by a[1] for 2 m", 9, 2), ["pinned by", "a[1] for…"]);
        assert_eq!(wrap("abcdefgh ij", 3, 9), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("日本", 1, 2), ["日", "…"]);
        assert!(wrap("abc", 0, 3).is_empty() && wrap("abc", 3, 0).is_empty() && wrap("", 3, 3).is_empty());
    }

    #[test]
    fn the_longest_wording_that_fits_is_taken() {
        let wordings = ["one two three".to_owned(), "one two".to_owned()];
        assert_eq!(wrap_first(&wordings, 7, 2), ["one two", "three"]);
        assert_eq!(wrap_first(&wordings, 7, 1), ["one two"]);
        assert_eq!(wrap_first(&wordings, 5, 1), ["one …"]);
    }
}
