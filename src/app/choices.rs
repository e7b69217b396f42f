//! What keys choose: what is accepted, frozen, focused, sorted, filtered, and how often is looked.

use super::{App, Effect, Picture, STEPS};
use crate::cli::INTERVALS;
use crate::ui::{Panel, Scroll, SortBy};

impl App {
    /// Only a level that is another than the learned one can be accepted.
    pub(super) fn wants_accept(&mut self) -> Effect {
        match self.newest().map(|newest| newest.learning) {
            Some(learning) if learning.deviates.is_some() => Effect::Accept,
            Some(learning) if !learning.done() => self.notice("still learning what is normal".to_owned()),
            _ => self.notice("nothing to accept: the level is the learned one".to_owned()),
        }
    }

    /// Sampling goes on under the frozen picture; what comes meanwhile is put behind it afterwards, so that
    /// nothing is copied.
    pub(super) fn pause(&mut self) {
        self.ui.paused = !self.ui.paused;
        if let Some(mut frozen) = self.frozen.take() {
            frozen.history.append(std::mem::take(&mut self.live.history));
            self.live.history = frozen.history;
        } else {
            let history = std::mem::take(&mut self.live.history);
            self.frozen = Some(Box::new(Picture { snapshot: self.live.snapshot.clone(), history }));
        }
    }

    pub(super) fn focus_by(&mut self, steps: usize) {
        self.ui.focus = Panel::ALL[(self.ui.focus.index() + steps) % Panel::ALL.len()];
    }

    pub(super) fn sort(&mut self) {
        let next = (self.ui.sort as usize + 1) % SortBy::ALL.len();
        self.ui.sort = SortBy::ALL[next];
        self.ui.scroll[Panel::Sources.index()] = Scroll::default();
    }

    pub(super) fn filter(&mut self) {
        self.ui.focus = Panel::Sources;
        self.ui.editing = true;
        (self.ui.help, self.ui.log) = (None, None);
    }

    pub(super) fn step_interval(&mut self, longer: bool) -> Effect {
        let now = self.ui.interval;
        let next = if longer {
            STEPS.into_iter().find(|step| *step > now + 1e-9)
        } else {
            STEPS.into_iter().rev().find(|step| *step < now - 1e-9)
        };
        match next.filter(|secs| INTERVALS.contains(secs)) {
            Some(secs) => {
                self.ui.interval = secs;
                Effect::Interval(secs)
            }
            None => Effect::Nothing,
        }
    }
}
