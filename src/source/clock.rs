//! The clocks, injectable so that tests are their own masters of time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use rustix::time::{ClockId, clock_gettime};

use crate::units::{Mono, Wall};

/// A source of both times: the machine's own, or one that a test sets by hand. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Kind);

#[derive(Clone, Debug, Default)]
enum Kind {
    #[default]
    System,
    Manual(Arc<Hands>),
}

#[derive(Debug)]
struct Hands {
    wall: AtomicI64,
    mono: AtomicU64,
}

impl Clock {
    /// The machine's clocks.
    pub fn real() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands still until [`Clock::set`] moves it.
    pub fn manual(wall: Wall, mono: Mono) -> Self {
        let hands = Hands { wall: AtomicI64::new(wall.0), mono: AtomicU64::new(mono.0) };
        Self(Kind::Manual(Arc::new(hands)))
    }

    /// Sets a manual clock; the machine's stays as it is.
    pub fn set(&self, wall: Wall, mono: Mono) {
        if let Kind::Manual(hands) = &self.0 {
            hands.wall.store(wall.0, Ordering::SeqCst);
            hands.mono.store(mono.0, Ordering::SeqCst);
        }
    }

    /// The time of day; it may jump.
    pub fn wall(&self) -> Wall {
        match &self.0 {
            Kind::System => Wall(nanos(ClockId::Realtime)),
            Kind::Manual(hands) => Wall(hands.wall.load(Ordering::SeqCst)),
        }
    }

    /// Nanoseconds since the machine was booted, without the time it was suspended
    /// (`CLOCK_MONOTONIC`).
    pub fn mono(&self) -> Mono {
        match &self.0 {
            Kind::System => Mono(nanos(ClockId::Monotonic).unsigned_abs()),
            Kind::Manual(hands) => Mono(hands.mono.load(Ordering::SeqCst)),
        }
    }

    /// Seconds since the machine was booted, suspension included (`CLOCK_BOOTTIME`): the scale on
    /// which processes carry their start. A manual clock takes its monotonic time for it.
    pub fn since_boot(&self) -> f64 {
        match &self.0 {
            Kind::System => nanos(ClockId::Boottime) as f64 / 1e9,
            Kind::Manual(_) => self.mono().secs(),
        }
    }
}

fn nanos(clock: ClockId) -> i64 {
    let time = clock_gettime(clock);
    time.tv_sec.saturating_mul(1_000_000_000).saturating_add(time.tv_nsec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clocks_move_on() {
        let clock = Clock::real();
        let (mono, wall) = (clock.mono(), clock.wall());
        assert!(clock.mono() >= mono && wall.0 > 1_700_000_000_000_000_000);
        assert!(clock.since_boot() >= mono.secs());
    }

    #[test]
    fn a_manual_clock_stands_still_and_is_shared() {
        let clock = Clock::manual(Wall(5), Mono(7));
        let twin = clock.clone();
        assert_eq!((twin.wall(), twin.mono()), (Wall(5), Mono(7)));
        clock.set(Wall(6), Mono(9));
        assert_eq!((twin.wall(), twin.mono()), (Wall(6), Mono(9)));
    }
}
