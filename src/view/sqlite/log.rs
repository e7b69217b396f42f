//! The log's figures in the words that fit.

use crate::model::snapshot::SqliteView;
use crate::model::wal::view::WalView;
use crate::units::grouped;
use crate::view::canvas::width;
use crate::view::figures::{ago, brief, byte_rate, bytes, count, fit, growth, or_dash, percent, span};
use crate::view::sqlite::holders::who;
use crate::view::theme::UNKNOWN;

/// Seconds in which restarts are counted.
const HOUR: f64 = 3600.0;
/// Columns of a process where there are several: "ingestor[4382]".
const SHORT_NAME: u16 = 17;
/// Seconds beyond which a time left is nobody's concern.
const FAR: f64 = 1e8;

/// Frames that are valid in the log, copied into the database, and not yet copied.
pub(super) fn frames(wal: &WalView, room: u16) -> String {
    let (Some(live), Some(done)) = (wal.live, wal.checkpointed) else { return UNKNOWN.to_owned() };
    let pending = wal.pending.unwrap_or_default();
    let [live, done, left] = [live, done, pending].map(|frames| grouped(frames.into()));
    let size = size_of(wal, pending);
    fit(
        [
            format!("{live} live, {done} checkpointed, {left} pending ({size})"),
            format!("{live} live, {done} checkpointed, {left} pending"),
            format!("{live} live, {left} pending ({size})"),
            format!("{live} live, {left} pending"),
            format!("{live} live, {done} done"),
            format!("{live} live"),
        ],
        room,
    )
}

/// Frames that are still to be copied.
pub(super) fn pending(wal: &WalView, room: u16) -> String {
    let Some(pending) = wal.pending else { return UNKNOWN.to_owned() };
    let (frames, size) = (grouped(pending.into()), size_of(wal, pending));
    fit([format!("{frames} frames, {size}"), format!("{frames}, {size}"), frames], room)
}

fn size_of(wal: &WalView, frames: u32) -> String {
    or_dash(wal.bytes_of(frames), |size| bytes(size.0 as f64))
}

/// Growth of the file; of its mean where that is known, for it doesn't jump at every checkpoint.
pub(super) fn grows(db: &SqliteView) -> String {
    or_dash(db.wal.growth.or(db.wal_growth), growth)
}

/// Growth of the file and frames that are to be copied, where both have but one row.
pub(super) fn grows_and_pending(db: &SqliteView, room: u16) -> String {
    let growth = grows(db);
    let Some(pending) = db.wal.pending else { return growth };
    let (exact, short) = (grouped(pending.into()), count(pending.into()));
    fit([format!("{growth:<10} {exact} pending"), format!("{growth:<10} {short} pending"), growth], room)
}

/// Growth of the file and how long it can go on, where both have but one row.
pub(super) fn grows_and_time_left(db: &SqliteView, room: u16) -> String {
    let growth = grows(db);
    let wordings = times_left(&db.wal).into_iter().map(|left| format!("{growth}, {left}"));
    fit(wordings.collect::<Vec<_>>().into_iter().chain([growth.clone()]), room)
}

/// How long the file can grow on.
pub(super) fn time_left(wal: &WalView, room: u16) -> String {
    let none = if wal.growth.is_some() { "the log doesn't grow" } else { UNKNOWN };
    fit(std::iter::once(none.to_owned()).filter(|_| wal.to_limit.is_none()).chain(times_left(wal)), room)
}

/// Wordings of the times left, none if the file doesn't grow.
fn times_left(wal: &WalView) -> Vec<String> {
    let soon = |left: Option<f64>| left.filter(|secs| *secs < FAR);
    let to_limit = soon(wal.to_limit);
    match (to_limit.filter(|secs| *secs > 0.0), soon(wal.to_full)) {
        (Some(limit), Some(full)) => vec![
            format!("limit in {}, disk full in {}", span(limit), span(full)),
            format!("limit in {}, full in {}", brief(limit), brief(full)),
            format!("limit {}, full {}", brief(limit), brief(full)),
            format!("limit {}", brief(limit)),
        ],
        (Some(limit), None) => vec![format!("limit in {}", span(limit)), format!("limit {}", brief(limit))],
        (None, Some(full)) => {
            vec![format!("disk full in {}", span(full)), format!("full in {}", brief(full))]
        }
        (None, None) if wal.to_limit.is_some() => vec!["more than 3 years".to_owned()],
        (None, None) => Vec::new(),
    }
}

/// Bytes per second that are written into the log.
pub(super) fn written(wal: &WalView, room: u16) -> String {
    let Some(rate) = wal.write_rate else { return UNKNOWN.to_owned() };
    let rate = byte_rate(rate);
    fit([format!("{rate} into the log"), rate], room)
}

/// When a checkpoint last made progress.
pub(super) fn checkpoint(wal: &WalView, room: u16) -> String {
    match wal.checkpoint_age {
        Some(age) => fit([format!("made progress {}", ago(age)), ago(age)], room),
        None if wal.live.is_none() => UNKNOWN.to_owned(),
        None => {
            let watched = span(wal.watched);
            fit([format!("no progress seen in {watched}"), format!("not seen in {watched}")], room)
        }
    }
}

/// When and how often the log started over.
pub(super) fn restarts(wal: &WalView, room: u16) -> String {
    if wal.live.is_none() {
        return UNKNOWN.to_owned();
    }
    let time = if wal.watched < HOUR { span(wal.watched) } else { "hour".to_owned() };
    let short = if wal.watched < HOUR { brief(wal.watched) } else { "1 h".to_owned() };
    let Some(age) = wal.restart_age else {
        return fit([format!("none in the last {time}"), format!("none in {short}")], room);
    };
    let (count, last) = (grouped(wal.resets.into()), ago(age));
    fit(
        [
            format!("{count} in the last {time}, the last {last}"),
            format!("{count} in the last {time}, {last}"),
            format!("{count} in {short}, {last}"),
        ],
        room,
    )
}

/// Who holds WRITE now, and since when.
pub(super) fn writer(wal: &WalView, room: u16) -> String {
    let Some(writer) = &wal.writer else {
        return if wal.holders.is_some() { "nobody now" } else { UNKNOWN }.to_owned();
    };
    let (exact, short) = (format!(" for {}", span(writer.held)), format!(" for {}", brief(writer.held)));
    let full = format!("{}{exact}", writer.process);
    let name = who(&writer.process, room.saturating_sub(width(&short)));
    fit([full, format!("{name}{exact}"), format!("{name}{short}")], room)
}

/// How much of the last samples WRITE was held in, and the longest run of them.
pub(super) fn write_lock(wal: &WalView, interval: f64, room: u16) -> String {
    let Some(share) = wal.write_share else { return UNKNOWN.to_owned() };
    // The share is of the last 60 samples, or of all since the start.
    let samples = (wal.watched / interval.max(0.1)).round().clamp(0.0, 59.0) as u32 + 1;
    let share = percent(share);
    let longest = wal.longest_run.as_ref().map(|(process, run)| {
        let who = who(process, room.saturating_sub(34).max(12));
        [
            format!("{share} of {samples} samples, longest run {run} by {who}"),
            format!("{share} of {samples} samples, longest run {run}"),
            format!("{share}, longest run {run}"),
        ]
    });
    fit(longest.into_iter().flatten().chain([format!("{share} of {samples} samples"), share.clone()]), room)
}

/// Whether readers are in the way, where they are not listed.
pub(super) fn readers(wal: &WalView, room: u16) -> String {
    let Some(holders) = &wal.holders else {
        return if wal.live.is_some() { "locks can't be read" } else { UNKNOWN }.to_owned();
    };
    let behind = holders.iter().map(|holder| holder.behind).max().unwrap_or(0);
    match holders.len() {
        0 => "no reader holds a mark".to_owned(),
        n if behind == 0 => {
            fit([format!("{n} at a mark, none is behind"), format!("{n}, none behind")], room)
        }
        n => {
            let behind = grouped(behind.into());
            fit([format!("{n} at a mark, {behind} frames behind"), format!("{n}, {behind} behind")], room)
        }
    }
}

/// Who has the database open.
pub(super) fn open_by(wal: &WalView, room: u16) -> String {
    let Some(first) = wal.open_by.first() else {
        return if wal.holders.is_some() { "nobody that is seen" } else { UNKNOWN }.to_owned();
    };
    let all: Vec<_> = wal.open_by.iter().map(ToString::to_string).collect();
    let more = match wal.open_by.len() - 1 {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    let short: Vec<_> = wal.open_by.iter().map(|process| who(process, SHORT_NAME)).collect();
    let first = who(first, room.saturating_sub(width(&more)));
    fit([all.join(", "), short.join(", "), format!("{first}{more}")], room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_left_in_the_room_there_is() {
        let growing =
            WalView { growth: Some(1e6), to_limit: Some(58.0), to_full: Some(7_500.0), ..WalView::default() };
        assert_eq!(time_left(&growing, 40), "limit in 58 s, disk full in 2 h 05 m");
        assert_eq!(time_left(&growing, 24), "limit 58 s, full 2 h");
        let over = WalView { to_limit: Some(0.0), ..growing };
        assert_eq!(time_left(&over, 24), "disk full in 2 h 05 m");
        let slow = WalView { to_limit: Some(f64::INFINITY), to_full: Some(1e300), ..over };
        assert_eq!(time_left(&slow, 24), "more than 3 years");
        let still = WalView { growth: Some(0.0), ..WalView::default() };
        assert_eq!(time_left(&still, 24), "the log doesn't grow");
        assert_eq!(time_left(&WalView::default(), 24), UNKNOWN);
    }

    #[test]
    fn what_was_not_seen_names_the_time_that_was_watched() {
        let wal = WalView { live: Some(1), watched: 45.0, ..WalView::default() };
        assert_eq!(checkpoint(&wal, 22), "not seen in 45 s");
        assert_eq!(restarts(&wal, 24), "none in the last 45 s");
        let long = WalView { watched: 7000.0, resets: 12, restart_age: Some(200.0), ..wal };
        assert_eq!(restarts(&long, 40), "12 in the last hour, the last 3 m ago");
        assert_eq!(restarts(&long, 24), "12 in 1 h, 3 m ago");
    }
}
