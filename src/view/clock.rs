//! Times of day, in the zone of who reads them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::units::Wall;

/// "2026-11-23 14:05:10 UTC"
pub(crate) fn full(at: Wall, zone: Option<&TimeZone>) -> String {
    formatted(at, zone, "%Y-%m-%d %H:%M:%S %Z")
}

/// "11-23 14:05:10"
pub(crate) fn day_and_time(at: Wall, zone: Option<&TimeZone>) -> String {
    formatted(at, zone, "%m-%d %H:%M:%S")
}

/// "14:05:10"
pub(crate) fn time(at: Wall, zone: Option<&TimeZone>) -> String {
    formatted(at, zone, "%H:%M:%S")
}

/// Whether two moments lie on the same day.
pub(crate) fn same_day(one: Wall, other: Wall, zone: Option<&TimeZone>) -> bool {
    formatted(one, zone, "%F") == formatted(other, zone, "%F")
}

fn formatted(at: Wall, zone: Option<&TimeZone>, format: &str) -> String {
    // A time of day that no calendar has comes from a recording that somebody made up.
    let Ok(moment) = Timestamp::from_nanosecond(at.0.into()) else { return "—".to_owned() };
    moment.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).strftime(format).to_string()
}
