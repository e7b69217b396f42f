//! What lies over the panels, the help or the log of events, and what scrolls.

use super::{App, Effect};
use crate::ui::replay::Move;

impl App {
    /// Opens the log where the picture is, or closes it.
    pub(super) fn open_log(&mut self) {
        let here = self.ui.replay.as_ref().map(|replay| replay.at);
        let later = |began: u64| here.is_some_and(|here| began > here);
        let entries = self.events.entries();
        let newest = entries.iter().rev().take_while(|entry| later(entry.began)).count();
        (self.ui.help, self.ui.explain) = (None, None);
        self.ui.log = match self.ui.log {
            None => Some(newest.min(entries.len().saturating_sub(1))),
            Some(_) => None,
        };
    }

    /// Goes to the beginning of the event that is chosen.
    pub(super) fn jump(&mut self) -> Effect {
        let Some(chosen) = self.ui.log else { return Effect::Nothing };
        let Some(number) = self.events.entries().iter().rev().nth(chosen).map(|entry| entry.began) else {
            return Effect::Nothing;
        };
        self.ui.log = None;
        self.moves(Move::Sample(number))
    }

    /// Closes the help, else the explanations, else the log; false if none is open.
    pub(super) fn close(&mut self) -> bool {
        self.ui.help.take().or_else(|| self.ui.explain.take()).is_some() || self.ui.log.take().is_some()
    }

    /// Closes what was opened last; false if nothing is open.
    pub(super) fn back(&mut self) -> bool {
        if self.close() {
            return true;
        }
        if !self.ui.filter.is_empty() {
            self.ui.filter.clear();
            return true;
        }
        std::mem::take(&mut self.ui.zoom)
    }

    /// Scrolls the help or the explanations, else the log, else the panel in focus.
    pub(super) fn scroll(&mut self, to: impl Fn(usize) -> usize) {
        let last = self.events.entries().len().saturating_sub(1);
        let ui = &mut self.ui;
        match (ui.help.as_mut().or(ui.explain.as_mut()), &mut ui.log) {
            (Some(overlay), _) => overlay.top = to(overlay.top),
            (None, Some(chosen)) => *chosen = to(*chosen).min(last),
            (None, None) => {
                let panel = &mut ui.scroll[ui.focus.index()];
                panel.top = to(panel.top);
            }
        }
    }

    /// The view says how far a list can be scrolled; what is beyond is taken back, so that the
    /// next step up is seen at once.
    pub fn clamp_scroll(&mut self, furthest: [usize; 3], help: usize) {
        for (scroll, furthest) in self.ui.scroll.iter_mut().zip(furthest) {
            scroll.top = scroll.top.min(furthest);
        }
        if let Some(scroll) = self.ui.help.as_mut().or(self.ui.explain.as_mut()) {
            scroll.top = scroll.top.min(help);
        }
    }
}
