//! `corescope-top doctor`: looks once at everything and says what it saw.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::geteuid;

use crate::cli::{STATS_ENV, Target};
use crate::output::doctor::{Check, Report, Section, says};
use crate::sample::{Fault, FaultKind, Reading};
use crate::source::clock::Clock;
use crate::source::db_files::DbReader;
use crate::source::discover::{self, Aim, Candidate, Choice, Found, Given, Names, Place, Role};
use crate::source::process::ProcReader;
use crate::source::stats::StatsSource;
use crate::units::Span;

/// How long one source may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);
const PROC: &str = "/proc";

/// Prints the report; the exit status.
pub fn run(target: &Target, json: bool) -> u8 {
    let report = examine(target);
    let text = if json { report.json() } else { report.text() };
    // A reader who has gone away has seen enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    report.status()
}

fn examine(target: &Target) -> Report {
    let names = Names::with(&target.matches);
    let scanned = within("the list of processes", {
        let names = names.clone();
        move || discover::scan(Path::new(PROC), &names)
    });
    let found = scanned.unwrap_or_else(|fault| Found { problems: vec![fault], ..Found::default() });
    let given = Given {
        ingestor: target.ingestor,
        server: target.server,
        db: target.db.clone(),
        stats: target.stats.clone(),
    };
    let aims = match Choice::of(&given, &found, Path::new(PROC)) {
        Choice::One(aim) => vec![*aim],
        Choice::Several(several) => {
            let aim = |ingestor| Aim::of(&given, Some(ingestor), &found, Path::new(PROC));
            several.into_iter().map(aim).collect()
        }
        Choice::None => Vec::new(),
    };
    let mut sections = Vec::new();
    if aims.is_empty() {
        sections.push(nothing(&names, &found));
    }
    for aim in &aims {
        let mut section = found_of(target, aim, &names);
        // Said where it may be the reason that something was not found.
        section.checks.extend(found.problems.iter().map(|fault| problem("processes", fault)));
        sections.push(section);
        sections.push(now_of(target, aim));
    }
    let user = discover::user(geteuid().as_raw(), false);
    Report { version: env!("CARGO_PKG_VERSION"), user, processes: found.processes, sections }
}

fn nothing(names: &Names, found: &Found) -> Section {
    let text = format!("no process whose exe or argv[0] is {} was found", names.ingestor());
    let remedy = "start it; or name what to watch: --match NAME, --ingestor PID, --db PATH, --stats PATH; or try: corescope-top demo";
    let mut checks = vec![Check::missing("ingestor", text, remedy)];
    checks.extend(found.problems.iter().map(|fault| problem("processes", fault)));
    checks.extend(found.servers.iter().map(|server| Check::ok("server", described(server))));
    Section { title: "Found".to_owned(), ingestor: None, checks }
}

fn found_of(target: &Target, aim: &Aim, names: &Names) -> Section {
    let mut checks = Vec::new();
    checks.push(match (&aim.ingestor, target.ingestor) {
        (Some(ingestor), _) => Check::ok("ingestor", described(ingestor)),
        (None, Some(pid)) => {
            Check::missing("ingestor", format!("no process {pid}"), "give the pid of a running one")
        }
        (None, None) => {
            let text = format!("no {} has these files", names.ingestor());
            Check::missing("ingestor", text, "start it; or give its pid with --ingestor")
        }
    });
    checks.push(match (&aim.server, target.server) {
        (Some(server), None) => Check::ok("server", format!("{}, has the same database", described(server))),
        (Some(server), Some(_)) => Check::ok("server", described(server)),
        (None, Some(pid)) => {
            Check::missing("server", format!("no process {pid}"), "give the pid of a running one")
        }
        (None, None) => Check::unneeded("server", "none that has this database"),
    });
    checks.push(match &aim.db {
        Some(place) => Check::ok("database", placed(place)),
        None => Check::missing("database", "not known", "give its path with --db"),
    });
    checks.push(match stats_of(target, aim) {
        Some(place) => Check::ok("stats file", placed(&place)),
        None => Check::missing("stats file", "not known", "give its path with --stats"),
    });
    for candidate in [&aim.ingestor, &aim.server].into_iter().flatten() {
        checks.extend(candidate.problems.iter().map(|fault| problem(candidate.role.word(), fault)));
    }
    let ingestor = aim.ingestor.as_ref().map(|ingestor| ingestor.pid);
    Section { title: heading("Found", aim), ingestor, checks }
}

fn now_of(target: &Target, aim: &Aim) -> Section {
    let remedy = |candidate: &Option<Candidate>| {
        let candidate = candidate.as_ref();
        let contained = candidate.is_some_and(|it| it.container.is_some());
        discover::remedy(candidate.and_then(|it| it.uid), contained)
    };
    let denied = remedy(&aim.ingestor);
    let process = |pid: Option<u32>, role: Role| -> Reading<_> {
        let Some(pid) = pid else { return Reading::Unwatched };
        let read = move || ProcReader::new(Path::new(PROC), pid, role.word()).read(&Clock::real());
        within("the process", read).unwrap_or_else(Reading::Failed)
    };
    let pid_of = |candidate: &Option<Candidate>| candidate.as_ref().map(|it| it.pid);
    let ingestor = process(pid_of(&aim.ingestor).or(target.ingestor), Role::Ingestor);
    let server = process(pid_of(&aim.server).or(target.server), Role::Server);
    let mut checks = says::process(&ingestor, ["ingestor", "ingestor io"], &denied);
    checks.extend(says::process(&server, ["server", "server io"], &remedy(&aim.server)));
    if let Some(place) = stats_of(target, aim) {
        let uid = aim.ingestor.as_ref().and_then(|ingestor| ingestor.uid);
        let (stats, watch) = within("the stats file", move || {
            let mut source = StatsSource::new(&place.path);
            (source.read(&Clock::real(), uid), source.watched())
        })
        .unwrap_or_else(|fault| (Reading::Failed(fault), Reading::Unwatched));
        checks.extend(says::stats(&stats, &watch, Clock::real().wall(), &denied));
    }
    if let Some(place) = aim.db.clone() {
        let elsewhere = place.elsewhere;
        let read = move || DbReader::new(&place.path, Path::new(PROC)).read(&Clock::real(), 1.0);
        let db = within("the database", read).unwrap_or_else(Reading::Failed);
        checks.extend(says::database(&db, elsewhere, &denied));
    }
    Section { title: heading("Right now", aim), ingestor: pid_of(&aim.ingestor), checks }
}

/// The stats file of the ingestor; where there is no ingestor the one that the monitor would read.
fn stats_of(target: &Target, aim: &Aim) -> Option<Place> {
    let usual = || {
        let how = if std::env::var_os(STATS_ENV).is_some() { "CORESCOPE_INGESTOR_STATS" } else { "default" };
        Place { how, ..Place::by_hand(&target.stats_path()) }
    };
    aim.stats.clone().or_else(|| aim.ingestor.is_none().then(usual))
}

fn heading(word: &str, aim: &Aim) -> String {
    aim.ingestor.as_ref().map_or_else(|| word.to_owned(), |it| format!("{word}: {}, pid {}", it.name, it.pid))
}

fn described(candidate: &Candidate) -> String {
    let Candidate { name, pid, by, .. } = candidate;
    let user = candidate
        .uid
        .map_or_else(String::new, |uid| format!(", {}", discover::user(uid, candidate.container.is_some())));
    let uptime = Span(Duration::try_from_secs_f64(candidate.uptime).unwrap_or_default());
    let container = match &candidate.container {
        Some(name) if name.contains("pid namespace") => format!(", in {name}"),
        Some(name) => format!(", in container {name}"),
        None => String::new(),
    };
    format!("{name}, pid {pid} (found by {by}){user}, up {uptime}{container}")
}

fn placed(place: &Place) -> String {
    let through = if place.elsewhere { ", through its root" } else { "" };
    let there = if place.id.is_some() { "" } else { ", not seen there" };
    format!("{} ({}{through}{there})", place.shown, place.how)
}

fn problem(part: &'static str, fault: &Fault) -> Check {
    // What it takes is the last thing such a fault says.
    let remedy = fault.text.rsplit_once("; ").map(|(_, remedy)| remedy.to_owned());
    Check { remedy, ..Check::missing(part, fault.text.clone(), "") }
}

/// Has `read` run on a thread of its own, which is left to itself if it hangs.
fn within<T: Send + 'static>(what: &str, read: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let run = move || drop(sender.send(read()));
    if let Err(error) = thread::Builder::new().name("doctor".to_owned()).spawn(run) {
        return Err(Fault::new(FaultKind::Other, format!("no thread to read {what}: {error}")));
    }
    receiver.recv_timeout(PATIENCE).map_err(|error| match error {
        mpsc::RecvTimeoutError::Timeout => {
            Fault::new(FaultKind::Stalled, format!("{what} has not answered for {}", Span(PATIENCE)))
        }
        mpsc::RecvTimeoutError::Disconnected => {
            Fault::new(FaultKind::Other, format!("reading {what} panicked"))
        }
    })
}
