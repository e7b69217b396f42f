//! Edges in: what reads the target's files and processes and turns them into samples.
//!
//! Every reader takes its paths from outside, never blocks on purpose, and turns each failure into
//! a [`crate::sample::Fault`] with one clear line. [`sampler`] runs them on threads of their own.

pub mod clock;
pub mod db_files;
pub mod discover;
pub mod finder;
pub mod locks;
pub mod patience;
pub mod process;
pub mod safe_file;
pub mod sampler;
pub mod stats;
pub mod watch;
mod worker;
