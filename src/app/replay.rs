//! What is known of a recording that is played, and the keys that move about in it.

use super::keys::Action;
use super::{App, Effect, Picture};
use crate::model::limits::Limits;
use crate::model::log::{EventLog, KEPT_OF_RECORDING};
use crate::model::verdict::Event;
use crate::ui::Labels;
use crate::ui::replay::{Move, Replay, SPEEDS};

/// Something that happened in a recording, and the number of its sample.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A verdict began or ended.
    Event(u64, Event),
    /// From this sample on another target is watched.
    Attach(u64),
}

/// What is known after some more of a recording.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Samples from the beginning that are judged.
    pub judged: u64,
    /// What happened in those that are new.
    pub marks: Vec<Mark>,
    /// All is judged that there is: so many samples.
    pub whole: Option<u64>,
    /// Why there are no more: one sentence.
    pub damage: Option<String>,
}

/// A picture out of a recording.
#[derive(Clone, Debug)]
pub struct Shown {
    /// Number of its sample, counted from 0.
    pub number: u64,
    /// What is known there.
    pub picture: Picture,
    /// What was watched there.
    pub labels: Labels,
    /// It goes on by itself.
    pub playing: bool,
    /// Another place was asked for that is not judged yet.
    pub waiting: bool,
}

impl App {
    /// A program that plays a recording.
    pub fn of_recording(limits: Limits, labels: Labels, interval: f64, replay: Replay) -> Self {
        let mut app = Self::new(limits, labels, interval);
        app.events = EventLog::new(KEPT_OF_RECORDING);
        app.ui.replay = Some(replay);
        app
    }

    /// Shows another place of the recording.
    pub fn shown(&mut self, shown: Shown) -> Effect {
        let Some(replay) = &mut self.ui.replay else { return Effect::Nothing };
        replay.at = shown.number;
        replay.playing = shown.playing;
        replay.waiting = shown.waiting;
        replay.wanted = replay.wanted.filter(|wanted| *wanted != shown.number);
        if let Some(snapshot) = &shown.picture.snapshot {
            self.ui.interval = snapshot.interval;
        }
        (self.live, self.labels) = (shown.picture, shown.labels);
        Effect::Draw
    }

    /// More of the recording is judged.
    pub fn judged(&mut self, progress: Progress) -> Effect {
        self.log(|events| {
            for mark in &progress.marks {
                match mark {
                    Mark::Event(number, event) => events.add(*number, event),
                    Mark::Attach(number) => events.cut(*number),
                }
            }
        });
        let Some(replay) = &mut self.ui.replay else { return Effect::Nothing };
        replay.judged = progress.judged;
        if let Some(whole) = progress.whole {
            replay.samples = whole;
            replay.wanted = replay.wanted.filter(|wanted| *wanted < whole);
        }
        if let Some(damage) = progress.damage {
            self.ui.notice = Some(damage.clone());
            replay.cut = Some(damage.into());
        }
        Effect::Draw
    }

    /// A key that moves about in the recording.
    pub(super) fn play(&mut self, action: Action) -> Effect {
        let Some(replay) = &mut self.ui.replay else { return Effect::Nothing };
        let here = replay.heading_for();
        let to = match action {
            Action::Play => {
                replay.playing = !replay.playing;
                Move::Play(replay.playing)
            }
            Action::Speed(faster) => match stepped(replay.speed, faster) {
                Some(speed) => {
                    replay.speed = speed;
                    Move::Speed(speed)
                }
                None => return Effect::Nothing,
            },
            Action::GoTo => {
                replay.typed = Some(String::new());
                (self.ui.help, self.ui.log) = (None, None);
                return Effect::Draw;
            }
            Action::Step(by) => Move::Step(by),
            Action::Seconds(secs) => Move::Secs(secs.into()),
            Action::Begin => Move::Sample(0),
            Action::End => Move::Sample(replay.samples.saturating_sub(1)),
            Action::PreviousEvent => match self.events.before(here).map(|entry| entry.began) {
                Some(number) => Move::Sample(number),
                None => return self.notice("no event before this one".to_owned()),
            },
            Action::NextEvent => match self.events.after(here).map(|entry| entry.began) {
                Some(number) => Move::Sample(number),
                None if replay.judging().is_some() => {
                    return self.notice("no event so far; not all is judged yet".to_owned());
                }
                None => return self.notice("no event after this one".to_owned()),
            },
            _ => return Effect::Nothing,
        };
        self.moves(to)
    }

    /// Goes to a place that is known by its number, or another way.
    pub(super) fn moves(&mut self, to: Move) -> Effect {
        if let Some(replay) = &mut self.ui.replay {
            replay.wanted = match to {
                Move::Sample(number) => Some(number),
                Move::Play(_) | Move::Speed(_) => replay.wanted,
                Move::Step(_) | Move::Secs(_) | Move::Time(_) => None,
            };
        }
        Effect::Move(to)
    }
}

/// The next speed; `None` at the fastest and the slowest.
fn stepped(speed: u32, faster: bool) -> Option<u32> {
    if faster {
        SPEEDS.into_iter().find(|step| *step > speed)
    } else {
        SPEEDS.into_iter().rev().find(|step| *step < speed)
    }
}

#[cfg(test)]
mod tests;
