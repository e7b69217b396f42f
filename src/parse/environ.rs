//! `/proc/<pid>/environ`: the environment that a process was started with, see proc(5).
//!
//! Passwords stand there, so nothing but the one value that is asked for leaves this module.

/// The value of `key`, the first one as for getenv(3). Absent when it is empty, and when the entry has
/// no NUL at its end: then it was cut.
pub fn value<'a>(bytes: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let whole = bytes.iter().rposition(|&b| b == 0).map_or(&[][..], |end| &bytes[..end]);
    let found =
        whole.split(|&b| b == 0).find_map(|entry| entry.strip_prefix(key.as_bytes())?.strip_prefix(b"="))?;
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_keys_and_first_values() {
        let environ = b"XDB_PATH=/no\0DB_PATHS=/no\0DB_PATH=/a=b.db\0DB_PATH=/later\0EMPTY=\0CUT=/ha";
        assert_eq!(value(environ, "DB_PATH"), Some(&b"/a=b.db"[..]));
        assert_eq!(
            (value(environ, "EMPTY"), value(environ, "CUT"), value(environ, "NONE")),
            (None, None, None)
        );
        assert_eq!(value(b"", "A"), None);
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), key in "[A-Z=\0]{0,3}") {
            prop_assert!(value(&bytes, &key).is_none_or(|found| !found.is_empty()));
        }

        #[test]
        fn any_value_comes_back(before in "[a-z]{0,9}", path in "[^\0]{1,40}") {
            let environ = format!("A={before}\0DB_PATH={path}\0");
            prop_assert_eq!(value(environ.as_bytes(), "DB_PATH"), Some(path.as_bytes()));
        }
    }
}
