//! The key table: what dispatches the keys is what the help shows.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::ui::Panel;
use crate::view::KeyHelp;

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Quit, or close what is open.
    Quit,
    /// Quit whatever is open.
    QuitNow,
    /// Open or close the help.
    Help,
    /// Freeze or thaw the picture.
    Pause,
    /// Focus the next panel.
    NextPanel,
    /// Focus the previous panel.
    PreviousPanel,
    /// Focus one panel.
    Focus(Panel),
    /// Give the focused panel the whole screen, or take it back.
    Zoom,
    /// Scroll by lines.
    Lines(i32),
    /// Scroll by pages.
    Pages(i32),
    /// Scroll to the top.
    Top,
    /// Scroll to the end.
    Bottom,
    /// Next order of the sources.
    Sort,
    /// Reverse the order.
    Reverse,
    /// Type a filter.
    Filter,
    /// Sample less often.
    Slower,
    /// Sample more often.
    Faster,
    /// More or less time in the graphs.
    Span,
    /// Close, leave or clear what was opened last.
    Back,
    /// Choose another target.
    Choose,
    /// Write the last hour to a file.
    Write,
    /// Draw everything anew.
    Redraw,
    /// Stop, as the shell's Ctrl-Z does.
    Suspend,
}

/// One line of the table.
#[derive(Debug)]
pub struct Binding {
    /// The keys as the help shows them.
    pub keys: &'static str,
    /// What they do, as the help says it.
    pub what: &'static str,
    /// What the footer says: the first of the keys and, after the last space, what they do.
    pub hint: Option<&'static str>,
    dispatch: &'static [(KeyCode, KeyModifiers, Action)],
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

const fn key(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), NONE, action)
}

const fn ctrl(c: char, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (KeyCode::Char(c), CTRL, action)
}

const fn special(code: KeyCode, action: Action) -> (KeyCode, KeyModifiers, Action) {
    (code, NONE, action)
}

/// Every key there is.
pub const TABLE: &[Binding] = &[
    Binding {
        keys: "q",
        what: "quit, or close what is open",
        hint: Some("q quit"),
        dispatch: &[key('q', Action::Quit)],
    },
    Binding { keys: "Ctrl-C", what: "quit at once", hint: None, dispatch: &[ctrl('c', Action::QuitNow)] },
    Binding {
        keys: "? h",
        what: "this help",
        hint: Some("? help"),
        dispatch: &[key('?', Action::Help), key('h', Action::Help), special(KeyCode::F(1), Action::Help)],
    },
    Binding {
        keys: "p Space",
        what: "pause: freeze the picture, go on sampling",
        hint: Some("p pause"),
        dispatch: &[key('p', Action::Pause), key(' ', Action::Pause)],
    },
    Binding {
        keys: "Tab Shift-Tab",
        what: "next, previous panel",
        hint: Some("Tab panel"),
        dispatch: &[
            special(KeyCode::Tab, Action::NextPanel),
            special(KeyCode::BackTab, Action::PreviousPanel),
        ],
    },
    Binding {
        keys: "1 2 3",
        what: "Disk I/O, SQLite / WAL, Write sources",
        hint: None,
        dispatch: &[
            key('1', Action::Focus(Panel::Disk)),
            key('2', Action::Focus(Panel::Sqlite)),
            key('3', Action::Focus(Panel::Sources)),
        ],
    },
    Binding {
        keys: "z Enter",
        what: "zoom the focused panel, and back",
        hint: Some("z zoom"),
        dispatch: &[key('z', Action::Zoom), special(KeyCode::Enter, Action::Zoom)],
    },
    Binding {
        keys: "j k Down Up",
        what: "scroll a line",
        hint: Some("j k scroll"),
        dispatch: &[
            key('j', Action::Lines(1)),
            key('k', Action::Lines(-1)),
            special(KeyCode::Down, Action::Lines(1)),
            special(KeyCode::Up, Action::Lines(-1)),
        ],
    },
    Binding {
        keys: "PgDn PgUp",
        what: "scroll a page",
        hint: None,
        dispatch: &[
            special(KeyCode::PageDown, Action::Pages(1)),
            special(KeyCode::PageUp, Action::Pages(-1)),
        ],
    },
    Binding {
        keys: "Home End g G",
        what: "scroll to the top, to the end",
        hint: None,
        dispatch: &[
            special(KeyCode::Home, Action::Top),
            special(KeyCode::End, Action::Bottom),
            key('g', Action::Top),
            key('G', Action::Bottom),
        ],
    },
    Binding {
        keys: "s",
        what: "next order of the sources",
        hint: Some("s sort"),
        dispatch: &[key('s', Action::Sort)],
    },
    Binding { keys: "S", what: "reverse the order", hint: None, dispatch: &[key('S', Action::Reverse)] },
    Binding {
        keys: "/",
        what: "show only sources whose name contains a text",
        hint: Some("/ filter"),
        dispatch: &[key('/', Action::Filter)],
    },
    Binding {
        keys: "+ -",
        what: "longer, shorter interval between samples",
        hint: Some("+ - interval"),
        dispatch: &[key('+', Action::Slower), key('=', Action::Slower), key('-', Action::Faster)],
    },
    Binding {
        keys: "t",
        what: "time in the graphs: a sample a column, five, ten minutes",
        hint: Some("t time"),
        dispatch: &[key('t', Action::Span)],
    },
    Binding {
        keys: "Esc",
        what: "back: close the help, drop the filter, leave the zoom",
        hint: Some("Esc back"),
        dispatch: &[special(KeyCode::Esc, Action::Back)],
    },
    Binding {
        keys: "o",
        what: "choose another ingestor to watch",
        hint: None,
        dispatch: &[key('o', Action::Choose)],
    },
    Binding {
        keys: "w",
        what: "write the last hour to a file here",
        hint: None,
        dispatch: &[key('w', Action::Write)],
    },
    Binding {
        keys: "Ctrl-L",
        what: "draw everything anew",
        hint: None,
        dispatch: &[ctrl('l', Action::Redraw)],
    },
    Binding {
        keys: "Ctrl-Z",
        what: "suspend; fg comes back",
        hint: None,
        dispatch: &[ctrl('z', Action::Suspend)],
    },
];

/// The rows of help and footer.
pub fn help() -> Vec<KeyHelp> {
    TABLE.iter().map(|row| KeyHelp { keys: row.keys, what: row.what, hint: row.hint }).collect()
}

/// What a key does; `None` for a key without a meaning.
pub fn action(key: KeyEvent) -> Option<Action> {
    // Shift is part of the character already.
    let modifiers = key.modifiers - KeyModifiers::SHIFT;
    TABLE
        .iter()
        .flat_map(|binding| binding.dispatch)
        .find(|(code, with, _)| *code == key.code && *with == modifiers)
        .map(|(_, _, action)| *action)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_has_two_meanings() {
        let mut seen = HashSet::new();
        for (code, modifiers, _) in TABLE.iter().flat_map(|binding| binding.dispatch) {
            assert!(seen.insert((*code, *modifiers)), "{code:?}");
        }
    }

    #[test]
    fn hints_name_keys_of_their_rows() {
        for row in TABLE {
            let keys = row.hint.map(|hint| hint.rsplit_once(' ').unwrap().0);
            assert!(
                keys.is_none_or(|keys| format!("{} ", row.keys).starts_with(&format!("{keys} "))),
                "{row:?}"
            );
        }
    }

    #[test]
    fn shifted_and_controlled_keys_are_told_apart() {
        let shifted = KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(action(shifted), Some(Action::Reverse));
        assert_eq!(action(KeyEvent::new(KeyCode::Char('c'), CTRL)), Some(Action::QuitNow));
        assert_eq!(action(KeyEvent::new(KeyCode::Char('c'), NONE)), None);
        assert_eq!(action(KeyEvent::new(KeyCode::BackTab, KeyModifiers::SHIFT)), Some(Action::PreviousPanel));
    }
}
