//! The log of events: what began and ended, and when.

use std::collections::VecDeque;

use crate::model::snapshot::Snapshot;
use crate::model::verdict::Event;

/// Events that a live log keeps; the oldest go.
pub const KEPT_LIVE: usize = 500;
/// Events that the log of a whole recording keeps.
pub const KEPT_OF_RECORDING: usize = 20_000;

/// One verdict from its beginning on.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Its beginning while it lasts, then its end, which says how long it lasted and how bad it was.
    pub event: Event,
    /// Number of the sample in which it was noticed.
    pub began: u64,
    /// Number of the sample in which it ended; `None` while it lasts.
    pub ended: Option<u64>,
}

impl Entry {
    /// Whether it holds at sample `number`.
    pub fn holds_at(&self, number: u64) -> bool {
        self.began <= number && self.ended.is_none_or(|ended| number < ended)
    }
}

/// Events in the order of their beginnings.
#[derive(Clone, Debug)]
pub struct EventLog {
    entries: VecDeque<Entry>,
    keep: usize,
    begun: u64,
}

impl Default for EventLog {
    fn default() -> Self {
        Self::new(KEPT_LIVE)
    }
}

impl EventLog {
    /// An empty log that keeps the last `keep` events.
    pub fn new(keep: usize) -> Self {
        Self { entries: VecDeque::new(), keep, begun: 0 }
    }

    /// All of them, the oldest first.
    pub fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    /// How many were ever in it.
    pub fn begun(&self) -> u64 {
        self.begun
    }

    /// Takes what began and ended in sample `number`.
    pub fn push(&mut self, number: u64, snapshot: &Snapshot) {
        for event in &snapshot.events {
            self.add(number, event);
        }
    }

    /// Takes one beginning or end.
    pub fn add(&mut self, number: u64, event: &Event) {
        let same = |entry: &&mut Entry| {
            entry.ended.is_none() && entry.event.id == event.id && entry.event.subject == event.subject
        };
        let ended = event.lasted.map(|_| number);
        if ended.is_some()
            && let Some(entry) = self.entries.iter_mut().rev().find(same)
        {
            (entry.event, entry.ended) = (event.clone(), ended);
        } else {
            self.begun += 1;
            self.entries.push_back(Entry { event: event.clone(), began: number, ended });
        }
        while self.entries.len() > self.keep {
            self.entries.pop_front();
        }
    }

    /// Nothing lasts beyond sample `number`: from there on another target is watched.
    pub fn cut(&mut self, number: u64) {
        for entry in self.entries.iter_mut().filter(|entry| entry.ended.is_none()) {
            entry.ended = Some(number);
        }
    }

    /// The last beginning before sample `number`.
    pub fn before(&self, number: u64) -> Option<&Entry> {
        self.entries.iter().rev().find(|entry| entry.began < number)
    }

    /// The first beginning after sample `number`.
    pub fn after(&self, number: u64) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.began > number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::{Severity, VerdictId};
    use crate::units::{Mono, Wall};

    fn event(id: VerdictId, began: u64, lasted: Option<f64>) -> Event {
        Event {
            id,
            subject: "x".into(),
            severity: Severity::Warning,
            began: Wall::from_secs(began as i64),
            began_mono: Mono(began * 1_000_000_000),
            lasted,
            peak: String::new(),
            text: String::new(),
        }
    }

    #[test]
    fn an_end_closes_its_own_beginning() {
        let mut log = EventLog::default();
        log.add(10, &event(VerdictId::WalPinned, 8, None));
        log.add(12, &event(VerdictId::WriterHeld, 12, None));
        log.add(20, &event(VerdictId::WalPinned, 8, Some(12.0)));
        let spans: Vec<_> = log.entries().iter().map(|entry| (entry.began, entry.ended)).collect();
        assert_eq!(spans, [(10, Some(20)), (12, None)]);
        assert!(log.entries()[0].holds_at(19) && !log.entries()[0].holds_at(20));
        assert_eq!(log.entries()[0].event.lasted, Some(12.0));
        assert_eq!(log.before(12).map(|entry| entry.began), Some(10));
        assert_eq!((log.after(10).map(|entry| entry.began), log.after(12)), (Some(12), None));
        log.cut(25);
        assert_eq!(log.entries()[1].ended, Some(25));
    }

    #[test]
    fn an_end_whose_beginning_is_unknown_stands_for_both() {
        let mut log = EventLog::new(2);
        for number in 0..5 {
            log.add(number, &event(VerdictId::WalPinned, number, Some(1.0)));
        }
        assert_eq!(log.entries().iter().map(|entry| entry.began).collect::<Vec<_>>(), [3, 4]);
    }
}
