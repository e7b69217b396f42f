//! The ingestor's `config.json`: only `dbPath` is taken from it; it holds passwords of brokers.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::loose::Loose;
use crate::sample::{Fault, FaultKind};

/// The `dbPath` of a config file; absent where there is none or an empty one. Letter case is ignored
/// and the last one counts, as Go's `encoding/json` has it.
///
/// # Errors
/// [`FaultKind::Invalid`] when it is no JSON object. The text goes on where the file's name ends.
pub fn db_path(bytes: &[u8]) -> Result<Option<String>, Fault> {
    let DbPath(path) = serde_json::from_slice(bytes).map_err(|error| {
        // serde_json's own words may quote the file, and with it a password.
        let text = format!("is no JSON object: line {} column {}", error.line(), error.column());
        Fault::new(FaultKind::Invalid, text)
    })?;
    Ok(path.filter(|path| !path.is_empty() && !path.contains('\0')))
}

struct DbPath(Option<String>);

impl<'de> Deserialize<'de> for DbPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Keys)
    }
}

struct Keys;

impl<'de> Visitor<'de> for Keys {
    type Value = DbPath;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<DbPath, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if !key.eq_ignore_ascii_case("dbPath") {
                map.next_value::<IgnoredAny>()?;
            } else if let Loose::Text(path) = map.next_value()? {
                found = Some(path);
            }
        }
        Ok(DbPath(found))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Option<String> {
        db_path(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_a_text_at_the_top_counts() {
        assert_eq!(found(r#"{"mqtt":{"dbPath":"/no"},"dbPath":"data/m.db"}"#).as_deref(), Some("data/m.db"));
        assert_eq!(found(r#"{"dbPath":"/a","DBPATH":"/b"}"#).as_deref(), Some("/b"));
        for none in
            [r"{}", r#"{"dbPath":""}"#, r#"{"dbPath":7}"#, r#"{"dbPath":null}"#, r#"{"dbPath":"a\u0000b"}"#]
        {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn a_fault_quotes_nothing() {
        let fault = db_path(br#"{"password":"s3cret" "x""#).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Invalid);
        assert!(!fault.text.contains("s3cret"), "{}", fault.text);
        for wrong in ["", "[]", "null", "{", "\u{feff}{}"] {
            assert!(db_path(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let deep = "[".repeat(100_000);
        assert!(db_path(deep.as_bytes()).is_err());
        assert!(db_path(format!("{{\"a\":{deep}").as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0..40usize, value: u8) {
            let mut bent = br#"{"a":[1,{"b":null}],"dbPath":"/a/meshcore.db"}"#.to_vec();
            bent[at] = value;
            let _ = (db_path(&bytes), db_path(&bent));
        }
    }
}
