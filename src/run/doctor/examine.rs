//! What the doctor looks at. Whatever hangs, the report is there within five seconds.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::geteuid;

use crate::cli::{STATS_ENV, Target};
use crate::output::doctor::{Check, Report, Section, says};
use crate::sample::{DbSample, Fault, FaultKind, ProcSample, Reading, StatsSample};
use crate::source::clock::Clock;
use crate::source::db_files::DbReader;
use crate::source::discover::scanner::Scanner;
use crate::source::discover::{self, Aim, Candidate, Choice, Found, Given, Names, Place, Role, Sight};
use crate::source::patience::{NoAnswer, Pending};
use crate::source::process::ProcReader;
use crate::source::stats::StatsSource;
use crate::state::folder::{self, Folder};
use crate::units::{Counted, Span};

/// How long all that is found may take, and all that is given.
const FINDING: Duration = Duration::from_millis(700);
/// How long the look at all processes may take with both: a command line can hang with its process.
const CHOOSING: Duration = Duration::from_millis(1800);
/// How long all sources together may take to answer.
const ANSWERING: Duration = Duration::from_millis(2500);
const PROC: &str = "/proc";

/// Looks at everything.
pub(super) fn examine(target: &Target) -> Report {
    let names = Names::with(&target.matches);
    let given = Given {
        ingestor: target.ingestor,
        server: target.server,
        db: target.db.clone(),
        stats: target.stats.clone(),
    };
    let find = {
        let (names, given) = (names.clone(), given.clone());
        let usual = target.stats_path();
        move || find(names, &given, &usual)
    };
    let deadline = Instant::now() + CHOOSING;
    let (found, aims) = within("the list of processes", deadline, begin(find)).unwrap_or_else(|fault| {
        let stats = Place::unseen(&target.stats_path());
        let aim = Aim { db: given.db.as_deref().map(Place::unseen), stats: Some(stats), ..Aim::default() };
        (Found { problems: vec![fault], ..Found::default() }, vec![aim])
    });
    let begun: Vec<Looks> = aims.iter().map(|aim| Looks::begin(target, aim)).collect();
    let kept = begin(kept);
    let deadline = Instant::now() + ANSWERING;
    let mut sections = Vec::new();
    if aims.is_empty() {
        sections.push(nothing(&names, &found));
    }
    for (aim, looks) in aims.iter().zip(begun) {
        let mut section = found_of(target, aim, &names);
        // Said where it may be the reason that something was not found.
        section.checks.extend(found.problems.iter().map(|fault| problem("processes", fault)));
        sections.push(section);
        sections.push(looks.told(aim, deadline));
    }
    sections.push(Section {
        title: "This program".to_owned(),
        ingestor: None,
        checks: vec![
            within("the state folder", deadline, kept).unwrap_or_else(|fault| kept_fault(&fault.text)),
        ],
    });
    let user = discover::user(geteuid().as_raw(), false);
    Report { version: env!("CARGO_PKG_VERSION"), user, processes: found.processes, sections }
}

/// What there is, and what of it would be watched.
fn find(names: Names, given: &Given, usual: &Path) -> (Found, Vec<Aim>) {
    let mut scanner = Scanner::new(Path::new(PROC), names);
    let found = scanner.scan(FINDING);
    let mut aims = match scanner.choose(given, &found, FINDING) {
        Choice::One(aim) => vec![*aim],
        Choice::Several(several) => {
            several.iter().map(|ingestor| scanner.aim(given, ingestor, &found, FINDING)).collect()
        }
        Choice::None => Vec::new(),
    };
    // Where there is no ingestor, the stats file that the monitor would read.
    for aim in aims.iter_mut().filter(|aim| aim.ingestor.is_none() && aim.stats.is_none()) {
        aim.stats = Some(usual_stats(usual));
    }
    (found, aims)
}

fn usual_stats(path: &Path) -> Place {
    let how = if std::env::var_os(STATS_ENV).is_some() { "CORESCOPE_INGESTOR_STATS" } else { "default" };
    let own = path.to_owned();
    let look = begin(move || Sight::Clear(PROC.into()).place(&own));
    let seen = look.and_then(|look| look.wait(Instant::now() + FINDING));
    Place { how, ..seen.unwrap_or_else(|_| Place::unseen(path)) }
}

/// Where it is kept what was learned.
fn kept() -> Check {
    let Some(path) = folder::usual() else {
        return Check::unneeded("state", "neither XDG_STATE_HOME nor a home of this user: nothing is kept");
    };
    let shown = crate::parse::text::sentence(&path.to_string_lossy());
    match Folder::look(&path) {
        Ok(Some(folder)) => {
            Check::ok("state", format!("{shown} holds {}", Counted::len(folder.files().len(), "file")))
        }
        Ok(None) => {
            Check::unneeded("state", format!("{shown} is made as soon as there is something to keep"))
        }
        Err(why) => kept_fault(&format!("{shown} {why}")),
    }
}

/// Nothing that is watched is missing for that.
fn kept_fault(text: &str) -> Check {
    let remedy = Some("make it a folder of this user's own; or give --no-state".to_owned());
    Check { remedy, ..Check::unneeded("state", format!("not kept: {text}")) }
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
    checks.push(match &aim.stats {
        Some(place) => Check::ok("stats file", placed(place)),
        None => Check::missing("stats file", "not known", "give its path with --stats"),
    });
    for candidate in [&aim.ingestor, &aim.server].into_iter().flatten() {
        checks.extend(candidate.problems.iter().map(|fault| problem(candidate.role.word(), fault)));
    }
    let ingestor = aim.ingestor.as_ref().map(|ingestor| ingestor.pid);
    Section { title: heading("Found", aim), ingestor, checks }
}

/// A look that was begun, or why it could not be.
type Begun<T> = Result<Pending<T>, NoAnswer>;

/// Looks at all sources of one target, all under way at the same time.
struct Looks {
    ingestor: Option<Begun<Reading<ProcSample>>>,
    server: Option<Begun<Reading<ProcSample>>>,
    stats: Option<Begun<(Reading<StatsSample>, Reading<()>)>>,
    db: Option<Begun<Reading<DbSample>>>,
}

impl Looks {
    fn begin(target: &Target, aim: &Aim) -> Self {
        let process = |candidate: &Option<Candidate>, given: Option<u32>, role: Role| {
            let pid = candidate.as_ref().map(|it| it.pid).or(given)?;
            Some(begin(move || ProcReader::new(Path::new(PROC), pid, role.word()).read(&Clock::real())))
        };
        let uid = aim.ingestor.as_ref().and_then(|ingestor| ingestor.uid);
        let stats = |place: Place| {
            begin(move || {
                let mut source = StatsSource::new(&place.path);
                (source.read(&Clock::real(), uid), source.watched())
            })
        };
        let db =
            |place: Place| begin(move || DbReader::new(&place.path, Path::new(PROC)).read(&Clock::real()));
        Self {
            ingestor: process(&aim.ingestor, target.ingestor, Role::Ingestor),
            server: process(&aim.server, target.server, Role::Server),
            stats: aim.stats.clone().map(stats),
            db: aim.db.clone().map(db),
        }
    }

    fn told(self, aim: &Aim, deadline: Instant) -> Section {
        let remedy = |candidate: &Option<Candidate>| {
            let candidate = candidate.as_ref();
            let contained = candidate.is_some_and(|it| it.container.is_some());
            discover::remedy(candidate.and_then(|it| it.uid), contained)
        };
        let denied = remedy(&aim.ingestor);
        let process = |look: Option<Begun<Reading<ProcSample>>>| {
            let read = |look| within("the process", deadline, look).unwrap_or_else(Reading::Failed);
            look.map_or(Reading::Unwatched, read)
        };
        let mut checks = says::process(&process(self.ingestor), ["ingestor", "ingestor io"], &denied);
        checks.extend(says::process(&process(self.server), ["server", "server io"], &remedy(&aim.server)));
        if let Some(look) = self.stats {
            let (stats, watch) = within("the stats file", deadline, look)
                .unwrap_or_else(|fault| (Reading::Failed(fault), Reading::Unwatched));
            checks.extend(says::stats(&stats, &watch, Clock::real().wall(), &denied));
        }
        if let Some(look) = self.db {
            let db = within("the database", deadline, look).unwrap_or_else(Reading::Failed);
            checks.extend(says::database(&db, &denied));
        }
        let ingestor = aim.ingestor.as_ref().map(|ingestor| ingestor.pid);
        Section { title: heading("Right now", aim), ingestor, checks }
    }
}

fn heading(word: &str, aim: &Aim) -> String {
    aim.ingestor.as_ref().map_or_else(|| word.to_owned(), |it| format!("{word}: {}, pid {}", it.name, it.pid))
}

fn described(candidate: &Candidate) -> String {
    let Candidate { name, pid, by, .. } = candidate;
    // Anybody can call himself so.
    let exe = candidate.exe.as_ref().map_or_else(String::new, |exe| format!(", its exe is {exe}"));
    let user = candidate
        .uid
        .map_or_else(String::new, |uid| format!(", {}", discover::user(uid, candidate.container.is_some())));
    let uptime = Span(Duration::try_from_secs_f64(candidate.uptime).unwrap_or_default());
    let container = match &candidate.container {
        Some(name) if name.contains("pid namespace") => format!(", in {name}"),
        Some(name) => format!(", in container {name}"),
        None => String::new(),
    };
    format!("{name}, pid {pid} (found by {by}{exe}){user}, up {uptime}{container}")
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

fn begin<T: Send + 'static>(look: impl FnOnce() -> T + Send + 'static) -> Begun<T> {
    Pending::start("doctor", look)
}

/// The answer to a look at `what`, or the fault that there is none.
fn within<T: Send + 'static>(what: &str, deadline: Instant, look: Begun<T>) -> Result<T, Fault> {
    look.and_then(|look| look.wait(deadline)).map_err(|error| match error {
        NoAnswer::Yet(since) => {
            let text = format!("{what} has not answered for {}", Span(since));
            Fault::new(FaultKind::Stalled, text)
        }
        NoAnswer::Ever(why) => Fault::new(FaultKind::Other, format!("{what} can't be read: {why}")),
    })
}
