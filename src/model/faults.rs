//! What can't be read, and since when.

use crate::model::snapshot::{Since, Snapshot, SourceFault};
use crate::model::{sources, sqlite};
use crate::sample::{Reading, Sample};

/// Units that figures in faults carry.
const UNITS: [&str; 14] =
    ["ns", "µs", "ms", "s", "m", "h", "d", "B", "KB", "MB", "GB", "KB/s", "MB/s", "GB/s"];
/// Faults that are remembered at most.
const MAX: usize = 64;

/// Remembers when each fault that holds now was there first.
#[derive(Clone, Debug, Default)]
pub struct FaultTracker {
    known: Vec<(&'static str, String, Since)>,
}

impl FaultTracker {
    /// What could not be read at `sample`, in the order in which it matters to the reader.
    pub fn push(&mut self, sample: &Sample, snapshot: &Snapshot) -> Vec<SourceFault> {
        let mut faults = faults(sample, snapshot);
        let mut known = Vec::new();
        for fault in faults.iter_mut().take(MAX) {
            let key = constant(&fault.text);
            let before = self.known.iter().find(|(source, text, _)| (*source, text) == (fault.source, &key));
            let since = before.map_or(Since { at: sample.at, mono: sample.mono }, |(_, _, since)| *since);
            fault.since = Some(since);
            known.push((fault.source, key, since));
        }
        self.known = known;
        faults
    }
}

fn faults(sample: &Sample, snapshot: &Snapshot) -> Vec<SourceFault> {
    let processes = [("ingestor", &sample.ingestor), ("server", &sample.server)];
    let mut faults = Vec::new();
    for (role, reading) in processes {
        faults.extend(SourceFault::of(role, reading));
        faults.extend(reading.good().and_then(|process| SourceFault::of(role, &process.io)));
    }
    faults.extend(sources::silent_fault(snapshot, &sample.stats));
    faults.extend(sources::unread_fault(&snapshot.sources, &sample.stats));
    let uptime = snapshot.ingestor.as_ref().and_then(|process| process.uptime);
    faults.extend(sources::stale_fault(&snapshot.sources, &sample.stats, uptime));
    faults.extend(SourceFault::of("db", &sample.db));
    if let Reading::Good(db) = &sample.db {
        faults.extend(sqlite::faults(db));
    }
    faults.extend(SourceFault::of("stats", &sample.watch));
    faults
}

/// What of a fault's sentence stays the same while it lasts: its words without its figures.
fn constant(text: &str) -> String {
    let plain = |word: &&str| {
        let word = word.trim_matches(|c: char| ",;:()".contains(c));
        !word.starts_with(|c: char| c.is_ascii_digit()) && !UNITS.contains(&word)
    };
    text.split(' ').filter(plain).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Fault, FaultKind};
    use crate::units::{Mono, Wall};

    fn sample(secs: u64, db: Option<&str>) -> Sample {
        let fault = |text: &str| Reading::Failed(Fault::new(FaultKind::Stalled, text));
        Sample {
            at: Wall::from_secs(1000 + secs as i64),
            mono: Mono(secs * 1_000_000_000),
            db: db.map_or(Reading::Unwatched, fault),
            ..Sample::default()
        }
    }

    #[test]
    fn a_fault_is_one_while_its_words_stay() {
        let mut tracker = FaultTracker::default();
        let mut since = |secs, text| {
            let faults = tracker.push(&sample(secs, text), &Snapshot::default());
            faults.first().and_then(|fault| Some(fault.since?.mono.secs()))
        };
        assert_eq!(since(3, Some("it has not answered for 900 ms")), Some(3.0));
        assert_eq!(since(9, Some("it has not answered for 6 s")), Some(3.0));
        assert_eq!(since(90, Some("it has not answered for 1 m 27 s")), Some(3.0));
        assert_eq!(since(91, Some("no database at /m.db")), Some(91.0), "another one");
        assert_eq!(since(92, None), None);
        assert_eq!(since(93, Some("no database at /m.db")), Some(93.0), "it was away in between");
    }

    #[test]
    fn a_clock_that_jumps_changes_nothing() {
        let mut tracker = FaultTracker::default();
        tracker.push(&sample(3, Some("gone")), &Snapshot::default());
        let later = Sample { at: Wall::from_secs(9000), ..sample(5, Some("gone")) };
        let fault = tracker.push(&later, &Snapshot::default()).remove(0);
        assert_eq!((fault.since.unwrap().at, fault.age(later.mono)), (Wall::from_secs(1003), Some(2.0)));
    }
}
