//! Bytes to values: pure functions that trust nothing they are given.

pub mod locks;
pub mod text;
