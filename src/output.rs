//! Line outputs: siblings of the screen that eat the same snapshots.

pub mod doctor;
pub mod json;
