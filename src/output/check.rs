//! `check`: one line and an exit status, as monitoring plugins give them (Nagios and its heirs; see the
//! Monitoring Plugins Development Guidelines).

use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::model::verdict::Severity;

/// What a plugin may say; the discriminant is the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Status {
    /// Nothing is wrong.
    Ok = 0,
    /// Something will get worse.
    Warning = 1,
    /// Something is lost.
    Critical = 2,
    /// It can't be told.
    Unknown = 3,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Warning => "WARNING",
            Self::Critical => "CRITICAL",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// The line, without its end, and the status. Verdicts decide; a flag without one is a warning; with
/// neither, what could not be read makes it unknown.
pub fn line(snapshot: &Snapshot, limits: &Limits) -> (String, Status) {
    let (status, text) = finding(snapshot);
    let performance = performance(snapshot, limits).join(" ");
    let mark = if performance.is_empty() { "" } else { " | " };
    (format!("{}{mark}{performance}", says(status, &text)), status)
}

/// A line for a target that is not there at all.
pub fn unknown(reason: &str) -> String {
    says(Status::Unknown, reason)
}

/// `|` begins the performance data and must not stand before.
fn says(status: Status, text: &str) -> String {
    format!("CORESCOPE {} - {}", status.word(), text.replace('|', "/"))
}

fn finding(snapshot: &Snapshot) -> (Status, String) {
    let of = |severity| match severity {
        Severity::Notice => Status::Ok,
        Severity::Warning => Status::Warning,
        Severity::Critical => Status::Critical,
    };
    let worst = snapshot.verdicts.iter().max_by_key(|verdict| verdict.severity);
    let more = |count: usize| if count > 1 { format!(" (+{} more)", count - 1) } else { String::new() };
    if let Some(verdict) = worst.filter(|verdict| verdict.severity > Severity::Notice) {
        return (of(verdict.severity), format!("{}{}", verdict.text, more(snapshot.verdicts.len())));
    }
    if let Some(flag) = snapshot.flags.first() {
        return (Status::Warning, format!("{}{}", flag.text, more(snapshot.flags.len())));
    }
    if let Some(fault) = snapshot.faults.first() {
        return (Status::Unknown, format!("{}{}", fault.text, more(snapshot.faults.len())));
    }
    (Status::Ok, worst.map_or_else(|| "nothing over a limit".to_owned(), |notice| notice.text.clone()))
}

/// `label=value[unit];warning;critical;minimum`. What is unknown is left out, as the guidelines have it.
fn performance(snapshot: &Snapshot, limits: &Limits) -> Vec<String> {
    let write = snapshot.ingestor.as_ref().and_then(|process| process.rates).map(|rates| rates.write);
    let wal = snapshot.sqlite.as_ref().and_then(|db| db.wal_size).map(|size| size.0);
    let pinned = snapshot.sqlite.as_ref().and_then(|db| db.wal.pinning()).map(|holder| holder.held);
    let rows = &snapshot.sources.rows;
    let tx = rows.iter().find(|row| &*row.name == "tx_inserted").and_then(|row| row.rate);
    let backfill = rows.iter().filter(|row| row.backfill).filter_map(|row| row.rate).reduce(|a, b| a + b);
    let entries = [
        write.map(|rate| format!("write_rate={rate:.0}B;{:.0};;0", limits.write_rate)),
        wal.map(|size| format!("wal_size={size}B;{:.0};;0", limits.wal_size)),
        pinned.map(|held| format!("wal_pinned={held:.0}s;{:.0};;0", limits.wal_pinned)),
        tx.map(|rate| format!("tx_rate={rate:.2};;;0")),
        backfill.map(|rate| format!("backfill_rate={rate:.2};;;0")),
        snapshot.sources.age.map(|age| format!("stats_age={age:.1}s;;;0")),
    ];
    entries.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{IoRates, ProcView, SourceFault, SqliteView};
    use crate::model::verdict::{Verdict, VerdictId};
    use crate::units::{Bytes, Mono, Wall};

    fn verdict(severity: Severity, text: &str) -> Verdict {
        Verdict {
            id: VerdictId::BackfillLoop,
            subject: "x".into(),
            severity,
            since: Wall(0),
            since_mono: Mono(0),
            text: text.to_owned(),
            remedy: String::new(),
            evidence: Vec::new(),
            effects: Vec::new(),
        }
    }

    fn said(snapshot: &Snapshot) -> (String, Status) {
        line(snapshot, &Limits::default())
    }

    #[test]
    fn the_worst_verdict_decides() {
        let verdicts = vec![verdict(Severity::Warning, "bad"), verdict(Severity::Critical, "worse | worst")];
        let snapshot = Snapshot { verdicts, ..Snapshot::default() };
        let expected = "CORESCOPE CRITICAL - worse / worst (+1 more)";
        assert_eq!(said(&snapshot), (expected.to_owned(), Status::Critical));
    }

    #[test]
    fn a_notice_is_ok_and_a_fault_is_unknown() {
        let notice = Snapshot { verdicts: vec![verdict(Severity::Notice, "fyi")], ..Snapshot::default() };
        assert_eq!(said(&notice), ("CORESCOPE OK - fyi".to_owned(), Status::Ok));
        let fault = SourceFault { source: "stats", text: "no file".into(), since: None };
        let blind = Snapshot { faults: vec![fault], ..Snapshot::default() };
        assert_eq!(said(&blind), ("CORESCOPE UNKNOWN - no file".to_owned(), Status::Unknown));
    }

    #[test]
    fn performance_data_has_units_and_limits() {
        let rates = IoRates { write: 1_234_567.8, ..IoRates::default() };
        let snapshot = Snapshot {
            ingestor: Some(ProcView { rates: Some(rates), ..ProcView::default() }),
            sqlite: Some(SqliteView { wal_size: Some(Bytes(4096)), ..SqliteView::default() }),
            ..Snapshot::default()
        };
        let expected = "CORESCOPE OK - nothing over a limit | \
                        write_rate=1234568B;10485760;;0 wal_size=4096B;104857600;;0";
        assert_eq!(said(&snapshot).0, expected);
    }
}
