//! The key tables: what dispatches the keys is what the help shows.

mod rows;

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
    /// Open or close the explanations of the focused panel.
    Explain,
    /// Put something on the clipboard.
    Copy(Copied),
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
    /// Open or close the log of events.
    Log,
    /// Take the level of now as normal.
    Accept,
    /// Play or stop.
    Play,
    /// Go on or back by samples.
    Step(i64),
    /// Go on or back by seconds of recorded time.
    Seconds(i32),
    /// Go to the beginning of the event before.
    PreviousEvent,
    /// Go to the beginning of the event after.
    NextEvent,
    /// Go to the beginning of the recording.
    Begin,
    /// Go to the end of the recording.
    End,
    /// Play faster, or slower.
    Speed(bool),
    /// Type a time to go to.
    GoTo,
    /// Draw everything anew.
    Redraw,
    /// Stop, as the shell's Ctrl-Z does.
    Suspend,
}

/// What goes on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The verdicts with their evidence.
    Verdict,
    /// The whole picture.
    Picture,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys as the help shows them.
    pub keys: &'static str,
    /// What they do, as the help says it.
    pub what: &'static str,
    /// What the footer says: the first of the keys and, after the last space, what they do.
    pub hint: Option<&'static str>,
    dispatch: &'static [(KeyCode, KeyModifiers, Action)],
}

/// Every key while something is watched, in the order of the help.
pub const LIVE: &[Binding] = &[
    rows::QUIT,
    rows::QUIT_NOW,
    rows::HELP,
    rows::PAUSE,
    rows::PANELS,
    rows::FOCUS,
    rows::ZOOM,
    rows::LOG,
    rows::ACCEPT,
    rows::LINES,
    rows::PAGES,
    rows::ENDS,
    rows::SORT,
    rows::REVERSE,
    rows::FILTER,
    rows::INTERVAL,
    rows::SPAN,
    rows::EXPLAIN,
    rows::COPY,
    rows::BACK,
    rows::CHOOSE,
    rows::WRITE,
    rows::REDRAW,
    rows::SUSPEND,
];

/// Every key while a recording is played.
pub const REPLAY: &[Binding] = &[
    rows::QUIT,
    rows::QUIT_NOW,
    rows::HELP,
    rows::PLAY,
    rows::STEP,
    rows::TEN,
    rows::MINUTE,
    rows::EVENT,
    rows::JUMP_LOG,
    rows::GO_TO,
    rows::SPEED,
    rows::BEGIN_END,
    rows::PANELS,
    rows::FOCUS,
    rows::ZOOM,
    rows::LINES,
    rows::CTRL_PAGES,
    rows::SORT,
    rows::REVERSE,
    rows::FILTER,
    rows::SPAN,
    rows::EXPLAIN,
    rows::COPY,
    rows::BACK,
    rows::REDRAW,
    rows::SUSPEND,
];

/// The rows of help and footer.
pub fn help(table: &[Binding]) -> Vec<KeyHelp> {
    table.iter().map(|row| KeyHelp { keys: row.keys, what: row.what, hint: row.hint }).collect()
}

/// What a key does; `None` for a key without a meaning.
pub fn action(table: &[Binding], key: KeyEvent) -> Option<Action> {
    let with = |modifiers: KeyModifiers| {
        let mut all = table.iter().flat_map(|binding| binding.dispatch);
        all.find(|(code, with, _)| *code == key.code && *with == modifiers).map(|(.., action)| *action)
    };
    // Of a character Shift is part already; where a key means something else with it, that counts.
    with(key.modifiers).or_else(|| with(key.modifiers - KeyModifiers::SHIFT))
}

#[cfg(test)]
mod tests;
