//! The screen of a recording.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::desk::{Desk, Session, Todo};
use super::{guarded, theme, zone};
use crate::app::{App, Effect};
use crate::cli::Monitor;
use crate::event::{Event, QUEUE};
use crate::model::limits::Limits;
use crate::run::attention::Attention;
use crate::run::player::{Player, deck};
use crate::run::{End, panics};
use crate::tape::Tape;
use crate::ui::replay::Replay;
use crate::units::Mono;

/// The sample that is shown first: rates need two.
const FIRST: u64 = 1;

/// Plays `tape` until it is enough.
pub fn run(tape: Tape, monitor: &Monitor, limits: Limits) -> End {
    panics::keep();
    let tape = Arc::new(tape);
    let (sender, receiver) = sync_channel(QUEUE);
    let header = tape.header();
    let mut app = App::of_recording(limits, header.target.clone(), header.interval, state(&tape));
    app.ui.zone = zone();
    if let Some(cut) = tape.cut() {
        app.notice(format!("the recording ends early: {cut}"));
    }
    let player = match Player::start(&tape, limits, FIRST, &sender) {
        Ok(player) => player,
        Err(error) => return End::Bug(format!("no thread for playing: {error}")),
    };
    let mut session = Playing { desk: Desk::new(app, theme(monitor), Attention::none()), player };
    guarded(|| session.run(&sender, &receiver))
}

fn state(tape: &Tape) -> Replay {
    let end = deck::last_time(tape).unwrap_or_default();
    Replay {
        samples: tape.samples(),
        begin: tape.chunks().first().map_or(end, |chunk| chunk.at),
        end,
        speed: 1,
        cut: tape.cut().map(Into::into),
        ..Replay::default()
    }
}

struct Playing {
    desk: Desk,
    player: Player,
}

impl Session for Playing {
    fn desk(&mut self) -> &mut Desk {
        &mut self.desk
    }

    /// The time of the sample that is shown: nothing in the picture gets older by being looked at.
    fn now(&self) -> Mono {
        self.desk.app.newest().map_or(Mono::default(), |snapshot| snapshot.mono)
    }

    fn patience(&mut self) -> Duration {
        Duration::from_mins(1)
    }

    fn event(&mut self, event: Event) -> Todo {
        let effect = match event {
            Event::Shown(shown) => {
                panics::on_request("main");
                self.desk.app.shown(*shown)
            }
            Event::Judged(progress) => self.desk.app.judged(progress),
            _ => Effect::Nothing,
        };
        self.apply(effect)
    }

    fn act(&mut self, effect: Effect) -> Todo {
        let Effect::Move(to) = effect else { return Todo::Nothing };
        self.player.go(to);
        Todo::Draw
    }
}
