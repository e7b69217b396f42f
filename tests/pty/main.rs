//! The real program in a real pseudo-terminal: keys, sizes, signals, and every way out.

mod endings;
mod keys;
mod target;
mod terminal;
mod weather;
