//! Every scenario of the demo through the real program: its flag goes up, and comes down again.
//!
//! One test plays them all at once, because each takes about a minute and hardly any of it is work.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "scenarios/run.rs"]
mod run;

use std::fs;
use std::thread;

use run::{Run, flag, flagged, rates};
use serde_json::Value;

/// Bytes in a MB.
const MB: f64 = 1_048_576.0;

/// A scenario's name, what its lines have to show, and the only verdict that it may bring.
type Case = (&'static str, fn(&mut Run), &'static str);

const CASES: [Case; 8] = [
    ("quiet", quiet, "none"),
    ("backfill-loop", backfill_loop, "backfill_loop"),
    ("write-burst", write_burst, "write_storm"),
    ("wal-growth", wal_growth, "wal_pinned"),
    ("wal-high-water", wal_high_water, "wal_high_water"),
    ("writer-held", writer_held, "writer_held"),
    ("stats-stall", stats_stall, "stats_wedged"),
    ("restart", restart, "restart_loop"),
];

#[test]
fn every_scenario_raises_its_flag_and_its_verdict_and_lets_them_go() {
    let started: Vec<_> = CASES
        .into_iter()
        .map(|(name, check, verdict)| {
            // The thread's name is in the message of a failure.
            let thread = thread::Builder::new().name(name.to_owned());
            let play = move || {
                let mut run = Run::start(name);
                check(&mut run);
                let wrong = run.seen().iter().flat_map(verdicts).find(|id| id != verdict);
                assert_eq!(wrong, None, "a wrong verdict");
                published(&run);
            };
            (name, thread.spawn(play).unwrap())
        })
        .collect();
    let failed: Vec<_> =
        started.into_iter().filter_map(|(name, thread)| thread.join().is_err().then_some(name)).collect();
    assert!(failed.is_empty(), "see above for {failed:?}");
}

/// Every line is as the published schema says.
fn published(run: &Run) {
    let schema = include_str!("../assets/json-schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    for line in run.seen() {
        let errors: Vec<_> =
            validator.iter_errors(line).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:?} in {line}");
    }
}

/// Ids of the verdicts of a line.
fn verdicts(line: &Value) -> Vec<String> {
    let list = line["verdicts"].as_array().unwrap();
    list.iter().map(|verdict| verdict["id"].as_str().unwrap().to_owned()).collect()
}

/// Waits for a verdict that says what it rests on and what to do.
fn judged(run: &mut Run, id: &str, secs: u64) {
    let line = run.until(id, secs, |line| verdicts(line).iter().any(|it| it == id));
    let verdict = line["verdicts"].as_array().unwrap().iter().find(|verdict| verdict["id"] == id).unwrap();
    for part in ["text", "remedy", "since", "severity"] {
        assert!(verdict[part].as_str().is_some_and(|text| !text.is_empty()), "{verdict}");
    }
    assert!(verdict["evidence"].as_object().is_some_and(|numbers| !numbers.is_empty()), "{verdict}");
    let begun = run.seen().iter().flat_map(|line| line["events"].as_array().unwrap());
    assert_eq!(begun.filter(|event| event["id"] == id && event["event"] == "begin").count(), 1);
}

fn quiet(run: &mut Run) {
    let before = refaults();
    let lines = run.lines_for(20);
    // Where the machine takes pages away that were just in use, their share of what is read is not the demo's doing.
    let reclaims = refaults() != before;
    for line in lines {
        let flags = line["flags"].as_array().unwrap();
        let unexpected = flags.iter().find(|flag| !(reclaims && flag["flag"] == "cache_hit"));
        assert_eq!(unexpected, None);
        assert_eq!(line["faults"], Value::Array(Vec::new()));
    }
}

/// Pages that this machine took out of the page cache and had to read again.
fn refaults() -> Option<String> {
    let text = fs::read_to_string("/proc/vmstat").ok()?;
    text.lines().find(|line| line.starts_with("workingset_refault_file ")).map(str::to_owned)
}

fn backfill_loop(run: &mut Run) {
    let line = run.until("backfill_vs_tx", 46, |line| flagged(line, "backfill_vs_tx"));
    let flag = flag(&line, "backfill_vs_tx").unwrap();
    assert_eq!(flag["subject"], "backfill_path_json");
    assert!(flag["value"].as_f64() > flag["limit"].as_f64());
    judged(run, "backfill_loop", 56);
    run.until("its end", 66, |line| !flagged(line, "backfill_vs_tx"));
    run.until("the end of the verdict", 80, |line| verdicts(line).is_empty());
}

fn write_burst(run: &mut Run) {
    let line = run.until("write_rate", 46, |line| flagged(line, "write_rate"));
    assert_eq!(flag(&line, "write_rate").unwrap()["subject"], "ingestor");
    assert!(line["io"]["ingestor"]["writeBytesPerSec"].as_f64() > Some(10.0 * MB));
    judged(run, "write_storm", 66);
    run.until("its end", 70, |line| !flagged(line, "write_rate"));
}

fn wal_growth(run: &mut Run) {
    run.until("wal_size", 51, |line| flagged(line, "wal_size"));
    let line = run.until("wal_pinned", 66, |line| {
        assert!(!line["sqlite"]["wal"]["holders"].is_null(), "the holders can't be read: {}", line["sqlite"]);
        flagged(line, "wal_pinned")
    });
    assert!(flagged(&line, "wal_size"));
    judged(run, "wal_pinned", 70);
    let wal = &line["sqlite"]["wal"];
    assert_eq!(wal["diagnosis"], "pinned");
    let pinning: Vec<_> =
        wal["holders"].as_array().unwrap().iter().filter(|holder| holder["pins"] == true).collect();
    assert_eq!(pinning.len(), 1, "{wal}");
    assert_eq!(pinning[0]["pid"], line["io"]["server"]["pid"]);
    assert_eq!(pinning[0]["role"], "server");
    assert!(pinning[0]["heldSeconds"].as_f64() > Some(30.0));
    run.until("the end of both", 90, |line| !flagged(line, "wal_pinned") && !flagged(line, "wal_size"));
    assert!(run.most_of_the_disk() > 100 << 20, "{}", run.most_of_the_disk());
}

fn wal_high_water(run: &mut Run) {
    run.until("a pinned log", 36, |line| line["sqlite"]["wal"]["diagnosis"] == "pinned");
    let line = run.until("high_water", 81, |line| line["sqlite"]["wal"]["diagnosis"] == "high_water");
    assert!(flagged(&line, "wal_size"));
    judged(run, "wal_high_water", 85);
    let sqlite = &line["sqlite"];
    assert!(sqlite["walSizeMB"].as_f64() > Some(100.0));
    assert!(sqlite["wal"]["pendingBytes"].as_f64() < Some(16.0 * MB));
    let holders = sqlite["wal"]["holders"].as_array().unwrap();
    assert!(holders.iter().all(|holder| holder["pins"] == false), "{holders:?}");
    run.until("the file given back", 95, |line| {
        line["sqlite"]["wal"]["diagnosis"] != "high_water" && !flagged(line, "wal_size")
    });
}

fn writer_held(run: &mut Run) {
    let line = run.until("writer_held", 51, |line| {
        assert!(!line["sqlite"]["wal"]["holders"].is_null(), "the locks can't be read: {}", line["sqlite"]);
        flagged(line, "writer_held")
    });
    let ingestor = &line["io"]["ingestor"]["pid"];
    assert_eq!(line["sqlite"]["wal"]["diagnosis"], "writer_held");
    assert_eq!(&line["sqlite"]["wal"]["writer"]["pid"], ingestor);
    assert_eq!(line["writeSources"]["rates"]["tx_inserted"], 0.0);
    assert_eq!(line["writeSources"]["stale"], false);
    // The lines leave the sources' liveness out; it stands in the file.
    let stats = run.stats();
    let [receipt, message] = ["lastReceiptUnix", "lastMessageUnix"]
        .map(|key| stats["source_liveness"]["local"][key].as_i64().unwrap());
    assert!(receipt - message > 5, "{stats}");
    judged(run, "writer_held", 55);
    let before = line["writeSources"]["sources"]["tx_inserted"].as_i64();
    run.until("its end", 66, |line| !flagged(line, "writer_held"));
    run.until("what has waited", 76, |line| {
        line["writeSources"]["sources"]["tx_inserted"].as_i64() > before.map(|count| count + 50)
    });
    assert!(run.stats()["writer_perf"]["mqtt_handler"]["wait_ms_max"].as_f64() > Some(10_000.0));
}

fn stats_stall(run: &mut Run) {
    let faulty =
        |line: &Value| line["faults"].as_array().unwrap().iter().any(|fault| fault["source"] == "stats");
    let line = run.until("a fault", 46, |line| faulty(line) && line["writeSources"]["stale"] == true);
    assert!(rates(&line).all(Value::is_null), "{line}");
    assert!(line["io"]["ingestor"]["writeBytesPerSec"].as_f64() > Some(0.0));
    judged(run, "stats_wedged", 66);
    run.until("its end", 70, |line| !faulty(line) && line["writeSources"]["stale"] == false);
}

fn restart(run: &mut Run) {
    let first = run.until("an ingestor", 20, |line| line["io"]["ingestor"]["pid"].is_number());
    let line = run.until("a new one", 46, |line| {
        let pid = &line["io"]["ingestor"]["pid"];
        pid.is_number() && *pid != first["io"]["ingestor"]["pid"]
    });
    assert_eq!(line["io"]["server"]["pid"], first["io"]["server"]["pid"]);
    run.until("its rates", 56, |line| line["writeSources"]["rates"]["tx_inserted"].as_f64() > Some(0.0));
    let total = |line: &Value| line["writeSources"]["sources"]["tx_inserted"].as_i64();
    let across = run.seen().windows(2).find(|pair| total(&pair[1]) < total(&pair[0]));
    let after = &across.expect("counters that went back")[1];
    assert!(rates(after).all(Value::is_null), "{after}");
    for line in run.seen() {
        let written = line["io"]["ingestor"]["writeBytesPerSec"].as_f64();
        assert!(written.is_none_or(|rate| rate < 100.0 * MB), "{line}");
    }
}
