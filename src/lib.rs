//! corescope-top: watches a CoreScope ingestor, its SQLite database and its stats file.

pub mod demo;
pub mod model;
pub mod output;
pub mod parse;
pub mod sample;
pub mod source;
pub mod ui;
pub mod units;
pub mod view;
