//! Text of a recording made fit for a screen: it may come from anybody. What this program writes has been
//! cleaned where it was parsed, so nothing of its own changes here.

use std::borrow::Cow;

use crate::parse::text;

/// A line of JSON without control characters, characters without width and marks that turn the writing
/// direction, escaped or not. A line without any stays where it is.
pub fn cleaned(line: &[u8]) -> Cow<'_, [u8]> {
    if line.is_ascii() && !line.contains(&b'\\') {
        return Cow::Borrowed(line);
    }
    let Ok(raw) = std::str::from_utf8(line) else { return Cow::Borrowed(line) };
    let mut clean = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(plain @ ('"' | '\\' | '/')) => clean.extend(['\\', plain]),
                Some('u') => drop(chars.by_ref().nth(3)),
                Some('b' | 'f' | 'n' | 'r' | 't') => {}
                // No JSON: that is for the parser to say.
                Some(other) => clean.extend(['\\', other]),
                None => clean.push('\\'),
            },
            c if c.is_ascii() || text::visible(c) => clean.push(c),
            _ => {}
        }
    }
    Cow::Owned(clean.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_move_a_cursor_is_dropped() {
        for (raw, clean) in [
            (r#"{"a":"b\u001b[31mc\n\t"}"#, r#"{"a":"b[31mc"}"#),
            ("{\"a\":\"\u{202e}evil\u{200b} \u{9b}x\"}\n", "{\"a\":\"evil x\"}\n"),
            (r#"{"a":"\"\\\/ – 日本"}"#, r#"{"a":"\"\\\/ – 日本"}"#),
            (r#"{"a":"\u12"#, r#"{"a":""#),
            (r#"{"a":"\"#, r#"{"a":"\"#),
        ] {
            assert_eq!(String::from_utf8_lossy(&cleaned(raw.as_bytes())), clean, "{raw}");
        }
        assert!(matches!(cleaned(b"{\"a\":1}"), Cow::Borrowed(_)));
    }
}
