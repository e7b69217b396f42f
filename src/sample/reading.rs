//! The outcome of reading one source, and how it is written down.
//!
//! A value stands for itself and a failure is `{"failed":{"kind":…,"text":…}}`; a source that nobody
//! asked for is left out by who writes the object around it, and `null` where it stands alone.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// The outcome of reading one source.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reading<T> {
    /// Nobody asked for this source.
    #[default]
    Unwatched,
    /// It was read.
    Good(T),
    /// It could not be read.
    Failed(Fault),
}

impl<T> Reading<T> {
    /// The value, where there is one.
    pub fn good(&self) -> Option<&T> {
        match self {
            Self::Good(value) => Some(value),
            _ => None,
        }
    }

    /// The reason, where it could not be read.
    pub fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Failed(fault) => Some(fault),
            _ => None,
        }
    }

    /// Whether anybody asked for this source.
    pub fn watched(&self) -> bool {
        !self.unwatched()
    }

    /// Whether nobody asked for this source.
    pub fn unwatched(&self) -> bool {
        matches!(self, Self::Unwatched)
    }
}

impl<T> From<Result<T, Fault>> for Reading<T> {
    fn from(result: Result<T, Fault>) -> Self {
        match result {
            Ok(value) => Self::Good(value),
            Err(fault) => Self::Failed(fault),
        }
    }
}

/// Why something could not be read: one clear line that says what failed, on what, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The class of the failure.
    pub kind: FaultKind,
    /// The sentence for people; clean of control characters and passwords.
    pub text: String,
}

impl Fault {
    /// A fault of `kind`, said as `text`.
    pub fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

/// Classes of failure, for code that has to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FaultKind {
    /// The process or the file is not there (any more).
    Gone,
    /// This user may not read it.
    Denied,
    /// It was read and is not what it should be.
    Invalid,
    /// Reading it has not come back yet.
    Stalled,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// The key of a failure; no value of a reading has a field of this name.
const FAILED: &str = "failed";

impl<T: Serialize> Serialize for Reading<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unwatched => serializer.serialize_none(),
            Self::Good(value) => value.serialize(serializer),
            Self::Failed(fault) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(FAILED, fault)?;
                map.end()
            }
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// Reads a value or a failure, without holding the text of either.
struct Either<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
    type Value = Reading<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a reading")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Reading<T>, E> {
        Ok(Reading::Unwatched)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Reading<T>, E> {
        T::deserialize(value.into_deserializer()).map(Reading::Good)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Reading<T>, E> {
        T::deserialize(value.into_deserializer()).map(Reading::Good)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Reading<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(seq)).map(Reading::Good)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reading<T>, A::Error> {
        let first = map.next_key::<String>()?;
        if first.as_deref() != Some(FAILED) {
            return T::deserialize(MapAccessDeserializer::new(Rest { first, map })).map(Reading::Good);
        }
        let fault = map.next_value()?;
        while map.next_entry::<serde::de::IgnoredAny, serde::de::IgnoredAny>()?.is_some() {}
        Ok(Reading::Failed(fault))
    }
}

/// An object whose first key has been read already.
struct Rest<A> {
    first: Option<String>,
    map: A,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        match self.first.take() {
            Some(first) => seed.deserialize(first.into_deserializer()).map(Some),
            None => self.map.next_key_seed(seed),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::FileStat;
    use crate::units::Bytes;

    #[test]
    fn values_stand_for_themselves_and_failures_say_so() {
        let stat = FileStat { size: Bytes(5), dev: 1, ino: 2 };
        for (reading, text) in [
            (Reading::Good(stat), r#"{"size":5,"dev":1,"ino":2}"#),
            (Reading::Unwatched, "null"),
            (
                Reading::Failed(Fault::new(FaultKind::Gone, "away")),
                r#"{"failed":{"kind":"gone","text":"away"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&reading).unwrap(), text);
            assert_eq!(serde_json::from_str::<Reading<FileStat>>(text).unwrap(), reading);
        }
        assert_eq!(serde_json::from_str::<Reading<Bytes>>("7").unwrap(), Reading::Good(Bytes(7)));
    }

    #[test]
    fn what_a_newer_program_adds_is_ignored() {
        let text = r#"{"failed":{"kind":"cursed","text":"x","more":[1]},"since":7}"#;
        let reading = serde_json::from_str::<Reading<FileStat>>(text).unwrap();
        assert_eq!(reading, Reading::Failed(Fault::new(FaultKind::Other, "x")));
        let text = r#"{"owner":{"uid":0},"size":5}"#;
        let stat = FileStat { size: Bytes(5), ..FileStat::default() };
        assert_eq!(serde_json::from_str::<Reading<FileStat>>(text).unwrap(), Reading::Good(stat));
        assert_eq!(
            serde_json::from_str::<Reading<FileStat>>("{}").unwrap(),
            Reading::Good(FileStat::default())
        );
    }
}
