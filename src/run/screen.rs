//! The screen: events in, frames out.

pub(super) mod desk;
mod hunt;
mod live;
mod replay;

use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::tz::TimeZone;

use crate::cli::{Monitor, utf8_locale};
use crate::run::{End, panics};
use crate::view::{Palette, Theme};
pub(super) use live::BLIND_AFTER;
pub use live::run;
pub use replay::run as replay;

/// Whether a screen can be drawn at all.
///
/// # Errors
/// The end that says why not.
pub fn possible() -> Result<(), End> {
    let instead = "use --json for output without a screen";
    if !io::stdout().is_terminal() {
        return Err(End::Usage(format!("standard output is not a terminal; {instead}")));
    }
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(End::Usage(format!("a terminal of type 'dumb' can't show a screen; {instead}")));
    }
    Ok(())
}

/// Colours and characters that fit the terminal and the arguments.
fn theme(monitor: &Monitor) -> Theme {
    let variable = |name: &str| std::env::var(name).ok();
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    let utf8 = utf8_locale(locale.each_ref().map(Option::as_deref));
    let color = monitor.colored(variable("NO_COLOR").as_deref());
    Theme::of(if color { monitor.palette } else { Palette::MONO }, monitor.ascii || !utf8)
}

/// Where times of day are told: as the system says, which asks `TZ` first.
fn zone() -> Option<TimeZone> {
    TimeZone::try_system().ok()
}

/// Runs `body`; a panic in it becomes the end it is.
fn guarded(body: impl FnOnce() -> End) -> End {
    catch_unwind(AssertUnwindSafe(body))
        .unwrap_or_else(|_| End::Bug(panics::noted().unwrap_or_else(|| "panic".to_owned())))
}
