//! The clock is set an hour back or forth: a recording in which all times of day jump, replayed by the
//! real program, says what it says without the jump.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::monitor::rates;
use crate::terminal::PROGRAM;

/// Times of day are nanoseconds or seconds since 1970; nothing else in a recording is so large.
fn set_clock(value: &mut Value, by: i64) {
    match value {
        Value::Number(number) => {
            let Some(time) = number.as_i64() else { return };
            let unit = match time {
                1_700_000_000..=1_999_999_999 => 1,
                1_700_000_000_000_000_000..=1_999_999_999_999_999_999 => 1_000_000_000,
                _ => return,
            };
            *value = (time + by * unit).into();
        }
        Value::Array(values) => values.iter_mut().for_each(|value| set_clock(value, by)),
        Value::Object(fields) => fields.values_mut().for_each(|value| set_clock(value, by)),
        _ => {}
    }
}

fn replayed(path: &Path) -> Vec<Value> {
    let output = Command::new(PROGRAM).args(["replay", "--json"]).arg(path).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_hour_back_or_forth_changes_no_rate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("straight");
    let recorded = Command::new(PROGRAM)
        .args(["demo", "--scenario", "quiet", "--json", "-n", "0.5", "--count", "18", "--record"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(recorded.status.success(), "{recorded:?}");
    let straight = replayed(&path);
    let text = fs::read_to_string(&path).unwrap();
    let stale = |line: &Value| line["writeSources"]["stale"] == true;
    for hours in [-1, 1] {
        let mut samples = 0;
        let bent: Vec<String> = text
            .lines()
            .map(|line| {
                let mut value: Value = serde_json::from_str(line).unwrap();
                samples += usize::from(value.get("mono").is_some());
                if samples > 9 {
                    set_clock(&mut value, hours * 3600);
                }
                value.to_string() + "\n"
            })
            .collect();
        let path = folder.path().join("bent");
        fs::write(&path, bent.concat()).unwrap();
        let lines = replayed(&path);
        assert_eq!(lines.len(), straight.len());
        let jumped = |line: &Value, other: &Value| line["at"].as_str() != other["at"].as_str();
        assert!(jumped(&lines[17], &straight[17]) && !jumped(&lines[0], &straight[0]));
        let mut known = 0;
        for (line, other) in lines.iter().zip(&straight) {
            assert_eq!((stale(line), &line["flags"]), (stale(other), &other["flags"]), "{hours} h: {line}");
            assert_eq!(line["faults"].as_array().unwrap().len(), other["faults"].as_array().unwrap().len());
            let (bent, straight) = (rates(line), rates(other));
            // The one update that was read just before and just after is measured by another clock.
            for ((name, rate), (_, right)) in bent.iter().zip(&straight) {
                assert!((0.4 * right..=2.5 * right).contains(rate), "{hours} h: {name} {rate}, not {right}");
            }
            assert_eq!(bent.len(), straight.len(), "{hours} h: {line}\n{other}");
            known += bent.len();
        }
        assert!(known > 200, "{known} rates");
    }
}
