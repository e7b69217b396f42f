//! A time of day as people type it, found in a recording.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::units::Wall;

/// The moment that `text` means: a time of day on the day of `near`, or on another day of the recording
/// if only that one has it; or a date with a time. Moments before `begin` and after `end` are those.
///
/// # Errors
/// Says what can be typed.
pub(super) fn parse(
    text: &str,
    zone: Option<&TimeZone>,
    near: Wall,
    begin: Wall,
    end: Wall,
) -> Result<Wall, String> {
    let text = text.trim();
    let zone = zone.cloned().unwrap_or(TimeZone::UTC);
    let nonsense = || format!("'{text}' is no time; type 14:05, 14:05:30 or 2026-11-23 14:05");
    let moment = |date_time: DateTime| {
        let zoned = date_time.to_zoned(zone.clone()).ok()?;
        i64::try_from(zoned.timestamp().as_nanosecond()).ok().map(Wall)
    };
    if let Some(time) = time(text) {
        let day = day_of(near, &zone).ok_or_else(nonsense)?;
        let found = nearby(day).into_iter().filter_map(|day| moment(day.to_datetime(time)));
        let found: Vec<Wall> = found.collect();
        let within = found.iter().find(|at| (begin..=end).contains(*at));
        return within.or(found.first()).copied().ok_or_else(nonsense);
    }
    let date_time = match text.split_once([' ', 'T']) {
        Some((day, at)) => day.parse::<Date>().ok().zip(time(at.trim())).map(|(day, at)| day.to_datetime(at)),
        None => text.parse::<Date>().ok().map(|day| day.to_datetime(Time::midnight())),
    };
    date_time.and_then(moment).ok_or_else(nonsense)
}

/// `14:05`, `4:05` or `14:05:30`.
fn time(text: &str) -> Option<Time> {
    let mut parts = text.split(':').map(|part| {
        let fits = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        if fits { part.parse::<i8>().ok() } else { None }
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() { None } else { Time::new(hour, minute, second, 0).ok() }
}

fn day_of(at: Wall, zone: &TimeZone) -> Option<Date> {
    Timestamp::from_nanosecond(at.0.into()).ok().map(|at| at.to_zoned(zone.clone()).date())
}

/// A day, the next ones, the ones before.
fn nearby(day: Date) -> Vec<Date> {
    [0, 1, -1, 2, -2, 3, -3].into_iter().filter_map(|days: i64| day.checked_add(days.days()).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Wall {
        Wall(i64::try_from(text.parse::<Timestamp>().unwrap().as_nanosecond()).unwrap())
    }

    #[test]
    fn times_are_found_where_the_recording_has_them() {
        let (begin, end) = (at("2026-11-23T20:00:00Z"), at("2026-11-24T10:00:00Z"));
        let (evening, morning) = (at("2026-11-23T22:00:00Z"), at("2026-11-24T09:00:00Z"));
        for (text, near, moment) in [
            ("21:30", evening, "2026-11-23T21:30:00Z"),
            ("9:30:05", evening, "2026-11-24T09:30:05Z"),
            ("21:30", morning, "2026-11-23T21:30:00Z"),
            ("12:00", morning, "2026-11-24T12:00:00Z"),
            (" 2026-11-23 20:05 ", morning, "2026-11-23T20:05:00Z"),
            ("2026-11-23T20:05:59", morning, "2026-11-23T20:05:59Z"),
            ("2026-11-24", evening, "2026-11-24T00:00:00Z"),
        ] {
            assert_eq!(parse(text, None, near, begin, end), Ok(at(moment)), "{text}");
        }
        for nonsense in ["", "25:00", "12:60", "12", "noon", "1:2:3:4", "12:", "2026-13-01 10:00", "-1:00"] {
            assert!(parse(nonsense, None, evening, begin, end).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn the_zone_counts() {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let day = (at("2026-11-23T20:00:00Z"), at("2026-11-24T10:00:00Z"));
        let found = parse("0:30", Some(&zone), day.0, day.0, day.1);
        assert_eq!(found, Ok(at("2026-11-23T22:30:00Z")));
    }
}
