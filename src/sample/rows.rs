//! What is written down as a short list instead of an object: there are many of them in every sample.
//! A list may be longer than a reader knows, and shorter than it expects.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};
use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};

use super::locks::HeldLock;
use super::{Liveness, MqttSource, WriterPerf, compact};
use crate::units::Wall;

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

/// A time in a list.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Time(#[serde(with = "compact::secs")] Option<Wall>);

fn time<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Option<Wall>, A::Error> {
    Ok(list.next_element::<Time>()?.and_then(|time| time.0))
}

impl Row for MqttSource {
    fn read<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Self, A::Error> {
        Ok(Self {
            name: next(list)?.unwrap_or_default(),
            broker: next(list)?.unwrap_or_default(),
            connected: next(list)?,
            last_packet: time(list)?,
            packets: next(list)?,
            packets_5m: next(list)?,
            disconnects: next(list)?,
            last_error: next(list)?,
        })
    }
}

impl Serialize for MqttSource {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, broker, connected, last_packet, packets, packets_5m, disconnects, last_error } =
            self;
        let (time, counts) = (Time(*last_packet), [packets, packets_5m, disconnects]);
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(name)?;
        list.serialize_element(broker)?;
        list.serialize_element(connected)?;
        list.serialize_element(&time)?;
        counts.into_iter().try_for_each(|count| list.serialize_element(count))?;
        if last_error.is_some() {
            list.serialize_element(last_error)?;
        }
        list.end()
    }
}

impl<'de> Deserialize<'de> for MqttSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Reader(PhantomData))
    }
}

impl Row for Liveness {
    fn read<'de, A: SeqAccess<'de>>(list: &mut A) -> Result<Self, A::Error> {
        Ok(Self { last_receipt: time(list)?, last_message: time(list)? })
    }
}

impl Serialize for Liveness {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (Time(self.last_receipt), Time(self.last_message)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Liveness {
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
        let source =
            MqttSource { name: "n".into(), last_packet: Some(Wall::from_secs(7)), ..MqttSource::default() };
        let text = r#"["n","",null,7,null,null,null]"#;
        assert_eq!(serde_json::to_string(&source).unwrap(), text);
        assert_eq!(serde_json::from_str::<MqttSource>(text).unwrap(), source);
        let alive = Liveness { last_receipt: None, last_message: Some(Wall(123_456_789_012)) };
        assert_eq!(serde_json::to_string(&alive).unwrap(), "[null,123456789012]");
        assert_eq!(serde_json::from_str::<Liveness>("[null,123456789012,5]").unwrap(), alive);
        let perf = WriterPerf { count: Some(3), hold_max: Some(0.5), ..WriterPerf::default() };
        let text = "[3,null,null,null,null,0.5]";
        assert_eq!(serde_json::to_string(&perf).unwrap(), text);
        assert_eq!(serde_json::from_str::<WriterPerf>(text).unwrap(), perf);
    }
}
