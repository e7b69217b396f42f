//! The two ways to run: a screen, or lines.

pub mod attention;
pub mod config;
pub mod doctor;
pub mod forms;
pub mod lines;
pub mod listen;
pub mod memory;
pub mod panics;
pub mod player;
pub mod replay;
pub mod screen;
pub mod setup;
pub mod tee;
pub mod watcher;

use std::fmt;

/// How a run ended, and with it the exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// As asked: status 0.
    Done,
    /// With this status, everything said already.
    Said(u8),
    /// By a signal: 128 + its number.
    Signal(i32),
    /// The terminal went away: 129, as by SIGHUP.
    Hangup,
    /// Nothing could be read: 1, with a line for each source.
    Unusable(Vec<String>),
    /// It could not be begun, and why: 1.
    Failed(String),
    /// It can't run like this (no terminal, say): 2.
    Usage(String),
    /// A bug: 101.
    Bug(String),
}

impl End {
    /// The exit status.
    pub fn status(&self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Said(status) => *status,
            Self::Unusable(_) | Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Bug(_) => 101,
            Self::Hangup => 129,
            Self::Signal(number) => u8::try_from(128 + number).unwrap_or(u8::MAX),
        }
    }
}

/// What there is to say on standard error; nothing for an end that was asked for.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done | Self::Said(_) | Self::Signal(_) | Self::Hangup => Ok(()),
            Self::Usage(text) | Self::Failed(text) => writeln!(f, "corescope-top: {text}"),
            Self::Bug(text) => writeln!(f, "corescope-top: a bug, please report it: {text}"),
            Self::Unusable(reasons) => {
                for reason in reasons {
                    writeln!(f, "corescope-top: {reason}")?;
                }
                writeln!(f, "corescope-top: nothing to watch; see --help, or try: corescope-top demo")
            }
        }
    }
}
