//! States of the write-ahead log, as the model would have made them.

use std::sync::Arc;

use corescope_top::model::snapshot::{Flag, FlagId, Snapshot};
use corescope_top::model::wal::view::{Diagnosis, Holder, Process, WalView, Writer};
use corescope_top::units::{Bytes, GB, MB};

const FRAME: u64 = 4120;

pub fn process(name: &str, pid: u32, role: &'static str) -> Process {
    Process { pid: Some(pid), name: Some(name.into()), role }
}

fn ingestor() -> Process {
    process("corescope-ingestor", 4382, "ingestor")
}

fn server() -> Process {
    process("corescope-server", 4391, "server")
}

/// A log that starts over every 90 s, its file still growing for the first 90.
pub fn quiet(second: u64) -> WalView {
    let live = (second * 11 % 1000) as u32;
    let growth = if second < 90 { 46_098.0 } else { 0.0 };
    let round = (second * 11 % 1000) as f64 / 11.0;
    WalView {
        frame_bytes: Some(FRAME),
        live: Some(live),
        checkpointed: Some(live * 9 / 10),
        pending: Some(live - live * 9 / 10),
        write_rate: Some(46_098.0),
        checkpoint_age: (second > 90).then_some(round),
        restart_age: (second > 90).then_some(round),
        resets: (second / 91) as u32,
        watched: second as f64,
        growth: Some(growth),
        to_limit: (growth > 0.0).then_some(2_200.0),
        to_full: (growth > 0.0).then_some(1_200_000.0),
        free: Some(Bytes(51 * GB)),
        holders: Some(Vec::new()),
        write_share: Some(0.017),
        longest_run: Some((ingestor(), 1)),
        open_by: vec![ingestor(), server()],
        diagnosis: if growth > 0.0 { Diagnosis::Growing } else { Diagnosis::Fine },
        ..WalView::default()
    }
}

fn flag(snapshot: &mut Snapshot, id: FlagId, text: String) {
    snapshot.flags.push(Flag { id, subject: "wal".into(), value: 1.0, limit: 1.0, text });
}

/// Changes the log of a snapshot.
fn change(snapshot: &mut Snapshot, to: impl FnOnce(&mut WalView)) {
    if let Some(db) = snapshot.sqlite.as_mut() {
        to(Arc::make_mut(&mut db.wal));
    }
}

/// Gives the file as many bytes as its live frames have.
fn fill(snapshot: &mut Snapshot) {
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.wal_size = db.wal.live.and_then(|frames| db.wal.bytes_of(frames)).map(|bytes| Bytes(bytes.0 + 32));
    }
}

pub fn pinned(snapshot: &mut Snapshot, second: u32) {
    let (live, held) = (3_000 + 338 * second, f64::from(second) + 0.4);
    let reader = |slot, mark, process, held| Holder { slot, mark, behind: live - mark, process, held };
    change(snapshot, |wal| {
        wal.live = Some(live);
        wal.checkpointed = Some(213);
        wal.pending = Some(live - 213);
        wal.write_rate = Some(1_392_560.0);
        wal.growth = Some(1_392_560.0);
        wal.to_limit = Some((f64::from(25_451_u32.saturating_sub(live)) / 338.0).max(0.0));
        wal.to_full = Some(39_000.0 - f64::from(second));
        wal.checkpoint_age = Some(held + 1.0);
        wal.holders = Some(vec![
            reader(1, 213, server(), held),
            reader(2, live - 900, process("sqlite3", 20_117, "other"), 3.0),
            reader(3, live, process("litestream-replicate", 991, "other"), 0.0),
        ]);
        wal.pin = Some(0);
        wal.writer = second.is_multiple_of(7).then(|| Writer { process: ingestor(), held: 0.0 });
        wal.write_share = Some(0.15);
        let (frames, bytes) = (live - 213, wal.bytes_of(live - 213));
        wal.diagnosis = Diagnosis::Pinned { by: server(), frame: 213, held, frames, bytes };
    });
    fill(snapshot);
    let text = snapshot.sqlite.as_ref().map(|db| db.wal.diagnosis.to_string()).unwrap_or_default();
    if held > 30.0 {
        flag(snapshot, FlagId::WalPinned, text);
    }
    if live > 25_451 {
        flag(snapshot, FlagId::WalSize, "the WAL has 183 MB, over the limit of 100 MB".to_owned());
    }
}

pub fn held(snapshot: &mut Snapshot) {
    change(snapshot, |wal| {
        wal.writer = Some(Writer { process: ingestor(), held: 135.0 });
        wal.write_share = Some(1.0);
        wal.longest_run = Some((ingestor(), 60));
        wal.diagnosis = Diagnosis::WriterHeld { by: ingestor(), held: 135.0 };
    });
    flag(snapshot, FlagId::WriterHeld, "writer held by corescope-ingestor[4382] for 2 m 15 s".to_owned());
}

/// A big file with nothing in it, under its limit: no flag, but something to do.
pub fn high_water(snapshot: &mut Snapshot) {
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.wal_size = Some(Bytes(91 * MB));
    }
    change(snapshot, |wal| {
        let live = wal.pending.and_then(|frames| wal.bytes_of(frames)).unwrap_or_default();
        wal.diagnosis = Diagnosis::HighWater { file: Bytes(91 * MB), live };
    });
}

pub fn no_checkpoints(snapshot: &mut Snapshot) {
    change(snapshot, |wal| {
        (wal.live, wal.checkpointed, wal.pending) = (Some(21_000), Some(0), Some(21_000));
        (wal.checkpoint_age, wal.restart_age, wal.resets) = (None, None, 0);
        (wal.growth, wal.to_limit, wal.to_full) = (Some(478_000.0), Some(38.4), Some(114_000.0));
        wal.diagnosis = Diagnosis::NobodyCheckpoints { frames: 21_000, bytes: wal.bytes_of(21_000) };
    });
    fill(snapshot);
}

fn without_log(snapshot: &mut Snapshot, diagnosis: Diagnosis) {
    if let Some(db) = snapshot.sqlite.as_mut() {
        (db.wal_size, db.wal_growth, db.wal_index) = (Some(Bytes(0)), None, None);
        let free = db.wal.free;
        db.wal = Arc::new(WalView { diagnosis, free, ..WalView::default() });
    }
}

pub fn closed(snapshot: &mut Snapshot) {
    without_log(snapshot, Diagnosis::Closed);
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.open = Some(false);
    }
}

pub fn not_wal(snapshot: &mut Snapshot) {
    without_log(snapshot, Diagnosis::NotWal { mode: Some("delete".to_owned()) });
    if let Some(db) = snapshot.sqlite.as_mut() {
        db.journal_mode = Some("delete".to_owned());
    }
}

/// Every figure at its end, and more readers than there are slots.
pub fn extreme(snapshot: &mut Snapshot) {
    let nobody = Process { pid: None, name: None, role: "other" };
    let long = process(&format!("日本語-{}", "n".repeat(70)), u32::MAX, "other");
    let readers = [0, 1, 2, 3, 4, 4, 4, 4, 4, 4].into_iter().map(|slot| Holder {
        slot,
        mark: u32::MAX - u32::from(slot),
        behind: u32::MAX,
        process: if slot % 2 == 0 { long.clone() } else { nobody.clone() },
        held: f64::from(slot) * 1e12,
    });
    let holders = Some(readers.collect());
    change(snapshot, |wal| {
        *wal = WalView {
            frame_bytes: Some(65_560),
            live: Some(u32::MAX),
            checkpointed: Some(u32::MAX),
            pending: Some(u32::MAX),
            write_rate: Some(f64::MAX),
            checkpoint_age: Some(f64::INFINITY),
            restart_age: Some(f64::NAN),
            resets: u32::MAX,
            watched: f64::MAX,
            growth: Some(f64::MAX),
            to_limit: Some(f64::INFINITY),
            to_full: Some(f64::NAN),
            free: Some(Bytes(u64::MAX)),
            holders,
            pin: Some(5),
            writer: Some(Writer { process: nobody, held: -1.0 }),
            write_share: Some(f64::NAN),
            longest_run: Some((long.clone(), u32::MAX)),
            open_by: vec![long.clone(); 9],
            diagnosis: Diagnosis::WriterHeld { by: long, held: f64::MAX / 1e300 },
        };
    });
}
