//! The session's side of finding a target and following it.

use std::io;

use super::desk::Todo;
use super::live::{BLIND_AFTER, LOOK_EVERY, Live};
use crate::app::Effect;
use crate::model::snapshot::ProcView;
use crate::run::End;
use crate::run::watcher::Outcome;
use crate::source::finder::Sighting;
use crate::ui::stage::{Picker, Stage};

impl Live {
    /// A look at all processes: for a target, for a list of them, or for the one that went away.
    pub(super) fn seen(&mut self, sighting: Sighting) -> io::Result<Effect> {
        self.sighted = true;
        let lost = self.lost() || self.watcher.misses_somebody();
        let outcome = match &mut self.desk.app.ui.stage {
            Stage::Watching if lost => self.watcher.follow(&sighting)?,
            Stage::Watching => Outcome::Nothing,
            Stage::Picking(picker) => {
                picker.rows = self.watcher.list(sighting);
                Outcome::Nothing
            }
            Stage::Waiting(_) => self.watcher.found(sighting)?,
        };
        self.take(outcome);
        Ok(Effect::Draw)
    }

    /// Opens the list of targets; a demo has none but its own.
    pub(super) fn choose(&mut self) -> Todo {
        if !self.watcher.searches() {
            return Todo::Nothing;
        }
        self.desk.app.ui.stage = Stage::Picking(Picker::default());
        self.look();
        Todo::Draw
    }

    pub(super) fn take(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Nothing => {}
            Outcome::Attached { labels, same: true } => self.desk.app.labels = labels,
            Outcome::Attached { labels, same: false } => {
                self.memory.keep(self.desk.app.learned());
                self.attach(labels);
                self.memory.attached(self.watcher.database());
            }
            Outcome::Several(rows) => {
                self.desk.app.ui.stage = Stage::Picking(Picker { rows, ..Picker::default() });
            }
            Outcome::Nobody(waiting) => self.desk.app.ui.stage = Stage::Waiting(waiting),
        }
    }

    /// Whether a process that is watched has gone away.
    pub(super) fn lost(&self) -> bool {
        let gone = |process: &Option<ProcView>| process.as_ref().is_some_and(|it| it.gone_since.is_some());
        self.desk.app.newest().is_some_and(|snapshot| gone(&snapshot.ingestor) || gone(&snapshot.server))
    }

    /// Looks at all processes every now and then, but only while there is somebody to look for:
    /// others' processes cost nothing while the target is there.
    pub(super) fn search(&mut self) {
        let waited = self.clock.mono().since(self.begun);
        if matches!(self.desk.app.ui.stage, Stage::Waiting(_)) && waited >= BLIND_AFTER && !self.sighted {
            self.sighted = true;
            match self.watcher.go_blind() {
                Ok(outcome) => self.take(outcome),
                Err(error) => drop(self.desk.ends(End::Bug(format!("no thread for sampling: {error}")))),
            }
        }
        let wanted =
            self.desk.app.ui.stage != Stage::Watching || self.lost() || self.watcher.misses_somebody();
        if wanted && self.watcher.searches() && self.clock.mono().since(self.looked) >= LOOK_EVERY {
            self.look();
        }
    }

    pub(super) fn look(&mut self) {
        self.looked = self.clock.mono();
        self.watcher.look();
    }
}
