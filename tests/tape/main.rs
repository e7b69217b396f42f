//! Recordings: the format, the files, and what is left of them when something goes wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod damage;
mod document;
mod files;
mod format;
mod program;
mod samples;
