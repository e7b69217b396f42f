//! `sqlite.wal`: every figure of the log in raw form.

use serde::Serialize;

use crate::model::snapshot::SqliteView;
use crate::model::wal::view::{Holder, Process};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wal {
    file_size: Option<u64>,
    frame_size: Option<u64>,
    live_frames: Option<u32>,
    checkpointed_frames: Option<u32>,
    pending_frames: Option<u32>,
    pending_bytes: Option<u64>,
    write_bytes_per_sec: Option<f64>,
    last_checkpoint_seconds_ago: Option<f64>,
    last_restart_seconds_ago: Option<f64>,
    restarts_last_hour: u32,
    watched_seconds: f64,
    growth_bytes_per_sec: Option<f64>,
    seconds_to_limit: Option<f64>,
    seconds_to_full_disk: Option<f64>,
    free_bytes: Option<u64>,
    holders: Option<Vec<HolderLine>>,
    writer: Option<HeldLine>,
    write_lock_share: Option<f64>,
    longest_writer_run: Option<RunLine>,
    open_by: Vec<ProcessLine>,
    diagnosis: &'static str,
    text: String,
    remedy: Option<String>,
}

#[derive(Serialize)]
struct ProcessLine {
    pid: Option<u32>,
    name: Option<String>,
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HeldLine {
    #[serde(flatten)]
    process: ProcessLine,
    held_seconds: f64,
}

#[derive(Serialize)]
struct RunLine {
    #[serde(flatten)]
    process: ProcessLine,
    samples: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HolderLine {
    slot: u8,
    mark: u32,
    frames_behind: u32,
    #[serde(flatten)]
    held: HeldLine,
    pins: bool,
}

fn process(process: &Process) -> ProcessLine {
    ProcessLine { pid: process.pid, name: process.name.as_deref().map(str::to_owned), role: process.role }
}

fn holder(holder: &Holder, pins: bool) -> HolderLine {
    HolderLine {
        slot: holder.slot,
        mark: holder.mark,
        frames_behind: holder.behind,
        held: HeldLine { process: process(&holder.process), held_seconds: holder.held },
        pins,
    }
}

/// The figures of `view`'s log.
pub(super) fn wal(view: &SqliteView) -> Wal {
    let wal = &view.wal;
    let pins = |index: usize| wal.pin == Some(index);
    Wal {
        file_size: view.wal_size.map(|size| size.0),
        frame_size: wal.frame_bytes,
        live_frames: wal.live,
        checkpointed_frames: wal.checkpointed,
        pending_frames: wal.pending,
        pending_bytes: wal.pending.and_then(|frames| wal.bytes_of(frames)).map(|bytes| bytes.0),
        write_bytes_per_sec: wal.write_rate,
        last_checkpoint_seconds_ago: wal.checkpoint_age,
        last_restart_seconds_ago: wal.restart_age,
        restarts_last_hour: wal.resets,
        watched_seconds: wal.watched,
        growth_bytes_per_sec: wal.growth,
        seconds_to_limit: wal.to_limit,
        seconds_to_full_disk: wal.to_full,
        free_bytes: wal.free.map(|free| free.0),
        holders: wal
            .holders
            .as_ref()
            .map(|holders| holders.iter().enumerate().map(|(index, h)| holder(h, pins(index))).collect()),
        writer: wal
            .writer
            .as_ref()
            .map(|writer| HeldLine { process: process(&writer.process), held_seconds: writer.held }),
        write_lock_share: wal.write_share,
        longest_writer_run: wal
            .longest_run
            .as_ref()
            .map(|(by, samples)| RunLine { process: process(by), samples: *samples }),
        open_by: wal.open_by.iter().map(process).collect(),
        diagnosis: wal.diagnosis.name(),
        text: wal.diagnosis.to_string(),
        remedy: wal.diagnosis.remedy(),
    }
}
