//! Foreign text made fit for a screen, a log line and a colleague's eyes.
//!
//! Names come from files in `/tmp`, from MQTT settings and from other people's processes. Control
//! characters, characters without width and marks that turn the writing direction are dropped,
//! passwords in addresses are masked, and length is bounded.

use unicode_width::UnicodeWidthChar;

/// The longest name that is kept, in columns.
pub const MAX_NAME: usize = 80;
/// The longest sentence (an error of a broker) that is kept, in columns.
pub const MAX_TEXT: usize = 200;

/// A name, safe to show: cleaned, masked, at most [`MAX_NAME`] columns. A name is one thing: a space
/// in a password does not end it.
pub fn name(raw: &str) -> String {
    bounded(raw, MAX_NAME, mask_word)
}

/// A longer text, safe to show: cleaned, masked word by word, at most [`MAX_TEXT`] columns.
pub fn sentence(raw: &str) -> String {
    bounded(raw, MAX_TEXT, mask_credentials)
}

/// What lies far beyond the bound is looked at for an '@' only: it gives a password away, so the mask
/// comes before the cut, and has to know of one that is cut off.
fn bounded(raw: &str, columns: usize, mask: impl Fn(&str) -> String) -> String {
    let mut shown = raw.chars().filter(|&c| visible(c));
    let mut head: String = shown.by_ref().take(columns * 64).collect();
    let beyond = shown.next();
    if beyond.into_iter().chain(shown).any(|c| c == '@') {
        head.push('@');
    }
    let mut masked = mask(&head);
    if beyond.is_some() {
        masked.push('…');
    }
    clip(&masked, columns)
}

fn visible(c: char) -> bool {
    let turns_direction =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{061c}');
    !turns_direction && c.width().is_some_and(|width| width > 0)
}

/// Cuts `text` to `columns` columns; what was cut is shown by a closing `…`.
pub fn clip(text: &str, columns: usize) -> String {
    let mut used = 0;
    let mut fits = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > columns {
            let mut cut = text[..fits].to_owned();
            cut.push('…');
            return if columns == 0 { String::new() } else { cut };
        }
        if used < columns {
            fits = at + c.len_utf8();
        }
    }
    text.to_owned()
}

/// Masks user names and passwords: in `scheme://user:password@host`, in `user:password@host`, and
/// in parameters such as `?password=…`.
pub fn mask_credentials(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            masked.push(' ');
        }
        masked.push_str(&mask_word(word));
    }
    masked
}

fn mask_word(word: &str) -> String {
    mask_parameters(&mask_user(word))
}

/// Everything between the scheme (or the word's beginning) and the last `@` before it is a secret.
/// The last, because a password may hold `/`, `@` and `:` itself.
fn mask_user(word: &str) -> String {
    let Some(at) = word.rfind('@') else { return word.to_owned() };
    let start = match word[..at].find("://") {
        Some(scheme) => scheme + 3,
        None if word[..at].contains(':') => 0,
        None => return word.to_owned(),
    };
    format!("{}***{}", &word[..start], &word[at..])
}

fn mask_parameters(word: &str) -> String {
    const SECRETS: [&str; 7] = ["password=", "passwd=", "pwd=", "pass=", "token=", "secret=", "key="];
    let lower = word.to_ascii_lowercase();
    let found = SECRETS.iter().filter_map(|secret| lower.find(secret).map(|at| at + secret.len())).min();
    let Some(start) = found else { return word.to_owned() };
    let end = word[start..].find(['&', ';', ',']).map_or(word.len(), |len| start + len);
    format!("{}***{}", &word[..start], mask_parameters(&word[end..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_width::UnicodeWidthStr;

    use super::*;

    #[test]
    fn escape_sequences_and_invisible_characters_are_dropped() {
        assert_eq!(name("a\x1b[31mb\r\n\tc"), "a[31mbc");
        assert_eq!(name("\u{202e}evil\u{200b}\u{feff}"), "evil");
        assert_eq!(name("日本"), "日本");
    }

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        for (raw, shown) in [
            ("mqtt://bob:s3cret@broker:1883", "mqtt://***@broker:1883"),
            ("wss://u:p@ss/w:rd@host/mqtt", "wss://***@host/mqtt"),
            ("bob:s3cret@broker", "***@broker"),
            ("tcp://127.0.0.1:18883", "tcp://127.0.0.1:18883"),
            ("dial tcp://u:p@h: refused", "dial tcp://***@h: refused"),
            ("wss://h/?user=x&password=abc&q=1", "wss://h/?user=x&password=***&q=1"),
            ("tcp://h?token=abc", "tcp://h?token=***"),
            ("mail@example.org", "mail@example.org"),
            ("mqtt://bob:my pass word@host", "mqtt://***@host"),
        ] {
            assert_eq!(name(raw), shown);
        }
    }

    #[test]
    fn in_a_sentence_each_address_is_masked_for_itself() {
        let raw = "dial mqtt://u:p@a:1883: refused, then wss://x:y@b/mqtt";
        assert_eq!(sentence(raw), "dial mqtt://***@a:1883: refused, then wss://***@b/mqtt");
    }

    #[test]
    fn the_cut_comes_after_the_mask() {
        let long = format!("mqtt://user:{}@host", "x".repeat(500));
        assert_eq!(name(&long), "mqtt://***@host");
        let endless = format!("mqtt://user:{}@host", "x".repeat(50_000));
        assert_eq!(name(&endless), "mqtt://***@…");
        assert_eq!(sentence(&format!("dial {endless}")), "dial mqtt://***@…");
    }

    #[test]
    fn what_is_cut_ends_in_an_ellipsis() {
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip("abcd", 4), "abcd");
        assert_eq!(clip("日本語", 4), "日…");
        assert_eq!(clip("abc", 0), "");
        assert_eq!(name(&"n".repeat(4096)).width(), MAX_NAME);
    }

    proptest! {
        #[test]
        fn any_name_is_bounded_and_visible(raw in any::<String>()) {
            let shown = name(&raw);
            prop_assert!(shown.width() <= MAX_NAME);
            prop_assert!(shown.chars().all(visible));
        }

        #[test]
        fn no_password_survives(user in "[a-z]{1,9}", pass in "[!-~]{4,40}", host in "[a-z]{3,9}") {
            prop_assume!(!pass.contains('*') && !"mqtt://".contains(&pass) && !host.contains(&pass));
            let url = format!("mqtt://{user}:{pass}@{host}");
            prop_assert!(!name(&url).contains(&pass));
        }
    }
}
