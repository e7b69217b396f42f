//! The real program in a real pseudo-terminal: keys, sizes, signals, and every way out.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod endings;
mod keys;
mod target;
mod terminal;
mod weather;
