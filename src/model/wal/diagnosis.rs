//! From the log's figures to the one sentence that explains them.

use crate::model::wal::view::{Diagnosis, WalView};
use crate::units::{Bytes, MB};

/// A log smaller than this is nobody's trouble. SQLite's own checkpoints keep it at about 4 MB.
const SMALL_FILE: u64 = 16 * MB;
/// Pending frames that are normal between two automatic checkpoints, twice over.
const NORMAL_PENDING: u32 = 2000;
/// Seconds without progress after which a log that grows has been forgotten.
const FORGOTTEN_SECS: f64 = 10.0;
/// Seconds after which a held writer is worth a word; its flag comes later.
const WRITER_SECS: f64 = 3.0;

/// What the figures of `view` mean, given the file's size and whether pending frames grow.
pub fn diagnose(view: &WalView, file: Option<Bytes>, pending_grows: bool) -> Diagnosis {
    let Some(pending) = view.pending else {
        return Diagnosis::CantTell { why: "the wal-index can't be read".to_owned() };
    };
    let writer = view.writer.as_ref().filter(|writer| writer.held >= WRITER_SECS);
    if let Some(pin) = view.pinning() {
        return Diagnosis::Pinned {
            by: pin.process.clone(),
            frame: view.live.unwrap_or(0).saturating_sub(pin.behind),
            held: pin.held,
            frames: pin.behind,
            bytes: view.bytes_of(pin.behind),
        };
    }
    if let Some(writer) = writer {
        return Diagnosis::WriterHeld { by: writer.process.clone(), held: writer.held };
    }
    let since_progress = view.checkpoint_age.unwrap_or(view.watched);
    if pending > NORMAL_PENDING && pending_grows && since_progress > FORGOTTEN_SECS {
        if view.holders.is_none() {
            return Diagnosis::CantTell {
                why: "frames stay pending, and the locks can't be read".to_owned(),
            };
        }
        return Diagnosis::NobodyCheckpoints { frames: pending, bytes: view.bytes_of(pending) };
    }
    if let (Some(file), Some(waiting)) = (file, view.bytes_of(pending))
        && file.0 > SMALL_FILE
        && waiting.0 < file.0 / 4
        && view.growth.is_none_or(|growth| growth <= 0.0)
    {
        return Diagnosis::HighWater { file, live: waiting };
    }
    if view.growth.is_some_and(|growth| growth > 0.0) { Diagnosis::Growing } else { Diagnosis::Fine }
}
