//! What is ordinary: of none of it anything is to be said.

use corescope_top::units::MB;

use super::lead;
use crate::case::{Case, Knowing};
use crate::site::Site;
use crate::site::load::Backfill;
use crate::site::stats::Build;

const SHELL: u32 = 4471;
const ROW: &str = "ordinary operation";

/// Every ordinary event at one beginning.
pub fn all(busy: bool, knowing: Knowing) -> Vec<Case> {
    let lead = lead(knowing);
    let case = |name: &str, secs: f64| Case::new(ROW, name, busy, knowing, lead + secs);
    let mut cases = vec![
        events::bursts(case("bursts of 3x for 5 minutes", 900.0), lead),
        events::truncates(case("TRUNCATE", 300.0), lead),
        events::jobs(case("prune and vacuum", 400.0), lead),
        events::deploy(case("a deploy", 300.0), lead, 5.0),
        events::stalls(case("disk stalls", 300.0), lead),
        events::long_select(case("a SELECT of 20 s", 120.0), lead),
        events::new_backfill(case("a new build's backfill", 500.0), lead, 300_000.0),
        events::new_backfill(case("a new build's backfill of ten minutes", 900.0), lead, 1_200_000.0),
        events::done_backfill(case("a build's backfill finds new rows", 300.0), lead),
        events::cold_reads(case("cold reads for 20 s", 200.0), lead),
        events::slow_start(case("a start with 12 s of hard work", 200.0), lead),
        events::big_download(case("another program writes 3 GB", 700.0), lead),
        case("an hour forth", 300.0).at(lead, |site| site.set_clock(3600.0)),
        case("an hour back", 300.0).at(lead, |site| site.set_clock(-3600.0)),
        case("suspended for half an hour", 300.0).at(lead, |site| site.suspend(1800.0)),
        case("no rights to io", 300.0).at(0.0, |site| site.plan.rights = (false, true)),
        case("no rights to locks", 300.0).at(0.0, |site| site.plan.rights = (true, false)),
        case("a site of one message in three seconds", 600.0).at(0.0, |site| site.plan.traffic = (0.3, 0.3)),
        case("a stats file of counters alone", 600.0).at(0.0, |site| site.publisher.build = Build::Oldest),
        case("a periodic backfill", 700.0).at(0.0, Site::come_back),
    ];
    if knowing == Knowing::Nothing {
        cases.extend(cold(busy));
    }
    cases
}

/// Events that come before anything could be learned.
fn cold(busy: bool) -> Vec<Case> {
    let case = |name: &str, secs: f64| Case::new(ROW, name, busy, Knowing::Nothing, secs);
    vec![
        events::new_backfill(
            case("a new build's backfill, 20 s after the monitor's start", 500.0),
            20.0,
            300_000.0,
        ),
        case("a backfill that already runs", 500.0).unseen(60.0).at(-60.0, |site| {
            site.load.backfill = Some(Backfill::new("hop_index", 1500.0, 2.2, Some(300_000.0)));
        }),
        events::deploy(case("a deploy, 20 s after the monitor's start", 200.0), 20.0, 8.0),
    ]
}

/// Single events, in use by the long cases, too.
pub mod events {
    use super::{Backfill, Case, MB, SHELL, Site};

    pub fn bursts(case: Case, at: f64) -> Case {
        let factor = |factor: f64| move |site: &mut Site| site.load.burst = factor;
        case.at(at, factor(3.0))
            .at(at + 300.0, factor(1.0))
            .at(at + 500.0, factor(3.0))
            .at(at + 560.0, factor(1.0))
    }

    pub fn truncates(case: Case, at: f64) -> Case {
        case.at(at, Site::truncate).at(at + 100.0, Site::truncate)
    }

    /// A minute of deletes in chunks, then one transaction of some seconds.
    pub fn jobs(case: Case, at: f64) -> Case {
        case.at(at, |site| site.load.frames = 1_100.0)
            .at(at + 55.0, |site| site.load.frames = 0.0)
            .at(at + 90.0, |site| site.load.transaction = 1_000.0)
            .at(at + 97.0, Site::commit)
    }

    pub fn deploy(case: Case, at: f64, gap: f64) -> Case {
        case.at(at, Site::stop).at(at + gap, Site::start)
    }

    pub fn stalls(case: Case, at: f64) -> Case {
        let stall = |secs: f64| move |site: &mut Site| site.stall(secs);
        case.at(at, stall(0.9)).at(at + 40.0, stall(1.4)).at(at + 90.0, stall(3.2)).at(at + 150.0, stall(8.0))
    }

    pub fn long_select(case: Case, at: f64) -> Case {
        case.at(at, |site| site.read(SHELL)).at(at + 20.0, |site| site.read_no_more(SHELL))
    }

    /// A name that nobody has seen works through the old rows once.
    pub fn new_backfill(case: Case, at: f64, rows: f64) -> Case {
        deploy(case, at, 4.0).at(at + 6.0, move |site| {
            site.load.backfill = Some(Backfill::new("hop_index", 2000.0, 2.2, Some(rows)));
        })
    }

    /// One that was done before does what has come since.
    pub fn done_backfill(case: Case, at: f64) -> Case {
        case.at(at, |site| site.load.backfill = Some(Backfill::new("path_json", 200.0, 2.2, Some(25.0))))
    }

    /// The server reads what the machine had let go of.
    pub fn cold_reads(case: Case, at: f64) -> Case {
        case.at(at, |site| site.load.server = (8.0 * MB as f64, 0.9))
            .at(at + 20.0, |site| site.load.server = (0.0, 0.0))
    }

    pub fn slow_start(case: Case, at: f64) -> Case {
        deploy(case, at, 3.0)
            .at(at + 3.0, |site| site.load.silent_frames = 3_000.0)
            .at(at + 15.0, |site| site.load.silent_frames = 0.0)
    }

    /// A download or a backup beside the database, and then it is there.
    pub fn big_download(case: Case, at: f64) -> Case {
        case.at(at, |site| site.load.fill = 25.0 * MB as f64).at(at + 120.0, |site| site.load.fill = 0.0)
    }
}
