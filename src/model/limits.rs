//! The limits of the rules. Where CoreScope's Perf page has a rule, the default is its own.

use serde::{Deserialize, Serialize};

use crate::units::{Bytes, KB, MB, parse_bytes, parse_secs};

/// Limits of all rules; every comparison is strict.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes written per second and process.
    pub write_rate: f64,
    /// Bytes of cancelled writes per second and process.
    pub cancelled_writes: f64,
    /// Size of the `-wal` file in bytes.
    pub wal_size: f64,
    /// Page-cache share of reads, 0 to 1, below which it is too low.
    pub cache_hit: f64,
    /// Backfill rate as a multiple of the transaction rate.
    pub backfill_ratio: f64,
    /// A source's rate as a multiple of its five-minute mean.
    pub baseline_ratio: f64,
    /// Seconds for which a reader may keep the log from being checkpointed.
    pub wal_pinned: f64,
    /// Seconds for which one transaction may keep all other writers out.
    pub writer_held: f64,
    /// Seconds for which a backfill of unknown length may run before it is taken for a loop.
    pub backfill_patience: f64,
    /// Seconds for which more may be written than is normal before it is called a storm.
    pub storm_patience: f64,
    /// Seconds after which another level is taken for normal by itself.
    pub accept_after: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            write_rate: 10.0 * MB as f64,
            cancelled_writes: MB as f64,
            wal_size: 100.0 * MB as f64,
            cache_hit: 0.9,
            backfill_ratio: 10.0,
            baseline_ratio: 10.0,
            wal_pinned: 30.0,
            writer_held: 10.0,
            backfill_patience: 900.0,
            storm_patience: 180.0,
            accept_after: 86_400.0,
        }
    }
}

/// Transactions that must have been inserted before backfills are judged.
pub const BACKFILL_MIN_TX: i64 = 100;
/// Shortest interval in seconds over which backfills are judged.
pub const BACKFILL_MIN_SECS: f64 = 0.5;
/// Transaction rate per second that is assumed at least.
pub const BACKFILL_MIN_TX_RATE: f64 = 1.0;
/// Baseline per second that is assumed at least.
pub const BASELINE_MIN_RATE: f64 = 0.05;
/// Seconds over which the rolling baseline is the mean.
pub const BASELINE_SECS: f64 = 300.0;
/// Seconds of history before a baseline is known.
pub const BASELINE_MIN_SECS: f64 = 30.0;
/// Seconds after which the stats file is stale.
pub const STALE_SECS: f64 = 5.0;
/// Seconds over which the page-cache share is taken.
pub const CACHE_SECS: f64 = 60.0;
/// Bytes read below which there is no page-cache share.
pub const CACHE_MIN_BYTES: u64 = 64 * KB;

/// Names that [`Limits::set`] takes, with what their values look like.
pub const NAMES: [(&str, &str); 11] = [
    ("write-rate", "20MB"),
    ("cancelled-writes", "2MB"),
    ("wal-size", "200MB"),
    ("cache-hit", "85%"),
    ("backfill-ratio", "20"),
    ("baseline-ratio", "20"),
    ("wal-pinned", "1m"),
    ("writer-held", "20s"),
    ("backfill-patience", "30m"),
    ("storm-patience", "5m"),
    ("accept-after", "12h"),
];

impl Limits {
    /// Sets one limit from `name=value` as people write it.
    ///
    /// # Errors
    /// Says which names or values there are.
    pub fn set(&mut self, assignment: &str) -> Result<(), String> {
        let (name, value) = assignment
            .split_once('=')
            .ok_or_else(|| format!("'{assignment}' has no '='; write for example write-rate=20MB"))?;
        match name.trim() {
            "write-rate" => self.write_rate = parse_bytes(value.trim().trim_end_matches("/s"))?,
            "cancelled-writes" => self.cancelled_writes = parse_bytes(value.trim().trim_end_matches("/s"))?,
            "wal-size" => self.wal_size = parse_bytes(value)?,
            "cache-hit" => self.cache_hit = parse_share(value)?,
            "backfill-ratio" => self.backfill_ratio = parse_ratio(value)?,
            "baseline-ratio" => self.baseline_ratio = parse_ratio(value)?,
            "wal-pinned" => self.wal_pinned = parse_secs(value)?,
            "writer-held" => self.writer_held = parse_secs(value)?,
            "backfill-patience" => self.backfill_patience = parse_secs(value)?,
            "storm-patience" => self.storm_patience = parse_secs(value)?,
            "accept-after" => self.accept_after = parse_secs(value)?,
            other => {
                let names = NAMES.map(|(name, _)| name).join(", ");
                return Err(format!("there is no limit '{other}'; there are {names}"));
            }
        }
        Ok(())
    }

    /// A limit as people write it.
    ///
    /// # Errors
    /// When there is no such limit.
    pub fn shown(&self, name: &str) -> Result<String, String> {
        let bytes = |value: f64| Bytes(value as u64).to_string().replace(' ', "");
        let secs = |value: f64| format!("{value}s");
        Ok(match name {
            "write-rate" => bytes(self.write_rate),
            "cancelled-writes" => bytes(self.cancelled_writes),
            "wal-size" => bytes(self.wal_size),
            "cache-hit" => format!("{}%", self.cache_hit * 100.0),
            "backfill-ratio" => self.backfill_ratio.to_string(),
            "baseline-ratio" => self.baseline_ratio.to_string(),
            "wal-pinned" => secs(self.wal_pinned),
            "writer-held" => secs(self.writer_held),
            "backfill-patience" => secs(self.backfill_patience),
            "storm-patience" => secs(self.storm_patience),
            "accept-after" => secs(self.accept_after),
            other => return Err(format!("there is no limit '{other}'")),
        })
    }
}

fn parse_ratio(text: &str) -> Result<f64, String> {
    match text.trim().trim_end_matches(['x', 'X', '×']).trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err(format!("'{text}' is no positive number; write for example 20")),
    }
}

fn parse_share(text: &str) -> Result<f64, String> {
    let text = text.trim();
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    match number.trim().parse::<f64>().map(|value| value / scale) {
        Ok(share) if share > 0.0 && share <= 1.0 => Ok(share),
        _ => Err(format!("'{text}' is no share; write for example 85% or 0.85")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_takes_its_example() {
        for (name, value) in NAMES {
            let mut limits = Limits::default();
            limits.set(&format!("{name}={value}")).unwrap();
            assert_ne!(limits, Limits::default(), "{name} changed nothing");
        }
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for (name, _) in NAMES {
            let mut limits = Limits::default();
            let shown = limits.shown(name).unwrap();
            limits.set(&format!("{name}={shown}")).unwrap();
            assert_eq!(limits, Limits::default(), "{name}={shown}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut limits = Limits::default();
        assert!(limits.set("write-rate").unwrap_err().contains("no '='"));
        assert!(limits.set("wal=1MB").unwrap_err().contains("wal-size"));
        for bad in ["write-rate=0", "cache-hit=190%", "cache-hit=nan", "backfill-ratio=-1", "wal-size=big"] {
            assert!(limits.set(bad).is_err(), "{bad}");
        }
        assert_eq!(limits, Limits::default());
    }
}
