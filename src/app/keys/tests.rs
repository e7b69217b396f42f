use std::collections::HashSet;

use super::*;

const TABLES: [&[Binding]; 7] = [LIVE, REPLAY, WAITING, PICKING, READING, LOG, REPLAY_LOG];

#[test]
fn no_key_has_two_meanings() {
    for table in TABLES {
        let mut seen = HashSet::new();
        for (code, modifiers, _) in table.iter().flat_map(|binding| binding.dispatch) {
            assert!(seen.insert((*code, *modifiers)), "{code:?}");
        }
    }
}

#[test]
fn hints_name_keys_of_their_rows() {
    for row in TABLES.into_iter().flatten() {
        let Some((keys, _)) = row.hint.rsplit_once(' ') else { continue };
        assert!(format!("{} ", row.keys).starts_with(&format!("{keys} ")), "{row:?}");
    }
}

#[test]
fn shifted_and_controlled_keys_are_told_apart() {
    let (none, control, shift) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
    for (table, code, modifiers, meaning) in [
        (LIVE, KeyCode::Char('S'), shift, Some(Action::Reverse)),
        (LIVE, KeyCode::Char('c'), control, Some(Action::QuitNow)),
        (LIVE, KeyCode::Char('c'), none, None),
        (LIVE, KeyCode::BackTab, shift, Some(Action::PreviousPanel)),
        (REPLAY, KeyCode::Left, none, Some(Action::Step(-1))),
        (REPLAY, KeyCode::Left, shift, Some(Action::Step(-10))),
        (REPLAY, KeyCode::Char('>'), shift, Some(Action::Step(10))),
        (REPLAY, KeyCode::Char('o'), none, None),
        (REPLAY, KeyCode::Char('w'), none, None),
    ] {
        assert_eq!(action(&[table], KeyEvent::new(code, modifiers)), meaning, "{code:?} {modifiers:?}");
    }
}

#[test]
fn what_lies_over_the_screen_takes_a_key_first() {
    let end = KeyEvent::new(KeyCode::End, KeyModifiers::NONE);
    assert_eq!(action(&[&[], REPLAY], end), Some(Action::End));
    assert_eq!(action(&[REPLAY_LOG, REPLAY], end), Some(Action::Bottom));
    let step = KeyEvent::new(KeyCode::Right, KeyModifiers::NONE);
    assert_eq!(action(&[REPLAY_LOG, REPLAY], step), Some(Action::Step(1)));
}
