//! Passwords in the stats file: in no byte of any output.

use std::process::Command;

use serde_json::json;

use crate::monitor::Monitor;
use crate::patient::Patient;
use crate::stats::{Feeder, now, publish};
use crate::terminal::{PROGRAM, Terminal};

/// A part of every password and every user name below.
const SECRETS: [&str; 2] = ["Hunter2", "hugo"];

fn addresses() -> Vec<String> {
    vec![
        "mqtt://hugo:Hunter2@one.example:1883".to_owned(),
        "wss://hugo:a/b@Hunter2:x@two.example/mqtt".to_owned(),
        "mqtts://:Hunter2@three.example".to_owned(),
        "hugo:Hunter2@four.example".to_owned(),
        "tcp://five.example?password=Hunter2&x=1".to_owned(),
        "mqtt://hugo:Hunter2 with spaces@six.example".to_owned(),
        format!("mqtt://hugo:Hunter2{}@seven.example", "x".repeat(300)),
        format!("mqtt://hugo:Hunter2{}@eight.example", "x".repeat(20_000)),
        "MQTT://hugo:Hunter2\u{1b}[0m@nine.example".to_owned(),
    ]
}

/// Addresses wherever a file can hold one, and where it shouldn't.
fn file(number: i64) -> String {
    let total = 1000 + number * 5000;
    let addresses = addresses();
    let statuses: Vec<_> = addresses
        .iter()
        .enumerate()
        .map(|(index, address)| {
            json!({"name": if index % 2 == 0 { address.as_str() } else { "" }, "broker": address, "connected": false,
                "lastError": format!("dial {}: refused", address.replace(' ', "%20")), "packetsTotal": total,
                "disconnectCount": 5, "lastPacketUnix": 1_700_000_000})
        })
        .collect();
    let map = |value: &serde_json::Value| {
        addresses.iter().map(|address| (address.clone(), value.clone())).collect::<serde_json::Map<_, _>>()
    };
    let mut object = map(&json!(total));
    object.insert("sampledAt".into(), now().into());
    object.insert("tx_inserted".into(), (1000 + number).into());
    object.insert("backfillUpdates".into(), map(&json!(total)).into());
    object.insert("source_statuses".into(), statuses.into());
    object.insert("source_liveness".into(), map(&json!({"lastReceiptUnix": 1, "lastMessageUnix": 2})).into());
    object.insert("writer_perf".into(), map(&json!({"count": 1, "hold_ms_max": 9})).into());
    serde_json::to_string(&object).unwrap()
}

fn assert_silent(what: &str, output: &[u8]) {
    let text = String::from_utf8_lossy(output);
    for secret in SECRETS {
        let found = text.find(secret);
        let around = found.map(|at| text[at..].chars().take(60).collect::<String>());
        assert!(found.is_none(), "{what} says {around:?}");
    }
}

#[test]
fn no_output_holds_a_password() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let feeder = Feeder::start(&path, file);
    let mut monitor = Monitor::start(&patient.with_stats(&path));
    let line = monitor.next();
    assert!(line.to_string().contains("one.example") && line.to_string().contains("***"), "{line}");
    // Flags name them, too.
    monitor.until("flags", |line| line["flags"].to_string().contains(".example"));
    drop(feeder);
    let broken = path.with_file_name("broken.json");
    let mut monitor_of_broken = Monitor::start(&patient.with_stats(&broken));
    publish(&broken, &file(1).as_bytes()[..900]);
    monitor_of_broken.fault("stats", "ends in the middle");
    assert_silent("a fault", monitor_of_broken.raw.join("\n").as_bytes());
    assert_silent("--json", monitor.raw.join("\n").as_bytes());
    assert_silent("standard error", monitor.end().as_bytes());
}

#[test]
fn no_screen_shows_a_password() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    let _feeder = Feeder::start(&path, file);
    let arguments = patient.with_stats(&path);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 200, 60);
    terminal.see(".example");
    terminal.see("▲ backfill");
    terminal.type_keys("3z");
    terminal.wait("zoomed table", |text| text.contains(".example") && !text.contains("Disk I/O"));
    terminal.resize(300, 60);
    terminal.type_keys("\x1b[F");
    terminal.type_keys("z?");
    terminal.see("next, previous panel");
    terminal.type_keys("qq");
    terminal.ends_with(0);
    assert_silent("the screen", &terminal.raw());
}

#[test]
fn the_doctor_keeps_passwords_to_himself() {
    let patient = Patient::start();
    let path = patient.folder().join("fed.json");
    publish(&path, file(0).as_bytes());
    for more in [&[][..], &["--json"]] {
        let arguments = patient.with_stats(&path);
        let output = Command::new(PROGRAM).arg("doctor").args(&arguments).args(more).output().unwrap();
        assert!(output.stdout.len() > 200);
        assert_silent("doctor", &output.stdout);
        assert_silent("doctor's standard error", &output.stderr);
    }
}
