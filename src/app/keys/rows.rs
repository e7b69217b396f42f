//! The rows of the key table while something is watched.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Action, Binding, Copied, When};
use crate::ui::Panel;

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

pub(super) const fn key(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), NONE, action)
}

pub(super) const fn ctrl(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), CTRL, action)
}

pub(super) const fn special(code: KeyCode, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (code, NONE, action)
}

pub(super) const fn shift(code: KeyCode, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (code, SHIFT, action)
}

pub(super) const QUIT: Binding = Binding {
    keys: "q",
    what: "quit, or close what is open",
    hint: "q quit",
    when: When::First,
    dispatch: &[key('q', Action::Quit)],
};

pub(super) const QUIT_NOW: Binding = Binding {
    keys: "Ctrl-C",
    what: "quit at once",
    hint: "",
    when: When::Never,
    dispatch: &[ctrl('c', Action::QuitNow)],
};

pub(super) const HELP: Binding = Binding {
    keys: "? h",
    what: "this help",
    hint: "? help",
    when: When::First,
    dispatch: &[key('?', Action::Help), key('h', Action::Help), special(KeyCode::F(1), Action::Help)],
};

pub(super) const PAUSE: Binding = Binding {
    keys: "p Space",
    what: "pause: freeze the picture, go on sampling",
    hint: "p pause",
    when: When::Always,
    dispatch: &[key('p', Action::Pause), key(' ', Action::Pause)],
};

pub(super) const PANELS: Binding = Binding {
    keys: "Tab Shift-Tab",
    what: "next, previous panel",
    hint: "Tab panel",
    when: When::First,
    dispatch: &[special(KeyCode::Tab, Action::NextPanel), special(KeyCode::BackTab, Action::PreviousPanel)],
};

pub(super) const FOCUS: Binding = Binding {
    keys: "1 2 3",
    what: "Disk I/O, SQLite / WAL, Write sources",
    hint: "",
    when: When::Never,
    dispatch: &[
        key('1', Action::Focus(Panel::Disk)),
        key('2', Action::Focus(Panel::Sqlite)),
        key('3', Action::Focus(Panel::Sources)),
    ],
};

pub(super) const ZOOM: Binding = Binding {
    keys: "z",
    what: "zoom the focused panel, and back",
    hint: "z zoom",
    when: When::Always,
    dispatch: &[key('z', Action::Zoom)],
};

pub(super) const EXPLAIN: Binding = Binding {
    keys: "Enter",
    what: "explain the figures and flags of the focused panel",
    hint: "Enter explain",
    when: When::Finding,
    dispatch: &[special(KeyCode::Enter, Action::Explain)],
};

pub(super) const COPY: Binding = Binding {
    keys: "y Y",
    what: "copy the verdict, the whole picture (OSC 52)",
    hint: "y copy",
    when: When::Finding,
    dispatch: &[key('y', Action::Copy(Copied::Verdict)), key('Y', Action::Copy(Copied::Picture))],
};

pub(super) const LINES: Binding = Binding {
    keys: "j k Down Up",
    what: "scroll a line",
    hint: "j k scroll",
    when: When::Lists,
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
    hint: "",
    when: When::Never,
    dispatch: &[special(KeyCode::PageDown, Action::Pages(1)), special(KeyCode::PageUp, Action::Pages(-1))],
};

pub(super) const ENDS: Binding = Binding {
    keys: "Home End g G",
    what: "scroll to the top, to the end",
    hint: "",
    when: When::Never,
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
    hint: "s sort",
    when: When::In(Panel::Sources),
    dispatch: &[key('s', Action::Sort)],
};

pub(super) const REVERSE: Binding = Binding {
    keys: "S",
    what: "reverse the order",
    hint: "",
    when: When::Never,
    dispatch: &[key('S', Action::Reverse)],
};

pub(super) const FILTER: Binding = Binding {
    keys: "/",
    what: "show only sources whose name contains a text",
    hint: "/ filter",
    when: When::In(Panel::Sources),
    dispatch: &[key('/', Action::Filter)],
};

pub(super) const INTERVAL: Binding = Binding {
    keys: "+ -",
    what: "longer, shorter interval between samples",
    hint: "+ - interval",
    when: When::Always,
    dispatch: &[key('+', Action::Slower), key('=', Action::Slower), key('-', Action::Faster)],
};

pub(super) const SPAN: Binding = Binding {
    keys: "t",
    what: "time in the graphs: a sample a column, five, ten minutes",
    hint: "t time",
    when: When::Graphs,
    dispatch: &[key('t', Action::Span)],
};

pub(super) const BACK: Binding = Binding {
    keys: "Esc",
    what: "back: close the help, drop the filter, leave the zoom",
    hint: "Esc back",
    when: When::Open,
    dispatch: &[special(KeyCode::Esc, Action::Back)],
};

pub(super) const CHOOSE: Binding = Binding {
    keys: "o",
    what: "choose another ingestor to watch",
    hint: "",
    when: When::Never,
    dispatch: &[key('o', Action::Choose)],
};

pub(super) const WRITE: Binding = Binding {
    keys: "w",
    what: "write the last hour to a file here",
    hint: "w write",
    when: When::Always,
    dispatch: &[key('w', Action::Write)],
};

pub(super) const REDRAW: Binding = Binding {
    keys: "Ctrl-L",
    what: "draw everything anew",
    hint: "",
    when: When::Never,
    dispatch: &[ctrl('l', Action::Redraw)],
};

pub(super) const SUSPEND: Binding = Binding {
    keys: "Ctrl-Z",
    what: "suspend; fg comes back",
    hint: "",
    when: When::Never,
    dispatch: &[ctrl('z', Action::Suspend)],
};

pub(super) const LOG: Binding = Binding {
    keys: "e",
    what: "events: what began and ended, newest first",
    hint: "e events",
    when: When::Finding,
    dispatch: &[key('e', Action::Log)],
};

pub(super) const ACCEPT: Binding = Binding {
    keys: "a",
    what: "accept the level of now as normal, when it is another",
    hint: "a accept",
    when: When::Deviating,
    dispatch: &[key('a', Action::Accept)],
};
