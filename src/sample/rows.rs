//! What is written down as a short list instead of an object: there are many of them in every sample.
//! A list may be longer than a reader knows, and shorter than it expects.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::WriterPerf;
use super::locks::HeldLock;

/// Something that is read from a list.
trait Row: Sized {
    fn read<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Self, A::Error>;
}

/// The next entry; absent at the end, and where there is `null`.
fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(list: &mut A) -> Result<Option<T>, A::Error> {
    Ok(list.next_element::<Option<T>>()?.flatten())
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Row> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<T, A::Error> {
        let row = T::read(&mut list)?;
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(row)
    }
}

impl Row for HeldLock {
    fn read<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Self, A::Error> {
        let slot = next(list)?.ok_or_else(|| A::Error::missing_field("slot"))?;
        let (pid, name) = (next(list)?, next::<Arc<str>, A>(list)?);
        Ok(Self { slot, exclusive: next(list)?.unwrap_or(false), pid, name })
    }
}

impl Serialize for HeldLock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(&self.slot)?;
        list.serialize_element(&self.pid)?;
        list.serialize_element(&self.name)?;
        if self.exclusive {
            list.serialize_element(&true)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for HeldLock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

impl Row for WriterPerf {
    fn read<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Self, A::Error> {
        Ok(Self {
            count: next(list)?,
            contention: next(list)?,
            wait_p95: next(list)?,
            wait_max: next(list)?,
            hold_p95: next(list)?,
            hold_max: next(list)?,
        })
    }
}

impl Serialize for WriterPerf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { count, contention, wait_p95, wait_max, hold_p95, hold_max } = self;
        (count, contention, wait_p95, wait_max, hold_p95, hold_max).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WriterPerf {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::locks::Slot;

    #[test]
    fn lists_may_be_shorter_and_longer() {
        let lock = |text: &str| serde_json::from_str::<HeldLock>(text);
        let full = HeldLock { slot: Slot::Read(2), exclusive: true, pid: Some(7), name: Some("x".into()) };
        assert_eq!(lock(r#"[{"read":2},7,"x",true,{"since":1}]"#).unwrap(), full);
        assert_eq!(serde_json::to_string(&full).unwrap(), r#"[{"read":2},7,"x",true]"#);
        let bare = HeldLock { slot: Slot::Open, exclusive: false, pid: None, name: None };
        assert_eq!(lock(r#"["open"]"#).unwrap(), bare);
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"["open",null,null]"#);
        assert!(lock("[]").is_err());
        let perf = WriterPerf { count: Some(3), hold_max: Some(0.5), ..WriterPerf::default() };
        let text = "[3,null,null,null,null,0.5]";
        assert_eq!(serde_json::to_string(&perf).unwrap(), text);
        assert_eq!(serde_json::from_str::<WriterPerf>(text).unwrap(), perf);
    }
}
