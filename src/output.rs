//! Line outputs: siblings of the screen that eat the same snapshots.

pub mod brief;
pub mod check;
pub mod doctor;
pub mod json;
pub mod metrics;
pub mod status;
