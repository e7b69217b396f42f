//! What the person at the screen has chosen: plain data, changed by the app, read by the view.

pub mod replay;
pub mod stage;

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

/// The three panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Panel {
    /// Bytes and calls of each process.
    #[default]
    Disk,
    /// The database and its log.
    Sqlite,
    /// The table of write sources.
    Sources,
}

impl Panel {
    /// All of them, in the order of Tab.
    pub const ALL: [Self; 3] = [Self::Disk, Self::Sqlite, Self::Sources];

    /// Its position in [`Self::ALL`].
    pub fn index(self) -> usize {
        self as usize
    }
}

/// Orders of the table of write sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortBy {
    /// Flagged first, then backfills that run, then the file's order.
    #[default]
    Flag,
    /// By name.
    Name,
    /// By total, largest first.
    Total,
    /// By rate, largest first.
    Rate,
    /// By ratio of rate to baseline, largest first.
    Ratio,
}

impl SortBy {
    /// All of them, in the order of the sort key.
    pub const ALL: [Self; 5] = [Self::Flag, Self::Name, Self::Total, Self::Rate, Self::Ratio];

    /// Its name on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Name => "name",
            Self::Total => "total",
            Self::Rate => "rate",
            Self::Ratio => "ratio",
        }
    }
}

/// How much time the graphs show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GraphSpan {
    /// One sample a column.
    #[default]
    Fine,
    /// Five samples a column.
    Medium,
    /// Ten minutes over the graph's width.
    TenMinutes,
}

impl GraphSpan {
    /// Seconds of one column of a graph `width` columns wide, at `interval` seconds a sample.
    pub fn column_secs(self, width: usize, interval: f64) -> f64 {
        match self {
            Self::Fine => interval,
            Self::Medium => interval * 5.0,
            Self::TenMinutes => (600.0 / width.max(1) as f64).max(interval),
        }
    }
}

/// A list's position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    /// Rows scrolled off the top, before clamping to what there is.
    pub top: usize,
}

/// The state of the screen.
// Each of these switches is one key, and they combine freely: no states of one machine.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ui {
    /// What the screen is for.
    pub stage: stage::Stage,
    /// The panel that keys act on.
    pub focus: Panel,
    /// The focused panel has the screen to itself.
    pub zoom: bool,
    /// The help is open, scrolled by this much.
    pub help: Option<Scroll>,
    /// The explanations of the panel in focus are open, scrolled by this much.
    pub explain: Option<Scroll>,
    /// The picture stands still, sampling goes on.
    pub paused: bool,
    /// Scroll of each panel, by [`Panel::index`].
    pub scroll: [Scroll; 3],
    /// Order of the sources.
    pub sort: SortBy,
    /// Order reversed.
    pub reverse: bool,
    /// Only sources whose names contain this, case ignored; empty for all.
    pub filter: String,
    /// The filter is being typed.
    pub editing: bool,
    /// What there is to say in place of the key hints.
    pub notice: Option<String>,
    /// Time in the graphs.
    pub span: GraphSpan,
    /// Interval in seconds that was asked for last.
    pub interval: f64,
    /// The log of events is open, and this one is chosen, counted from the newest.
    pub log: Option<usize>,
    /// A recording is played.
    pub replay: Option<replay::Replay>,
    /// Where times of day are told; UTC where that is not known.
    pub zone: Option<TimeZone>,
}

/// What is watched, fixed for a run: the header names it, and its rows stand there from the first
/// frame on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// Path of the database, cleaned; `None` if none is watched.
    pub db: Option<Arc<str>>,
    /// Path of the stats file, cleaned.
    pub stats: Arc<str>,
    /// Whether an ingestor is watched.
    pub ingestor: bool,
    /// Whether a server is watched.
    pub server: bool,
    /// The name of the ingestor's program, where it is called an ingestor by its first argument alone.
    pub exe: Option<Arc<str>>,
    /// Name of the demo's scenario that runs now.
    pub scenario: Option<Arc<str>>,
}
