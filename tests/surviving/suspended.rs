//! A machine that was suspended: monitor and ingestor stop together and go on together.
//!
//! The real clock can't be set here (and a time namespace has no `CLOCK_REALTIME`); `clock` has that.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::monitor::{Monitor, assert_sane};
use crate::patient::Patient;
use crate::until;

#[test]
fn ten_seconds_of_sleep_leave_no_false_rate() {
    let patient = Patient::start();
    let mut monitor = Monitor::start(&patient.wanted());
    monitor.until("rates", |line| line["writeSources"]["rates"]["tx_inserted"].is_number());
    let own = Pid::from_raw(i32::try_from(monitor.pid()).unwrap()).unwrap();
    stop_at_rest(&patient);
    kill_process(own, Signal::STOP).unwrap();
    let asleep = monitor.values().len();
    // The time itself is what is tested.
    std::thread::sleep(Duration::from_secs(10));
    kill_process(own, Signal::CONT).unwrap();
    patient.signal(Signal::CONT);
    let woken = Instant::now();
    monitor.until("fresh rates", |line| {
        line["writeSources"]["stale"] == false && line["writeSources"]["rates"]["tx_inserted"].is_number()
    });
    assert!(woken.elapsed() < Duration::from_secs(5), "{:?}", woken.elapsed());
    for _ in 0..20 {
        let line = monitor.next();
        let flags = line["flags"].as_array().unwrap().iter();
        // How much of what an ingestor reads at its start is cached depends on the machine.
        assert_eq!(flags.filter(|flag| flag["flag"] != "cache_hit").count(), 0, "{line}");
        assert_eq!(line["writeSources"]["stale"], false);
    }
    let lines = monitor.values();
    // What was missed is not made up for in a rush of lines.
    assert!(lines.len() - asleep < 80, "{} lines", lines.len() - asleep);
    // Ten seconds of traffic in one second would be 50 a second.
    assert_sane(&lines[asleep..], 40.0);
}

/// Stops the ingestor between two transactions: one that it was stopped in would have lasted for ten
/// seconds of a clock that, unlike in a suspended machine, goes on.
fn stop_at_rest(patient: &Patient) {
    let writes = format!("POSIX  ADVISORY  WRITE {} ", patient.pid());
    until("moment between two transactions", || {
        patient.signal(Signal::STOP);
        // It may have been woken for the signal alone: locks are looked at when it has stopped.
        let stat = || std::fs::read_to_string(format!("/proc/{}/stat", patient.pid())).unwrap();
        until("stop", || stat().rsplit_once(") ").unwrap().1.starts_with('T'));
        let locks = std::fs::read_to_string("/proc/locks").unwrap();
        let at_rest = !locks.lines().any(|line| line.contains(&writes) && line.contains(" 120 "));
        if !at_rest {
            patient.signal(Signal::CONT);
        }
        at_rest
    });
}
