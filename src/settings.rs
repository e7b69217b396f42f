//! The configuration file: what a person wants every time.
//!
//! ```toml
//! interval = 2
//! theme = "light"
//!
//! [limits]
//! wal-size = "200MB"
//!
//! [colors]
//! critical = "lightred"
//!
//! [targets.attic]
//! db = "/srv/attic/meshcore.db"
//! ```
//!
//! Nothing in it is ignored in silence: a key that is not known and a value that can't be used are
//! errors with their line, and a guess at what was meant.

pub mod apply;
pub mod file;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use ratatui::style::Color;

pub use read::read;

/// Keys at the top of the file.
pub const KEYS: [&str; 5] = ["ascii", "bell", "color", "interval", "theme"];
/// Keys of a target.
pub const TARGET_KEYS: [&str; 3] = ["db", "match", "stats"];
/// Largest file that is read, bytes.
pub const MAX_BYTES: u64 = 256 << 10;

/// A value and the line of the file on which it stands, counted from 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Its line.
    pub line: usize,
}

/// What the file says; what it leaves unsaid is absent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Seconds between samples.
    pub interval: Option<Set<f64>>,
    /// ASCII characters only.
    pub ascii: Option<Set<bool>>,
    /// Ring the terminal's bell when something begins.
    pub bell: Option<Set<bool>>,
    /// `auto`, `always` or `never`.
    pub color: Option<Set<String>>,
    /// Name of a theme.
    pub theme: Option<Set<String>>,
    /// Limits as `--limit` takes them: `name=value`, in the file's order.
    pub limits: Vec<Set<String>>,
    /// Colours of roles.
    pub colors: BTreeMap<String, Set<Color>>,
    /// Targets by name.
    pub targets: BTreeMap<String, Set<TargetSettings>>,
}

/// What to watch, under a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetSettings {
    /// The database.
    pub db: Option<PathBuf>,
    /// The stats file.
    pub stats: Option<PathBuf>,
    /// Names of ingestors.
    pub matches: Vec<String>,
}

/// What is wrong with the file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and what was meant.
    pub text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// The one of `known` that `word` was most likely meant to be.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |name: &str| strsim::jaro_winkler(&word.to_lowercase().replace('_', "-"), name);
    let scored = known.into_iter().map(|name| (likeness(name), name));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(score, _)| *score > 0.75).map(|(_, name)| name)
}

#[cfg(test)]
mod tests;
