use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::model::snapshot::Snapshot;
use crate::model::verdict::{Severity, VerdictId};
use crate::units::{Mono, Wall};

const NONE: KeyModifiers = KeyModifiers::NONE;

fn event(began: u64) -> Event {
    Event {
        id: VerdictId::WalPinned,
        subject: "x".into(),
        severity: Severity::Warning,
        began: Wall::from_secs(began as i64),
        began_mono: Mono(began),
        lasted: Some(1.0),
        peak: String::new(),
        text: String::new(),
    }
}

/// A recording of a thousand samples with events at 100, 500 and 900, shown at `at`.
fn app(at: u64) -> App {
    let replay = Replay { samples: 1000, end: Wall::from_secs(1000), speed: 1, ..Replay::default() };
    let mut app = App::of_recording(Limits::default(), Labels::default(), 1.0, replay);
    let marks = [100, 500, 900].map(|number| Mark::Event(number, event(number))).to_vec();
    app.judged(Progress { judged: 1000, marks, whole: Some(1000), damage: None });
    let snapshot = Some(Snapshot { at: Wall::from_secs(at as i64), interval: 1.0, ..Snapshot::default() });
    let picture = Picture { snapshot, ..Picture::default() };
    app.shown(Shown { number: at, picture, labels: Labels::default(), playing: false, waiting: false });
    app
}

fn press(app: &mut App, code: KeyCode, modifiers: KeyModifiers) -> Effect {
    app.key(KeyEvent::new(code, modifiers))
}

fn typed(app: &mut App, text: &str) -> Effect {
    text.chars().map(|c| press(app, KeyCode::Char(c), NONE)).last().unwrap()
}

#[test]
fn every_key_goes_where_it_says() {
    for (code, modifiers, to) in [
        (KeyCode::Left, NONE, Move::Step(-1)),
        (KeyCode::Right, NONE, Move::Step(1)),
        (KeyCode::Left, KeyModifiers::SHIFT, Move::Step(-10)),
        (KeyCode::Right, KeyModifiers::SHIFT, Move::Step(10)),
        (KeyCode::PageUp, NONE, Move::Secs(-60.0)),
        (KeyCode::PageDown, NONE, Move::Secs(60.0)),
        (KeyCode::Char('['), NONE, Move::Sample(100)),
        (KeyCode::Char(']'), NONE, Move::Sample(900)),
        (KeyCode::Home, NONE, Move::Sample(0)),
        (KeyCode::End, NONE, Move::Sample(999)),
        (KeyCode::Char(' '), NONE, Move::Play(true)),
        (KeyCode::Char('+'), NONE, Move::Speed(2)),
    ] {
        assert_eq!(press(&mut app(500), code, modifiers), Effect::Move(to), "{code:?}");
    }
}

#[test]
fn events_follow_each_other_before_the_picture_does() {
    let mut app = app(0);
    assert_eq!(typed(&mut app, "]]"), Effect::Move(Move::Sample(500)));
    // The first of the two is shown when the second is asked for already.
    let (picture, labels) = (Picture::default(), Labels::default());
    app.shown(Shown { number: 100, picture, labels, playing: false, waiting: false });
    assert_eq!(typed(&mut app, "]"), Effect::Move(Move::Sample(900)));
    assert_eq!(typed(&mut app, "]"), Effect::Draw);
    assert_eq!(app.ui.notice.as_deref(), Some("no event after this one"));
    assert_eq!(typed(&mut app, "[["), Effect::Move(Move::Sample(100)));
}

#[test]
fn speeds_double_and_end() {
    let mut app = app(0);
    for speed in [2, 4, 8, 16, 32, 64] {
        assert_eq!(typed(&mut app, "+"), Effect::Move(Move::Speed(speed)));
    }
    assert_eq!(typed(&mut app, "+"), Effect::Nothing);
    assert_eq!(typed(&mut app, "-"), Effect::Move(Move::Speed(32)));
}

#[test]
fn a_time_is_typed_and_nonsense_is_said() {
    let mut app = app(0);
    assert_eq!(typed(&mut app, "g0:10:5"), Effect::Draw);
    let to = Move::Time(Wall::from_secs(605));
    assert_eq!(press(&mut app, KeyCode::Enter, NONE), Effect::Move(to));
    typed(&mut app, "gq");
    press(&mut app, KeyCode::Enter, NONE);
    assert!(app.ui.notice.as_ref().unwrap().starts_with("'q' is no time"), "{:?}", app.ui.notice);
    typed(&mut app, "g1");
    press(&mut app, KeyCode::Esc, NONE);
    assert_eq!(app.ui.replay.as_ref().unwrap().typed, None);
    assert_eq!(typed(&mut app, "q"), Effect::Quit);
}

#[test]
fn the_log_opens_at_the_picture_and_leads_to_an_event() {
    let mut app = app(600);
    typed(&mut app, "e");
    assert_eq!(app.ui.log, Some(1));
    press(&mut app, KeyCode::Home, NONE);
    assert_eq!(press(&mut app, KeyCode::Enter, NONE), Effect::Move(Move::Sample(900)));
    assert_eq!(app.ui.log, None);
    typed(&mut app, "ejjjjj");
    assert_eq!(app.ui.log, Some(2));
    assert_eq!(typed(&mut app, "q"), Effect::Draw);
    assert_eq!(app.ui.log, None);
}

#[test]
fn under_the_help_keys_scroll_and_nothing_moves() {
    let mut app = app(600);
    typed(&mut app, "?");
    assert_eq!(press(&mut app, KeyCode::PageDown, NONE), Effect::Draw);
    assert_eq!(app.ui.help.unwrap().top, 10);
    assert_eq!(press(&mut app, KeyCode::Home, NONE), Effect::Draw);
    assert_eq!(app.ui.help.unwrap().top, 0);
}

#[test]
fn keys_that_make_no_sense_do_nothing() {
    for key in ["o", "w", "a"] {
        assert_eq!(typed(&mut app(500), key), Effect::Nothing, "{key}");
    }
}
