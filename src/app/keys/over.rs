//! The rows of what lies over the panels, and of the list of targets.

use crossterm::event::KeyCode;

use super::rows::{LINES, key, special};
use super::{Action, Binding, When};

pub(super) const CLOSE: Binding = Binding {
    keys: "Esc q",
    what: "close",
    hint: "Esc close",
    when: When::First,
    dispatch: &[special(KeyCode::Esc, Action::Back), key('q', Action::Quit)],
};

pub(super) const CLOSE_LOG: Binding = Binding {
    keys: "Esc e q",
    what: "close the log of events",
    hint: "Esc close",
    when: When::First,
    dispatch: &[special(KeyCode::Esc, Action::Back), key('e', Action::Log), key('q', Action::Quit)],
};

pub(super) const EVENT_LINES: Binding = Binding {
    keys: "j k Down Up",
    what: "choose an event: its whole sentence stands below",
    hint: "j k choose",
    when: When::First,
    dispatch: LINES.dispatch,
};

pub(super) const JUMP: Binding = Binding {
    keys: "Enter",
    what: "go to where the event began",
    hint: "Enter go",
    when: When::First,
    dispatch: &[special(KeyCode::Enter, Action::Jump)],
};

/// What the list of targets does by itself has no action.
const fn picking(keys: &'static str, what: &'static str, hint: &'static str) -> Binding {
    Binding { keys, what, hint, when: When::First, dispatch: &[] }
}

pub(super) const PICK: Binding = picking("Enter", "watch the chosen one", "Enter watch");
pub(super) const PICK_ROW: Binding = picking("Up Down Tab", "choose", "Up Down choose");
pub(super) const PICK_PAGE: Binding = picking("PgUp PgDn Home End", "choose further away", "");
pub(super) const PICK_TYPE: Binding =
    picking("letters", "show only what contains them, in any column", "letters filter");
pub(super) const PICK_CLEAR: Binding = picking("Esc Backspace", "clear what was typed", "Esc clear");

pub(super) const PICK_HELP: Binding = Binding {
    keys: "? F1",
    what: "this help",
    hint: "? help",
    when: When::First,
    dispatch: &[key('?', Action::Help), special(KeyCode::F(1), Action::Help)],
};

pub(super) const PICK_QUIT: Binding = Binding {
    keys: "q",
    what: "quit, where no letter is typed yet",
    hint: "q quit",
    when: When::First,
    dispatch: &[key('q', Action::Quit)],
};
