//! The rows of the key tables.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Action, Binding, Copied};
use crate::ui::Panel;

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

const fn key(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), NONE, action)
}

const fn ctrl(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), CTRL, action)
}

const fn special(code: KeyCode, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (code, NONE, action)
}

const fn shift(code: KeyCode, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (code, SHIFT, action)
}

pub(super) const QUIT: Binding = Binding {
    keys: "q",
    what: "quit, or close what is open",
    hint: Some("q quit"),
    dispatch: &[key('q', Action::Quit)],
};

pub(super) const QUIT_NOW: Binding =
    Binding { keys: "Ctrl-C", what: "quit at once", hint: None, dispatch: &[ctrl('c', Action::QuitNow)] };

pub(super) const HELP: Binding = Binding {
    keys: "? h",
    what: "this help",
    hint: Some("? help"),
    dispatch: &[key('?', Action::Help), key('h', Action::Help), special(KeyCode::F(1), Action::Help)],
};

pub(super) const PAUSE: Binding = Binding {
    keys: "p Space",
    what: "pause: freeze the picture, go on sampling",
    hint: Some("p pause"),
    dispatch: &[key('p', Action::Pause), key(' ', Action::Pause)],
};

pub(super) const PANELS: Binding = Binding {
    keys: "Tab Shift-Tab",
    what: "next, previous panel",
    hint: Some("Tab panel"),
    dispatch: &[special(KeyCode::Tab, Action::NextPanel), special(KeyCode::BackTab, Action::PreviousPanel)],
};

pub(super) const FOCUS: Binding = Binding {
    keys: "1 2 3",
    what: "Disk I/O, SQLite / WAL, Write sources",
    hint: None,
    dispatch: &[
        key('1', Action::Focus(Panel::Disk)),
        key('2', Action::Focus(Panel::Sqlite)),
        key('3', Action::Focus(Panel::Sources)),
    ],
};

pub(super) const ZOOM: Binding = Binding {
    keys: "z",
    what: "zoom the focused panel, and back",
    hint: Some("z zoom"),
    dispatch: &[key('z', Action::Zoom)],
};

pub(super) const EXPLAIN: Binding = Binding {
    keys: "Enter",
    what: "explain the figures and flags of the focused panel",
    hint: Some("Enter explain"),
    dispatch: &[special(KeyCode::Enter, Action::Explain)],
};

pub(super) const COPY: Binding = Binding {
    keys: "y Y",
    what: "copy the verdict, the whole picture (OSC 52)",
    hint: None,
    dispatch: &[key('y', Action::Copy(Copied::Verdict)), key('Y', Action::Copy(Copied::Picture))],
};

pub(super) const LINES: Binding = Binding {
    keys: "j k Down Up",
    what: "scroll a line",
    hint: Some("j k scroll"),
    dispatch: &[
        key('j', Action::Lines(1)),
        key('k', Action::Lines(-1)),
        special(KeyCode::Down, Action::Lines(1)),
        special(KeyCode::Up, Action::Lines(-1)),
    ],
};

pub(super) const PAGES: Binding = Binding {
    keys: "PgDn PgUp",
    what: "scroll a page",
    hint: None,
    dispatch: &[special(KeyCode::PageDown, Action::Pages(1)), special(KeyCode::PageUp, Action::Pages(-1))],
};

pub(super) const ENDS: Binding = Binding {
    keys: "Home End g G",
    what: "scroll to the top, to the end",
    hint: None,
    dispatch: &[
        special(KeyCode::Home, Action::Top),
        special(KeyCode::End, Action::Bottom),
        key('g', Action::Top),
        key('G', Action::Bottom),
    ],
};

pub(super) const SORT: Binding = Binding {
    keys: "s",
    what: "next order of the sources",
    hint: Some("s sort"),
    dispatch: &[key('s', Action::Sort)],
};

pub(super) const REVERSE: Binding =
    Binding { keys: "S", what: "reverse the order", hint: None, dispatch: &[key('S', Action::Reverse)] };

pub(super) const FILTER: Binding = Binding {
    keys: "/",
    what: "show only sources whose name contains a text",
    hint: Some("/ filter"),
    dispatch: &[key('/', Action::Filter)],
};

pub(super) const INTERVAL: Binding = Binding {
    keys: "+ -",
    what: "longer, shorter interval between samples",
    hint: Some("+ - interval"),
    dispatch: &[key('+', Action::Slower), key('=', Action::Slower), key('-', Action::Faster)],
};

pub(super) const SPAN: Binding = Binding {
    keys: "t",
    what: "time in the graphs: a sample a column, five, ten minutes",
    hint: Some("t time"),
    dispatch: &[key('t', Action::Span)],
};

pub(super) const BACK: Binding = Binding {
    keys: "Esc",
    what: "back: close the help, drop the filter, leave the zoom",
    hint: Some("Esc back"),
    dispatch: &[special(KeyCode::Esc, Action::Back)],
};

pub(super) const CHOOSE: Binding = Binding {
    keys: "o",
    what: "choose another ingestor to watch",
    hint: None,
    dispatch: &[key('o', Action::Choose)],
};

pub(super) const WRITE: Binding = Binding {
    keys: "w",
    what: "write the last hour to a file here",
    hint: None,
    dispatch: &[key('w', Action::Write)],
};

pub(super) const REDRAW: Binding = Binding {
    keys: "Ctrl-L",
    what: "draw everything anew",
    hint: None,
    dispatch: &[ctrl('l', Action::Redraw)],
};

pub(super) const SUSPEND: Binding = Binding {
    keys: "Ctrl-Z",
    what: "suspend; fg comes back",
    hint: None,
    dispatch: &[ctrl('z', Action::Suspend)],
};

pub(super) const LOG: Binding = Binding {
    keys: "e",
    what: "events: what began and ended, newest first",
    hint: Some("e events"),
    dispatch: &[key('e', Action::Log)],
};

pub(super) const JUMP_LOG: Binding = Binding {
    keys: "e",
    what: "events, newest first; Enter goes to one",
    hint: Some("e events"),
    dispatch: &[key('e', Action::Log)],
};

pub(super) const ACCEPT: Binding = Binding {
    keys: "a",
    what: "accept the level of now as normal, when it is another",
    hint: None,
    dispatch: &[key('a', Action::Accept)],
};

pub(super) const PLAY: Binding = Binding {
    keys: "Space p",
    what: "play, stop",
    hint: Some("Space play"),
    dispatch: &[key(' ', Action::Play), key('p', Action::Play)],
};

pub(super) const STEP: Binding = Binding {
    keys: "Left Right , .",
    what: "a sample back, on",
    hint: Some("Left Right step"),
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
    hint: None,
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
    hint: Some("PgUp PgDn minute"),
    dispatch: &[
        special(KeyCode::PageUp, Action::Seconds(-60)),
        special(KeyCode::PageDown, Action::Seconds(60)),
    ],
};

pub(super) const EVENT: Binding = Binding {
    keys: "[ ]",
    what: "previous, next event",
    hint: Some("[ ] event"),
    dispatch: &[key('[', Action::PreviousEvent), key(']', Action::NextEvent)],
};

pub(super) const BEGIN_END: Binding = Binding {
    keys: "Home End",
    what: "beginning, end of the recording",
    hint: None,
    dispatch: &[special(KeyCode::Home, Action::Begin), special(KeyCode::End, Action::End)],
};

pub(super) const SPEED: Binding = Binding {
    keys: "+ -",
    what: "twice, half as fast; up to 64 times as fast as it was",
    hint: Some("+ - speed"),
    dispatch: &[key('+', Action::Speed(true)), key('=', Action::Speed(true)), key('-', Action::Speed(false))],
};

pub(super) const GO_TO: Binding = Binding {
    keys: "g",
    what: "go to a time: 14:05, 14:05:30, 2026-11-23 14:05",
    hint: Some("g time"),
    dispatch: &[key('g', Action::GoTo)],
};

pub(super) const CTRL_PAGES: Binding = Binding {
    keys: "Ctrl-F Ctrl-B",
    what: "scroll a page",
    hint: None,
    dispatch: &[ctrl('f', Action::Pages(1)), ctrl('b', Action::Pages(-1))],
};
