//! Messages that are dropped, and writers that starve: twenty messages and packets a second.

use super::holds;
use super::site::Site;
use crate::model::verdict::VerdictId;

const DROPS: VerdictId = VerdictId::SignatureDrops;
const STARVED: VerdictId = VerdictId::WriterStarved;

/// A second in which so many messages are dropped, and whether that is a verdict.
fn dropped(site: &mut Site, drops: i64) -> bool {
    site.drops = drops;
    let snapshot = site.step();
    site.drops = 0;
    holds(&snapshot, DROPS)
}

/// How many of some seconds, each with so many dropped, say so.
fn said(site: &mut Site, drops: &[i64]) -> usize {
    drops.iter().filter(|drops| dropped(site, **drops)).count()
}

#[test]
fn dropped_messages_must_stand_close_to_be_no_accident() {
    let mut site = Site::new(700);
    assert_eq!(said(&mut site, &[3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 0, "three of 23");
    assert_eq!(said(&mut Site::new(700), &[1, 0, 1, 0, 1, 0]), 0, "three of a hundred");
    assert_eq!(said(&mut Site::new(700), &[1, 1, 1, 1]), 1, "four of eighty");
    assert_eq!(said(&mut Site::new(700), &[1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1]), 1, "five of 260");
    let mut night = Site::new(700);
    (night.tx, night.packets) = (0, 1);
    assert_eq!(said(&mut night, &[1, 0, 0, 1, 0, 0, 1]), 1, "three of three");
}

#[test]
fn a_pause_in_dropped_messages_is_not_their_end() {
    let mut site = Site::new(700);
    assert!(said(&mut site, &[1; 40]) > 30);
    let pauses = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1];
    assert_eq!(said(&mut site, &pauses), pauses.len());
}

#[test]
fn a_stray_dropped_message_does_not_hold_up_the_end() {
    let mut site = Site::new(700);
    assert!(said(&mut site, &[2; 60]) > 50);
    let after = [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let held = said(&mut site, &after);
    assert!((11..=13).contains(&held), "{held}");
}

#[test]
fn a_hole_neither_raises_nor_clears_dropped_messages() {
    let mut site = Site::new(700);
    assert!(said(&mut site, &[2; 20]) > 10);
    site.now += 3600;
    assert_eq!(said(&mut site, &[2, 2, 2]), 3);
    let mut quiet = Site::new(700);
    quiet.now += 3600;
    assert_eq!(said(&mut quiet, &[3, 0, 0]), 0);
}

/// A fifth of the packets is written, and waits for the lock are long.
fn starving() -> Site {
    let mut site = Site::new(700);
    (site.tx, site.wait_ms) = (1, 2000.0);
    site
}

#[test]
fn starvation_ends_with_the_first_seconds_in_which_all_is_written() {
    let mut site = starving();
    let waited = site.until(STARVED, 20).unwrap();
    assert!((11..=17).contains(&waited), "{waited}");
    assert!(holds(&site.run(600), STARVED));
    // The percentiles of the waits are those of an hour; they stay.
    site.tx = 5;
    let cleared = site.until_over(STARVED, 20).unwrap();
    assert!((8..=13).contains(&cleared), "{cleared}");
}

#[test]
fn some_seconds_in_which_all_is_written_are_not_its_end() {
    let mut site = starving();
    site.run(60);
    for _ in 0..5 {
        site.tx = 5;
        assert_eq!(site.until_over(STARVED, 6), None);
        site.tx = 1;
        assert_eq!(site.until_over(STARVED, 20), None);
    }
}
