//! What goes wrong.

use corescope_top::model::verdict::VerdictId;
use corescope_top::units::{GB, MB};

use super::{PATIENCE, definition, lead};
use crate::case::{Case, Knowing};
use crate::site::Site;
use crate::site::load::{Backfill, Hold};
use crate::site::stats::Build;

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

    fn backfills(self) -> Vec<Case> {
        let looping = |rate, frames| {
            move |site: &mut Site| site.load.backfill = Some(Backfill::new("path_json", rate, frames, None))
        };
        let stop = |site: &mut Site| site.load.backfill = None;
        let id = VerdictId::BackfillLoop;
        let strengths = [("2.5 MB/s", 260.0), ("28 MB/s", 2600.0)];
        let mut cases = self.backfills_at_start();
        for (name, rate) in strengths {
            // Watched for more than an hour, or known from yesterday: it is known to have nothing to do.
            let onset =
                Self { lead: if self.knowing == Knowing::Nothing { 4000.0 } else { self.lead }, ..self };
            cases.push(onset.switch("backfill loop", (name, id), 300.0, looping(rate, 1.95), stop));
            if self.knowing == Knowing::Nothing {
                // It may be one that comes back for new rows, until it has written more than came.
                let row = "backfill loop, watched for 13 minutes";
                let case = self.switch(row, (name, id), 400.0, looping(rate, 1.95), stop);
                cases.push(case.at(10.0, Site::note_rows).when(Site::rewrites));
            }
        }
        if self.knowing == Knowing::Yesterday {
            let row = "backfill loop, oldest build, rights to nothing";
            let case = self.switch(row, ("2.5 MB/s", id), 300.0, looping(260.0, 1.95), stop);
            cases.push(case.at(0.0, |site| {
                site.plan.rights = (false, false);
                site.publisher.build = Build::Oldest;
            }));
            // The monitor starts when the loop has gone on for an hour, and knows that all was done.
            for (name, rate) in strengths {
                let row = "backfill loop, seen from its middle";
                let case = Case::new(row, name, self.busy, self.knowing, 300.0);
                let case = case.unseen(3600.0).at(-3600.0, looping(rate, 1.95)).at(200.0, stop);
                cases.push(case.truth(&[id], 0.0, 200.0, 0.0));
            }
        }
        cases
    }

    /// A restart, then a backfill from its first second on.
    fn backfills_at_start(self) -> Vec<Case> {
        let id = VerdictId::BackfillLoop;
        let at = self.lead;
        let restart = move |case: Case| case.at(at, Site::stop).at(at + 4.0, Site::start);
        let begin = |name: &'static str| {
            move |site: &mut Site| site.load.backfill = Some(Backfill::new(name, 900.0, 2.2, None))
        };
        let stop = |site: &mut Site| site.load.backfill = None;
        let from = at + 6.0;
        // What is done is known: it may rewrite what came since and no more.
        let known = restart(self.case("backfill loop from the start, done before", "8 MB/s", 300.0))
            .at(from, begin("path_json"))
            .at(from + 294.0, stop)
            .truth(&[id], from, from + 294.0, 0.0);
        // A name that nobody has seen: it may have a whole database to do.
        let secs = PATIENCE + 300.0;
        let unknown = restart(self.case("backfill loop from the start, unknown backlog", "8 MB/s", secs))
            .at(from, begin("hop_index"))
            .at(at + secs, stop)
            .truth(&[id], from, at + secs, PATIENCE);
        vec![known, unknown]
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

    fn log(self) -> Vec<Case> {
        let pin = |site: &mut Site| site.read(SHELL);
        let unpin = |site: &mut Site| site.read_no_more(SHELL);
        let mut cases = vec![
            // On a busy day it passes 100 MB and stays there.
            self.switch("WAL pinned", ("1 minute", VerdictId::WalPinned), 60.0, pin, unpin).may(
                VerdictId::WalHighWater,
                self.lead + 60.0,
                f64::INFINITY,
            ),
            self.pinned_to_high_water(pin, unpin),
            self.nobody("from then on", 400.0),
            self.nobody("for an hour", 3000.0),
        ];
        let big = |name: &'static str, frames: f64, secs: f64| {
            let (from, to) = (self.lead + secs, self.lead + secs + 300.0);
            self.case("WAL at high-water mark", name, secs + 300.0)
                .at(self.lead, move |site| site.load.transaction = frames)
                .at(from, Site::commit)
                .at(to, Site::truncate)
                .truth(&[VerdictId::WalHighWater], from, to, definition(VerdictId::WalHighWater))
        };
        cases.extend([big("110 MB", 4_700.0, 6.0), big("400 MB", 13_000.0, 8.0)]);
        cases
    }

    /// A reader stays until the file has passed 100 MB; it keeps that size until it is truncated.
    fn pinned_to_high_water(
        self,
        pin: impl Fn(&mut Site) + Send + Sync + 'static,
        unpin: impl Fn(&mut Site) + Send + Sync + 'static,
    ) -> Case {
        let secs = if self.busy { 500.0 } else { 1200.0 };
        let (from, to) = (self.lead, self.lead + secs);
        let case = self.case("WAL pinned", "until it is large", secs + 60.0);
        let case = case.at(from, pin).at(to, unpin).at(to + 60.0, Site::truncate);
        let case = case.truth(&[VerdictId::WalPinned], from, to, definition(VerdictId::WalPinned));
        // An aftermath that may be said and need not: a minute later the file is truncated.
        case.may(VerdictId::WalHighWater, to, to + 75.0)
    }

    /// Commits no longer checkpoint; it shows when more is pending than the usual 2,000 frames.
    fn nobody(self, name: &str, secs: f64) -> Case {
        let rate = if self.busy { 320.0 } else { 32.0 };
        let usual = 2_000.0 / rate;
        let secs = secs + usual;
        let id = VerdictId::NobodyCheckpoints;
        let row = "nobody checkpoints";
        let (from, to) = (self.lead, self.lead + secs);
        self.case(row, name, secs)
            .at(from, |site| site.log.auto = false)
            .at(to, |site| {
                site.log.auto = true;
                site.truncate();
            })
            .truth(&[id], from, to, definition(id))
            .when(|site| site.log.pending() > 2_000)
    }

    /// The trend has to last: half an hour, or ten minutes where the end is near.
    fn disk(self) -> Vec<Case> {
        let full = |name: &str, rate: f64, free: u64, secs: f64, due: f64| {
            let (from, to) = (self.lead, self.lead + secs);
            self.case("disk full within a day", name, secs)
                .at(0.0, move |site| site.free = free as f64)
                .at(from, move |site| site.load.fill = rate)
                .at(to, |site| site.load.fill = 0.0)
                .truth(&[VerdictId::DiskFull], from, to, due)
        };
        let (slow, fast) = (MB as f64, 20.0 * MB as f64);
        vec![
            full("1 MB/s, 40 GB left", slow, 40 * GB, 2700.0, 1800.0),
            full("20 MB/s, 30 GB left", fast, 30 * GB, 1000.0, definition(VerdictId::DiskFull)),
        ]
    }

    fn bytes(self) -> Vec<Case> {
        use VerdictId::{CacheMisses, CancelledWrites, WriteStorm};
        let frames = |rate| move |site: &mut Site| site.load.frames = rate;
        let dropped = |rate: f64| move |site: &mut Site| site.load.dropped = rate;
        let reads = |rate: f64, share| move |site: &mut Site| site.load.server = (rate, share);
        let mb = MB as f64;
        // At a quiet hour it is under every limit of the Perf page.
        let small = if self.busy { 1_600.0 } else { 500.0 };
        vec![
            self.switch(
                "write storm",
                ("under the static limit", WriteStorm),
                600.0,
                frames(small),
                frames(0.0),
            ),
            self.switch("write storm", ("20 MB/s", WriteStorm), 600.0, frames(3_700.0), frames(0.0)),
            self.switch(
                "cancelled writes",
                ("2 MB/s", CancelledWrites),
                120.0,
                dropped(2.0 * mb),
                dropped(0.0),
            ),
            self.switch(
                "cancelled writes",
                ("20 MB/s", CancelledWrites),
                400.0,
                dropped(20.0 * mb),
                dropped(0.0),
            ),
            self.switch(
                "cache misses",
                ("half of 5 MB/s", CacheMisses),
                600.0,
                reads(5.0 * mb, 0.5),
                reads(0.0, 0.0),
            ),
            self.switch(
                "cache misses",
                ("nine tenths of 60 MB/s", CacheMisses),
                600.0,
                reads(60.0 * mb, 0.9),
                reads(0.0, 0.0),
            ),
        ]
    }
}
