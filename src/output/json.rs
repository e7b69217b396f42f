//! `--json`: one object per sample, with the field names of CoreScope's own API.
//!
//! Unknown is `null`; numbers are unrounded.

mod verdicts;
mod wal;

use jiff::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::model::snapshot::{Flag, ProcView, Snapshot, SourceRow, SourcesView, SqliteView};
use crate::units::{MB, Wall};

/// One line of JSON, without its line end.
pub fn line(snapshot: &Snapshot) -> String {
    let object = Line {
        at: timestamp(snapshot.at, 3),
        io: Io { ingestor: process(snapshot.ingestor.as_ref()), server: process(snapshot.server.as_ref()) },
        sqlite: snapshot.sqlite.as_ref().map(sqlite),
        write_sources: sources(&snapshot.sources),
        flags: snapshot.flags.iter().map(flag).collect(),
        faults: snapshot
            .faults
            .iter()
            .map(|fault| FaultLine {
                source: fault.source,
                text: &fault.text,
                since: fault.since.and_then(|since| timestamp(since.at, 3)),
            })
            .collect(),
        verdicts: verdicts::verdicts(snapshot),
        events: verdicts::events(snapshot),
        learning: verdicts::learning(snapshot.learning),
    };
    // Plain data with string keys always serialises; a line that did not would be no JSON at all.
    serde_json::to_string(&object).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"))
}

/// RFC 3339 in UTC with `digits` digits of the second; `None` outside the calendar.
pub(super) fn timestamp(at: Wall, digits: usize) -> Option<String> {
    Timestamp::from_nanosecond(i128::from(at.0)).ok().map(|time| format!("{time:.digits$}"))
}

#[derive(Serialize)]
struct Line<'a> {
    at: Option<String>,
    io: Io,
    sqlite: Option<Sqlite<'a>>,
    #[serde(rename = "writeSources")]
    write_sources: WriteSources<'a>,
    flags: Vec<FlagLine<'a>>,
    faults: Vec<FaultLine<'a>>,
    verdicts: Vec<verdicts::VerdictLine<'a>>,
    events: Vec<verdicts::EventLine<'a>>,
    learning: verdicts::LearningLine,
}

#[derive(Serialize)]
struct Io {
    ingestor: Option<Process>,
    server: Option<Process>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Process {
    pid: Option<u32>,
    read_bytes_per_sec: Option<f64>,
    write_bytes_per_sec: Option<f64>,
    cancelled_write_bytes_per_sec: Option<f64>,
    syscalls_read: Option<f64>,
    syscalls_write: Option<f64>,
}

fn process(view: Option<&ProcView>) -> Option<Process> {
    let view = view?;
    let rates = view.rates;
    Some(Process {
        pid: view.pid,
        read_bytes_per_sec: rates.map(|r| r.read),
        write_bytes_per_sec: rates.map(|r| r.write),
        cancelled_write_bytes_per_sec: rates.map(|r| r.cancelled),
        syscalls_read: rates.map(|r| r.syscr),
        syscalls_write: rates.map(|r| r.syscw),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sqlite<'a> {
    wal_size: Option<u64>,
    #[serde(rename = "walSizeMB")]
    wal_size_mb: Option<f64>,
    page_count: Option<i64>,
    page_size: Option<i64>,
    cache_size: Option<i64>,
    cache_hit_rate: Option<f64>,
    freelist_count: Option<i64>,
    db_size: Option<u64>,
    journal_mode: Option<&'a str>,
    wal: wal::Wal,
}

fn sqlite(view: &SqliteView) -> Sqlite<'_> {
    Sqlite {
        wal_size: view.wal_size.map(|size| size.0),
        wal_size_mb: view.wal_size.map(|size| size.0 as f64 / MB as f64),
        page_count: view.page_count,
        page_size: view.page_size,
        cache_size: view.cache_size,
        cache_hit_rate: view.cache_hit_rate,
        freelist_count: view.freelist_count,
        db_size: view.db.map(|file| file.size.0),
        journal_mode: view.journal_mode.as_deref(),
        wal: wal::wal(view),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WriteSources<'a> {
    sample_at: Option<String>,
    stale: Option<bool>,
    sources: ByName<'a, i64>,
    rates: ByName<'a, Option<f64>>,
    baselines: ByName<'a, Option<f64>>,
}

fn sources(view: &SourcesView) -> WriteSources<'_> {
    WriteSources {
        sample_at: view.sampled_at.and_then(|at| timestamp(at, 0)),
        stale: view.age.map(|_| view.stale),
        sources: ByName(&view.rows, |row| row.total),
        rates: ByName(&view.rows, |row| row.rate),
        baselines: ByName(&view.rows, |row| row.baseline),
    }
}

/// An object with a key per source, in the table's order.
struct ByName<'a, T>(&'a [SourceRow], fn(&SourceRow) -> T);

impl<T: Serialize> Serialize for ByName<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for row in self.0 {
            map.serialize_entry(&row.name, &self.1(row))?;
        }
        map.end()
    }
}

#[derive(Serialize)]
struct FlagLine<'a> {
    flag: &'static str,
    subject: &'a str,
    value: f64,
    limit: f64,
    text: &'a str,
}

fn flag(flag: &Flag) -> FlagLine<'_> {
    FlagLine {
        flag: flag.id.name(),
        subject: &flag.subject,
        value: flag.value,
        limit: flag.limit,
        text: &flag.text,
    }
}

#[derive(Serialize)]
struct FaultLine<'a> {
    source: &'static str,
    text: &'a str,
    since: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::snapshot::{FlagId, IoRates, Since, SourceFault};
    use crate::units::Bytes;
    use crate::units::Mono;

    fn parsed(snapshot: &Snapshot) -> Value {
        serde_json::from_str(&line(snapshot)).unwrap()
    }

    #[test]
    fn unknown_is_null_and_times_are_utc() {
        let snapshot = Snapshot {
            at: Wall(1_795_356_202_417_000_000),
            ingestor: Some(ProcView { pid: Some(4382), ..ProcView::default() }),
            ..Snapshot::default()
        };
        let value = parsed(&snapshot);
        assert_eq!(value["at"], "2026-11-22T14:03:22.417Z");
        assert_eq!(value["io"]["ingestor"]["pid"], 4382);
        assert_eq!(value["io"]["ingestor"]["writeBytesPerSec"], Value::Null);
        assert_eq!((&value["io"]["server"], &value["sqlite"]), (&Value::Null, &Value::Null));
        assert_eq!(value["writeSources"]["stale"], Value::Null);
        assert_eq!(value["flags"], json!([]));
    }

    #[test]
    fn numbers_are_raw() {
        let since = Some(Since { at: Wall::from_secs(1_795_356_202), mono: Mono(7) });
        let row = SourceRow {
            name: "backfill_path_json".into(),
            backfill: true,
            total: 0,
            rate: Some(240.1),
            baseline: None,
            flag: Some(FlagId::BackfillVsTx),
        };
        let snapshot = Snapshot {
            ingestor: Some(ProcView {
                rates: Some(IoRates { write: 2_936_012.8, ..IoRates::default() }),
                ..ProcView::default()
            }),
            sqlite: Some(SqliteView { wal_size: Some(Bytes(1_985_872)), ..SqliteView::default() }),
            sources: SourcesView {
                sampled_at: Some(Wall::from_secs(1_795_356_202)),
                age: Some(0.4),
                rows: vec![row],
                ..SourcesView::default()
            },
            flags: vec![Flag {
                id: FlagId::BackfillVsTx,
                subject: "backfill_path_json".into(),
                value: 240.1,
                limit: 50.2,
                text: "…".into(),
            }],
            faults: vec![SourceFault { source: "stats", text: "a \"quoted\" fault".into(), since }],
            ..Snapshot::default()
        };
        let value = parsed(&snapshot);
        assert_eq!(value["io"]["ingestor"]["writeBytesPerSec"], 2_936_012.8);
        assert_eq!(value["sqlite"]["walSizeMB"], 1.893_875_122_070_312_5);
        assert_eq!(value["sqlite"]["wal"]["fileSize"], 1_985_872);
        assert_eq!(value["sqlite"]["wal"]["holders"], Value::Null);
        assert_eq!(value["sqlite"]["wal"]["diagnosis"], "fine");
        assert_eq!(
            value["writeSources"],
            json!({"sampleAt": "2026-11-22T14:03:22Z", "stale": false,
                "sources": {"backfill_path_json": 0}, "rates": {"backfill_path_json": 240.1},
                "baselines": {"backfill_path_json": null}})
        );
        assert_eq!(
            value["flags"][0],
            json!({"flag": "backfill_vs_tx", "subject": "backfill_path_json", "value": 240.1, "limit": 50.2,
                "text": "…"})
        );
        assert_eq!(
            value["faults"][0],
            json!({"source": "stats", "text": "a \"quoted\" fault", "since": "2026-11-22T14:03:22.000Z"})
        );
    }
}
