//! The one sentence that matters most, and what follows from it.

use ratatui::layout::Rect;

use crate::model::snapshot::Snapshot;
use crate::ui::Ui;
use crate::view::canvas::{Canvas, width};
use crate::view::theme::ALERT;
use crate::view::{Shape, View, sqlite, timeline};

/// Rows that the worst verdict can use for what to do and what follows from it.
pub(in crate::view) fn told(shape: Shape, ui: &Ui, snapshot: &Snapshot) -> u16 {
    let room = shape == Shape::Wide || ui.zoom;
    let Some(verdict) = snapshot.verdicts.first().filter(|_| room) else { return 0 };
    u16::from(!verdict.remedy.is_empty()) + verdict.effects.len().min(3) as u16
}

/// What to do about the worst verdict, then what follows from it, a row each.
pub(super) fn draw_told(canvas: &mut Canvas, area: Rect, view: &View) {
    let Some(verdict) = view.snapshot.verdicts.first() else { return };
    let (dim, text) = (canvas.theme.dim, canvas.theme.text);
    let remedy = Some(&verdict.remedy).filter(|remedy| !remedy.is_empty()).map(|remedy| ('→', remedy, text));
    let effects = verdict.effects.iter().map(|effect| ('·', effect, dim));
    for ((mark, sentence, style), y) in remedy.into_iter().chain(effects).zip(area.top()..area.bottom()) {
        canvas.put(area.x + 2, y, mark, dim);
        canvas.text(area.x + 4, y, area.width.saturating_sub(4), sentence, style);
    }
}

/// The worst verdict, else the most serious flag, else what the log needs, else what could not be read,
/// else that all is well, or why that can't be told yet.
pub(super) fn draw(canvas: &mut Canvas, area: Rect, view: &View) {
    let theme = canvas.theme;
    let Snapshot { verdicts, flags, faults, .. } = view.snapshot;
    let quiet = match (view.scene.snapshot, view.snapshot.seq) {
        (None, _) => "nothing is known yet",
        (_, ..=1) => "waiting for the second sample: rates need two",
        _ => "no flags: nothing over a limit",
    };
    // The fault that keeps the log from being read says more than that it can't be read.
    let blind = sqlite::blind(view) && !faults.is_empty();
    let calm = verdicts.is_empty() && flags.is_empty() && !blind;
    let headline = if calm { sqlite::headline(view) } else { None };
    let (mark, text, style) = match (verdicts.first(), flags.first(), &headline, faults.first()) {
        (Some(verdict), ..) => {
            let (mark, style) = timeline::mark(theme, verdict.severity);
            (mark, verdict.text.as_str(), style)
        }
        (None, Some(flag), ..) => (ALERT, flag.text.as_str(), theme.critical),
        (None, None, Some(headline), _) => (ALERT, headline.as_str(), theme.warn),
        (None, None, None, Some(fault)) => ('×', fault.text.as_str(), theme.warn),
        (None, None, None, None) => (' ', quiet, theme.dim),
    };
    // A flag beside a verdict is most often the same thing once more.
    let found = if verdicts.is_empty() { flags.len().max(headline.iter().len()) } else { verdicts.len() };
    let more = others(found, faults.len());
    let room = area.width.saturating_sub(if more.is_empty() { 0 } else { width(&more) + 2 });
    canvas.right(area.x, area.y, area.width, &more, style);
    if mark == ' ' {
        canvas.text(area.x, area.y, room, text, style);
    } else {
        canvas.put(area.x, area.y, mark, style);
        canvas.text(area.x + 2, area.y, room.saturating_sub(2), text, style);
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
