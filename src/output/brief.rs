//! The worst verdict as plain text, for an incident channel.

use std::fmt::Write as _;

use super::json::timestamp;
use crate::model::snapshot::Snapshot;

/// The verdicts that hold with what they rest on, else the flags, else that there are none.
pub fn text(snapshot: &Snapshot) -> String {
    let mut text = format!("corescope-top, {}\n", timestamp(snapshot.at, 0).unwrap_or_default());
    // Writing to a String can't fail.
    for verdict in &snapshot.verdicts {
        let since = timestamp(verdict.since, 0).unwrap_or_default();
        let _ = writeln!(text, "{} {} since {since}", verdict.severity.name(), verdict.id.name());
        let _ = writeln!(text, "  {}", verdict.text);
        let _ = writeln!(text, "  do: {}", verdict.remedy);
        let numbers: Vec<String> =
            verdict.evidence.iter().map(|it| format!("{} {}", it.name, rounded(it.value))).collect();
        let _ = writeln!(text, "  evidence: {}", numbers.join(", "));
        for effect in &verdict.effects {
            let _ = writeln!(text, "  follows: {effect}");
        }
    }
    if snapshot.verdicts.is_empty() {
        for flag in &snapshot.flags {
            let _ = writeln!(text, "flag {}: {}", flag.id.name(), flag.text);
        }
        if snapshot.flags.is_empty() {
            text.push_str("no verdict, no flag: nothing over a limit\n");
        }
    }
    text
}

/// Three places where they say something.
fn rounded(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::{Evidence, Severity, Verdict, VerdictId};
    use crate::units::{Mono, Wall};

    #[test]
    fn a_verdict_with_all_that_it_rests_on() {
        let verdict = Verdict {
            id: VerdictId::BackfillLoop,
            subject: "backfill_path_json".into(),
            severity: Severity::Critical,
            since: Wall::from_secs(1_795_356_000),
            since_mono: Mono(0),
            text: "it rewrites rows".to_owned(),
            remedy: "stop it".to_owned(),
            evidence: vec![
                Evidence { name: "rowsPerSec", value: 240.125 },
                Evidence { name: "txPerSec", value: 5.0 },
            ],
            effects: vec!["writes are high".to_owned()],
        };
        let at = Wall::from_secs(1_795_356_202);
        let snapshot = Snapshot { at, verdicts: vec![verdict], ..Snapshot::default() };
        let expected = "corescope-top, 2026-11-22T14:03:22Z\n\
            critical backfill_loop since 2026-11-22T14:00:00Z\n  it rewrites rows\n  do: stop it\n  \
            evidence: rowsPerSec 240.125, txPerSec 5\n  follows: writes are high\n";
        assert_eq!(text(&snapshot), expected);
        assert!(text(&Snapshot::default()).ends_with("nothing over a limit\n"));
    }
}
