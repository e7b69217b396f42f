//! `/proc/<pid>/cmdline`: the arguments of a process, each ended by a NUL, see proc(5).
//!
//! A process may write there what it likes, so nothing here is believed: it is bytes.

/// The last part of a path, raw.
pub fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&b| b == b'/').next().unwrap_or(path)
}

/// `argv[0]` without its folders; absent for kernel threads and processes that have exited.
pub fn program(bytes: &[u8]) -> Option<&[u8]> {
    let base = base_name(bytes.split(|&b| b == 0).next()?);
    (!base.is_empty()).then_some(base)
}

/// The value of the flag `name` as Go's package `flag` takes it: `-name value`, `-name=value`, and
/// both with two dashes; the last one counts, and nothing does after `--`. Absent when it is empty.
pub fn flag<'a>(bytes: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut arguments = bytes.split(|&b| b == 0).skip(1);
    let mut found = None;
    while let Some(argument) = arguments.next() {
        if argument == b"--" {
            break;
        }
        let Some(rest) = strip_dashes(argument).and_then(|flag| flag.strip_prefix(name.as_bytes())) else {
            continue;
        };
        match rest.split_first() {
            None => found = arguments.next(),
            Some((b'=', value)) => found = Some(value),
            Some(_) => {}
        }
    }
    found.filter(|value| !value.is_empty())
}

fn strip_dashes(argument: &[u8]) -> Option<&[u8]> {
    let one = argument.strip_prefix(b"-")?;
    Some(one.strip_prefix(b"-").unwrap_or(one))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nul(words: &[&str]) -> Vec<u8> {
        words.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect()
    }

    #[test]
    fn the_program_is_the_first_word_without_folders() {
        assert_eq!(program(&nul(&["/app/corescope-ingestor", "-config"])), Some(&b"corescope-ingestor"[..]));
        assert_eq!(program(b"corescope-ingestor"), Some(&b"corescope-ingestor"[..]));
        assert_eq!((program(b""), program(b"\0x"), program(b"/app/\0")), (None, None, None));
    }

    #[test]
    fn flags_as_go_takes_them() {
        for words in [
            &["-config", "/c.json"][..],
            &["--config", "/c.json"],
            &["-config=/c.json"],
            &["--config=/c.json"],
            &["-v", "-config=/old", "-config", "/c.json", "rest"],
            &["-configs", "no", "-config", "/c.json", "--", "-config", "/other"],
        ] {
            let line = nul(&[&["ingestor"], words].concat());
            assert_eq!(flag(&line, "config"), Some(&b"/c.json"[..]), "{words:?}");
        }
        for words in [&["-config"][..], &["-config="], &["config", "/c"], &["---config=/c"], &[]] {
            assert_eq!(flag(&nul(&[&["-config"], words].concat()), "config"), None, "{words:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics_and_what_is_found_stands_there(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Some(found) = flag(&bytes, "c") {
                prop_assert!(!found.contains(&0));
            }
            prop_assert!(program(&bytes).is_none_or(|name| !name.contains(&b'/') && !name.contains(&0)));
        }

        #[test]
        fn any_value_comes_back(value in "[^\0]{1,40}", dashes in "--?", joined: bool) {
            let line = if joined {
                nul(&["x", &format!("{dashes}config={value}")])
            } else {
                nul(&["x", &format!("{dashes}config"), &value])
            };
            prop_assert_eq!(flag(&line, "config"), Some(value.as_bytes()));
        }
    }
}
