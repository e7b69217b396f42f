//! What is said about the database and its log, in the words that fit.

use ratatui::style::Style;

use crate::model::snapshot::{FlagId, SqliteView};
use crate::units::{Count, grouped};
use crate::view::View;
use crate::view::figures::{bytes, count, fit, growth, or_dash, percent, scale};
use crate::view::theme::UNKNOWN;

/// Columns of the log's size and its limit, before the gauge: "1.89 MB of 100 MB ".
pub(super) const WAL_COLUMNS: u16 = 18;
/// From this width the labels are written out.
const ROOMY: u16 = 50;

/// One row.
pub(super) struct Fact {
    /// What it is; empty for a sentence.
    pub(super) label: &'static str,
    /// The figure.
    pub(super) text: String,
    /// How it looks.
    pub(super) style: Style,
    /// Whether a flag is raised about it.
    pub(super) alert: bool,
    /// Whether a gauge follows.
    pub(super) gauge: bool,
}

/// Columns of the labels.
pub(super) fn label_width(columns: u16) -> u16 {
    if columns >= ROOMY { 16 } else { 11 }
}

/// Everything there is to say in rows of `columns` columns, the most important first.
pub(super) fn of(view: &View, columns: u16) -> Vec<Fact> {
    let theme = view.scene.theme;
    let row = |label, text| Fact { label, text, style: theme.text, alert: false, gauge: false };
    let Some(db) = &view.snapshot.sqlite else {
        return vec![Fact { style: theme.dim, ..row("", "no database is watched".to_owned()) }];
    };
    let (roomy, room) = (columns >= ROOMY, columns.saturating_sub(label_width(columns)));
    let mut facts = vec![Fact {
        alert: view.flag(FlagId::WalSize, None).is_some(),
        gauge: true,
        ..row("WAL", size_of_limit(db, view.scene.limits.wal_size))
    }];
    let faults = ["db", "wal"].into_iter().filter_map(|source| view.fault(source));
    facts.extend(faults.map(|fault| Fact { style: theme.warn, ..row("", fault.to_owned()) }));
    if db.open == Some(false) {
        facts.push(Fact { style: theme.warn, ..row("", "nobody has the database open".to_owned()) });
    } else if roomy {
        facts.push(row("growth", or_dash(db.wal_growth, growth)));
        facts.push(row("log", or_dash(frames(db, room), |text| text)));
    } else {
        facts.push(row("growth", growth_and_pending(db, room)));
    }
    facts.push(row("database", database(db, room)));
    facts.push(row(if roomy { "free pages" } else { "free" }, free(db, room, roomy)));
    facts.push(Fact {
        alert: view.flag(FlagId::CacheHit, None).is_some(),
        ..row(if roomy { "page-cache hit" } else { "cache hit" }, cache_hit(db, room))
    });
    facts
}

fn size_of_limit(db: &SqliteView, limit: f64) -> String {
    let size = or_dash(db.wal_size, |size| bytes(size.0 as f64));
    format!("{size} of {}", scale(limit))
}

/// Frames that are valid in the log, copied into the database, and not yet copied.
fn frames(db: &SqliteView, room: u16) -> Option<String> {
    let index = db.wal_index?;
    let pending = index.mx_frame.saturating_sub(index.checkpointed);
    let [live, done, left] = [index.mx_frame, index.checkpointed, pending].map(|n| grouped(n.into()));
    let size = bytes(f64::from(pending) * f64::from(index.page_size));
    Some(fit(
        [
            format!("{live} frames live, {done} checkpointed, {left} pending ({size})"),
            format!("{live} frames, {done} checkpointed, {left} pending"),
            format!("{live} frames, {left} pending"),
        ],
        room,
    ))
}

fn growth_and_pending(db: &SqliteView, room: u16) -> String {
    let growth = or_dash(db.wal_growth, growth);
    let Some(index) = db.wal_index else { return growth };
    let pending = index.mx_frame.saturating_sub(index.checkpointed);
    let (exact, short) = (grouped(pending.into()), count(pending.into()));
    fit([format!("{growth:<10} {exact} pending"), format!("{growth:<10} {short} pending"), growth], room)
}

fn database(db: &SqliteView, room: u16) -> String {
    let Some(size) = db.db.map(|file| bytes(file.size.0 as f64)) else { return UNKNOWN.to_owned() };
    if db.page_count.is_none() && db.page_size.is_none() {
        return size;
    }
    let pages = or_dash(db.page_count, |count| Count(count).to_string());
    let page = or_dash(db.page_size, |size| scale(size as f64));
    fit(
        [
            format!("{size} = {pages} pages × {page}"),
            format!("{size}, {pages} × {page}"),
            format!("{size}, {pages}×{page}"),
            size,
        ],
        room,
    )
}

fn free(db: &SqliteView, room: u16, roomy: bool) -> String {
    let Some(pages) = db.freelist_count else { return UNKNOWN.to_owned() };
    let shown = Count(pages);
    let size = db.page_size.map(|page| pages as f64 * page as f64);
    let unit = if roomy { "" } else { " pages" };
    fit([format!("{shown}{unit}, {}", or_dash(size, bytes)), format!("{shown}{unit}")], room)
}

fn cache_hit(db: &SqliteView, room: u16) -> String {
    let Some(share) = db.cache_hit_rate.filter(|share| share.is_finite()).map(percent) else {
        return UNKNOWN.to_owned();
    };
    let of = db.cache_hit_of;
    fit(
        [
            format!("{share} of what the {of} read in 60 s"),
            format!("{share} of {of} reads, 60 s"),
            format!("{share} of {of} reads"),
            share,
        ],
        room,
    )
}
