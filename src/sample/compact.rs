//! How samples are written down: short, and read back with bounds, because recordings are sent around.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// The most entries that a list in a recording may have; more than any parser here lets through.
pub const MAX_ENTRIES: usize = 4096;

/// Whether a value is what is read where nothing is written.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads a list.
///
/// # Errors
/// When it has more than [`MAX_ENTRIES`] entries, or one of them can't be read.
pub fn bounded<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(List(PhantomData))
}

struct List<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = seq.next_element()? {
            push(&mut list, entry)?;
        }
        Ok(list)
    }
}

fn push<T, E: Error>(list: &mut Vec<T>, entry: T) -> Result<(), E> {
    if list.len() == MAX_ENTRIES {
        return Err(E::custom(format_args!("more than {MAX_ENTRIES} entries")));
    }
    list.push(entry);
    Ok(())
}

/// A time that most often is whole seconds: those since the epoch, or nanoseconds from 10^11 on.
pub mod secs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::units::Wall;

    const SECOND: i64 = 1_000_000_000;
    const NANOS_FROM: u64 = 100_000_000_000;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "serde calls it so")]
    pub fn serialize<S: Serializer>(time: &Option<Wall>, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = |time: Wall| if time.0 % SECOND == 0 { time.0 / SECOND } else { time.0 };
        time.map(whole).serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is no integer.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Wall>, D::Error> {
        let number = Option::<i64>::deserialize(deserializer)?;
        Ok(number.map(|it| if it.unsigned_abs() < NANOS_FROM { Wall::from_secs(it) } else { Wall(it) }))
    }
}

/// A reading that yields nothing but the fact that it worked: `true`.
pub mod unit {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::sample::Reading;

    /// Writes it.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(reading: &Reading<()>, serializer: S) -> Result<S::Ok, S::Error> {
        match reading {
            Reading::Good(()) => serializer.serialize_bool(true),
            other => other.serialize(serializer),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is neither `true` nor a failure.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Reading<()>, D::Error> {
        Ok(match Reading::<bool>::deserialize(deserializer)? {
            Reading::Good(true) => Reading::Good(()),
            Reading::Good(false) | Reading::Unwatched => Reading::Unwatched,
            Reading::Failed(fault) => Reading::Failed(fault),
        })
    }
}

/// Pairs of a name and a value as an object, in their order.
pub mod by_name {
    use std::fmt;
    use std::marker::PhantomData;
    use std::sync::Arc;

    use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
    use serde::ser::{Serialize, Serializer};

    use super::push;

    type Pairs<T> = Vec<(Arc<str>, T)>;

    /// Writes them.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<T: Serialize, S: Serializer>(
        pairs: &[(Arc<str>, T)],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(pairs.iter().map(|(name, value)| (name, value)))
    }

    /// Reads them.
    ///
    /// # Errors
    /// When there are more than [`super::MAX_ENTRIES`], or one of them can't be read.
    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Pairs<T>, D::Error> {
        deserializer.deserialize_map(Object(PhantomData))
    }

    struct Object<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Object<T> {
        type Value = Pairs<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs<T>, A::Error> {
            let mut pairs = Vec::new();
            while let Some(entry) = map.next_entry()? {
                push(&mut pairs, entry)?;
            }
            Ok(pairs)
        }
    }
}
