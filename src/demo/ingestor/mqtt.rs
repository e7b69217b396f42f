//! The MQTT sources as the stats file tells of them: what the broker delivered and what got written.

use std::collections::VecDeque;

/// What is known of one source; moments are seconds since the epoch, 0 = never.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name in the configuration.
    pub name: &'static str,
    /// The broker's address.
    pub broker: &'static str,
    /// When the connection was made.
    pub connected_at: i64,
    /// When the broker last delivered a message.
    pub received_at: i64,
    /// When a message of it was last written.
    pub written_at: i64,
    /// Messages in all.
    pub packets: i64,
    recent: VecDeque<i64>,
}

/// All sources of the demo.
#[derive(Clone, Debug)]
pub struct Sources([Source; 2]);

/// The window of `packetsLast5m`.
const WINDOW: i64 = 300;

impl Sources {
    /// Two sources, connected at `now`. One address carries a password, as addresses in the field do: whatever
    /// shows it has to mask it.
    pub fn new(now: i64) -> Self {
        let source = |name, broker| Source {
            name,
            broker,
            connected_at: now,
            received_at: 0,
            written_at: 0,
            packets: 0,
            recent: VecDeque::new(),
        };
        Self([
            source("local", "tcp://127.0.0.1:1883"),
            source("regional", "mqtts://observer:not-a-secret@mqtt.example.net:8883"),
        ])
    }

    /// The broker delivered a message of `observer`.
    pub fn received(&mut self, observer: u64, now: i64) {
        let source = self.of(observer);
        source.received_at = now;
        source.packets += 1;
        source.recent.push_back(now);
    }

    /// A message of `observer` was written.
    pub fn written(&mut self, observer: u64, now: i64) {
        self.of(observer).written_at = now;
    }

    /// The sources as they are now, each with its messages of the last five minutes.
    pub fn at(&mut self, now: i64) -> Vec<(Source, usize)> {
        for source in &mut self.0 {
            while source.recent.front().is_some_and(|&at| at + WINDOW <= now) {
                source.recent.pop_front();
            }
        }
        let lean = |source: &Source| Source { recent: VecDeque::new(), ..source.clone() };
        self.0.iter().map(|source| (lean(source), source.recent.len())).collect()
    }

    fn of(&mut self, observer: u64) -> &mut Source {
        // Every third observer belongs to the regional broker.
        let [local, regional] = &mut self.0;
        if observer.is_multiple_of(3) { regional } else { local }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_messages_leave_the_window() {
        let mut sources = Sources::new(1000);
        sources.received(3, 1000);
        sources.received(6, 1200);
        sources.written(6, 1201);
        let (regional, recent) = sources.at(1299)[1].clone();
        assert_eq!((regional.packets, recent, regional.received_at, regional.written_at), (2, 2, 1200, 1201));
        assert_eq!(sources.at(1300)[1].1, 1);
        assert_eq!(sources.at(1300)[0].0.received_at, 0);
    }
}
