//! A thousand renames a second in the stats file's folder.

use std::fs;
use std::time::{Duration, Instant};

use crate::monitor::{Monitor, faults};
use crate::patient::Patient;
use crate::stats::{Feeder, good};

/// CPU time of a process in ticks of the kernel's clock, a hundred a second.
fn cpu(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn a_storm_of_renames_costs_what_reading_costs() {
    let patient = Patient::start();
    let folder = patient.folder().join("busy");
    fs::create_dir(&folder).unwrap();
    let path = folder.join("fed.json");
    let _feeder = Feeder::start(&path, |number| good(1000 + number));
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    monitor.until("rates", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    let time = Duration::from_secs(6);
    let (before, since) = (cpu(monitor.pid()), Instant::now());
    while since.elapsed() < time {
        monitor.next();
    }
    let idle = cpu(monitor.pid()) - before;
    let (one, other) = (folder.join("one"), folder.join("other"));
    fs::write(&one, "x").unwrap();
    let (before, since) = (cpu(monitor.pid()), Instant::now());
    let mut renames = 0u64;
    while since.elapsed() < time {
        fs::rename(&one, &other).unwrap();
        fs::rename(&other, &one).unwrap();
        renames += 2;
        // A thousand a second, as far as the machine lets us.
        let due = Duration::from_millis(renames);
        std::thread::sleep(due.saturating_sub(since.elapsed()));
    }
    let busy = cpu(monitor.pid()) - before;
    assert!(renames > 2000, "{renames} renames in {time:?}");
    println!("{renames} renames: {busy} ticks, without any: {idle} ticks");
    // Three times as much, and a tenth of a processor for the beginning and for a machine that is busy.
    assert!(busy < idle * 3 + 60, "{busy} ticks, {idle} without renames");
    let line = monitor.fault("stats", "events a second in");
    assert!(faults(&line, "stats").iter().any(|text| text.contains("every interval")), "{line}");
    assert!(monitor.next()["writeSources"]["rates"]["tx_inserted"].is_number());
}
