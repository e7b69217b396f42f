//! What lies over the panels, the help or the log of events, and what scrolls.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Effect, PAGE};
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

    /// A key while help or log is open; `None` if it means what it always means.
    pub(super) fn overlay(&mut self, key: KeyEvent) -> Option<Effect> {
        if key.modifiers - KeyModifiers::SHIFT != KeyModifiers::NONE {
            return None;
        }
        let to = move |at: usize| {
            let by = |steps: isize| Some(at.saturating_add_signed(steps));
            match key.code {
                KeyCode::Up | KeyCode::Char('k') => by(-1),
                KeyCode::Down | KeyCode::Char('j') => by(1),
                KeyCode::PageUp => by(-(PAGE as isize)),
                KeyCode::PageDown => by(PAGE as isize),
                KeyCode::Home | KeyCode::Char('g') => Some(0),
                KeyCode::End | KeyCode::Char('G') => Some(usize::MAX),
                _ => None,
            }
        };
        if let Some(scroll) = self.ui.help.as_mut().or(self.ui.explain.as_mut()) {
            scroll.top = to(scroll.top)?;
            return Some(Effect::Draw);
        }
        let chosen = self.ui.log?;
        match key.code {
            KeyCode::Char('q') | KeyCode::Esc => self.ui.log = None,
            KeyCode::Enter => return Some(self.jump(chosen)),
            _ => {
                let last = self.events.entries().len().saturating_sub(1);
                self.ui.log = Some(to(chosen)?.min(last));
            }
        }
        Some(Effect::Draw)
    }

    /// Goes to the beginning of an event, counted from the newest; live there is nowhere to go.
    fn jump(&mut self, chosen: usize) -> Effect {
        if self.ui.replay.is_none() {
            return Effect::Nothing;
        }
        let Some(number) = self.events.entries().iter().rev().nth(chosen).map(|entry| entry.began) else {
            return Effect::Nothing;
        };
        self.ui.log = None;
        self.moves(Move::Sample(number))
    }

    /// Closes the help, else the explanations; false if neither is open.
    pub(super) fn close(&mut self) -> bool {
        self.ui.help.take().or_else(|| self.ui.explain.take()).is_some()
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

    /// Scrolls the help, else the panel in focus.
    pub(super) fn scroll(&mut self, to: impl Fn(usize) -> usize) {
        let scroll = match self.ui.help.as_mut().or(self.ui.explain.as_mut()) {
            Some(overlay) => overlay,
            None => &mut self.ui.scroll[self.ui.focus.index()],
        };
        scroll.top = to(scroll.top);
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
