//! What the demo can play, and when: a pure function of the time since it began.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use serde::{Deserialize, Serialize};

/// Something that the demo can play.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scenario {
    /// Ordinary traffic only.
    Quiet,
    /// Rows that are done are rewritten for ever.
    BackfillLoop,
    /// More is written than the Perf page's limit allows.
    WriteBurst,
    /// A reader pins the log while the writer goes on.
    WalGrowth,
    /// The stats file is no longer published.
    StatsStall,
    /// The ingestor ends and comes back.
    Restart,
    /// All of the others in turn.
    #[default]
    Tour,
}

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

/// How long an incident lasts: long enough for the WAL to pass 100 MB below the write limit.
const INCIDENT: u64 = 25;
/// Quiet before the tour's first incident.
const INTRO: u64 = 15;
/// Quiet between two incidents of the tour, so that one flag is down before the next goes up.
const BETWEEN: u64 = 10;
/// Quiet before and after an incident that is played alone.
const ALONE: (u64, u64) = (8, 17);

impl Scenario {
    /// Every scenario, in the order in which help lists them.
    pub const ALL: [Self; 7] = [
        Self::Quiet,
        Self::BackfillLoop,
        Self::WriteBurst,
        Self::WalGrowth,
        Self::StatsStall,
        Self::Restart,
        Self::Tour,
    ];

    /// The incidents that the tour shows, in its order.
    const INCIDENTS: [Self; 5] =
        [Self::BackfillLoop, Self::WriteBurst, Self::WalGrowth, Self::StatsStall, Self::Restart];

    /// The name on the command line and in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::BackfillLoop => "backfill-loop",
            Self::WriteBurst => "write-burst",
            Self::WalGrowth => "wal-growth",
            Self::StatsStall => "stats-stall",
            Self::Restart => "restart",
            Self::Tour => "tour",
        }
    }

    /// One line for the help.
    pub fn about(self) -> &'static str {
        match self {
            Self::Quiet => "ordinary traffic, about 5 transmissions a second",
            Self::BackfillLoop => "a backfill rewrites rows that are already done, for ever",
            Self::WriteBurst => "more than 10 MB/s of writes",
            Self::WalGrowth => "a reader pins the log and the WAL passes 100 MB",
            Self::StatsStall => "the stats file stops while the ingestor goes on",
            Self::Restart => "the ingestor ends and a new one takes its place",
            Self::Tour => "each of the others in turn",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Scenario {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|scenario| scenario.name() == text);
        known.ok_or_else(|| {
            format!("there is no scenario '{text}'; there are {}", Self::ALL.map(Self::name).join(", "))
        })
    }
}

impl ValueEnum for Scenario {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()).help(self.about()))
    }
}

/// What `scenario` plays `elapsed` after its begin.
pub fn schedule(scenario: Scenario, elapsed: Duration) -> Phase {
    let (intro, cycle) = match scenario {
        Scenario::Quiet => return Phase { scenario, index: 0, elapsed, left: None },
        Scenario::Tour => (INTRO, tour()),
        alone => (0, vec![(Scenario::Quiet, ALONE.0), (alone, INCIDENT), (Scenario::Quiet, ALONE.1)]),
    };
    let intro = Duration::from_secs(intro);
    match elapsed.checked_sub(intro) {
        None => {
            Phase { scenario: Scenario::Quiet, index: 0, elapsed, left: Some(intro.saturating_sub(elapsed)) }
        }
        Some(rest) => in_cycle(&cycle, rest),
    }
}

fn tour() -> Vec<(Scenario, u64)> {
    Scenario::INCIDENTS
        .into_iter()
        .flat_map(|incident| [(incident, INCIDENT), (Scenario::Quiet, BETWEEN)])
        .collect()
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
    fn names_are_read_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
            assert_eq!(serde_json::to_value(scenario).unwrap(), scenario.name());
        }
        assert!("loud".parse::<Scenario>().unwrap_err().contains("wal-growth"));
    }

    #[test]
    fn quiet_never_changes() {
        assert_eq!(at(Scenario::Quiet, 1e6).left, None);
        assert_eq!(at(Scenario::Quiet, 1e6).scenario, Scenario::Quiet);
    }

    #[test]
    fn an_incident_alone_comes_back_for_ever() {
        let played = [0.0, 7.9, 8.0, 32.9, 33.0, 57.9, 58.0].map(|t| at(Scenario::WalGrowth, t).scenario);
        let (quiet, grows) = (Scenario::Quiet, Scenario::WalGrowth);
        assert_eq!(played, [quiet, quiet, grows, grows, quiet, quiet, grows]);
        let phase = at(Scenario::WalGrowth, 10.0);
        assert_eq!((phase.elapsed, phase.left), (Duration::from_secs(2), Some(Duration::from_secs(23))));
        assert_ne!(phase.index, at(Scenario::WalGrowth, 60.0).index);
    }

    #[test]
    fn the_tour_shows_each_once_a_lap() {
        assert_eq!(at(Scenario::Tour, 14.9).scenario, Scenario::Quiet);
        for (n, incident) in Scenario::INCIDENTS.into_iter().enumerate() {
            let begin = 15.0 + 35.0 * n as f64;
            assert_eq!(at(Scenario::Tour, begin).scenario, incident);
            assert_eq!(at(Scenario::Tour, begin + 24.9).scenario, incident);
            assert_eq!(at(Scenario::Tour, begin + 25.0).scenario, Scenario::Quiet);
            assert_eq!(at(Scenario::Tour, begin + 175.0).scenario, incident, "second lap");
        }
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
