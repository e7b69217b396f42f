//! What the demo can play.

use std::fmt;
use std::str::FromStr;

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
    /// The log grows once, behind a reader, and keeps its size when all of it is in the database.
    WalHighWater,
    /// One transaction keeps the writer lock while the traffic waits.
    WriterHeld,
    /// The stats file is no longer published.
    StatsStall,
    /// The ingestor ends and comes back.
    Restart,
    /// All of the others in turn.
    #[default]
    Tour,
}

impl Scenario {
    /// Every scenario, in the order in which help lists them.
    pub const ALL: [Self; 9] = [
        Self::Quiet,
        Self::BackfillLoop,
        Self::WriteBurst,
        Self::WalGrowth,
        Self::WalHighWater,
        Self::WriterHeld,
        Self::StatsStall,
        Self::Restart,
        Self::Tour,
    ];

    /// The name on the command line and in the header.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quiet => "quiet",
            Self::BackfillLoop => "backfill-loop",
            Self::WriteBurst => "write-burst",
            Self::WalGrowth => "wal-growth",
            Self::WalHighWater => "wal-high-water",
            Self::WriterHeld => "writer-held",
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
            Self::WalHighWater => "the WAL grew once; all of it is checkpointed, and nobody truncates it",
            Self::WriterHeld => "one transaction holds the writer lock while the traffic waits",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for scenario in Scenario::ALL {
            assert_eq!(scenario.name().parse(), Ok(scenario));
            assert_eq!(serde_json::to_value(scenario).unwrap(), scenario.name());
        }
        assert!("loud".parse::<Scenario>().unwrap_err().contains("wal-growth"));
    }
}
