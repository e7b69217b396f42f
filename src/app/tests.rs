use crossterm::event::{KeyCode, KeyModifiers};

use super::*;
use crate::ui::stage::{PickRow, Picker};
use crate::ui::{Panel, SortBy};

fn app() -> App {
    App::new(Limits::default(), Labels::default(), 1.0)
}

fn press(app: &mut App, code: KeyCode) -> Effect {
    app.key(KeyEvent::new(code, KeyModifiers::NONE))
}

fn typed(app: &mut App, text: &str) -> Effect {
    text.chars().map(|c| press(app, KeyCode::Char(c))).last().unwrap()
}

#[test]
fn q_closes_the_help_before_it_quits() {
    let mut app = app();
    typed(&mut app, "?");
    assert!(app.ui.help.is_some());
    assert_eq!(typed(&mut app, "q"), Effect::Draw);
    assert_eq!(typed(&mut app, "q"), Effect::Quit);
}

#[test]
fn ctrl_c_quits_whatever_is_open() {
    let mut app = app();
    typed(&mut app, "/");
    assert_eq!(app.key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)), Effect::Quit);
}

#[test]
fn the_filter_takes_every_letter() {
    let mut app = app();
    typed(&mut app, "/qzp");
    assert_eq!((app.ui.filter.as_str(), app.ui.editing, app.ui.focus), ("qzp", true, Panel::Sources));
    press(&mut app, KeyCode::Backspace);
    press(&mut app, KeyCode::Enter);
    assert_eq!((app.ui.filter.as_str(), app.ui.editing), ("qz", false));
    press(&mut app, KeyCode::Esc);
    assert!(app.ui.filter.is_empty());
}

#[test]
fn esc_goes_back_one_step_at_a_time() {
    let mut app = app();
    typed(&mut app, "z/a");
    press(&mut app, KeyCode::Enter);
    typed(&mut app, "?");
    for (help, filter, zoom) in [(false, "a", true), (false, "", true), (false, "", false)] {
        assert_eq!(press(&mut app, KeyCode::Esc), Effect::Draw);
        assert_eq!((app.ui.help.is_some(), app.ui.filter.as_str(), app.ui.zoom), (help, filter, zoom));
    }
    assert_eq!(press(&mut app, KeyCode::Esc), Effect::Nothing);
}

#[test]
fn a_paused_picture_stands_still_while_sampling_goes_on() {
    let mut app = app();
    app.sample(&Sample::default());
    typed(&mut app, "p");
    app.sample(&Sample::default());
    assert_eq!(app.picture().snapshot.as_ref().unwrap().seq, 1);
    assert_eq!(app.newest().unwrap().seq, 2);
    typed(&mut app, " ");
    assert_eq!(app.picture().snapshot.as_ref().unwrap().seq, 2);
}

#[test]
fn the_interval_stays_in_its_range() {
    let mut app = app();
    assert_eq!(typed(&mut app, "+"), Effect::Interval(2.0));
    for _ in 0..20 {
        typed(&mut app, "-");
    }
    assert!((app.ui.interval - 0.1).abs() < 1e-9);
    assert_eq!(typed(&mut app, "-"), Effect::Nothing);
}

#[test]
fn scrolling_goes_to_the_focused_panel_or_the_help() {
    let mut app = app();
    typed(&mut app, "3jj");
    press(&mut app, KeyCode::End);
    app.clamp_scroll([0, 0, 7], 0);
    typed(&mut app, "k");
    assert_eq!(app.ui.scroll[2].top, 6);
    typed(&mut app, "?j");
    assert_eq!((app.ui.scroll[2].top, app.ui.help), (6, Some(Scroll { top: 1 })));
}

#[test]
fn the_picker_takes_letters_and_enter() {
    let mut app = app();
    let row = |pid, db: &str| PickRow { pid, db: Some(db.into()), ..PickRow::default() };
    let rows = vec![row(1, "/a.db"), row(2, "/b.db"), row(3, "/bq.db")];
    app.ui.stage = Stage::Picking(Picker { rows, ..Picker::default() });
    press(&mut app, KeyCode::Down);
    assert_eq!(press(&mut app, KeyCode::Enter), Effect::Pick(2));
    typed(&mut app, "bq");
    assert_eq!(press(&mut app, KeyCode::Enter), Effect::Pick(3));
    press(&mut app, KeyCode::Esc);
    assert_eq!(typed(&mut app, "q"), Effect::Quit);
}

#[test]
fn another_target_starts_anew() {
    let mut app = app();
    app.sample(&Sample::default());
    typed(&mut app, "p");
    app.attach(Labels::default());
    assert!(app.picture().snapshot.is_none() && !app.ui.paused);
    app.sample(&Sample::default());
    assert_eq!(app.newest().unwrap().seq, 1);
}

#[test]
fn panels_and_orders_go_round() {
    let mut app = app();
    press(&mut app, KeyCode::BackTab);
    assert_eq!(app.ui.focus, Panel::Sources);
    press(&mut app, KeyCode::Tab);
    assert_eq!(app.ui.focus, Panel::Disk);
    typed(&mut app, "sssss");
    assert_eq!(app.ui.sort, SortBy::Flag);
}

#[test]
fn a_notice_stands_until_the_next_key() {
    let mut app = app();
    assert_eq!(typed(&mut app, "w"), Effect::Write);
    app.notice("wrote x".to_owned());
    assert_eq!(app.ui.notice.as_deref(), Some("wrote x"));
    // A key without a meaning has the line drawn anew, too.
    assert_eq!(typed(&mut app, "~"), Effect::Draw);
    assert_eq!(app.ui.notice, None);
    assert_eq!(typed(&mut app, "~"), Effect::Nothing);
}

#[test]
fn what_the_recorder_says_stands_among_the_faults() {
    let mut app = app();
    app.fault("recording", "nobody sees it yet".to_owned());
    app.sample(&Sample::default());
    app.fault("recording", "recording stopped: x".to_owned());
    let faults = &app.newest().unwrap().faults;
    assert_eq!(
        faults.last().map(|fault| (fault.source, fault.text.as_str())),
        Some(("recording", "recording stopped: x"))
    );
}

#[test]
fn only_another_level_can_be_accepted() {
    use crate::model::snapshot::Learning;
    let mut app = app();
    app.sample(&Sample::default());
    for (secs, deviates, effect) in
        [(10.0, None, Effect::Draw), (600.0, None, Effect::Draw), (600.0, Some(60.0), Effect::Accept)]
    {
        app.live.snapshot.as_mut().unwrap().learning = Learning { secs, needed: 600.0, deviates };
        assert_eq!(typed(&mut app, "a"), effect);
    }
    assert_eq!(app.accept(), Effect::Draw);
    assert!(app.ui.notice.is_some());
}

#[test]
fn the_log_opens_scrolls_and_closes() {
    let mut app = app();
    typed(&mut app, "e");
    assert_eq!(app.ui.log, Some(0));
    assert_eq!(press(&mut app, KeyCode::Enter), Effect::Nothing);
    typed(&mut app, "q");
    assert_eq!(app.ui.log, None);
    typed(&mut app, "e");
    press(&mut app, KeyCode::Esc);
    assert_eq!((app.ui.log, typed(&mut app, "q")), (None, Effect::Quit));
}
