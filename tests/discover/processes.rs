//! Which processes count.

use std::time::Instant;

use corescope_top::sample::FaultKind;
use corescope_top::source::discover::{Found, Names, Role, candidate, scan};

use crate::fake::FakeProc;

fn pids(found: &Found) -> (Vec<u32>, Vec<u32>) {
    let of = |list: &[corescope_top::source::discover::Candidate]| list.iter().map(|it| it.pid).collect();
    (of(&found.ingestors), of(&found.servers))
}

#[test]
fn exe_or_first_argument_and_nothing_else() {
    let proc = FakeProc::new();
    proc.process(10).args(&["/app/corescope-ingestor", "-config", "/app/config.json"]);
    proc.process(11).args(&["ingest"]).link("exe", "/app/corescope-ingestor");
    proc.process(12).args(&["x"]).link("exe", "/app/corescope-ingestor (deleted)");
    proc.process(13).args(&["corescope-server", "-port", "3000"]);
    // Its name is in `comm`, in an argument, in a folder, or only in part.
    proc.process(20).args(&["vim", "corescope-ingestor"]).write("comm", "corescope-ingestor\n");
    proc.process(21).args(&["/corescope-ingestor/run"]);
    proc.process(22).args(&["corescope-ingestor2"]).link("exe", "/app/corescope-inges");
    // A kernel thread, one without any file, and one that is no number.
    proc.process(23);
    std::fs::create_dir(proc.path().join("24")).unwrap();
    std::fs::create_dir(proc.path().join("corescope-ingestor")).unwrap();
    let found = proc.scan();
    assert_eq!(pids(&found), (vec![10, 11, 12], vec![13]));
    let by: Vec<_> = found.ingestors.iter().map(|it| (it.by, it.name.as_str())).collect();
    assert_eq!(by, [("argv[0]", "corescope-ingestor"), ("exe", "ingest"), ("exe", "x")]);
    assert_eq!((found.processes, found.problems), (10, vec![]));
}

#[test]
fn another_name_by_choice() {
    let proc = FakeProc::new();
    proc.process(10).args(&["/opt/mesh-ingest"]);
    proc.process(11).args(&["corescope-ingestor"]);
    let named = |names: &[&str]| Names::with(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(pids(&scan(proc.path(), &named(&[]))).0, [11]);
    assert_eq!(pids(&scan(proc.path(), &named(&["/opt/mesh-ingest", "", "/"]))).0, [10, 11]);
    assert_eq!(named(&["a", "b/c"]).ingestor(), "corescope-ingestor or a or c");
}

#[test]
fn who_looks_does_not_find_itself() {
    let proc = FakeProc::new();
    proc.process(10).args(&["corescope-ingestor"]);
    proc.again(1).args(&["corescope-ingestor"]);
    assert_eq!(pids(&proc.scan()).0, [10]);
}

#[test]
fn the_dead_do_not_count() {
    let proc = FakeProc::new();
    let stat = "10 (x) Z 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 100 1 2\n";
    proc.process(10).args(&["corescope-ingestor"]).write("stat", stat);
    proc.process(11).args(&["corescope-ingestor"]).write("stat", "garbage");
    assert_eq!(pids(&proc.scan()), (vec![], vec![]));
    assert_eq!(candidate(proc.path(), 12, Role::Ingestor), None);
}

#[test]
fn what_is_known_of_each() {
    let proc = FakeProc::new();
    proc.process(10).args(&["corescope-ingestor"]).user(7);
    proc.process(11).args(&["corescope-ingestor"]).namespace("pid", 77);
    proc.process(12).args(&["corescope-ingestor"]).write("cgroup", "0::/lxc.payload.mesh/x\n");
    proc.process(13).args(&["corescope-ingestor"]).write("status", "Uid:\t1\t2\t3\t4\nNSpid:\t13\t1\n");
    let found = proc.scan().ingestors;
    let of: Vec<_> = found.iter().map(|it| (it.uid, it.container.as_deref())).collect();
    assert_eq!(
        of,
        [
            (Some(7), None),
            (Some(1000), Some("pid namespace 77")),
            (Some(1000), Some("mesh")),
            (Some(2), Some("another pid namespace"))
        ]
    );
    assert!(found.iter().all(|it| it.start == 100 && it.uptime > 0.0 && it.role == Role::Ingestor));
}

#[test]
fn a_process_by_its_pid_alone() {
    let proc = FakeProc::new();
    proc.process(10).args(&["something\x1b[2J", "else"]);
    let found = candidate(proc.path(), 10, Role::Ingestor).unwrap();
    assert_eq!((found.pid, found.by, found.name.as_str()), (10, "its pid", "something[2J"));
}

#[test]
fn no_proc_at_all() {
    let found = scan(std::path::Path::new("/nonexistent"), &Names::default());
    assert_eq!(found.problems.len(), 1);
    assert_eq!(found.problems[0].kind, FaultKind::Gone);
}

#[test]
fn hidden_processes_are_told_of() {
    let proc = FakeProc::new();
    let mounts = "23 1 0:21 / /proc rw - proc proc rw,hidepid=invisible\n";
    proc.again(1).write("mountinfo", mounts).write("status", "CapEff:\t0000000000000000\n");
    let found = proc.scan();
    assert!(found.problems[0].text.contains("hidepid"), "{found:?}");
    proc.again(1).write("mountinfo", mounts).write("status", "CapEff:\t000001ffffffffff\n");
    assert_eq!(proc.scan().problems, []);
}

#[test]
fn five_hundred_processes_cost_little() {
    let proc = FakeProc::new();
    for pid in 1000..1500 {
        proc.process(pid).args(&["/usr/bin/sleep", "1000"]).link("exe", "/usr/bin/sleep");
    }
    proc.process(1500).args(&["corescope-ingestor"]);
    let times: Vec<_> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            assert_eq!(proc.scan().ingestors.len(), 1);
            begin.elapsed()
        })
        .collect();
    let best = times.iter().min().unwrap();
    println!("a look at 500 processes took {best:?} at best, {:?} at worst", times.iter().max().unwrap());
    assert!(best.as_millis() < 15, "{times:?}");
}
