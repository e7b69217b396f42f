//! Bytes to values: pure functions that trust nothing they are given.

mod bytes;
pub mod cmdline;
pub mod config;
pub mod container;
pub mod db_header;
pub mod environ;
pub mod locks;
mod loose;
pub mod process;
pub mod rights;
pub mod stats;
pub mod text;
pub mod wal_header;
pub mod wal_index;
pub mod wal_pages;
