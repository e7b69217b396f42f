//! The cases: every incident at small and large strength, at a quiet and at a busy hour, known and
//! unknown; and ordinary life, of which nothing is to be said.

mod incidents;
mod life;
mod long;
mod ordinary;

pub use life::life;
pub use long::long;

use corescope_top::model::verdict::VerdictId;

use crate::case::{Case, Knowing};

/// Seconds after its beginning at which an incident is what its definition says; 0 where it is so at once.
pub fn definition(id: VerdictId) -> f64 {
    match id {
        // A deploy's restart takes less; the limit `writer-held`; the log's diagnosis waits so long for a
        // checkpoint; a file may be truncated.
        VerdictId::IngestorDown
        | VerdictId::WriterHeld
        | VerdictId::NobodyCheckpoints
        | VerdictId::CancelledWrites => 10.0,
        // Ten seconds of a transaction are allowed, and then somebody has to wait.
        VerdictId::WriterStarved => 15.0,
        // A stalled disk delays both.
        VerdictId::StatsWedged | VerdictId::WritePathStuck => 20.0,
        // An honest start takes less; the limit `wal-pinned`.
        VerdictId::StartupBackfill | VerdictId::WalPinned => 30.0,
        // The share is one of a minute; the machine's reclaim makes short ones.
        VerdictId::CacheMisses => 120.0,
        // The limit `storm-patience`: jobs of a minute or two are ordinary.
        VerdictId::WriteStorm => 180.0,
        // A trend, not a job: ten minutes of it where the end is near.
        VerdictId::DiskFull => 600.0,
        VerdictId::BackfillLoop
        | VerdictId::RestartLoop
        | VerdictId::WriteErrors
        | VerdictId::SignatureDrops
        | VerdictId::WalHighWater => 0.0,
    }
}

/// The limit `backfill-patience`: a backfill of unknown length is a loop after so many seconds.
const PATIENCE: f64 = 900.0;

/// Seconds of ordinary life before an incident: with nothing learned, enough to learn.
fn lead(knowing: Knowing) -> f64 {
    match knowing {
        Knowing::Nothing => 780.0,
        Knowing::Yesterday => 45.0,
    }
}

/// The four beginnings of an incident: at a quiet and at a busy hour, with nothing learned and with
/// yesterday's state.
fn beginnings() -> impl Iterator<Item = (bool, Knowing)> {
    [false, true].into_iter().flat_map(|busy| [(busy, Knowing::Nothing), (busy, Knowing::Yesterday)])
}

/// Every short case that begins with yesterday's state, by a monitor that looks every five seconds, and every
/// fifth of a second.
pub fn other_intervals() -> Vec<Case> {
    let rows = [
        (5.0, "all incidents, a look every 5 s", "ordinary operation, a look every 5 s"),
        (0.2, "all incidents, a look every 0.2 s", "ordinary operation, a look every 0.2 s"),
    ];
    let of = |(interval, incidents, ordinary)| {
        all().into_iter().filter(|case| case.knowing == Knowing::Yesterday).map(move |case| {
            let row = if case.truths.is_empty() { ordinary } else { incidents };
            let name = format!("{}, {}", case.row, case.name);
            Case { row, name, interval, ..case }
        })
    };
    rows.into_iter().flat_map(of).collect()
}

/// Every short case.
pub fn all() -> Vec<Case> {
    let mut cases: Vec<Case> =
        beginnings().flat_map(|(busy, knowing)| incidents::all(busy, knowing)).collect();
    cases.extend(beginnings().flat_map(|(busy, knowing)| ordinary::all(busy, knowing)));
    cases
}
