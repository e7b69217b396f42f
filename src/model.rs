//! The pure core: samples in, snapshots out. No clock, no file, no terminal; time is data.

pub mod history;
pub mod limits;
pub mod snapshot;
