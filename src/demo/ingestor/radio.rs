//! The traffic: what the mesh's observers would report over MQTT.

use std::time::Duration;

use crate::demo::prng::Prng;

/// How many nodes are on the air.
pub const NODES: u64 = 60;
/// How many observers report what they hear.
pub const OBSERVERS: u64 = 12;
/// Mean time between two transmissions.
const PACE: Duration = Duration::from_millis(200);

/// One MQTT message.
#[derive(Clone, Debug)]
pub enum Message {
    /// An observer heard a packet.
    Packet(Packet),
    /// An observer says that it is alive.
    Status {
        /// Which of the [`OBSERVERS`].
        observer: u64,
        /// Its battery in millivolts.
        battery_mv: u64,
    },
}

/// A packet as one observer heard it.
#[derive(Clone, Debug)]
pub struct Packet {
    /// The packet's hash: the same for every observer that heard it.
    pub hash: String,
    /// The bytes on the air.
    pub raw_hex: String,
    /// `MeshCore`'s payload type: 4 is an advert, 5 a group text, 2 a text.
    pub payload_type: u8,
    /// Which of the [`NODES`] sent it.
    pub node: u64,
    /// Which of the [`OBSERVERS`] heard it.
    pub observer: u64,
    /// Signal to noise in quarters of a decibel.
    pub snr_quarters: i64,
    /// Signal strength in dBm.
    pub rssi: i64,
    /// The repeaters on the way, as their one-byte hashes.
    pub path: Vec<String>,
}

/// The payload type of an advert.
pub const ADVERT: u8 = 4;

impl Message {
    /// Which observer sent it.
    pub fn observer(&self) -> u64 {
        match self {
            Self::Packet(packet) => packet.observer,
            Self::Status { observer, .. } => *observer,
        }
    }
}

/// Makes up traffic.
#[derive(Clone, Debug)]
pub struct Radio(Prng);

impl Radio {
    /// Traffic that `prng` decides.
    pub fn new(prng: Prng) -> Self {
        Self(prng)
    }

    /// Time until the next transmission.
    pub fn pause(&mut self) -> Duration {
        self.0.around(PACE)
    }

    /// One transmission: a message from each of the one to three observers that heard it, and now and
    /// then an observer's status behind them.
    pub fn transmission(&mut self) -> Vec<Message> {
        let first = self.packet();
        let heard = 1 + self.0.below(3);
        let mut messages = vec![Message::Packet(first.clone())];
        for n in 1..heard {
            // Neighbours in the ring of observers, so that nobody hears it twice.
            let observer = (first.observer + n * 5) % OBSERVERS;
            messages.push(Message::Packet(self.heard_by(observer, &first)));
        }
        if self.0.chance(4) {
            let observer = self.0.below(OBSERVERS);
            messages.push(Message::Status { observer, battery_mv: 3600 + self.0.below(600) });
        }
        messages
    }

    fn packet(&mut self) -> Packet {
        let payload_type = match self.0.below(10) {
            0..=3 => ADVERT,
            4..=7 => 5,
            _ => 2,
        };
        let length = if payload_type == ADVERT { 110 } else { 24 + self.0.below(80) as usize };
        let first = Packet {
            hash: self.0.hex(8),
            raw_hex: self.0.hex(length),
            payload_type,
            node: self.0.below(NODES),
            observer: 0,
            snr_quarters: 0,
            rssi: 0,
            path: Vec::new(),
        };
        let observer = self.0.below(OBSERVERS);
        self.heard_by(observer, &first)
    }

    fn heard_by(&mut self, observer: u64, packet: &Packet) -> Packet {
        let hops = 1 + self.0.below(6);
        Packet {
            observer,
            snr_quarters: 48 - self.0.below(80).cast_signed(),
            rssi: -60 - self.0.below(60).cast_signed(),
            path: (0..hops).map(|_| self.0.hex(1)).collect(),
            ..packet.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn nobody_hears_a_packet_twice() {
        let mut radio = Radio::new(Prng::new(3));
        for _ in 0..500 {
            let messages = radio.transmission();
            let packets: Vec<_> =
                messages.iter().filter(|m| matches!(m, Message::Packet(_))).map(Message::observer).collect();
            assert!((1..=3).contains(&packets.len()));
            assert_eq!(packets.iter().collect::<HashSet<_>>().len(), packets.len());
            assert!(messages.iter().all(|m| m.observer() < OBSERVERS));
        }
    }
}
