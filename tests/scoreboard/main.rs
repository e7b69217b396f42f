//! The scoreboard, shortened: labelled data against the verdicts. `cargo bench --bench scoreboard` has
//! all of it and prints the table; `cargo test --test scoreboard -- --ignored make_recordings` makes the
//! recordings anew.

// Parts of the modules are for the bench alone.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

mod base;
mod case;
mod cases;
mod chance;
mod crew;
mod recordings;
mod score;
mod site;
mod table;

use base::Base;
use case::{Case, Knowing};
use corescope_top::model::verdict::VerdictId;
use corescope_top::units::MB;
use site::{Plan, Site};

#[test]
fn every_verdict_has_a_case() {
    assert_eq!(score::covered(&cases::all()), VerdictId::ALL);
}

#[test]
fn incidents_are_seen_and_ordinary_operation_is_not() {
    let base = Base::live(7, 14, 300);
    // The longest first. Of the others each at two of its four beginnings; the bench has all of them.
    let mut cases = vec![Case { secs: 8.0 * 3600.0, ..cases::life(1) }];
    cases.extend(cases::long(900.0));
    let each = cases::all().into_iter();
    cases.extend(each.filter(|case| case.busy == (case.knowing == Knowing::Yesterday)));
    let results = crew::run(cases, &base);
    let complaints: Vec<String> = results.iter().flat_map(table::complaints).collect();
    assert!(complaints.is_empty(), "{}\n{}", complaints.join("\n"), table::table(&results));
}

#[test]
fn recordings_are_judged_as_labelled() {
    let results = recordings::score();
    assert_eq!(results.len(), 8);
    let complaints: Vec<String> = results.iter().flat_map(table::complaints).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
#[ignore = "makes tests/recordings anew, which takes a minute and a half"]
fn make_recordings() {
    recordings::make();
}

#[test]
fn the_site_writes_like_a_real_one() {
    let plan = Plan { traffic: (20.0, 20.0), ..Plan::default() };
    let mut site = Site::new(plan);
    let samples: Vec<_> = (0..600).map(|_| site.look()).collect();
    let io = |at: usize| *samples[at].ingestor.good().unwrap().io.good().unwrap();
    let (first, last) = (io(0), io(599));
    let rate = (last.write_bytes - first.write_bytes) as f64 / 599.0 / MB as f64;
    let calls = (last.syscw - first.syscw) as f64 / 599.0;
    assert!((1.4..2.3).contains(&rate), "{rate} MB/s");
    assert!((520.0..800.0).contains(&calls), "{calls} calls/s");
    let log = samples.iter().map(|sample| sample.db.good().unwrap().wal.good().unwrap().size.0).max();
    assert!(log.unwrap() < 6 * MB, "{log:?}");
}

#[test]
fn a_seed_decides_everything() {
    let life = || {
        let mut site = Site::new(Plan::default());
        (0..50).map(|_| site.look()).collect::<Vec<_>>()
    };
    assert_eq!(life(), life());
}
