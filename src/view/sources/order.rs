//! Which sources are shown, and in which order.

use std::cmp::Ordering;

use crate::model::snapshot::SourceRow;
use crate::ui::{SortBy, Ui};

/// The rows that pass the filter, in the order asked for. Rows that are equal keep the file's
/// order, so that nothing trades places without a reason.
pub(crate) fn shown<'a>(rows: &'a [SourceRow], ui: &Ui) -> Vec<&'a SourceRow> {
    let wanted = ui.filter.to_lowercase();
    let mut shown: Vec<_> =
        rows.iter().filter(|row| wanted.is_empty() || row.name.to_lowercase().contains(&wanted)).collect();
    shown.sort_by(|a, b| compare(a, b, ui.sort));
    if ui.reverse {
        shown.reverse();
    }
    shown
}

/// Whether a backfill is at work.
pub(crate) fn running(row: &SourceRow) -> bool {
    row.backfill && row.rate.is_some_and(|rate| rate > 0.0)
}

fn compare(a: &SourceRow, b: &SourceRow, by: SortBy) -> Ordering {
    // What is not known comes last.
    let larger_first = |a: Option<f64>, b: Option<f64>| {
        b.unwrap_or(f64::NEG_INFINITY).total_cmp(&a.unwrap_or(f64::NEG_INFINITY))
    };
    match by {
        SortBy::Flag => rank(a).cmp(&rank(b)),
        SortBy::Name => a.name.cmp(&b.name),
        SortBy::Total => b.total.cmp(&a.total),
        SortBy::Rate => larger_first(a.rate, b.rate),
        SortBy::Ratio => larger_first(a.ratio(), b.ratio()),
    }
}

fn rank(row: &SourceRow) -> u8 {
    match (row.flag, running(row)) {
        (Some(_), _) => 0,
        (None, true) => 1,
        (None, false) => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::FlagId;

    fn rows() -> Vec<SourceRow> {
        let row = |name: &str, total, rate, flag| SourceRow {
            name: name.into(),
            backfill: name.starts_with("backfill_"),
            total,
            rate,
            baseline: Some(2.0),
            flag,
        };
        vec![
            row("tx_inserted", 30, Some(5.0), None),
            row("Obs", 10, None, None),
            row("backfill_b", 20, Some(1.0), None),
            row("backfill_a", 40, Some(9.0), Some(FlagId::BackfillVsTx)),
        ]
    }

    fn names(ui: &Ui) -> Vec<String> {
        shown(&rows(), ui).iter().map(|row| row.name.to_string()).collect()
    }

    #[test]
    fn every_order() {
        let expected = [
            (SortBy::Flag, ["backfill_a", "backfill_b", "tx_inserted", "Obs"]),
            (SortBy::Name, ["Obs", "backfill_a", "backfill_b", "tx_inserted"]),
            (SortBy::Total, ["backfill_a", "tx_inserted", "backfill_b", "Obs"]),
            (SortBy::Rate, ["backfill_a", "tx_inserted", "backfill_b", "Obs"]),
            (SortBy::Ratio, ["backfill_a", "tx_inserted", "backfill_b", "Obs"]),
        ];
        for (sort, mut order) in expected {
            assert_eq!(names(&Ui { sort, ..Ui::default() }), order);
            order.reverse();
            assert_eq!(names(&Ui { sort, reverse: true, ..Ui::default() }), order);
        }
    }

    #[test]
    fn the_filter_ignores_case() {
        assert_eq!(names(&Ui { filter: "oBS".to_owned(), ..Ui::default() }), ["Obs"]);
        assert!(names(&Ui { filter: "zzz".to_owned(), ..Ui::default() }).is_empty());
    }
}
