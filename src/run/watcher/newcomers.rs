//! Who came to the database after it was attached to.

use std::time::Duration;

use crate::model::wal::view::Process;
use crate::units::Mono;

/// How often all processes are looked at for those who opened the database meanwhile, at most.
const NEWCOMERS_EVERY: Duration = Duration::from_secs(2);

/// Processes that have the database open and are none of those watched: one may be the server, or the
/// ingestor where only files were given. Looking at all processes is worth it once for each.
#[derive(Debug, Default)]
pub(super) struct Newcomers {
    known: Vec<u32>,
    looked: Option<Mono>,
    /// There is one, and the look is still to come.
    pub wanted: bool,
}

impl Newcomers {
    /// Sees who has the database open. One that opens it only now and then has another pid each time:
    /// for such the looks are rare.
    pub fn heed(&mut self, open_by: &[Process], watched: [Option<u32>; 2], now: Mono) {
        let strangers = open_by.iter().filter_map(|process| process.pid);
        let strangers: Vec<u32> = strangers.filter(|pid| !watched.contains(&Some(*pid))).collect();
        if strangers.iter().all(|pid| self.known.contains(pid)) {
            self.known = strangers;
        } else if self.looked.is_none_or(|looked| now.since(looked) >= NEWCOMERS_EVERY) {
            (self.known, self.looked, self.wanted) = (strangers, Some(now), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_looked_for_once_and_not_too_often() {
        let mut newcomers = Newcomers::default();
        let mut wanted = |secs: u64, pids: &[u32]| {
            let open: Vec<Process> =
                pids.iter().map(|pid| Process { pid: Some(*pid), ..Process::default() }).collect();
            newcomers.heed(&open, [Some(1), None], Mono(secs * 1_000_000_000));
            std::mem::take(&mut newcomers.wanted)
        };
        assert!(!wanted(10, &[1]), "the ingestor is watched");
        assert!(wanted(11, &[1, 2]));
        assert!(!wanted(20, &[1, 2]), "it was looked for, and is another program");
        assert!(wanted(21, &[1, 2, 3]));
        assert!(!wanted(22, &[1, 2, 4]), "not so soon again");
        assert!(wanted(23, &[1, 2, 4]));
        assert!(!wanted(30, &[1]) && wanted(31, &[1, 4]), "it went and came back");
    }
}
