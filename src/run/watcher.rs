//! What is watched: looked for, attached to, and followed when it goes away and comes back.

mod candidates;
mod newcomers;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::SyncSender;

use crate::cli::DEFAULT_STATS;
use crate::event::Event;
use crate::model::snapshot::Snapshot;
use crate::run::panics;
use crate::source::clock::Clock;
use crate::source::discover::{Aim, Candidate, Choice, Found, Given, Names, Place, Sight};
use crate::source::finder::{Finder, Sighting};
use crate::source::sampler::{Sampler, SamplerHandle, SourceConfig, SourceEvent};
use crate::state::keeper::Database;
use crate::ui::Labels;
use crate::ui::stage::{PickRow, Waiting};
use crate::units::Mono;
use candidates::{heir, labels, row, same_database};
use newcomers::Newcomers;

const PROC: &str = "/proc";

/// What a sighting leads to.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing changes.
    Nothing,
    /// There is a target; `same` if it is the old one, come back.
    Attached {
        /// What it is called.
        labels: Labels,
        /// The database is the one that was watched before.
        same: bool,
    },
    /// Somebody has to choose.
    Several(Vec<PickRow>),
    /// There is nobody to watch.
    Nobody(Waiting),
}

/// Finds a target, samples it, and finds it again.
#[derive(Debug)]
pub struct Watcher {
    given: Given,
    names: Names,
    interval: f64,
    sender: SyncSender<Event>,
    finder: Option<Finder>,
    aim: Option<Aim>,
    config: Option<SourceConfig>,
    sampler: Option<SamplerHandle>,
    generation: u32,
    waiting_since: Mono,
    /// What the last look found, to pick from.
    found: Found,
    newcomers: Newcomers,
}

impl Watcher {
    /// A watcher of what was given, or of what is found under `names`; samples go to `sender`.
    pub fn new(given: Given, names: Names, interval: f64, sender: SyncSender<Event>) -> Self {
        Self {
            given,
            names,
            interval,
            sender,
            finder: None,
            aim: None,
            config: None,
            sampler: None,
            generation: 0,
            waiting_since: Clock::real().mono(),
            found: Found::default(),
            newcomers: Newcomers::default(),
        }
    }

    /// Watches just what is given, and looks for nothing.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn fix(&mut self) -> io::Result<Labels> {
        let given = &self.given;
        let aim = Aim::of(given, None, &Found::default(), &blind());
        self.attach(aim)
    }

    /// Starts looking, on a thread of its own.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn search(&mut self) -> io::Result<()> {
        let sender = self.sender.clone();
        let sink = move |sighting| sender.send(Event::Seen(Box::new(sighting))).is_ok();
        self.finder = Some(Finder::spawn(PROC.into(), self.given.clone(), self.names.clone(), sink)?);
        self.look();
        Ok(())
    }

    /// Asks for one more look, unless one is under way.
    pub fn look(&self) {
        if let Some(finder) = &self.finder {
            finder.look();
        }
    }

    /// The database that is watched.
    pub fn database(&self) -> Option<Database> {
        let place = self.aim.as_ref()?.db.as_ref()?;
        Some(Database { path: place.path.clone(), shown: place.shown.clone() })
    }

    /// Whether anything can be found by looking.
    pub fn searches(&self) -> bool {
        self.finder.is_some()
    }

    /// Whether a sample is of the target that is watched now.
    pub fn is_current(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// What it waits for while there is nobody.
    pub fn waiting(&self) -> Waiting {
        Waiting { looks_for: self.names.ingestor(), since: self.waiting_since, ..Waiting::default() }
    }

    /// Takes a sighting while there is no target.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn found(&mut self, sighting: Sighting) -> io::Result<Outcome> {
        let Sighting { choice, found, writes } = sighting;
        Ok(match choice {
            Choice::One(aim) => Outcome::Attached { labels: self.attach(*aim)?, same: false },
            Choice::Several(several) => {
                self.found = found;
                Outcome::Several(several.iter().map(|candidate| row(candidate, &writes)).collect())
            }
            Choice::None => Outcome::Nobody(Waiting {
                processes: found.processes,
                problems: found.problems.into_iter().map(|fault| fault.text).collect(),
                ..self.waiting()
            }),
        })
    }

    /// Takes a sighting as a list to choose from, whatever is watched.
    pub fn list(&mut self, sighting: Sighting) -> Vec<PickRow> {
        self.found = sighting.found;
        self.found.ingestors.iter().map(|candidate| row(candidate, &sighting.writes)).collect()
    }

    /// Takes a sighting while there is a target: another process may have taken its place, or have come
    /// to it.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn follow(&mut self, sighting: &Sighting) -> io::Result<Outcome> {
        self.newcomers.wanted = false;
        let Some(old) = &self.aim else { return Ok(Outcome::Nothing) };
        let Some(heir) = heir(old, &sighting.found) else { return Ok(Outcome::Nothing) };
        let aim = self.aim_at(heir.clone(), &sighting.found);
        let pids = |aim: &Aim| {
            [&aim.ingestor, &aim.server].map(|process| process.as_ref().map(|it| (it.pid, it.start)))
        };
        if pids(&aim) == pids(old) {
            return Ok(Outcome::Nothing);
        }
        let same = same_database(old, &aim);
        Ok(Outcome::Attached { labels: self.attach(aim)?, same })
    }

    /// Sees in `snapshot` who has the database open.
    pub fn heed(&mut self, snapshot: &Snapshot) {
        let Some(config) = self.config.as_ref().filter(|_| self.searches()) else { return };
        let watched = [config.ingestor, config.server];
        let complete = watched.iter().all(Option::is_some);
        let Some(sqlite) = snapshot.sqlite.as_ref().filter(|_| !complete) else { return };
        self.newcomers.heed(&sqlite.wal.open_by, watched, snapshot.mono);
    }

    /// Whether somebody has the database open who may be the server, or the ingestor, that is not watched
    /// yet, and was not looked for.
    pub fn misses_somebody(&self) -> bool {
        self.newcomers.wanted
    }

    /// Watches the ingestor with this pid out of the last list.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn pick(&mut self, pid: u32) -> io::Result<Outcome> {
        let Some(candidate) = self.found.ingestors.iter().find(|candidate| candidate.pid == pid).cloned()
        else {
            return Ok(Outcome::Nothing);
        };
        let aim = self.aim_at(candidate, &self.found);
        Ok(Outcome::Attached { labels: self.attach(aim)?, same: false })
    }

    /// Watches what was given by hand although no look has come back: one of its files may lie on a
    /// disk that does not answer.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn go_blind(&mut self) -> io::Result<Outcome> {
        let given = &self.given;
        if *given == Given::default() || self.sampler.is_some() {
            return Ok(Outcome::Nothing);
        }
        let place = |path: &Option<PathBuf>| path.as_deref().map(Place::unseen);
        let aim = Aim { ingestor: None, server: None, db: place(&given.db), stats: place(&given.stats) };
        Ok(Outcome::Attached { labels: self.attach(aim)?, same: false })
    }

    /// The ingestor with what belongs to it. Files that were given by hand stay what they are, and are
    /// not looked at: this is the thread that draws. A pid that was given by hand is gone for good.
    fn aim_at(&self, ingestor: Candidate, found: &Found) -> Aim {
        let mut aim = Aim::of(&Given::default(), Some(ingestor), found, &blind());
        let old = self.aim.as_ref();
        if self.given.db.is_some() {
            aim.db = old.and_then(|old| old.db.clone());
        }
        if self.given.stats.is_some() {
            aim.stats = old.and_then(|old| old.stats.clone());
        }
        aim
    }

    /// Samples every `secs` seconds from now on.
    pub fn set_interval(&mut self, secs: f64) {
        self.interval = secs;
        if let Some(sampler) = &self.sampler {
            sampler.set_interval(secs);
        }
    }

    /// Watches other processes with the same files.
    pub fn set_processes(&self, ingestor: Option<u32>, server: Option<u32>) {
        if let Some(sampler) = &self.sampler {
            sampler.set_processes(ingestor, server);
        }
    }

    /// Samples `aim` from now on. Files that stay the same are read on, so that nothing is lost.
    fn attach(&mut self, aim: Aim) -> io::Result<Labels> {
        let config = self.config_of(&aim);
        let labels = labels(&aim, &config);
        let goes_on =
            self.config.as_ref().is_some_and(|old| (&old.db, &old.stats) == (&config.db, &config.stats));
        match &self.sampler {
            Some(sampler) if goes_on => sampler.set_processes(config.ingestor, config.server),
            _ => {
                self.generation += 1;
                self.sampler = Some(spawn(config.clone(), self.generation, self.sender.clone())?);
            }
        }
        (self.aim, self.config) = (Some(aim), Some(config));
        Ok(labels)
    }

    fn config_of(&self, aim: &Aim) -> SourceConfig {
        let pid = |process: &Option<Candidate>| process.as_ref().map(|candidate| candidate.pid);
        SourceConfig {
            proc_root: PathBuf::from(PROC),
            ingestor: pid(&aim.ingestor).or(self.given.ingestor),
            server: pid(&aim.server).or(self.given.server),
            stats: aim.stats.as_ref().map_or_else(|| DEFAULT_STATS.into(), |place| place.path.clone()),
            db: aim.db.as_ref().map(|place| place.path.clone()),
            interval: self.interval,
        }
    }
}

/// This is the thread that draws: it looks at no path.
fn blind() -> Sight {
    Sight::Blind(PROC.into())
}

fn spawn(config: SourceConfig, generation: u32, sender: SyncSender<Event>) -> io::Result<SamplerHandle> {
    Sampler::spawn(config, Clock::real(), move |event| {
        let event = match event {
            SourceEvent::Sample(sample) => {
                panics::on_request("sampler");
                Event::Sample { generation, sample }
            }
            SourceEvent::Died(text) => Event::Died(text),
        };
        sender.send(event).is_ok()
    })
}
