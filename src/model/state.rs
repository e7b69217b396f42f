//! What was learned about a target, kept across runs.

use serde::{Deserialize, Serialize};

/// What is normal for one database.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {}
