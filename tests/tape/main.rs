//! Recordings: the format, the files, and what is left of them when something goes wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

/// Ends of lines in `bytes`.
#[allow(clippy::naive_bytecount, reason = "a test has time")]
fn lines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte == b'\n').count()
}

mod damage;
mod document;
mod files;
mod format;
mod program;
mod samples;
