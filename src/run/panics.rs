//! Panics, kept until the terminal is given back.
//!
//! A message printed by the panic hook would land on the alternate screen and vanish with it; and
//! a panic on one thread must not restore the screen under another that goes on drawing. So the
//! hook only notes what happened.

use std::sync::{Mutex, PoisonError};

static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Notes the next panics instead of printing them.
pub fn keep() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        let text = info.payload_as_str().unwrap_or("no message");
        let note = format!("panic{place}: {text}");
        // The first one is the cause; what follows are its echoes.
        LAST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(note);
    }));
}

/// The panic that was noted first.
pub fn noted() -> Option<String> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// In builds with debug assertions, panics where the environment asks for it, so that tests can
/// see what a panic leaves behind.
///
/// # Panics
/// As asked.
pub fn on_request(place: &str) {
    let asked = cfg!(debug_assertions).then(|| std::env::var_os("CORESCOPE_TOP_PANIC")).flatten();
    assert!(asked.is_none_or(|asked| asked != place), "asked to panic in {place}");
}
