//! JSON values taken as they come: a value of the wrong type becomes "not there" instead of an error,
//! and nothing is stored beyond a bound.

use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// A scalar, or [`Loose::Other`] for anything that holds more or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Loose {
    /// An integer that fits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A text, raw.
    Text(String),
    /// Null, an integer beyond int64, an array or an object.
    #[default]
    Other,
}

impl Loose {
    /// The count it stands for; a negative one is not believed.
    pub fn count(&self) -> Option<i64> {
        match self {
            Self::Int(value) if *value >= 0 => Some(*value),
            _ => None,
        }
    }

    /// The finite, non-negative number it stands for.
    pub fn number(&self) -> Option<f64> {
        let value = match self {
            Self::Int(value) => *value as f64,
            Self::Float(value) => *value,
            _ => return None,
        };
        (value.is_finite() && value >= 0.0).then_some(value)
    }

    /// The text it is.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value it is.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

/// The scalars of an object by name, at most 32; nothing for any other value.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, Loose)>);

impl Fields {
    /// The value of `key`, the last one if it comes twice; [`Loose::Other`] where there is none.
    pub fn get(&self, key: &str) -> &Loose {
        self.0.iter().rev().find(|(name, _)| name == key).map_or(&Loose::Other, |(_, value)| value)
    }
}

/// The entries of an object in the file's order, at most `MAX`; of a key that comes twice the last
/// value. Empty for any other value.
#[derive(Clone, Debug)]
pub struct Entries<T, const MAX: usize> {
    /// Key and value.
    pub list: Vec<(String, T)>,
    /// Entries beyond `MAX`.
    pub left_out: u32,
}

/// The elements of an array, at most `MAX`; none for any other value.
#[derive(Clone, Debug)]
pub struct List<T, const MAX: usize>(pub Vec<T>);

const MAX_FIELDS: usize = 32;

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any::<ScalarOf>(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any::<FieldsOf>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for Entries<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any::<EntriesOf<T, MAX>>(PhantomData))
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any::<ListOf<T, MAX>>(PhantomData))
    }
}

/// What is made of a JSON value; by default nothing, and what it holds is skipped.
trait Shape<'de> {
    type Out;

    fn scalar(value: Loose) -> Self::Out;

    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Self::Out, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Self::scalar(Loose::Other))
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self::Out, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Self::scalar(Loose::Other))
    }
}

struct ScalarOf;

impl Shape<'_> for ScalarOf {
    type Out = Loose;

    fn scalar(value: Loose) -> Loose {
        value
    }
}

struct FieldsOf;

impl<'de> Shape<'de> for FieldsOf {
    type Out = Fields;

    fn scalar(_: Loose) -> Fields {
        Fields::default()
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Fields, A::Error> {
        let mut fields = Vec::with_capacity(MAX_FIELDS / 2);
        while fields.len() < MAX_FIELDS {
            match map.next_entry()? {
                Some(field) => fields.push(field),
                None => return Ok(Fields(fields)),
            }
        }
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Fields(fields))
    }
}

struct EntriesOf<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Shape<'de> for EntriesOf<T, MAX> {
    type Out = Entries<T, MAX>;

    fn scalar(_: Loose) -> Self::Out {
        Entries { list: Vec::new(), left_out: 0 }
    }

    fn map<A: MapAccess<'de>>(mut map: A) -> Result<Self::Out, A::Error> {
        let mut places = HashMap::new();
        let mut entries = Self::scalar(Loose::Other);
        while let Some(key) = map.next_key::<String>()? {
            if let Some(&place) = places.get(&key) {
                let (_, value): &mut (String, T) = &mut entries.list[place];
                *value = map.next_value()?;
            } else if entries.list.len() < MAX {
                places.insert(key.clone(), entries.list.len());
                entries.list.push((key, map.next_value()?));
            } else {
                map.next_value::<IgnoredAny>()?;
                entries.left_out = entries.left_out.saturating_add(1);
            }
        }
        Ok(entries)
    }
}

struct ListOf<T, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MAX: usize> Shape<'de> for ListOf<T, MAX> {
    type Out = List<T, MAX>;

    fn scalar(_: Loose) -> Self::Out {
        List(Vec::new())
    }

    fn seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Self::Out, A::Error> {
        let mut list = Vec::new();
        while list.len() < MAX {
            match seq.next_element()? {
                Some(element) => list.push(element),
                None => return Ok(List(list)),
            }
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(List(list))
    }
}

struct Any<S>(PhantomData<S>);

impl<'de, S: Shape<'de>> Visitor<'de> for Any<S> {
    type Value = S::Out;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<S::Out, E> {
        Ok(S::scalar(Loose::Other))
    }

    fn visit_bool<E>(self, value: bool) -> Result<S::Out, E> {
        Ok(S::scalar(Loose::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<S::Out, E> {
        Ok(S::scalar(Loose::Int(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<S::Out, E> {
        Ok(S::scalar(i64::try_from(value).map_or(Loose::Other, Loose::Int)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<S::Out, E> {
        Ok(S::scalar(Loose::Float(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<S::Out, E> {
        Ok(S::scalar(Loose::Text(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<S::Out, A::Error> {
        S::seq(seq)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<S::Out, A::Error> {
        S::map(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_keep_their_type_and_the_rest_is_skipped() {
        let list: List<Loose, 8> =
            serde_json::from_str(r#"[1, -2.5, true, "x", null, [1], {"a":1}]"#).unwrap();
        let expected = [
            Loose::Int(1),
            Loose::Float(-2.5),
            Loose::Bool(true),
            Loose::Text("x".to_owned()),
            Loose::Other,
            Loose::Other,
            Loose::Other,
        ];
        assert_eq!(list.0, expected);
    }

    #[test]
    fn bounds_hold_and_the_last_of_two_equal_keys_wins() {
        let entries: Entries<Loose, 2> = serde_json::from_str(r#"{"a":1,"b":2,"c":3,"a":4}"#).unwrap();
        let expected = [("a".to_owned(), Loose::Int(4)), ("b".to_owned(), Loose::Int(2))];
        assert_eq!((entries.list.as_slice(), entries.left_out), (&expected[..], 1));
        let list: List<Loose, 2> = serde_json::from_str("[1,2,3]").unwrap();
        assert_eq!(list.0.len(), 2);
    }

    #[test]
    fn what_no_counter_can_be_is_not_believed() {
        assert_eq!(Loose::Int(-1).count(), None);
        assert_eq!(Loose::Float(1e308).count(), None);
        assert_eq!(Loose::Float(f64::INFINITY).number(), None);
        let beyond: Loose = serde_json::from_str("9223372036854775808").unwrap();
        assert_eq!(beyond, Loose::Other);
    }
}
