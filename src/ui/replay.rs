//! What the person at the screen does with a recording.

use std::sync::Arc;

use crate::units::Wall;

/// Times as fast as it was that a recording can be played.
pub const SPEEDS: [u32; 7] = [1, 2, 4, 8, 16, 32, 64];

/// Where to go in a recording, or how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// To the sample of this number, counted from 0.
    Sample(u64),
    /// By so many samples.
    Step(i64),
    /// By so many seconds of recorded time.
    Secs(f64),
    /// To the first sample not before this moment.
    Time(Wall),
    /// Go on by itself, or stop.
    Play(bool),
    /// So many times as fast as it was.
    Speed(u32),
}

/// The state of a replay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// Number of the sample that is shown, counted from 0.
    pub at: u64,
    /// The place that was asked for is not judged yet.
    pub waiting: bool,
    /// The sample that was asked for by its number, until it is shown.
    pub wanted: Option<u64>,
    /// Samples in the recording.
    pub samples: u64,
    /// Samples from the beginning that are judged already.
    pub judged: u64,
    /// Time of the first sample.
    pub begin: Wall,
    /// Time of the last sample.
    pub end: Wall,
    /// It goes on by itself.
    pub playing: bool,
    /// Times as fast as it was; one of [`SPEEDS`].
    pub speed: u32,
    /// The time to go to while it is typed.
    pub typed: Option<String>,
    /// Why the file ends early, one sentence; `None` if it was ended in order.
    pub cut: Option<Arc<str>>,
}

impl Replay {
    /// Where it is or is about to be.
    pub fn heading_for(&self) -> u64 {
        self.wanted.unwrap_or(self.at)
    }

    /// Percent of the recording that is judged; `None` when all of it is.
    pub fn judging(&self) -> Option<u64> {
        (self.judged < self.samples).then(|| self.judged * 100 / self.samples.max(1))
    }
}
