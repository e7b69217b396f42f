//! The one sentence that matters most, and what follows from it.

use ratatui::layout::Rect;

use crate::model::snapshot::Snapshot;
use crate::model::verdict::Verdict;
use crate::ui::Ui;
use crate::view::canvas::{Canvas, cut_top, width};
use crate::view::theme::ALERT;
use crate::view::words::wrap;
use crate::view::{Shape, View, sqlite, timeline};

/// Rows of a sentence that has more than one.
const SENTENCE: usize = 2;

/// Rows that the worst verdict can use beside its first line, on a screen of so many columns: for the rest of its
/// sentence, for what to do, and for what follows from it.
pub(in crate::view) fn told(shape: Shape, columns: u16, ui: &Ui, snapshot: &Snapshot) -> u16 {
    let room = shape == Shape::Wide || ui.zoom;
    let Some(verdict) = snapshot.verdicts.first().filter(|_| room) else { return 0 };
    let more = others(snapshot.verdicts.len(), snapshot.faults.len());
    let rest = sentence(&verdict.text, columns.saturating_sub(2), &more).len().saturating_sub(1);
    (rest + usize::from(!verdict.remedy.is_empty()) + verdict.effects.len().min(3)) as u16
}

/// The lines of a sentence beside whose first one `more` stands.
fn sentence(text: &str, columns: u16, more: &str) -> Vec<String> {
    let beside = if more.is_empty() { 0 } else { width(more) + 2 };
    wrap(text, columns.saturating_sub(2 + beside), SENTENCE)
}

/// What to do about the worst verdict, then what follows from it, a row each.
fn draw_told(canvas: &mut Canvas, area: Rect, verdict: &Verdict) {
    let (dim, text) = (canvas.theme.dim, canvas.theme.text);
    let remedy = Some(&verdict.remedy).filter(|remedy| !remedy.is_empty()).map(|remedy| ('→', remedy, text));
    let effects = verdict.effects.iter().map(|effect| ('·', effect, dim));
    for ((mark, sentence, style), y) in remedy.into_iter().chain(effects).zip(area.top()..area.bottom()) {
        canvas.put(area.x + 2, y, mark, dim);
        canvas.text(area.x + 4, y, area.width.saturating_sub(4), sentence, style);
    }
}

/// A verdict with all that there is room for.
fn draw_verdict(canvas: &mut Canvas, area: Rect, verdict: &Verdict, more: &str) {
    let (mark, style) = timeline::mark(canvas.theme, verdict.severity);
    let mut lines = sentence(&verdict.text, area.width, more);
    if area.height < 2 {
        lines = vec![verdict.text.clone()];
    }
    let beside = if more.is_empty() { 0 } else { width(more) + 2 };
    canvas.put(area.x, area.y, mark, style);
    canvas.right(area.x, area.y, area.width, more, style);
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        canvas.text(area.x + 2, y, area.width.saturating_sub(2 + beside), line, style);
    }
    draw_told(canvas, cut_top(area, lines.len() as u16).1, verdict);
}

/// The worst verdict with what there is to say of it, else the most serious flag, else what the log needs, else what could not be read,
/// else that all is well, or why that can't be told yet.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    let Snapshot { verdicts, flags, faults, .. } = view.snapshot;
    if let Some(verdict) = verdicts.first() {
        return draw_verdict(canvas, area, verdict, &others(verdicts.len(), faults.len()));
    }
    let quiet = match (view.scene.snapshot, view.snapshot.seq) {
        (None, _) => "nothing is known yet",
        (_, ..=1) => "waiting for the second sample: rates need two",
        _ => "no flags: nothing over a limit",
    };
    // The fault that keeps the log from being read says more than that it can't be read.
    let blind = sqlite::blind(view) && !faults.is_empty();
    let headline = if flags.is_empty() && !blind { sqlite::headline(view) } else { None };
    let (mark, text, style) = match (flags.first(), &headline, faults.first()) {
        (Some(flag), ..) => (ALERT, flag.text.as_str(), theme.critical),
        (None, Some(headline), _) => (ALERT, headline.as_str(), theme.warn),
        (None, None, Some(fault)) => ('×', fault.text.as_str(), theme.warn),
        (None, None, None) => (' ', quiet, theme.dim),
    };
    let more = others(flags.len().max(headline.iter().len()), faults.len());
    let room = area.width.saturating_sub(if more.is_empty() { 0 } else { width(&more) + 2 });
    canvas.right(area.x, area.y, area.width, &more, style);
    if mark == ' ' {
        canvas.text(area.x, area.y, room, text, style);
    } else {
        canvas.put(area.x, area.y, mark, style);
        // The end of a long sentence is cut, but not for how long it has held.
        let fault = faults.first().filter(|fault| fault.text == text);
        let lasts = fault.map(|fault| view.lasted(fault)).filter(|lasts| room > 2 * width(lasts) + 2);
        let lasts = lasts.unwrap_or_default();
        let room = room.saturating_sub(2 + width(&lasts));
        let taken = canvas.text(area.x + 2, area.y, room, text, style);
        canvas.text(area.x + 2 + taken, area.y, width(&lasts), &lasts, style);
    }
}

/// What the line leaves unsaid.
fn others(findings: usize, faults: usize) -> String {
    let fault = |count: usize| if count == 1 { "1 fault".to_owned() } else { format!("{count} faults") };
    match (findings, faults) {
        (0 | 1, 0) | (0, 1) => String::new(),
        (0, count) => format!("+{} more", count - 1),
        (1, count) => fault(count),
        (findings, 0) => format!("+{} more", findings - 1),
        (findings, count) => format!("+{} more, {}", findings - 1, fault(count)),
    }
}
