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

/// A scenario's name and what its lines have to show.
type Case = (&'static str, fn(&mut Run));

const CASES: [Case; 8] = [
    ("quiet", quiet),
    ("backfill-loop", backfill_loop),
    ("write-burst", write_burst),
    ("wal-growth", wal_growth),
    ("wal-high-water", wal_high_water),
    ("writer-held", writer_held),
    ("stats-stall", stats_stall),
    ("restart", restart),
];

#[test]
fn every_scenario_raises_its_flag_and_lets_it_go() {
    let started: Vec<_> = CASES
        .into_iter()
        .map(|(name, check)| {
            // The thread's name is in the message of a failure.
            let thread = thread::Builder::new().name(name.to_owned());
            (name, thread.spawn(move || check(&mut Run::start(name))).unwrap())
        })
        .collect();
    let failed: Vec<_> =
        started.into_iter().filter_map(|(name, thread)| thread.join().is_err().then_some(name)).collect();
    assert!(failed.is_empty(), "see above for {failed:?}");
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
    let line = run.until("backfill_vs_tx", 40, |line| flagged(line, "backfill_vs_tx"));
    let flag = flag(&line, "backfill_vs_tx").unwrap();
    assert_eq!(flag["subject"], "backfill_path_json");
    assert!(flag["value"].as_f64() > flag["limit"].as_f64());
    run.until("its end", 60, |line| !flagged(line, "backfill_vs_tx"));
}

fn write_burst(run: &mut Run) {
    let line = run.until("write_rate", 40, |line| flagged(line, "write_rate"));
    assert_eq!(flag(&line, "write_rate").unwrap()["subject"], "ingestor");
    assert!(line["io"]["ingestor"]["writeBytesPerSec"].as_f64() > Some(10.0 * MB));
    run.until("its end", 60, |line| !flagged(line, "write_rate"));
}

fn wal_growth(run: &mut Run) {
    run.until("wal_size", 45, |line| flagged(line, "wal_size"));
    let line = run.until("wal_pinned", 60, |line| {
        assert!(!line["sqlite"]["wal"]["holders"].is_null(), "the holders can't be read: {}", line["sqlite"]);
        flagged(line, "wal_pinned")
    });
    assert!(flagged(&line, "wal_size"));
    let wal = &line["sqlite"]["wal"];
    assert_eq!(wal["diagnosis"], "pinned");
    let pinning: Vec<_> =
        wal["holders"].as_array().unwrap().iter().filter(|holder| holder["pins"] == true).collect();
    assert_eq!(pinning.len(), 1, "{wal}");
    assert_eq!(pinning[0]["pid"], line["io"]["server"]["pid"]);
    assert_eq!(pinning[0]["role"], "server");
    assert!(pinning[0]["heldSeconds"].as_f64() > Some(30.0));
    run.until("the end of both", 80, |line| !flagged(line, "wal_pinned") && !flagged(line, "wal_size"));
    assert!(run.most_of_the_disk() > 100 << 20, "{}", run.most_of_the_disk());
}

fn wal_high_water(run: &mut Run) {
    run.until("a pinned log", 30, |line| line["sqlite"]["wal"]["diagnosis"] == "pinned");
    let line = run.until("high_water", 75, |line| line["sqlite"]["wal"]["diagnosis"] == "high_water");
    assert!(flagged(&line, "wal_size"));
    let sqlite = &line["sqlite"];
    assert!(sqlite["walSizeMB"].as_f64() > Some(100.0));
    assert!(sqlite["wal"]["pendingBytes"].as_f64() < Some(16.0 * MB));
    let holders = sqlite["wal"]["holders"].as_array().unwrap();
    assert!(holders.iter().all(|holder| holder["pins"] == false), "{holders:?}");
    run.until("the file given back", 85, |line| {
        line["sqlite"]["wal"]["diagnosis"] != "high_water" && !flagged(line, "wal_size")
    });
}

fn writer_held(run: &mut Run) {
    let line = run.until("writer_held", 45, |line| {
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
    let before = line["writeSources"]["sources"]["tx_inserted"].as_i64();
    run.until("its end", 60, |line| !flagged(line, "writer_held"));
    run.until("what has waited", 70, |line| {
        line["writeSources"]["sources"]["tx_inserted"].as_i64() > before.map(|count| count + 50)
    });
    assert!(run.stats()["writer_perf"]["mqtt_handler"]["wait_ms_max"].as_f64() > Some(10_000.0));
}

fn stats_stall(run: &mut Run) {
    let faulty =
        |line: &Value| line["faults"].as_array().unwrap().iter().any(|fault| fault["source"] == "stats");
    let line = run.until("a fault", 40, |line| faulty(line) && line["writeSources"]["stale"] == true);
    assert!(rates(&line).all(Value::is_null), "{line}");
    assert!(line["io"]["ingestor"]["writeBytesPerSec"].as_f64() > Some(0.0));
    run.until("its end", 60, |line| !faulty(line) && line["writeSources"]["stale"] == false);
}

fn restart(run: &mut Run) {
    let first = run.until("an ingestor", 20, |line| line["io"]["ingestor"]["pid"].is_number());
    let line = run.until("a new one", 40, |line| {
        let pid = &line["io"]["ingestor"]["pid"];
        pid.is_number() && *pid != first["io"]["ingestor"]["pid"]
    });
    assert_eq!(line["io"]["server"]["pid"], first["io"]["server"]["pid"]);
    run.until("its rates", 50, |line| line["writeSources"]["rates"]["tx_inserted"].as_f64() > Some(0.0));
    let total = |line: &Value| line["writeSources"]["sources"]["tx_inserted"].as_i64();
    let across = run.seen().windows(2).find(|pair| total(&pair[1]) < total(&pair[0]));
    let after = &across.expect("counters that went back")[1];
    assert!(rates(after).all(Value::is_null), "{after}");
    for line in run.seen() {
        let written = line["io"]["ingestor"]["writeBytesPerSec"].as_f64();
        assert!(written.is_none_or(|rate| rate < 100.0 * MB), "{line}");
    }
}
