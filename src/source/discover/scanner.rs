//! Looking at all processes again and again, and choosing, although a disk does not answer.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::aim::{Aim, Choice, Given, Sight};
use super::who::lives;
use super::{Candidate, Found, Names, Role, describe, rights, table, unseen};
use crate::sample::{Fault, FaultKind};
use crate::source::patience::{NoAnswer, Patience, Pending};
use crate::source::safe_file::explain;
use crate::units::Span;

/// Looks for targets. What belongs to a process is looked up on a thread of its own, and so is what was
/// given by hand; a disk that hangs costs a look its patience, and one thread for as long as it hangs.
#[derive(Debug)]
pub struct Scanner {
    proc_root: PathBuf,
    names: Names,
    /// By pid and role.
    hung: HashMap<(u32, Role), Described>,
    choosing: Patience<Choice>,
}

type Described = Pending<Option<Candidate>>;

impl Scanner {
    /// Looks below `proc_root` for processes that go by one of `names`.
    pub fn new(proc_root: &Path, names: Names) -> Self {
        Self { proc_root: proc_root.to_owned(), names, hung: HashMap::new(), choosing: Patience::default() }
    }

    /// One look at every process. Whose files have not answered after `patience` is there without them,
    /// and with a problem that says so.
    pub fn scan(&mut self, patience: Duration) -> Found {
        let deadline = Instant::now() + patience;
        let table = match table::matching(&self.proc_root, &self.names) {
            Ok(table) => table,
            Err(errno) => {
                let problems = vec![explain("the list of processes", &self.proc_root, errno)];
                return Found { problems, ..Found::default() };
            }
        };
        let mut found = Found { processes: table.processes, ..Found::default() };
        // All are begun before any is waited for.
        let begun: Vec<_> =
            table.hits.iter().map(|hit| (hit, self.begin(hit.pid, hit.role, hit.by))).collect();
        for (hit, begun) in begun {
            let Some(candidate) = self.finish(hit.pid, hit.role, hit.by, begun, deadline) else { continue };
            match hit.role {
                Role::Ingestor => found.ingestors.push(candidate),
                Role::Server => found.servers.push(candidate),
            }
        }
        self.hung.retain(|(pid, _), _| table.hits.iter().any(|hit| hit.pid == *pid));
        found.problems.extend(rights::hidden(&self.proc_root, table.refused));
        found
    }

    /// Chooses by what was given. Where that has not answered after `patience` it is taken unseen.
    pub fn choose(&mut self, given: &Given, found: &Found, patience: Duration) -> Choice {
        let sight = Sight::Clear(self.proc_root.clone());
        let (own_given, own_found) = (given.clone(), found.clone());
        let deadline = Instant::now() + patience;
        let choice =
            self.choosing.ask("finder-choice", deadline, move || Choice::of(&own_given, &own_found, &sight));
        choice.unwrap_or_else(|_| Choice::of(given, found, &Sight::Blind(self.proc_root.clone())))
    }

    /// What to watch with `ingestor`, under the same limit.
    pub fn aim(&mut self, given: &Given, ingestor: &Candidate, found: &Found, patience: Duration) -> Aim {
        let sight = Sight::Clear(self.proc_root.clone());
        let own = (given.clone(), ingestor.clone(), found.clone());
        let deadline = Instant::now() + patience;
        let look = move || Choice::One(Box::new(Aim::of(&own.0, Some(own.1), &own.2, &sight)));
        match self.choosing.ask("finder-aim", deadline, look) {
            Ok(Choice::One(aim)) => *aim,
            _ => Aim::of(given, Some(ingestor.clone()), found, &Sight::Blind(self.proc_root.clone())),
        }
    }

    fn begin(&mut self, pid: u32, role: Role, by: &'static str) -> Result<Described, NoAnswer> {
        if let Some(hung) = self.hung.remove(&(pid, role)) {
            return Ok(hung);
        }
        let root = self.proc_root.clone();
        Pending::start("finder-files", move || describe(&root, pid, role, by))
    }

    fn finish(
        &mut self,
        pid: u32,
        role: Role,
        by: &'static str,
        begun: Result<Described, NoAnswer>,
        deadline: Instant,
    ) -> Option<Candidate> {
        let answer = begun.and_then(|pending| match pending.wait(deadline) {
            Err(NoAnswer::Yet(since)) => {
                self.hung.insert((pid, role), pending);
                Err(NoAnswer::Yet(since))
            }
            other => other,
        });
        let text = match answer {
            // A late answer may be of the process that had this pid before.
            Ok(described) => return described.filter(|it| lives(&self.proc_root, pid, it.start)),
            Err(NoAnswer::Yet(since)) => format!(
                "its files have not been found yet, looking for them takes {}: a disk does not answer",
                Span(Duration::from_secs(since.as_secs()))
            ),
            Err(NoAnswer::Ever(why)) => format!("its files are not known: {why}"),
        };
        let mut candidate = unseen(&self.proc_root, pid, role, by)?;
        candidate.problems.push(Fault::new(FaultKind::Stalled, text));
        Some(candidate)
    }
}
