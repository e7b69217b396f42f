//! The real program, watching a real ingestor: in a pseudo-terminal (keys, sizes, signals, every way
//! out) and printing lines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod endings;
mod finding;
mod keys;
mod lines;
mod pictures;
mod recording;
mod replay;
mod target;
mod terminal;
mod weather;
