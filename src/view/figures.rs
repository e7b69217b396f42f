//! Figures as they stand in fields of fixed width: never wider than the field, never jumping.

use std::time::Duration;

use crate::units::{Bytes, BytesPerSec, GB, KB, MB, PerSec, Span, TB, grouped};
use crate::view::canvas::width;
use crate::view::theme::UNKNOWN;

/// `value` shown by `show`, or the dash of the unknown.
pub(crate) fn or_dash<T>(value: Option<T>, show: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), show)
}

/// Bytes in at most seven columns: "1.89 MB", "1023 KB".
pub(crate) fn bytes(value: f64) -> String {
    let mut text = Bytes(value.max(0.0).round() as u64).to_string();
    if value >= 9_999.5 * TB as f64 {
        ">9 PB".clone_into(&mut text);
    } else if text.len() > 7 {
        text.retain(|c| c != ',');
    }
    text
}

/// Bytes per second: "2.80 MB/s".
pub(crate) fn byte_rate(value: f64) -> String {
    BytesPerSec(value).to_string()
}

/// A change of bytes per second, with its sign.
pub(crate) fn growth(value: f64) -> String {
    let sign = if value >= 0.5 { "+" } else { "" };
    format!("{sign}{}", BytesPerSec(if value.abs() < 0.5 { 0.0 } else { value }))
}

/// A rate under a heading that says "/s": "5.02", "1.23 M".
pub(crate) fn rate(value: f64) -> String {
    let text = PerSec(value).to_string();
    text.strip_suffix("/s").unwrap_or(&text).to_owned()
}

/// Calls per second in at most five columns: "1.5", "381", "9,999", "123 k".
pub(crate) fn calls(value: f64) -> String {
    match value {
        v if v > 0.0 && v < 9.95 => format!("{v:.1}"),
        v if v < 9_999.5 => grouped(v.round() as i64),
        v if v < 999_500.0 => format!("{:.0} k", v / 1e3),
        v if v < 999.5e6 => format!("{:.0} M", v / 1e6),
        _ => ">1 G".to_owned(),
    }
}

/// A count in at most five columns: "1", "9,999", "123 k".
pub(crate) fn count(value: i64) -> String {
    if value < 10_000 { grouped(value) } else { calls(value as f64) }
}

/// A ratio in at most six columns: "×48.0", "×9,999", "×12 k".
pub(crate) fn ratio(value: f64) -> String {
    match value {
        v if v < 9_999.5 => format!("×{}", rate(v)),
        v if v < 999_500.0 => format!("×{:.0} k", v / 1e3),
        v if v < 999.5e6 => format!("×{:.0} M", v / 1e6),
        _ => "×>1 G".to_owned(),
    }
}

/// A share of one in percent.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 99.95 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

/// Milliseconds under a heading that says "ms", in at most seven columns: "<0.001", "0.148",
/// "3.01", "15,200". Always the same unit: a time that changes its unit can't be compared.
pub(crate) fn millis(value: f64) -> String {
    match value {
        v if v > 0.0 && v < 0.001 => "<0.001".to_owned(),
        v if v > 0.0 && v < 0.999_5 => format!("{v:.3}"),
        v if v < 999.5e6 => rate(v.max(0.0)),
        _ => ">1 G".to_owned(),
    }
}

/// Seconds in their two largest units.
pub(crate) fn span(secs: f64) -> String {
    // What can't be a duration (negative after the clock was set back, not a number) is none.
    Span(Duration::try_from_secs_f64(secs.trunc()).unwrap_or_default()).to_string().replace("0 ms", "0 s")
}

/// How long ago, in one unit: "3 s ago".
pub(crate) fn ago(secs: f64) -> String {
    format!("{} ago", brief(secs))
}

/// Seconds in their largest unit: "3 s".
pub(crate) fn brief(secs: f64) -> String {
    let (count, unit) = match secs.max(0.0) {
        s if s < 60.0 => (s, "s"),
        s if s < 3600.0 => (s / 60.0, "m"),
        s if s < 86_400.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "d"),
    };
    format!("{count:.0} {unit}", count = count.floor())
}

/// Which rows of a list are in sight, and whether more follow: "1–4 of 9 ↓".
pub(crate) fn position(top: usize, rows: usize, of: usize) -> String {
    let last = (top + rows).min(of);
    let more = if last < of { " ↓" } else { "" };
    format!("{}–{last} of {of}{more}", (top + 1).min(last))
}

/// A round maximum for a scale of bytes that holds `value`: 1, 2 or 5 times a power of ten of a
/// unit, at least 1 KB.
pub(crate) fn round_bytes(value: f64) -> f64 {
    for unit in [KB, MB, GB, TB].map(|unit| unit as f64) {
        for step in [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0] {
            if value <= step * unit {
                return step * unit;
            }
        }
    }
    value
}

/// A round maximum for a scale of rows per second that holds `value`, at least 1.
pub(crate) fn round_rate(value: f64) -> f64 {
    let mut power = 1.0;
    while power < 1e15 {
        for step in [1.0, 2.0, 5.0] {
            if value <= step * power {
                return step * power;
            }
        }
        power *= 10.0;
    }
    value
}

/// A round amount of bytes without needless digits: "5 MB", "12.5 MB".
pub(crate) fn scale(value: f64) -> String {
    let text = Bytes(value as u64).to_string();
    match text.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => text,
    }
}

/// The first of several wordings that fits, else the last.
pub(crate) fn fit(wordings: impl IntoIterator<Item = String>, columns: u16) -> String {
    let mut last = String::new();
    for wording in wordings {
        last = wording;
        if width(&last) <= columns {
            break;
        }
    }
    last
}

/// The end of a path in at most `columns` columns, with `…` for what was cut before it.
pub(crate) fn tail(path: &str, columns: u16) -> String {
    let over = width(path).saturating_sub(columns);
    if over == 0 {
        return path.to_owned();
    }
    let mut dropped = 0;
    let kept = path.char_indices().find(|&(_, c)| {
        let enough = dropped > over;
        dropped = dropped.saturating_add(unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) as u16);
        enough
    });
    match kept {
        _ if columns == 0 => String::new(),
        Some((at, _)) => format!("…{}", &path[at..]),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_fit_their_fields() {
        for power in 0..62 {
            for value in [0.97, 1.0, 1.3, 1.9999].map(|m| m * 2f64.powi(power)) {
                assert!(bytes(value).len() <= 7, "{}", bytes(value));
                assert!(ratio(value).chars().count() <= 6 && calls(value).len() <= 5);
            }
        }
        assert_eq!(bytes(1023.0 * 1024.0), "1023 KB");
        assert_eq!(
            [0.0, 1.04, 380.9, 9_999.0, 12_345.0, 2e6].map(calls),
            ["0", "1.0", "381", "9,999", "12 k", "2 M"]
        );
        assert_eq!(
            [0.0, 0.000_521, 0.148, 3.006, 152_000.0].map(millis),
            ["0", "<0.001", "0.148", "3.01", "152,000"]
        );
    }

    #[test]
    fn signs_and_ages() {
        assert_eq!(
            [0.0, 12_595.0, -2048.0, -0.2].map(growth),
            ["0 B/s", "+12.3 KB/s", "-2.00 KB/s", "0 B/s"]
        );
        assert_eq!(
            [-3.0, 0.9, 59.9, 60.0, 7300.0, 2e5].map(ago),
            ["0 s ago", "0 s ago", "59 s ago", "1 m ago", "2 h ago", "2 d ago"]
        );
        assert_eq!([0.4, 12.9, f64::NAN].map(span), ["0 s", "12 s", "0 s"]);
    }

    #[test]
    fn scales_are_round() {
        let mb = MB as f64;
        assert_eq!(
            [0.0, 3e6, 12.5 * mb, 600.0 * mb].map(|v| scale(round_bytes(v))),
            ["1 KB", "5 MB", "20 MB", "1 GB"]
        );
        assert_eq!(scale(12.5 * mb), "12.5 MB");
        assert_eq!([0.0, 5.02, 240.0].map(round_rate).map(|v| v as u32), [1, 10, 500]);
    }

    #[test]
    fn paths_keep_their_tail() {
        assert_eq!(tail("/app/data/meshcore.db", 12), "…meshcore.db");
        assert_eq!(tail("/a.db", 12), "/a.db");
        assert_eq!(tail("/日本/a.db", 8), "…本/a.db");
        assert_eq!(tail("abc", 0), "");
    }
}
