//! When the demo plays what: a pure function of the time since it began.

use std::time::Duration;

use super::scenario::Scenario;

/// One stretch of a schedule: what is played at a moment, and for how long still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// What is played; never [`Scenario::Tour`].
    pub scenario: Scenario,
    /// Counts the stretches from 0, so that two of the same kind can be told apart.
    pub index: u64,
    /// Time since the stretch began.
    pub elapsed: Duration,
    /// Time until the next one begins; `None` if it never ends.
    pub left: Option<Duration>,
}

/// The incidents that the tour shows, in its order, with their lengths in seconds.
const INCIDENTS: [(Scenario, u64); 7] = [
    (Scenario::BackfillLoop, 25),
    (Scenario::WriteBurst, 25),
    // A pin is flagged after 30 s, and the flag is to be seen for a while.
    (Scenario::WalGrowth, 45),
    // The file has grown for [`GROWTH`]; half a minute later its growth is history.
    (Scenario::WalHighWater, 65),
    // A held writer is flagged after 10 s.
    (Scenario::WriterHeld, 22),
    (Scenario::StatsStall, 25),
    (Scenario::Restart, 25),
];
/// Quiet before the tour's first incident.
const INTRO: u64 = 15;
/// Quiet between two incidents of the tour, so that one flag is down before the next goes up.
const BETWEEN: u64 = 10;
/// Quiet before and after an incident that is played alone: a backfill that has rested for ten seconds is known
/// to be done.
const ALONE: (u64, u64) = (14, 17);

/// When within its stretch a restart happens once more.
const AGAIN: Duration = Duration::from_secs(12);
/// How long the log of [`Scenario::WalHighWater`] grows: enough for 100 MB below the write limit.
const GROWTH: Duration = Duration::from_secs(18);

impl Phase {
    /// Counts the turns that the incident has taken within its stretch, from 0.
    pub fn turn(self) -> u32 {
        turn_of(self.scenario).map_or(0, |at| u32::from(self.elapsed >= at))
    }

    /// Whether a reader is to sit in a transaction.
    pub fn is_pinned(self) -> bool {
        match self.scenario {
            Scenario::WalGrowth => true,
            Scenario::WalHighWater => self.turn() == 0,
            _ => false,
        }
    }

    /// Whether the incident's job is done, though the incident isn't.
    pub fn rests(self) -> bool {
        self.scenario == Scenario::WalHighWater && self.turn() > 0
    }

    /// Time until the next turn or the next stretch; `None` if nothing is to come.
    pub fn next_change(self) -> Option<Duration> {
        let turn = turn_of(self.scenario).and_then(|at| at.checked_sub(self.elapsed));
        turn.filter(|left| !left.is_zero()).into_iter().chain(self.left).min()
    }
}

/// When within its stretch an incident takes a turn.
fn turn_of(scenario: Scenario) -> Option<Duration> {
    match scenario {
        Scenario::Restart => Some(AGAIN),
        Scenario::WalHighWater => Some(GROWTH),
        _ => None,
    }
}

/// What `scenario` plays `elapsed` after its begin.
pub fn schedule(scenario: Scenario, elapsed: Duration) -> Phase {
    let (intro, cycle) = match scenario {
        Scenario::Quiet => return Phase { scenario, index: 0, elapsed, left: None },
        Scenario::Tour => (INTRO, tour()),
        alone => (0, vec![(Scenario::Quiet, ALONE.0), (alone, length(alone)), (Scenario::Quiet, ALONE.1)]),
    };
    let intro = Duration::from_secs(intro);
    match elapsed.checked_sub(intro) {
        None => {
            Phase { scenario: Scenario::Quiet, index: 0, elapsed, left: Some(intro.saturating_sub(elapsed)) }
        }
        Some(rest) => in_cycle(&cycle, rest),
    }
}

fn length(incident: Scenario) -> u64 {
    INCIDENTS.into_iter().find(|(scenario, _)| *scenario == incident).map_or(0, |(_, secs)| secs)
}

fn tour() -> Vec<(Scenario, u64)> {
    INCIDENTS.into_iter().flat_map(|incident| [incident, (Scenario::Quiet, BETWEEN)]).collect()
}

fn in_cycle(cycle: &[(Scenario, u64)], elapsed: Duration) -> Phase {
    let period = Duration::from_secs(cycle.iter().map(|(_, secs)| secs).sum());
    let laps = elapsed.as_nanos() / period.as_nanos().max(1);
    let mut since = Duration::from_nanos((elapsed.as_nanos() % period.as_nanos().max(1)) as u64);
    let first = laps as u64 * cycle.len() as u64 + 1;
    for (index, &(scenario, secs)) in (first..).zip(cycle) {
        let length = Duration::from_secs(secs);
        if since < length {
            return Phase { scenario, index, elapsed: since, left: Some(length.saturating_sub(since)) };
        }
        since = since.saturating_sub(length);
    }
    // Only an empty cycle comes here.
    Phase { scenario: Scenario::Quiet, index: 0, elapsed, left: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(scenario: Scenario, secs: f64) -> Phase {
        schedule(scenario, Duration::from_secs_f64(secs))
    }

    #[test]
    fn quiet_never_changes() {
        assert_eq!(at(Scenario::Quiet, 1e6).next_change(), None);
        assert_eq!(at(Scenario::Quiet, 1e6).scenario, Scenario::Quiet);
    }

    #[test]
    fn an_incident_alone_comes_back_for_ever() {
        let played =
            [0.0, 13.9, 14.0, 38.9, 39.0, 55.9, 56.0, 70.0].map(|t| at(Scenario::StatsStall, t).scenario);
        let (quiet, stall) = (Scenario::Quiet, Scenario::StatsStall);
        assert_eq!(played, [quiet, quiet, stall, stall, quiet, quiet, quiet, stall]);
        let phase = at(Scenario::StatsStall, 16.0);
        assert_eq!((phase.elapsed, phase.left), (Duration::from_secs(2), Some(Duration::from_secs(23))));
        assert_ne!(phase.index, at(Scenario::StatsStall, 72.0).index);
    }

    #[test]
    fn the_tour_shows_each_once_a_lap() {
        assert_eq!(at(Scenario::Tour, 14.9).scenario, Scenario::Quiet);
        let lap: u64 = INCIDENTS.iter().map(|(_, secs)| secs + BETWEEN).sum();
        let mut begin = 15.0;
        for (incident, secs) in INCIDENTS {
            let end = begin + secs as f64;
            assert_eq!(at(Scenario::Tour, begin).scenario, incident);
            assert_eq!(at(Scenario::Tour, end - 0.1).scenario, incident);
            assert_eq!(at(Scenario::Tour, end).scenario, Scenario::Quiet);
            assert_eq!(at(Scenario::Tour, begin + lap as f64).scenario, incident, "second lap");
            begin = end + BETWEEN as f64;
        }
    }

    #[test]
    fn every_incident_is_in_the_tour() {
        for scenario in Scenario::ALL {
            let incident = !matches!(scenario, Scenario::Quiet | Scenario::Tour);
            assert_eq!(length(scenario) > 0, incident, "{scenario}");
        }
    }

    #[test]
    fn a_reader_leaves_before_the_high_water_mark_is_looked_at() {
        let begin = ALONE.0 as f64;
        let (grows, stays) = (at(Scenario::WalHighWater, begin), at(Scenario::WalHighWater, begin + 18.0));
        assert!(grows.is_pinned() && !grows.rests());
        assert_eq!(grows.next_change(), Some(GROWTH));
        assert!(!stays.is_pinned() && stays.rests());
        assert_eq!(stays.next_change(), stays.left);
        assert!(at(Scenario::WalGrowth, begin + 44.0).is_pinned());
    }

    #[test]
    fn following_left_visits_every_stretch_once() {
        for scenario in Scenario::ALL.into_iter().filter(|s| *s != Scenario::Quiet) {
            let (mut now, mut last) = (Duration::ZERO, None);
            for _ in 0..40 {
                let phase = schedule(scenario, now);
                assert_ne!(Some(phase.index), last, "{scenario} at {now:?}");
                assert!(phase.elapsed.is_zero() && phase.scenario != Scenario::Tour);
                last = Some(phase.index);
                now += phase.left.unwrap();
            }
        }
    }
}
