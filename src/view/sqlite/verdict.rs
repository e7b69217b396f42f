//! What the log's figures mean, as a sentence in the words that fit, and what to do about it.

use ratatui::style::Style;

use crate::model::snapshot::FlagId;
use crate::model::wal::view::Diagnosis;
use crate::units::Bytes;
use crate::view::View;
use crate::view::figures::span;
use crate::view::theme::ALERT;
use crate::view::words::wrap_first;

/// Columns of the mark before a sentence that calls for action.
const MARK: u16 = 2;
/// From this width one line is enough for either.
const ONE_LINE_FROM: u16 = 86;
/// From this height there is room for what to do about it.
const REMEDY_FROM: u16 = 10;
/// From this height it may take two lines.
const LONG_REMEDY_FROM: u16 = 14;

/// One line at the panel's top.
pub(super) struct Said {
    /// What stands before the text, if lines of this sentence are indented.
    pub(super) mark: Option<char>,
    /// The text.
    pub(super) text: String,
    /// How it looks.
    pub(super) style: Style,
}

/// The diagnosis and its remedy for a panel of this size; none without a database.
pub(super) fn of(view: &View, columns: u16, rows: u16) -> Vec<Said> {
    let Some(diagnosis) = diagnosis(view) else { return Vec::new() };
    let theme = view.scene.theme;
    if *diagnosis == Diagnosis::Fine && !known(view) {
        let text = "nothing is known of the log yet".to_owned();
        return vec![Said { mark: None, text, style: theme.dim }];
    }
    let style = style(view, diagnosis);
    let wordings = wordings(diagnosis);
    if !diagnosis.calls_for_action() {
        let lines = wrap_first(&wordings, columns, 1).into_iter();
        return lines.map(|text| Said { mark: None, text, style }).collect();
    }
    let (most, remedy_lines) = shares(columns, rows, view.scene.ui.zoom);
    let room = columns.saturating_sub(MARK);
    let mut said = marked(ALERT, wrap_first(&wordings, room, most), style);
    if let Some(remedy) = diagnosis.remedy() {
        let first_half = remedy.split(';').next().unwrap_or_default().to_owned();
        said.extend(marked('→', wrap_first(&[remedy, first_half], room, remedy_lines), theme.text));
    }
    said
}

/// Lines that diagnosis and remedy may take of a panel of this size.
fn shares(columns: u16, rows: u16, zoom: bool) -> (usize, usize) {
    match (columns, rows) {
        (ONE_LINE_FROM.., 6..) => (1, 1),
        (_, LONG_REMEDY_FROM..) => (2, 2),
        (_, REMEDY_FROM..) => (2, 1),
        (_, 6..) => (2, usize::from(zoom)),
        (_, 3..) => (1, usize::from(zoom)),
        _ => (1, 0),
    }
}

/// Lines of one sentence, the mark before the first.
fn marked(mark: char, lines: Vec<String>, style: Style) -> Vec<Said> {
    let marks = std::iter::once(mark).chain(std::iter::repeat(' '));
    marks.zip(lines).map(|(mark, text)| Said { mark: Some(mark), text, style }).collect()
}

fn diagnosis<'a>(view: &'a View) -> Option<&'a Diagnosis> {
    view.snapshot.sqlite.as_ref().map(|db| &db.wal.diagnosis)
}

/// Whether the log has been looked at.
fn known(view: &View) -> bool {
    view.snapshot.sqlite.as_ref().is_some_and(|db| db.wal.live.is_some())
}

fn style(view: &View, diagnosis: &Diagnosis) -> Style {
    let theme = view.scene.theme;
    let flag = match diagnosis {
        Diagnosis::Fine => return theme.ok,
        Diagnosis::Growing => return theme.text,
        Diagnosis::NotWal { .. } | Diagnosis::Closed | Diagnosis::CantTell { .. } => return theme.warn,
        Diagnosis::Pinned { .. } => FlagId::WalPinned,
        Diagnosis::WriterHeld { .. } => FlagId::WriterHeld,
        Diagnosis::NobodyCheckpoints { .. } | Diagnosis::HighWater { .. } => FlagId::WalSize,
    };
    if view.flag(flag, None).is_some() { theme.critical } else { theme.warn }
}

/// The sentence for the header while no flag says the same; `None` if nobody has to act.
pub(crate) fn headline(view: &View) -> Option<String> {
    diagnosis(view).filter(|diagnosis| diagnosis.calls_for_action()).map(ToString::to_string)
}

/// Whether the reason for acting is that something can't be read.
pub(crate) fn blind(view: &View) -> bool {
    matches!(diagnosis(view), Some(Diagnosis::CantTell { .. }))
}

/// The diagnosis in two words for the smallest screens; `None` if nobody has to act.
pub(crate) fn two_words(view: &View) -> Option<&'static str> {
    match diagnosis(view)? {
        Diagnosis::Pinned { .. } => Some("WAL pinned"),
        Diagnosis::NobodyCheckpoints { .. } => Some("no checkpoints"),
        Diagnosis::HighWater { .. } => Some("WAL high water"),
        Diagnosis::WriterHeld { .. } => Some("writer held"),
        _ => None,
    }
}

/// The same in ever fewer words.
fn wordings(diagnosis: &Diagnosis) -> Vec<String> {
    let mut wordings = vec![diagnosis.to_string()];
    let amount = |frames: u32, bytes: Option<Bytes>| {
        let frames = format!("{} frames", crate::units::grouped(frames.into()));
        let short = bytes.map_or_else(|| frames.clone(), |bytes| bytes.to_string());
        (bytes.map_or_else(|| frames.clone(), |bytes| format!("{frames} ({bytes})")), short)
    };
    match diagnosis {
        Diagnosis::Pinned { by, held, frames, bytes, .. } => {
            let ((long, short), held) = (amount(*frames, *bytes), span(*held));
            wordings.push(format!("pinned by {by} for {held}: {long} wait"));
            wordings.push(format!("pinned by {by} for {held}: {short} wait"));
            wordings.push(format!("pinned for {held} by {by}"));
        }
        Diagnosis::NobodyCheckpoints { frames, bytes } => {
            let (long, short) = amount(*frames, *bytes);
            wordings.push(format!("nobody checkpoints: {long} pending"));
            wordings.push(format!("nobody checkpoints: {short} pending"));
        }
        Diagnosis::HighWater { file, live } => {
            wordings.push(format!("high-water mark: {file} on disk, {live} of it in use"));
            wordings.push(format!("high-water mark: {live} of {file} in use"));
        }
        Diagnosis::WriterHeld { by, held } => {
            wordings.push(format!("writer held for {} by {by}", span(*held)));
        }
        _ => {}
    }
    wordings
}
