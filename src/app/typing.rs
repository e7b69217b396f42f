//! Keys that are letters of something: of a filter, of a name, of a time.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::{App, Effect, PAGE, goto};
use crate::ui::replay::Move;
use crate::ui::stage::Picker;
use crate::ui::{Panel, Scroll};

/// Longest filter, in characters.
const MAX_FILTER: usize = 40;

impl App {
    /// A key while the filter is typed; `None` if it means what it always means.
    pub(super) fn edit(&mut self, key: KeyEvent) -> Option<Effect> {
        match key.code {
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => self.ui.filter.clear(),
            KeyCode::Char(c) if plain(key) => {
                if self.ui.filter.chars().count() < MAX_FILTER {
                    self.ui.filter.push(c);
                }
            }
            KeyCode::Backspace => {
                if self.ui.filter.pop().is_none() {
                    self.ui.editing = false;
                }
            }
            KeyCode::Enter => self.ui.editing = false,
            KeyCode::Esc => {
                self.ui.editing = false;
                self.ui.filter.clear();
            }
            _ => return None,
        }
        self.ui.scroll[Panel::Sources.index()] = Scroll::default();
        Some(Effect::Draw)
    }

    /// A key while a time is typed; `None` if it means what it always means.
    pub(super) fn type_time(&mut self, key: KeyEvent) -> Option<Effect> {
        let replay = self.ui.replay.as_mut()?;
        let typed = replay.typed.as_mut()?;
        match key.code {
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => typed.clear(),
            KeyCode::Char(c) if plain(key) => {
                if typed.chars().count() < MAX_FILTER {
                    typed.push(c);
                }
            }
            KeyCode::Backspace if !typed.is_empty() => drop(typed.pop()),
            KeyCode::Esc | KeyCode::Backspace => replay.typed = None,
            KeyCode::Enter => {
                let text = replay.typed.take().unwrap_or_default();
                return Some(self.go_to(&text));
            }
            _ => return None,
        }
        Some(Effect::Draw)
    }

    fn go_to(&mut self, text: &str) -> Effect {
        let Some(replay) = &self.ui.replay else { return Effect::Nothing };
        let near = self.live.snapshot.as_ref().map_or(replay.begin, |shown| shown.at);
        match goto::parse(text, self.ui.zone.as_ref(), near, replay.begin, replay.end) {
            Ok(at) => self.moves(Move::Time(at)),
            Err(reason) => self.notice(reason),
        }
    }
}

fn plain(key: KeyEvent) -> bool {
    key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE
}

/// A key in the list of targets; `None` if it means what it always means.
pub(super) fn pick(picker: &mut Picker, key: KeyEvent) -> Option<Effect> {
    match key.code {
        KeyCode::Enter => return picker.choice().map(Effect::Pick).or(Some(Effect::Nothing)),
        KeyCode::Up => picker.step(-1),
        KeyCode::Down | KeyCode::Tab => picker.step(1),
        KeyCode::PageUp => picker.step(-(PAGE as isize)),
        KeyCode::PageDown => picker.step(PAGE as isize),
        KeyCode::Home => picker.step(isize::MIN),
        KeyCode::End => picker.step(isize::MAX),
        KeyCode::Backspace => drop(picker.filter.pop()),
        KeyCode::Esc => picker.filter.clear(),
        // Nothing typed yet: q is no letter of a name but the wish to leave, and ? never is one.
        KeyCode::Char('q') if picker.filter.is_empty() => return None,
        KeyCode::Char('?') => return None,
        KeyCode::Char(c) if plain(key) => {
            if picker.filter.chars().count() < MAX_FILTER {
                picker.filter.push(c);
            }
        }
        _ => return None,
    }
    Some(Effect::Draw)
}
