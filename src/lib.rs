//! corescope-top: watches a CoreScope ingestor, its SQLite database and its stats file.

pub mod demo;
pub mod model;
pub mod parse;
pub mod sample;
pub mod ui;
pub mod units;
