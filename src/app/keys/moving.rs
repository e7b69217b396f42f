//! The rows that move about in a recording.

use crossterm::event::KeyCode;

use super::rows::{ctrl, key, shift, special};
use super::{Action, Binding, When};

pub(super) const JUMP_LOG: Binding = Binding {
    keys: "e",
    what: "events, newest first; Enter goes to one",
    hint: "e events",
    when: When::Always,
    dispatch: &[key('e', Action::Log)],
};

pub(super) const PLAY: Binding = Binding {
    keys: "Space p",
    what: "play, stop",
    hint: "Space play",
    when: When::First,
    dispatch: &[key(' ', Action::Play), key('p', Action::Play)],
};

pub(super) const STEP: Binding = Binding {
    keys: "Left Right , .",
    what: "a sample back, on",
    hint: "Left Right step",
    when: When::First,
    dispatch: &[
        special(KeyCode::Left, Action::Step(-1)),
        special(KeyCode::Right, Action::Step(1)),
        key(',', Action::Step(-1)),
        key('.', Action::Step(1)),
    ],
};

pub(super) const TEN: Binding = Binding {
    keys: "Shift-Left -Right < >",
    what: "ten samples back, on",
    hint: "",
    when: When::Never,
    dispatch: &[
        shift(KeyCode::Left, Action::Step(-10)),
        shift(KeyCode::Right, Action::Step(10)),
        key('<', Action::Step(-10)),
        key('>', Action::Step(10)),
    ],
};

pub(super) const MINUTE: Binding = Binding {
    keys: "PgUp PgDn",
    what: "a minute back, on",
    hint: "PgUp PgDn minute",
    when: When::Always,
    dispatch: &[
        special(KeyCode::PageUp, Action::Seconds(-60)),
        special(KeyCode::PageDown, Action::Seconds(60)),
    ],
};

pub(super) const EVENT: Binding = Binding {
    keys: "[ ]",
    what: "previous, next event",
    hint: "[ ] event",
    when: When::First,
    dispatch: &[key('[', Action::PreviousEvent), key(']', Action::NextEvent)],
};

pub(super) const BEGIN_END: Binding = Binding {
    keys: "Home End",
    what: "beginning, end of the recording",
    hint: "",
    when: When::Never,
    dispatch: &[special(KeyCode::Home, Action::Begin), special(KeyCode::End, Action::End)],
};

pub(super) const SPEED: Binding = Binding {
    keys: "+ -",
    what: "twice, half as fast; up to 64 times as fast as it was",
    hint: "+ - speed",
    when: When::Always,
    dispatch: &[key('+', Action::Speed(true)), key('=', Action::Speed(true)), key('-', Action::Speed(false))],
};

pub(super) const GO_TO: Binding = Binding {
    keys: "g",
    what: "go to a time: 14:05, 14:05:30, 2026-11-23 14:05",
    hint: "g time",
    when: When::Always,
    dispatch: &[key('g', Action::GoTo)],
};

pub(super) const CTRL_PAGES: Binding = Binding {
    keys: "Ctrl-F Ctrl-B",
    what: "scroll a page",
    hint: "",
    when: When::Never,
    dispatch: &[ctrl('f', Action::Pages(1)), ctrl('b', Action::Pages(-1))],
};
