//! Incidents that go on for hours.

use corescope_top::model::verdict::VerdictId;

use super::definition;
use crate::case::{Case, Knowing};
use crate::site::load::Backfill;

/// A backfill loop and a pin that are held for `secs`.
pub fn long(secs: f64) -> Vec<Case> {
    let from = 4200.0;
    let to = from + secs;
    let case = |row, name| Case::new(row, name, false, Knowing::Nothing, to + 120.0);
    let backfill = case("backfill loop, for hours", "2.5 MB/s from idle")
        .at(from, |site| site.load.backfill = Some(Backfill::new("path_json", 260.0, 1.9, None)))
        .at(to, |site| site.load.backfill = None)
        .truth(&[VerdictId::BackfillLoop], from, to, definition(VerdictId::BackfillLoop));
    let pin = case("WAL pinned, for hours", "by a shell")
        .at(from, |site| site.read(4462))
        .at(to, |site| {
            site.read_no_more(4462);
            site.truncate();
        })
        .truth(&[VerdictId::WalPinned], from, to, definition(VerdictId::WalPinned));
    vec![backfill, pin]
}
