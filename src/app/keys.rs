//! The key tables: what dispatches the keys is what the help shows.

mod moving;
mod over;
mod rows;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::ui::stage::Stage;
use crate::ui::{Panel, Ui};

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
    /// Go to the event that is chosen in the log.
    Jump,
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

/// When a key matters enough for the footer to say so before others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Where room is left.
    Always,
    /// Before everything else, wherever it has a meaning.
    First,
    /// While a verdict or a flag holds.
    Finding,
    /// While the level is another than the learned one.
    Deviating,
    /// While something is open, zoomed or filtered.
    Open,
    /// While this panel has the focus.
    In(Panel),
    /// While a panel with a graph has it.
    Graphs,
    /// While a panel with a list has it.
    Lists,
    /// Never: the help is enough.
    Never,
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// The keys as the help shows them.
    pub keys: &'static str,
    /// What they do, as the help says it.
    pub what: &'static str,
    /// What the footer says: the first of the keys and, after the last space, what they do; empty if it says nothing.
    pub hint: &'static str,
    /// When it says so.
    pub when: When,
    dispatch: &'static [(KeyCode, KeyModifiers, Action)],
}

impl Binding {
    /// Whether all its keys mean something else because of `over`.
    pub(super) fn is_hidden_by(&self, over: &[Self]) -> bool {
        let taken = |code, with| {
            over.iter()
                .flat_map(|row| row.dispatch)
                .any(|(other, modifiers, _)| (*other, *modifiers) == (code, with))
        };
        !self.dispatch.is_empty() && self.dispatch.iter().all(|(code, with, _)| taken(*code, *with))
    }
}

/// Hints that say something else while what the key begins goes on, and the one that every moment has.
pub(super) const PAUSE: &str = rows::PAUSE.hint;
pub(super) const PLAY: &str = moving::PLAY.hint;
pub(super) const HELP: &str = rows::HELP.hint;

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
    moving::PLAY,
    moving::STEP,
    moving::TEN,
    moving::MINUTE,
    moving::EVENT,
    moving::JUMP_LOG,
    moving::GO_TO,
    moving::SPEED,
    moving::BEGIN_END,
    rows::PANELS,
    rows::FOCUS,
    rows::ZOOM,
    rows::LINES,
    moving::CTRL_PAGES,
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

/// Every key while nothing is there to watch.
pub const WAITING: &[Binding] = &[rows::QUIT, rows::QUIT_NOW, rows::HELP, rows::REDRAW, rows::SUSPEND];

/// Every key in the list of targets but for the letters, which filter it.
pub const PICKING: &[Binding] = &[
    over::PICK,
    over::PICK_ROW,
    over::PICK_PAGE,
    over::PICK_TYPE,
    over::PICK_CLEAR,
    over::PICK_HELP,
    over::PICK_QUIT,
    rows::QUIT_NOW,
    rows::REDRAW,
    rows::SUSPEND,
];

/// What keys mean while help or explanations are open, before what they always mean.
pub const READING: &[Binding] = &[over::CLOSE, rows::LINES, rows::PAGES, rows::ENDS];

/// The same of the log of events.
pub const LOG: &[Binding] = &[over::CLOSE_LOG, over::EVENT_LINES, rows::PAGES, rows::ENDS];

/// The same of the log of a recording's events.
pub const REPLAY_LOG: &[Binding] = &[over::JUMP, over::CLOSE_LOG, over::EVENT_LINES, rows::PAGES, rows::ENDS];

/// What the keys mean first because of what lies over the panels, the help aside.
pub fn over(ui: &Ui) -> &'static [Binding] {
    match (&ui.explain, &ui.log) {
        (Some(_), _) => READING,
        (None, Some(_)) if ui.replay.is_some() => REPLAY_LOG,
        (None, Some(_)) => LOG,
        (None, None) => &[],
    }
}

/// What they mean otherwise.
pub fn base(ui: &Ui) -> &'static [Binding] {
    match ui.stage {
        Stage::Picking(_) => PICKING,
        Stage::Waiting(_) => WAITING,
        Stage::Watching if ui.replay.is_some() => REPLAY,
        Stage::Watching => LIVE,
    }
}

/// The tables that hold now: the first that knows a key has its meaning.
pub fn tables(ui: &Ui) -> [&'static [Binding]; 2] {
    [if ui.help.is_some() { READING } else { over(ui) }, base(ui)]
}

/// What a key does, by the first of `tables` that knows it; `None` for a key without a meaning.
pub fn action(tables: &[&[Binding]], key: KeyEvent) -> Option<Action> {
    let with = |modifiers: KeyModifiers| {
        let mut all = tables.iter().copied().flatten().flat_map(|binding| binding.dispatch);
        all.find(|(code, with, _)| *code == key.code && *with == modifiers).map(|(.., action)| *action)
    };
    // Of a character Shift is part already; where a key means something else with it, that counts.
    with(key.modifiers).or_else(|| with(key.modifiers - KeyModifiers::SHIFT))
}

#[cfg(test)]
mod tests;
