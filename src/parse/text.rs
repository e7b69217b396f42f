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
    bounded(raw, MAX_NAME, |_| true, mask_word)
}

/// A longer text, safe to show: cleaned, masked word by word, at most [`MAX_TEXT`] columns.
pub fn sentence(raw: &str) -> String {
    bounded(raw, MAX_TEXT, |c| c != ' ', mask_credentials)
}

/// What lies far beyond the bound is not shown. The mask comes before the cut: a cut could take away
/// the '@' that gives a password away. So one that follows in what `goes_on` counts, too.
fn bounded(
    raw: &str,
    columns: usize,
    goes_on: impl Fn(char) -> bool,
    mask: impl Fn(&str) -> String,
) -> String {
    let mut shown = raw.chars().filter(|&c| visible(c));
    let mut head: String = shown.by_ref().take(columns * 64).collect();
    let Some(next) = shown.next() else { return clip(&mask(&head), columns) };
    if std::iter::once(next).chain(shown).take_while(|&c| goes_on(c)).any(|c| c == '@') {
        head.push('@');
    }
    clip(&(mask(&head) + "…"), columns)
}

/// Whether a character takes room and leaves the writing direction alone.
pub fn visible(c: char) -> bool {
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
    let text = mask_addresses(text);
    let mut masked = String::with_capacity(text.len());
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            masked.push(' ');
        }
        masked.push_str(&mask_word(word));
    }
    masked
}

/// A password may hold spaces (Go's "parse \"mqtt://u:my pass@h\": invalid …" quotes it raw), so an
/// address with a scheme goes on to the last `@` before the next one. That may take an innocent word
/// with it; the other way round a password would be seen.
fn mask_addresses(text: &str) -> String {
    let mut parts = text.split("://");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str("://");
        match part.rfind('@') {
            Some(at) => masked.extend(["***", &part[at..]]),
            None => masked.push_str(part),
        }
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

/// One pass without recursion: a name may be nothing but parameters.
fn mask_parameters(word: &str) -> String {
    const SECRETS: [&str; 7] = ["password=", "passwd=", "pwd=", "pass=", "token=", "secret=", "key="];
    let lower = word.to_ascii_lowercase();
    let mut masked = String::with_capacity(word.len());
    // Where what is not copied yet begins.
    let mut rest = 0;
    for (at, _) in lower.match_indices('=') {
        let known = |key: &str| SECRETS.iter().any(|secret| key.ends_with(secret));
        if !lower.get(rest..=at).is_some_and(known) {
            continue;
        }
        masked.push_str(&word[rest..=at]);
        masked.push_str("***");
        rest = word[at + 1..].find(['&', ';', ',']).map_or(word.len(), |len| at + 1 + len);
    }
    masked.push_str(&word[rest..]);
    masked
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
    fn an_at_sign_beyond_the_bound_still_gives_a_password_away() {
        let long = format!("mqtt://user:{}@host", "s3cret".repeat(5000));
        assert_eq!(name(&long), "mqtt://***@…");
        assert_eq!(sentence(&format!("dial {long}: refused")), "dial mqtt://***@…");
    }

    #[test]
    fn a_password_with_spaces_in_a_sentence() {
        let raw = r#"parse "mqtt://bob:my pass word@host:1883": invalid character " " in host name"#;
        assert_eq!(sentence(raw), r#"parse "mqtt://***@host:1883": invalid character " " in host name"#);
    }

    /// The threads that read have small stacks.
    #[test]
    fn nothing_but_parameters_is_masked_on_a_small_stack_and_in_no_time() {
        let raw = "key=,".repeat(200_000);
        let small = std::thread::Builder::new().stack_size(64 << 10);
        let masked = small.spawn(move || mask_credentials(&raw)).unwrap().join().unwrap();
        assert_eq!(masked, "key=***,".repeat(200_000));
        assert_eq!(mask_credentials("a?pass=1;PWD=2&x=3,key=token=4"), "a?pass=***;PWD=***&x=3,key=***");
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
