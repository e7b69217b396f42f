//! What was learned about a target, kept across runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// What is normal for one database. A file of it may be anybody's: whoever takes it over checks it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Seconds of quiet operation that were learned from.
    pub secs: f64,
    /// Of each series the medians of quarters of an hour, the oldest first.
    pub levels: BTreeMap<Arc<str>, Vec<f32>>,
    /// Backfills that were seen to be done with all there was to do, and how many rows they took at most when they
    /// came back for new ones; 0 if they never did.
    pub finished: BTreeMap<Arc<str>, f64>,
    /// Seconds for which each of these was followed, up to what is enough.
    pub watched: BTreeMap<Arc<str>, f64>,
}
