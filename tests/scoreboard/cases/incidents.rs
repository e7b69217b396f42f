//! What goes wrong.

mod backfills;
mod bytes;

use corescope_top::model::verdict::VerdictId;

use super::{definition, lead};
use crate::case::{Case, Knowing};
use crate::site::Site;
use crate::site::load::Hold;

/// Pid of a person's shell.
const SHELL: u32 = 4462;
/// Seconds after an incident in which it has to be cleared and nothing else may be said.
const AFTER: f64 = 120.0;

/// Every incident at one beginning.
pub fn all(busy: bool, knowing: Knowing) -> Vec<Case> {
    let at = Onset { busy, knowing, lead: lead(knowing) };
    [at.backfills(), at.starts(), at.ends(), at.writers(), at.path(), at.log(), at.disk(), at.bytes()]
        .into_iter()
        .flatten()
        .collect()
}

/// When and how an incident begins.
#[derive(Clone, Copy)]
struct Onset {
    busy: bool,
    knowing: Knowing,
    lead: f64,
}

impl Onset {
    fn case(self, row: &'static str, name: &str, secs: f64) -> Case {
        Case::new(row, name, self.busy, self.knowing, self.lead + secs + AFTER)
    }

    /// An incident that is switched on and off, and is what its definition says after that time.
    fn switch(
        self,
        row: &'static str,
        (name, id): (&str, VerdictId),
        secs: f64,
        on: impl Fn(&mut Site) + Send + Sync + 'static,
        off: impl Fn(&mut Site) + Send + Sync + 'static,
    ) -> Case {
        let (from, to) = (self.lead, self.lead + secs);
        self.case(row, name, secs).at(from, on).at(to, off).truth(&[id], from, to, definition(id))
    }

    fn starts(self) -> Vec<Case> {
        let id = VerdictId::StartupBackfill;
        let at = self.lead;
        let silent = |name: &str, frames: f64, absent: bool| {
            let (from, to) = (at + 4.0, at + 304.0);
            self.case("backfill at start-up, no stats file", name, 304.0)
                .at(at, move |site| {
                    site.stop();
                    if absent {
                        site.lose_stats();
                    }
                })
                .at(from, move |site| {
                    site.start();
                    site.load.silent_frames = frames;
                })
                .at(to, |site| site.load.silent_frames = 0.0)
                .truth(&[id], from, to, definition(id))
        };
        vec![silent("8 MB/s, file left over", 1_500.0, false), silent("25 MB/s, no file", 4_700.0, true)]
    }

    fn ends(self) -> Vec<Case> {
        let id = VerdictId::IngestorDown;
        let down = |name: &'static str, secs| {
            self.switch("ingestor down", (name, id), secs, Site::stop, Site::start)
        };
        vec![
            down("1 minute", 60.0),
            down("10 minutes", 600.0),
            self.restart_loop(6.0),
            self.restart_loop(40.0),
        ]
    }

    /// Ends and starts again, `up` seconds each time; the third start makes it a loop.
    fn restart_loop(self, up: f64) -> Case {
        let (starts, pause) = (8, 3.0);
        let third = self.lead + 3.0 * pause + 2.0 * up;
        let last = self.lead + f64::from(starts) * pause + f64::from(starts - 1) * up;
        // It is over when the last start has held for a minute, says its definition.
        let over = last + 60.0;
        let mut case = self.case("restart loop", &format!("{up} s up"), over - self.lead);
        for start in 0..starts {
            let end = self.lead + f64::from(start) * (up + pause);
            case = case.at(end, Site::stop).at(end + pause, Site::start);
        }
        case.truth(&[VerdictId::RestartLoop], third, over, definition(VerdictId::RestartLoop))
    }

    fn writers(self) -> Vec<Case> {
        let by_shell =
            |site: &mut Site| site.load.hold = Some(Hold::Other { pid: SHELL, name: "sqlite3".into() });
        let by_job = |site: &mut Site| site.load.hold = Some(Hold::Ingestor);
        let free = |site: &mut Site| site.load.hold = None;
        let starve = |share| move |site: &mut Site| site.load.starve = share;
        let (held, starved) = (VerdictId::WriterHeld, VerdictId::WriterStarved);
        let mut periodic = self
            .case("writer lock, 2.5 minutes of every 2.6", "a job of the ingestor", 620.0)
            .truth(&[held, starved], self.lead, self.lead + 619.0, definition(held));
        for round in 0..4 {
            let at = self.lead + 156.0 * f64::from(round);
            periodic = periodic.at(at, by_job).at(at + 151.0, free);
        }
        vec![
            self.switch("writer lock held", ("25 s by a shell", held), 25.0, by_shell, free),
            self.switch("writer lock held", ("150 s by a job", held), 150.0, by_job, free),
            self.switch("writer starved", ("85 % of the time", starved), 300.0, starve(0.85), starve(0.0)),
            self.switch("writer starved", ("97 % of the time", starved), 300.0, starve(0.97), starve(0.0)),
            periodic,
        ]
    }

    fn path(self) -> Vec<Case> {
        let (errors, drops) = (VerdictId::WriteErrors, VerdictId::SignatureDrops);
        let stuck = |secs, name: &str| {
            self.switch(
                "write path stuck",
                (name, VerdictId::WritePathStuck),
                secs,
                |site| site.load.stuck = true,
                |site| site.load.stuck = false,
            )
        };
        let failing = |share| {
            move |site: &mut Site| {
                site.load.failing = share;
                site.note_bad();
            }
        };
        let forged = |share| {
            move |site: &mut Site| {
                site.load.forged = share;
                site.note_bad();
            }
        };
        // One is an accident; three are what the definitions call so.
        let three = |case: Case| case.when(|site| site.bad() >= 3);
        // Shares for which the hour's traffic gives about the same numbers.
        let few = if self.busy { 0.07 } else { 0.7 };
        vec![
            stuck(90.0, "90 s"),
            stuck(600.0, "10 minutes"),
            three(self.switch("write errors", ("1 in a second", errors), 200.0, failing(few), failing(0.0))),
            three(self.switch("write errors", ("four of five", errors), 200.0, failing(0.8), failing(0.0))),
            three(self.switch("signature drops", ("1 in a second", drops), 200.0, forged(few), forged(0.0))),
            three(self.switch("signature drops", ("four of five", drops), 200.0, forged(0.8), forged(0.0))),
            self.wedged("2 minutes", 120.0),
            self.wedged("15 minutes", 900.0),
        ]
    }

    fn wedged(self, name: &str, secs: f64) -> Case {
        self.switch(
            "stats writer wedged",
            (name, VerdictId::StatsWedged),
            secs,
            |site| site.load.wedged = true,
            |site| site.load.wedged = false,
        )
    }
}
