//! Days of ordinary life with everything ordinary in them, at hours that chance decides.

use super::ordinary::events;
use crate::case::{Case, Knowing};
use crate::chance::Chance;
use crate::site::Site;

const HOUR: f64 = 3600.0;

/// So many days, knowing nothing at first.
pub fn life(days: u32) -> Case {
    let mut chance = Chance::new(4711);
    let mut case =
        Case::new("days of ordinary operation", format!("{days} days"), false, Knowing::Nothing, 0.0);
    case.secs = f64::from(days) * 24.0 * HOUR;
    case = case.at(0.0, Site::come_back);
    for day in 0..days {
        let start = f64::from(day) * 24.0 * HOUR;
        // Prune and vacuum come at the same hour of every night, before anything was learned on the first.
        case = events::jobs(case, start + 23.3 * HOUR);
        if day == 2 {
            case = events::new_backfill(case, start + 22.0 * HOUR, 1_200_000.0);
        }
        let hour = |chance: &mut Chance, slot: f64| start + (slot + chance.between(0.05, 0.7)) * HOUR;
        for (slot, event) in EVENTS.iter().enumerate() {
            // Each has an hour of its own, in another order every day.
            let turn = (slot + day as usize * 5) % EVENTS.len();
            case = event(case, hour(&mut chance, 1.0 + 1.7 * turn as f64));
        }
    }
    case
}

type Event = fn(Case, f64) -> Case;

const EVENTS: [Event; 12] = [
    events::bursts,
    events::bursts,
    events::stalls,
    events::stalls,
    events::long_select,
    events::long_select,
    events::cold_reads,
    events::big_download,
    |case, at| events::deploy(case, at, 5.0),
    events::slow_start,
    |case, at| case.at(at, |site| site.set_clock(3600.0)).at(at + 1200.0, |site| site.set_clock(-3600.0)),
    |case, at| case.at(at, |site| site.suspend(1200.0)),
];
