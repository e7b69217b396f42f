//! Which keys matter now: what the footer hints at first, and what the help begins with.

use super::keys::{self, Binding, When};
use crate::model::snapshot::Snapshot;
use crate::ui::stage::Stage;
use crate::ui::{Panel, Ui};
use crate::view::{KeyGuide, KeyHelp};

/// The keys of what is before the person, the most needed first.
pub fn guide(ui: &Ui, snapshot: Option<&Snapshot>) -> KeyGuide {
    // This is asked for with every frame, and the help is rarely open.
    let help = if ui.help.is_some() { help(ui) } else { Vec::new() };
    KeyGuide { title: title(ui), help, hints: hints(ui, snapshot) }
}

/// What the help is about.
fn title(ui: &Ui) -> &'static str {
    match (&ui.stage, &ui.explain, &ui.log, ui.focus) {
        (Stage::Picking(_), ..) => "Keys: list of targets",
        (Stage::Waiting(_), ..) => "Keys",
        (_, Some(_), ..) => "Keys: explanations",
        (_, _, Some(_), _) => "Keys: events",
        (.., Panel::Disk) => "Keys: Disk I/O",
        (.., Panel::Sqlite) => "Keys: SQLite / WAL",
        (.., Panel::Sources) => "Keys: Write sources",
    }
}

/// First what is special here, then what means the same elsewhere, an empty row between.
fn help(ui: &Ui) -> Vec<KeyHelp> {
    let (over, base) = (keys::over(ui), keys::base(ui));
    let special = |row: &Binding| over.is_empty() && is_special(ui, row.when);
    let first: Vec<&Binding> = over.iter().chain(base.iter().filter(|row| special(row))).collect();
    let rest = base.iter().filter(|row| !special(row) && !row.is_hidden_by(over));
    let gap = (!first.is_empty()).then(KeyHelp::default);
    let shown = |row: &Binding| KeyHelp { keys: row.keys, what: row.what };
    first.iter().map(|row| shown(row)).chain(gap).chain(rest.map(shown)).collect()
}

/// Whether a key is for the panel that has the focus.
fn is_special(ui: &Ui, when: When) -> bool {
    match when {
        When::In(panel) => ui.focus == panel,
        When::Graphs => ui.focus != Panel::Sources,
        When::Lists => ui.focus != Panel::Disk,
        _ => false,
    }
}

/// What the footer says, as long as there is room.
fn hints(ui: &Ui, snapshot: Option<&Snapshot>) -> Vec<&'static str> {
    let [over, base] = keys::tables(ui);
    let helps = base.iter().filter(|row| row.hint == keys::HELP && ui.help.is_none());
    let rows: Vec<&Binding> = if over.is_empty() {
        let mut rows: Vec<&Binding> = base.iter().collect();
        rows.retain(|row| rank(ui, snapshot, row.when).is_some());
        rows.sort_by_key(|row| rank(ui, snapshot, row.when));
        rows
    } else {
        over.iter().chain(helps).collect()
    };
    rows.into_iter().map(|row| said(ui, row.hint)).filter(|hint| !hint.is_empty()).collect()
}

/// Where a hint stands: those of now before those of always. `None` for one that has no place now.
fn rank(ui: &Ui, snapshot: Option<&Snapshot>, when: When) -> Option<u8> {
    let finds = snapshot.is_some_and(|it| !it.verdicts.is_empty() || !it.flags.is_empty());
    let deviates = snapshot.is_some_and(|it| it.learning.deviates.is_some());
    let now = match when {
        When::Open => return (ui.zoom || !ui.filter.is_empty()).then_some(0),
        When::First => return Some(1),
        When::Finding => return Some(if finds { 2 } else { 4 }),
        When::Always => return Some(4),
        When::Deviating => return deviates.then_some(3),
        When::Never => return None,
        When::In(_) | When::Graphs | When::Lists => is_special(ui, when),
    };
    now.then_some(3)
}

/// A key that ends what it began says so.
fn said(ui: &Ui, hint: &'static str) -> &'static str {
    match hint {
        keys::PAUSE if ui.paused => "p resume",
        keys::PLAY if ui.replay.as_ref().is_some_and(|replay| replay.playing) => "Space stop",
        hint => hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{Flag, FlagId, Learning};
    use crate::ui::Scroll;

    fn first(ui: &Ui, snapshot: &Snapshot, count: usize) -> Vec<&'static str> {
        hints(ui, Some(snapshot)).into_iter().take(count).collect()
    }

    #[test]
    fn the_hints_are_those_of_the_moment() {
        let quiet = Snapshot::default();
        let mut ui = Ui::default();
        assert_eq!(first(&ui, &quiet, 5), ["q quit", "? help", "Tab panel", "t time", "p pause"]);
        ui.focus = Panel::Sources;
        let sources = ["q quit", "? help", "Tab panel", "j k scroll", "s sort", "/ filter"];
        assert_eq!(first(&ui, &quiet, 6), sources);
        (ui.filter, ui.paused) = ("x".to_owned(), true);
        assert_eq!(first(&ui, &quiet, 1), ["Esc back"]);
        assert!(hints(&ui, None).contains(&"p resume") && !hints(&ui, None).contains(&"p pause"));
    }

    #[test]
    fn what_is_wrong_brings_its_keys_forward() {
        let (id, subject, text) = (FlagId::WalSize, "wal".into(), "text".to_owned());
        let flag = Flag { id, subject, value: 2.0, limit: 1.0, text };
        let wrong = Snapshot { flags: vec![flag], ..Snapshot::default() };
        assert_eq!(first(&Ui::default(), &wrong, 5)[3..], ["e events", "Enter explain"]);
        let another =
            Snapshot { learning: Learning { deviates: Some(60.0), ..Learning::default() }, ..wrong };
        assert!(hints(&Ui::default(), Some(&another)).contains(&"a accept"));
    }

    #[test]
    fn what_lies_over_the_screen_has_its_own_keys() {
        let mut ui = Ui { log: Some(0), ..Ui::default() };
        assert_eq!(hints(&ui, None), ["Esc close", "j k choose", "? help"]);
        let rows = help(&ui);
        assert_eq!((rows[0].what, title(&ui)), ("close the log of events", "Keys: events"));
        // Each key stands there with the meaning that it has here, and no other.
        assert_eq!(rows.iter().filter(|row| row.keys.starts_with("j k")).count(), 1);
        ui.help = Some(Scroll::default());
        assert_eq!(hints(&ui, None), ["Esc close", "j k scroll"]);
    }

    #[test]
    fn the_help_begins_with_the_panel_in_focus() {
        let ui = Ui { focus: Panel::Sources, ..Ui::default() };
        let rows = help(&ui);
        let gap = rows.iter().position(|row| row.keys.is_empty()).unwrap();
        assert!(rows[..gap].iter().any(|row| row.keys == "/"));
        assert_eq!(rows.len(), keys::LIVE.len() + 1);
    }
}
