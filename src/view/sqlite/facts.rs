//! What is said about the database and its log: which rows, in which order, in the words that fit.

use ratatui::style::Style;

use crate::model::snapshot::{FlagId, SqliteView};
use crate::model::wal::view::Diagnosis;
use crate::units::Count;
use crate::view::View;
use crate::view::figures::{bytes, fit, or_dash, percent, scale};
use crate::view::sqlite::holders::{self, Reader};
use crate::view::sqlite::log;
use crate::view::theme::UNKNOWN;

/// Columns of the log's size and its limit, before the gauge: "1.89 MB of 100 MB ".
pub(super) const WAL_COLUMNS: u16 = 18;
/// Columns of the labels.
pub(super) const LABEL: u16 = 11;
/// From this width one row has room for two related figures.
const ROOMY: u16 = 50;
/// From this width two facts stand side by side.
const WIDE: u16 = 90;
/// Columns between two facts.
pub(super) const GUTTER: u16 = 2;

/// One figure with its label.
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

/// One row of the panel's list.
pub(super) enum Line<'a> {
    /// One fact, or two side by side.
    Facts(Vec<Fact>),
    /// The heading of the readers.
    Heading,
    /// A reader.
    Reader(Reader<'a>),
}

/// What there is to say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Id {
    Size,
    Faults,
    Frames,
    Pending,
    Growth,
    GrowthAndPending,
    GrowthAndTimeLeft,
    TimeLeft,
    Checkpoint,
    Restarts,
    Written,
    Readers,
    Table,
    Writer,
    WriteLock,
    Database,
    CacheHit,
    FreePages,
    DiskFree,
    OpenBy,
}

/// What follows in every order, but for what stands further up already.
const REST: [Id; 14] = [
    Id::Faults,
    Id::Checkpoint,
    Id::Readers,
    Id::Writer,
    Id::WriteLock,
    Id::Database,
    Id::CacheHit,
    Id::FreePages,
    Id::Frames,
    Id::Restarts,
    Id::Written,
    Id::DiskFree,
    Id::OpenBy,
    Id::Table,
];

/// The most important first: it follows from the panel's width and from what is wrong, so that
/// figures alone move nothing.
fn order(db: &SqliteView, columns: u16, low: bool) -> Vec<Id> {
    let (pinned, written) = (db.wal.pin.is_some(), matches!(db.wal.diagnosis, Diagnosis::WriterHeld { .. }));
    let act = db.wal.diagnosis.calls_for_action();
    let first: &[Id] = match (columns, pinned, written) {
        _ if !has_log(db) => &[Id::Size, Id::Faults, Id::Database, Id::CacheHit, Id::FreePages],
        (WIDE.., true, _) => &[Id::Size, Id::Growth, Id::Frames, Id::TimeLeft, Id::Table],
        (WIDE.., ..) => &[Id::Size, Id::Growth, Id::Frames, Id::TimeLeft],
        (ROOMY.., true, _) => &[Id::Size, Id::Frames, Id::GrowthAndTimeLeft, Id::Table],
        (ROOMY.., _, true) => &[Id::Size, Id::Writer, Id::WriteLock, Id::Frames, Id::GrowthAndTimeLeft],
        (ROOMY.., ..) if act => &[Id::Size, Id::Frames, Id::GrowthAndTimeLeft],
        (ROOMY.., ..) => &[
            Id::Size,
            Id::Faults,
            Id::Frames,
            Id::GrowthAndTimeLeft,
            Id::Checkpoint,
            Id::Writer,
            Id::Database,
            Id::CacheHit,
        ],
        (_, true, _) if low => &[Id::Size, Id::Pending, Id::Growth, Id::Table],
        (_, true, _) => &[Id::Size, Id::Pending, Id::Growth, Id::TimeLeft, Id::Table],
        (_, _, true) => &[Id::Size, Id::Writer, Id::WriteLock, Id::Pending, Id::Growth, Id::TimeLeft],
        _ if act => &[Id::Size, Id::Pending, Id::Growth, Id::TimeLeft, Id::Checkpoint, Id::Readers],
        _ => &[Id::Size, Id::Faults, Id::GrowthAndPending, Id::Database, Id::CacheHit, Id::TimeLeft],
    };
    let rest: &[Id] = if has_log(db) { &REST } else { &[Id::DiskFree] };
    first.iter().chain(rest.iter().filter(|id| !first.contains(id))).copied().collect()
}

/// Whether there is a log to speak of, known or not.
fn has_log(db: &SqliteView) -> bool {
    !matches!(db.wal.diagnosis, Diagnosis::NotWal { .. } | Diagnosis::Closed)
}

/// Everything there is to say in rows of `columns` columns. Where rows are few the readers have
/// no heading.
pub(super) fn of<'a>(view: &'a View, columns: u16, heading: bool) -> Vec<Line<'a>> {
    let theme = view.scene.theme;
    let Some(db) = &view.snapshot.sqlite else {
        let none = sentence("no database is watched".to_owned(), theme.dim);
        return vec![Line::Facts(vec![none])];
    };
    let (beside, column) = if columns >= WIDE { (2, (columns - GUTTER) / 2) } else { (1, columns) };
    let room = column.saturating_sub(LABEL);
    let mut lines: Vec<Line> = Vec::new();
    for id in order(db, columns, !heading) {
        match id {
            Id::Table => lines.extend(table(db, heading)),
            Id::Faults => {
                let faults = ["db", "wal"].into_iter().filter_map(|source| view.fault(source));
                lines.extend(faults.map(|text| Line::Facts(vec![sentence(text, theme.warn)])));
            }
            // The table says it.
            Id::Readers if db.wal.pin.is_some() => {}
            _ => append(&mut lines, fact(id, db, view, room), beside),
        }
    }
    if db.wal.pin.is_none() {
        // What a flag is raised about is not left to be found by scrolling.
        let quiet = |line: &Line| !matches!(line, Line::Facts(facts) if facts.iter().any(|fact| fact.alert));
        if let Some(after_size) = lines.get_mut(1..) {
            after_size.sort_by_key(quiet);
        }
    }
    lines
}

/// Adds a fact beside the one before it where there is room for two.
fn append(lines: &mut Vec<Line>, fact: Fact, beside: usize) {
    match lines.last_mut() {
        Some(Line::Facts(facts)) if facts.len() < beside && !facts[0].label.is_empty() => facts.push(fact),
        _ => lines.push(Line::Facts(vec![fact])),
    }
}

fn table(db: &SqliteView, heading: bool) -> Vec<Line<'_>> {
    let readers = holders::of(&db.wal);
    let heading = (heading && !readers.is_empty()).then_some(Line::Heading);
    heading.into_iter().chain(readers.into_iter().map(Line::Reader)).collect()
}

fn sentence(text: String, style: Style) -> Fact {
    Fact { label: "", text, style, alert: false, gauge: false }
}

fn fact(id: Id, db: &SqliteView, view: &View, room: u16) -> Fact {
    let (theme, wal) = (view.scene.theme, &*db.wal);
    let (label, text) = match id {
        Id::Size => ("WAL", size_of_limit(db, view.scene.limits.wal_size)),
        Id::Frames => ("frames", log::frames(wal, room)),
        Id::Pending => ("pending", log::pending(wal, room)),
        Id::Growth => ("growth", log::grows(db)),
        Id::GrowthAndPending => ("growth", log::grows_and_pending(db, room)),
        Id::GrowthAndTimeLeft => ("growth", log::grows_and_time_left(db, room)),
        Id::TimeLeft => ("time left", log::time_left(wal, room)),
        Id::Checkpoint => ("checkpoint", log::checkpoint(wal, room)),
        Id::Restarts => ("restarts", log::restarts(wal, room)),
        Id::Written => ("written", log::written(wal, room)),
        Id::Readers => ("readers", log::readers(wal, room)),
        Id::Writer => ("writer", log::writer(wal, room)),
        Id::WriteLock => ("write lock", log::write_lock(wal, view.snapshot.interval, room)),
        Id::Database => ("database", database(db, room)),
        Id::CacheHit => ("page cache", cache_hit(db, room)),
        Id::FreePages => ("free pages", free(db, room)),
        Id::DiskFree => ("disk free", or_dash(wal.free, |free| bytes(free.0 as f64))),
        Id::OpenBy => ("open by", log::open_by(wal, room)),
        Id::Faults | Id::Table => ("", String::new()),
    };
    let flag = match id {
        Id::Size => Some(FlagId::WalSize),
        Id::CacheHit => Some(FlagId::CacheHit),
        Id::Writer => Some(FlagId::WriterHeld),
        _ => None,
    };
    let alert = flag.is_some_and(|flag| view.flag(flag, None).is_some());
    let blind = id == Id::Readers && wal.holders.is_none() && wal.live.is_some();
    let style = if blind { theme.warn } else { theme.text };
    Fact { label, text, style, alert, gauge: id == Id::Size }
}

fn size_of_limit(db: &SqliteView, limit: f64) -> String {
    let size = or_dash(db.wal_size, |size| bytes(size.0 as f64));
    format!("{size} of {}", scale(limit))
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

fn free(db: &SqliteView, room: u16) -> String {
    let Some(pages) = db.freelist_count else { return UNKNOWN.to_owned() };
    let shown = Count(pages).to_string();
    let size = db.page_size.map(|page| pages as f64 * page as f64);
    fit([format!("{shown}, {}", or_dash(size, bytes)), shown], room)
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
