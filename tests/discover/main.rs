//! Finding ingestors and servers, and `doctor`: in a folder that plays /proc, in real processes of
//! this and other users, and in real namespaces.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod choice;
mod doctor;
mod fake;
mod files;
mod hostile;
mod live;
mod namespaces;
mod processes;
mod users;
