//! Quantities with their units, and how they are written on screen.
//!
//! "KB", "MB" and "GB" are 1,024, 1,048,576 and 1,073,741,824 bytes, as on CoreScope's Perf page.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// One kilobyte in bytes.
pub const KB: u64 = 1 << 10;
/// One megabyte in bytes.
pub const MB: u64 = 1 << 20;
/// One gigabyte in bytes.
pub const GB: u64 = 1 << 30;
/// One terabyte in bytes.
pub const TB: u64 = 1 << 40;

/// An amount of data in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bytes(pub u64);

/// A speed in bytes per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BytesPerSec(pub f64);

/// A speed in events (rows, calls, messages) per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerSec(pub f64);

/// A count of things, written with thousands separators and never wider than nine columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Count(pub i64);

/// So many of what the noun names, in the plural where it is not one: "1 file", "0 files".
#[derive(Clone, Copy, Debug)]
pub struct Counted(pub i64, pub &'static str);

impl Counted {
    /// Of something in memory.
    pub fn len(count: usize, noun: &'static str) -> Self {
        Self(i64::try_from(count).unwrap_or(i64::MAX), noun)
    }
}

/// A span of time, written in its two largest units ("2 m 10 s").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Duration);

/// A moment on the wall clock: nanoseconds since 1970-01-01T00:00:00Z. It may jump.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wall(pub i64);

/// A moment on the monotonic clock: nanoseconds since an arbitrary start. It never goes back and
/// stands still while the machine is suspended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mono(pub u64);

impl Wall {
    /// A moment given in whole seconds since the epoch.
    pub fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1_000_000_000))
    }

    /// Seconds from `earlier` to this moment; negative if the clock was set back.
    pub fn secs_since(self, earlier: Self) -> f64 {
        self.0.saturating_sub(earlier.0) as f64 / 1e9
    }
}

impl Mono {
    /// The time from `earlier` to this moment; zero if `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Seconds since the clock's start.
    pub fn secs(self) -> f64 {
        self.0 as f64 / 1e9
    }
}

/// Three significant digits, at most five columns ("1.89", "18.9", "1,023").
fn digits(value: f64) -> String {
    let size = value.abs();
    if size >= 999.5 {
        grouped(value.round() as i64)
    } else if size >= 99.95 {
        format!("{value:.0}")
    } else if size >= 9.995 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}

/// Decimal digits with a comma between thousands.
pub fn grouped(value: i64) -> String {
    let plain = value.unsigned_abs().to_string();
    let mut text = String::with_capacity(plain.len() + plain.len() / 3 + 1);
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in plain.chars().enumerate() {
        if index > 0 && (plain.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn scaled_bytes(value: f64) -> (String, &'static str) {
    let scale = [(TB, "TB"), (GB, "GB"), (MB, "MB"), (KB, "KB")];
    for (unit, name) in scale {
        // 1,023.6 KB would round to "1,024 KB": it is a megabyte already.
        if value.abs() >= unit as f64 - unit as f64 / 2048.0 {
            return (digits(value / unit as f64), name);
        }
    }
    (format!("{value:.0}"), "B")
}

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = scaled_bytes(self.0 as f64);
        f.pad(&format!("{number} {unit}"))
    }
}

impl fmt::Display for BytesPerSec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = scaled_bytes(self.0);
        f.pad(&format!("{number} {unit}/s"))
    }
}

impl fmt::Display for PerSec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            0.0 => "0/s".to_owned(),
            v if v.abs() >= 1e6 => format!("{} M/s", digits(v / 1e6)),
            v => format!("{}/s", digits(v)),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(count, noun) = self;
        write!(f, "{} {noun}{}", Count(*count), if *count == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 as f64 {
            v if v.abs() >= 1e15 => format!("{:.2e}", self.0 as f64),
            v if v.abs() >= 1e12 => format!("{} T", digits(v / 1e12)),
            v if v.abs() >= 1e9 => format!("{} G", digits(v / 1e9)),
            v if v.abs() >= 1e7 => format!("{} M", digits(v / 1e6)),
            _ => grouped(self.0),
        };
        f.pad(&text)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secs = self.0.as_secs();
        let (minutes, hours, days) = (secs / 60, secs / 3600, secs / 86_400);
        let text = if self.0 < Duration::from_secs(1) {
            format!("{} ms", self.0.as_millis())
        } else if minutes == 0 {
            format!("{secs} s")
        } else if hours == 0 {
            format!("{minutes} m {:02} s", secs % 60)
        } else if days == 0 {
            format!("{hours} h {:02} m", minutes % 60)
        } else {
            format!("{days} d {:02} h", hours % 24)
        };
        f.pad(&text)
    }
}

/// Reads an amount of bytes as people write it: `512`, `20MB`, `1.5 GB`, `64k`.
///
/// # Errors
/// Says what was expected when `text` is no such amount.
pub fn parse_bytes(text: &str) -> Result<f64, String> {
    let (number, unit) = split_unit(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" | "kib" => KB,
        "m" | "mb" | "mib" => MB,
        "g" | "gb" | "gib" => GB,
        "t" | "tb" | "tib" => TB,
        _ => return Err(format!("'{text}' is no amount of bytes; write for example 20MB")),
    };
    positive(number, text, "20MB").map(|value| value * scale as f64)
}

/// Reads a span of time in seconds: `30`, `30s`, `500ms`, `2m`, `1h`.
///
/// # Errors
/// Says what was expected when `text` is no such span.
pub fn parse_secs(text: &str) -> Result<f64, String> {
    let (number, unit) = split_unit(text);
    let scale = match unit.to_ascii_lowercase().as_str() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(format!("'{text}' is no span of time; write for example 30s")),
    };
    positive(number, text, "30s").map(|value| value * scale)
}

fn split_unit(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}

fn positive(number: &str, text: &str, example: &str) -> Result<f64, String> {
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(value),
        _ => Err(format!("'{text}' is no positive number; write for example {example}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_keep_three_digits() {
        let shown = [0, 999, 1024, 1_985_872, 104_857_600, 1_048_000, 11 * GB].map(|n| Bytes(n).to_string());
        assert_eq!(shown, ["0 B", "999 B", "1.00 KB", "1.89 MB", "100 MB", "1,023 KB", "11.0 GB"]);
        assert_eq!(Bytes(MB - 1).to_string(), "1.00 MB");
        assert_eq!(BytesPerSec(2_936_012.8).to_string(), "2.80 MB/s");
    }

    #[test]
    fn counts_and_rates_stay_narrow() {
        assert_eq!(Count(1_234_567).to_string(), "1,234,567");
        assert_eq!(Counted(1, "call").to_string(), "1 call");
        assert_eq!(Counted::len(1000, "file").to_string(), "1,000 files");
        assert_eq!(Counted(0, "frame").to_string(), "0 frames");
        assert_eq!(Count(-12_345_678).to_string(), "-12.3 M");
        assert!(Count(i64::MAX).to_string().len() <= 9);
        assert_eq!(PerSec(5.018).to_string(), "5.02/s");
        assert_eq!(PerSec(1234.4).to_string(), "1,234/s");
        assert_eq!(PerSec(0.0).to_string(), "0/s");
    }

    #[test]
    fn spans_use_two_units() {
        let shown =
            [0.3, 42.9, 130.0, 11_100.0, 372_000.0].map(|s| Span(Duration::from_secs_f64(s)).to_string());
        assert_eq!(shown, ["300 ms", "42 s", "2 m 10 s", "3 h 05 m", "4 d 07 h"]);
    }

    #[test]
    fn amounts_are_read_as_written() {
        assert_eq!(parse_bytes("20MB"), Ok(20.0 * MB as f64));
        assert_eq!(parse_bytes("1.5 g"), Ok(1.5 * GB as f64));
        assert_eq!(parse_secs("2m"), Ok(120.0));
        for bad in ["", "MB", "-1", "0", "1e9", "5 parsecs", "1.2.3"] {
            assert!(parse_bytes(bad).is_err(), "{bad}");
            assert!(parse_secs(bad).is_err(), "{bad}");
        }
    }
}
