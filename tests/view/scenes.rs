//! Scenes as a real ingestor would make them: three minutes of quiet, then whatever went wrong.

mod log;
mod moments;
pub mod stages;

use corescope_top::app::guide::guide;
use corescope_top::model::history::History;
use corescope_top::model::limits::Limits;
use corescope_top::model::log::EventLog;
use corescope_top::model::snapshot::Snapshot;
use corescope_top::ui::{Labels, Ui};
use corescope_top::units::Mono;
use corescope_top::view::{Scene, Theme};
pub use log::{closed, held, high_water, no_checkpoints, not_wal};
use moments::{burst_moment, extreme_moment, loop_moment, quiet_moment};

/// Everything a scene borrows.
pub struct World {
    pub snapshot: Option<Snapshot>,
    pub history: History,
    pub events: EventLog,
    pub limits: Limits,
    pub ui: Ui,
    pub labels: Labels,
    pub theme: Theme,
    pub now: Mono,
}

impl World {
    pub fn scene(&self) -> Scene<'_> {
        Scene {
            snapshot: self.snapshot.as_ref(),
            history: &self.history,
            events: &self.events,
            limits: &self.limits,
            ui: &self.ui,
            labels: &self.labels,
            theme: &self.theme,
            now: self.now,
            // They follow from the rest, and a test ends soon.
            keys: Box::leak(Box::new(guide(&self.ui, self.snapshot.as_ref()))),
        }
    }

    /// Before the first sample.
    pub fn empty() -> Self {
        Self {
            snapshot: None,
            history: History::default(),
            events: EventLog::default(),
            limits: Limits::default(),
            ui: Ui { interval: 1.0, ..Ui::default() },
            labels: Labels {
                db: Some("/app/data/meshcore.db".into()),
                stats: "/tmp/corescope-ingestor-stats.json".into(),
                ingestor: true,
                server: true,
                exe: None,
                scenario: None,
            },
            theme: Theme::new(true, false),
            now: Mono(0),
        }
    }

    /// One more second, in which `change` makes the quiet moment what it was.
    pub fn tick(&mut self, change: impl FnOnce(&mut Snapshot)) {
        self.now = Mono(self.now.0 + 1_000_000_000);
        let mut snapshot = quiet_moment(self.now.0 / 1_000_000_000);
        snapshot.mono = self.now;
        change(&mut snapshot);
        self.history.push(&snapshot);
        self.snapshot = Some(snapshot);
    }

    /// Three minutes in which nothing happens.
    pub fn quiet() -> Self {
        let mut world = Self::empty();
        for _ in 0..180 {
            world.tick(|_| {});
        }
        world
    }

    /// Three quiet minutes, a hole in the data, then twenty seconds of a backfill that rewrites
    /// rows for ever.
    pub fn backfill_loop() -> Self {
        let mut world = Self::quiet();
        world.now = Mono(world.now.0 + 4_000_000_000);
        for second in 0..20_u32 {
            world.tick(|snapshot| loop_moment(snapshot, second));
        }
        world
    }

    /// The log has grown past its limit, writes past theirs.
    pub fn burst() -> Self {
        let mut world = Self::quiet();
        for second in 0..60_u32 {
            world.tick(|snapshot| burst_moment(snapshot, second));
        }
        world
    }

    /// One more second of [`Self::burst`].
    pub fn burst_second(&mut self, second: u32) {
        self.tick(|snapshot| burst_moment(snapshot, 60 + second));
    }

    /// A reader has pinned the log for 130 s; two more have moved on.
    pub fn pinned() -> Self {
        let mut world = Self::quiet();
        for second in 0..130_u32 {
            world.tick(|snapshot| log::pinned(snapshot, second));
        }
        world
    }

    /// One more second of [`Self::pinned`].
    pub fn pinned_second(&mut self, second: u32) {
        self.tick(|snapshot| log::pinned(snapshot, 130 + second));
    }

    /// After three quiet minutes the log is what `change` makes of it.
    pub fn with_log(change: impl FnOnce(&mut Snapshot)) -> Self {
        let mut world = Self::quiet();
        world.tick(change);
        world
    }

    /// The ingestor's stats file has not been written for 12 s.
    pub fn stale() -> Self {
        let mut world = Self::quiet();
        for second in 0..12_u32 {
            world.tick(|snapshot| {
                let sources = &mut snapshot.sources;
                sources.age = Some(f64::from(second) + 1.0);
                sources.stale = second >= 5;
                for row in &mut sources.rows {
                    row.rate = row.rate.filter(|_| second < 5);
                }
            });
        }
        world
    }

    /// A thousand backfills, wide names, values at their ends, every flag, every fault.
    pub fn extreme() -> Self {
        let mut world = Self::burst();
        world.tick(extreme_moment);
        world.labels.scenario = Some("tour: backfill-loop".into());
        world
    }
}
