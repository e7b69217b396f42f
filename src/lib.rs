//! corescope-top: watches a CoreScope ingestor, its SQLite database and its stats file.
//!
//! A sample flows one way; recorded and live, screen and lines differ only at the ends:
//!
//! ```text
//!   source ──▶ sample ──▶ model ──▶ snapshot ──▶ view    (the screen)
//!   /proc                 pure                └─▶ output  (lines)
//!   stats file
//!   database, log, locks
//!   tape (a recording)
//! ```
//!
//! | layer | modules | imports |
//! | --- | --- | --- |
//! | vocabulary | [`units`], [`sample`], [`ui`] | nothing of ours |
//! | pure core | [`parse`], [`model`] | vocabulary |
//! | edges in | [`source`], [`state`], [`tape`] | vocabulary, [`parse`]; a tape and the state also what a model is fed with |
//! | edges out | [`output`], [`view`] | vocabulary, core |
//! | wiring | [`cli`], [`app`], [`event`], [`terminal`], [`run`], [`settings`] | all |
//! | aside | [`demo`] | vocabulary; only the wiring imports it |

pub mod app;
pub mod cli;
pub mod demo;
pub mod event;
pub mod model;
pub mod output;
pub mod parse;
pub mod run;
pub mod sample;
pub mod settings;
pub mod source;
pub mod state;
pub mod tape;
pub mod terminal;
pub mod ui;
pub mod units;
pub mod view;
