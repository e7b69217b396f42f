//! From the log's figures to the one sentence that explains them.

use crate::model::wal::view::{Diagnosis, WalView};
use crate::units::Bytes;

/// Frames that are normal in a log: SQLite checkpoints by itself at 1,000, and this is twice that.
/// In frames, because SQLite counts in them: with pages of 4 KB they are 8 MB, with 64 KB 125 MB.
pub const NORMAL_FRAMES: u32 = 2000;
/// Seconds after which a log that nobody checkpoints has been forgotten.
const FORGOTTEN_SECS: f64 = 10.0;
/// Seconds after its last growth in which a file is taken to be growing.
const GROWING_SECS: f64 = 2.0;
/// Seconds after which a held writer is worth a word; its flag comes later.
const WRITER_SECS: f64 = 3.0;
/// Bytes of the log's header.
const LOG_HEADER: u64 = 32;

/// What is known beside the figures that are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// Size of the `-wal` file.
    pub file: Option<Bytes>,
    /// Seconds for which more than [`NORMAL_FRAMES`] have been pending without progress, without a
    /// reader that pins them and without a checkpoint under way.
    pub forgotten: f64,
    /// Seconds since the file was last seen to grow.
    pub since_growth: Option<f64>,
    /// The log has started over since then, or the file was not seen to grow.
    pub restarted_since: bool,
}

/// What the figures of `view` mean.
pub fn diagnose(view: &WalView, facts: Facts) -> Diagnosis {
    let Some(pending) = view.pending else {
        return Diagnosis::CantTell { why: "the wal-index can't be read".to_owned() };
    };
    if let Some(pin) = view.pinning() {
        return Diagnosis::Pinned {
            by: pin.process.clone(),
            frame: view.live.unwrap_or(0).saturating_sub(pin.behind),
            held: pin.held,
            frames: pin.behind,
            bytes: view.bytes_of(pin.behind),
        };
    }
    if let Some(writer) = view.writer.as_ref().filter(|writer| writer.held >= WRITER_SECS) {
        return Diagnosis::WriterHeld { by: writer.process.clone(), held: writer.held };
    }
    if pending > NORMAL_FRAMES && facts.forgotten > FORGOTTEN_SECS {
        if view.holders.is_none() {
            return Diagnosis::CantTell {
                why: "frames stay pending, and the locks can't be read".to_owned(),
            };
        }
        return Diagnosis::NobodyCheckpoints { frames: pending, bytes: view.bytes_of(pending) };
    }
    let (Some(file), Some(normal), Some(waiting)) =
        (facts.file, view.bytes_of(NORMAL_FRAMES), view.bytes_of(pending))
    else {
        return Diagnosis::Fine;
    };
    if file.0 <= normal.0 + LOG_HEADER {
        return Diagnosis::Fine;
    }
    if waiting.0 < file.0 / 4 && !grows(view, facts, file) {
        return Diagnosis::HighWater { file, live: waiting };
    }
    if view.growth.is_some_and(|growth| growth > 0.0) { Diagnosis::Growing } else { Diagnosis::Fine }
}

/// Whether the file is about to grow further, as far as can be told.
fn grows(view: &WalView, facts: Facts, file: Bytes) -> bool {
    let just_grown = facts.since_growth.is_some_and(|secs| secs < GROWING_SECS);
    let live = view.live.and_then(|frames| view.bytes_of(frames)).unwrap_or_default();
    if live.0 + LOG_HEADER < file.0 {
        // There is room behind the log's end; only a transaction that is not committed yet uses it up.
        return just_grown && !facts.restarted_since;
    }
    // The log ends where the file ends. If all is checkpointed and nobody reads in the log, the next
    // write starts over; a reader at its end makes the next write go on behind it.
    let in_use = view.holders.as_ref().is_none_or(|holders| holders.iter().any(|holder| holder.slot > 0));
    let starts_over = view.pending == Some(0) && !in_use;
    !starts_over && view.growth.is_some_and(|growth| growth > 0.0)
}
