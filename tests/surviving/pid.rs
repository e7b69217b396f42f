//! A pid that is used again by another program.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::may;
use crate::monitor::{Monitor, faults};
use crate::terminal::PROGRAM;

/// In a pid namespace of its own, where the next pid can be chosen: a shell that does what it is told.
/// Its first argument is a folder; the monitor's lines go to standard output.
const SHELL: &str = r#"
cd "$1"
"$2" demo-ingestor --db m.db --stats s.json >/dev/null & pid=$!
while [ ! -e s.json ]; do :; done
"$2" --json -n 0.1 --ingestor $pid --db m.db --stats s.json &
read go
kill -9 $pid
wait $pid
tries=0
until [ "$other" = $pid ] || [ $tries = 50 ]; do
    tries=$((tries + 1))
    echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid
    while :; do echo x; done > other & other=$!
    [ $other = $pid ] || kill -9 $other
done
echo $other > reused
read end
kill -9 $other
"#;

#[test]
fn a_pid_used_again_is_never_taken_for_the_ingestor() {
    let namespace = ["--pid", "--fork", "--kill-child", "--mount-proc"];
    let writable = ["sh", "-c", "test -w /proc/sys/kernel/ns_last_pid"];
    if !may("unshare", &[&namespace[..], &writable].concat()) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (end, orders) = std::io::pipe().unwrap();
    let mut command = Command::new("unshare");
    command.args(namespace).args(["sh", "-c", SHELL, "sh"]).arg(folder.path()).arg(PROGRAM);
    let mut monitor = Monitor::run_with(command, Stdio::from(end));
    let mut orders = Some(orders);
    let order =
        |orders: &mut Option<std::io::PipeWriter>| orders.as_mut().unwrap().write_all(b"go\n").unwrap();
    let line = monitor.until("rates", |line| line["io"]["ingestor"]["writeBytesPerSec"].is_number());
    let pid = line["io"]["ingestor"]["pid"].as_u64().unwrap();
    order(&mut orders);
    let reused = folder.path().join("reused");
    crate::until("reused pid", || std::fs::read_to_string(&reused).is_ok_and(|text| text.ends_with('\n')));
    assert_eq!(std::fs::read_to_string(&reused).unwrap().trim(), pid.to_string(), "the kernel gave another");
    monitor.fault("ingestor", "has exited");
    for _ in 0..25 {
        let line = monitor.next();
        assert!(line["io"]["ingestor"]["writeBytesPerSec"].is_null(), "{line}");
        assert!(faults(&line, "ingestor")[0].contains("has exited"), "{line}");
    }
    order(&mut orders);
}
