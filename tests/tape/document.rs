//! Keeps the description of the format complete.

use corescope_top::model::input::Input;
use corescope_top::sample::{Fault, FaultKind, Reading};
use corescope_top::tape::{Header, line};
use serde_json::Value;

use crate::samples::Target;

const DOCUMENT: &str = include_str!("../../assets/recording-format.md");
/// Objects whose keys are names of the target's own.
const BY_NAME: [&str; 4] = ["counters", "backfills", "writer_perf", "liveness"];

/// All keys in `value` that the format gives.
fn keys(value: &Value, of: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                if !BY_NAME.contains(&of) {
                    found.push(key.clone());
                }
                keys(value, if BY_NAME.contains(&of) { "" } else { key }, found);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, "", found)),
        _ => {}
    }
}

#[test]
fn the_document_names_every_field() {
    let mut sample = Target::everything();
    let mut lines = vec![Header::now(1.0).line(), line::encode(&Input::Sample(sample.clone().into()))];
    sample.db = Reading::Failed(Fault::new(FaultKind::Gone, "x"));
    lines.push(line::encode(&Input::Sample(sample.into())));
    lines.push(line::encode(&Input::Accept));
    lines.push(line::encode(&Input::Attach(std::sync::Arc::default())));
    lines.extend([line::end("done"), line::lost(3)]);
    let mut found = Vec::new();
    for line in lines {
        keys(&serde_json::from_slice(&line).unwrap(), "", &mut found);
    }
    found.push("state".to_owned());
    assert!(found.len() > 90, "{found:?}");
    for key in found {
        let named = [format!("`{key}`"), format!("\"{key}\"")].iter().any(|form| DOCUMENT.contains(form));
        assert!(named, "{key} is not described");
    }
}
