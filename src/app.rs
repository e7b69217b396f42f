//! The state of the running program: events in, state and effects out. No I/O, no clock.

mod choices;
mod goto;
pub mod guide;
pub mod keys;
mod overlay;
pub mod replay;
mod typing;

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::model::Model;
use crate::model::history::History;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::log::EventLog;
use crate::model::snapshot::{Snapshot, SourceFault};
use crate::model::state::State;
use crate::sample::Sample;
use crate::ui::replay::Move;
use crate::ui::stage::Stage;
use crate::ui::{GraphSpan, Labels, Scroll, Ui};
use crate::view::KeyGuide;
use keys::{Action, Copied};
pub use replay::{Mark, Progress, Shown};

/// Rows of a page; the view clamps to what there is.
const PAGE: usize = 10;
/// Intervals that + and - step through, seconds.
const STEPS: [f64; 9] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0];

/// What the caller has to do after an event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Effect {
    /// Draw, when it can be done.
    Draw,
    /// Nothing changed on screen.
    Nothing,
    /// Forget what is on the terminal and draw everything.
    Redraw,
    /// End with status 0.
    Quit,
    /// Stop until the shell says go on.
    Suspend,
    /// Sample at another interval, in seconds, and draw.
    Interval(f64),
    /// Watch the ingestor with this pid.
    Pick(u32),
    /// Look for targets to choose from.
    Choose,
    /// Write the last hour to a file.
    Write,
    /// Take the level of now as normal.
    Accept,
    /// Put something on the clipboard.
    Copy(Copied),
    /// Go somewhere else in the recording, and draw.
    Move(Move),
}

impl Effect {
    fn or_draw(self) -> Self {
        if self == Self::Nothing { Self::Draw } else { self }
    }
}

/// What is shown now: the newest picture, or the one that was frozen.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// The newest snapshot; `None` before the first.
    pub snapshot: Option<Snapshot>,
    /// Its series.
    pub history: History,
}

/// The program's state.
#[derive(Debug)]
pub struct App {
    model: Model,
    live: Picture,
    frozen: Option<Box<Picture>>,
    events: EventLog,
    /// What the person has chosen.
    pub ui: Ui,
    /// What is watched.
    pub labels: Labels,
}

impl App {
    /// A program that has seen nothing, sampling every `interval` seconds.
    pub fn new(limits: Limits, labels: Labels, interval: f64) -> Self {
        let ui = Ui { interval, ..Ui::default() };
        let (model, live, events) = (Model::new(limits), Picture::default(), EventLog::default());
        Self { model, live, frozen: None, events, ui, labels }
    }

    /// What to draw.
    pub fn picture(&self) -> &Picture {
        self.frozen.as_deref().unwrap_or(&self.live)
    }

    /// The newest snapshot, frozen picture or not.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.live.snapshot.as_ref()
    }

    /// What began and ended.
    pub fn events(&self) -> &EventLog {
        &self.events
    }

    /// The keys that matter now.
    pub fn guide(&self) -> KeyGuide {
        guide::guide(&self.ui, self.picture().snapshot.as_ref())
    }

    /// What the samples are fed to.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Says one line in place of the key hints, until the next key.
    pub fn notice(&mut self, text: String) -> Effect {
        self.ui.notice = Some(text);
        Effect::Draw
    }

    /// The limits in force.
    pub fn limits(&self) -> &Limits {
        self.model.limits()
    }

    /// Eats a sample.
    pub fn sample(&mut self, sample: &Sample) -> Effect {
        let snapshot = self.model.push(sample);
        self.live.history.push(&snapshot);
        self.log(|events| events.push(snapshot.seq, &snapshot));
        self.live.snapshot = Some(snapshot);
        Effect::Draw
    }

    /// Takes what an earlier run learned about the target.
    pub fn recall(&mut self, state: Arc<State>) {
        self.model.feed(&Input::State(state));
    }

    /// What has been learned about the target, for the next run.
    pub fn learned(&self) -> State {
        self.model.learned()
    }

    /// Takes the level of now as normal.
    pub fn accept(&mut self) -> Effect {
        self.model.feed(&Input::Accept);
        self.notice("the level of now is normal from here on".to_owned())
    }

    /// Adds to the log; the event that is chosen there stays chosen.
    fn log(&mut self, add: impl FnOnce(&mut EventLog)) {
        let before = self.events.begun();
        add(&mut self.events);
        let new = usize::try_from(self.events.begun() - before).unwrap_or(usize::MAX);
        if let Some(chosen) = self.ui.log.as_mut().filter(|chosen| **chosen > 0) {
            *chosen = chosen.saturating_add(new);
        }
    }

    /// Adds what could not be done to what could not be read.
    pub fn fault(&mut self, source: &'static str, text: String) {
        if let Some(snapshot) = &mut self.live.snapshot {
            snapshot.faults.push(SourceFault { source, text, since: None });
        }
    }

    /// Starts anew with another target: nothing of the old one is true of it.
    pub fn attach(&mut self, labels: Labels) {
        self.model = Model::new(*self.model.limits());
        (self.live, self.frozen) = (Picture::default(), None);
        self.events = EventLog::default();
        self.labels = labels;
        self.ui.paused = false;
        self.ui.stage = Stage::Watching;
    }

    /// Names the demo's scenario.
    pub fn scenario(&mut self, name: &str) -> Effect {
        self.labels.scenario = Some(Arc::from(name));
        Effect::Draw
    }

    /// Eats a key.
    pub fn key(&mut self, key: KeyEvent) -> Effect {
        // Also where the key does nothing else, its line is free again.
        if self.ui.notice.take().is_some() {
            return self.press(key).or_draw();
        }
        self.press(key)
    }

    fn press(&mut self, key: KeyEvent) -> Effect {
        let special = match &mut self.ui.stage {
            Stage::Picking(picker) if self.ui.help.is_none() => typing::pick(picker, key),
            Stage::Watching if self.ui.editing => self.edit(key),
            Stage::Watching => self.type_time(key),
            Stage::Picking(_) | Stage::Waiting(_) => None,
        };
        if let Some(effect) = special {
            return effect;
        }
        match keys::action(&keys::tables(&self.ui), key) {
            Some(action) => self.act(action),
            None => Effect::Nothing,
        }
    }

    fn act(&mut self, action: Action) -> Effect {
        match action {
            Action::Choose => return Effect::Choose,
            Action::Write => return Effect::Write,
            Action::QuitNow => return Effect::Quit,
            Action::Quit if !self.close() => return Effect::Quit,
            Action::Suspend => return Effect::Suspend,
            Action::Redraw => return Effect::Redraw,
            Action::Slower => return self.step_interval(true),
            Action::Faster => return self.step_interval(false),
            Action::Back if !self.back() => return Effect::Nothing,
            Action::Copy(what) => return Effect::Copy(what),
            Action::Help => {
                self.ui.explain = None;
                self.ui.help = if self.ui.help.is_some() { None } else { Some(Scroll::default()) }
            }
            // Over the log they would explain a panel that nobody sees.
            Action::Explain if self.ui.log.is_some() => return Effect::Nothing,
            Action::Explain => {
                self.ui.explain = if self.ui.explain.is_some() { None } else { Some(Scroll::default()) }
            }
            Action::Pause => self.pause(),
            Action::NextPanel => self.focus_by(1),
            Action::PreviousPanel => self.focus_by(2),
            Action::Focus(panel) => self.ui.focus = panel,
            Action::Zoom => self.ui.zoom = !self.ui.zoom,
            Action::Lines(by) => self.scroll(|top| top.saturating_add_signed(by as isize)),
            Action::Pages(by) => self.scroll(|top| top.saturating_add_signed(by as isize * PAGE as isize)),
            Action::Top => self.scroll(|_| 0),
            Action::Bottom => self.scroll(|_| usize::MAX),
            Action::Sort => self.sort(),
            Action::Reverse => self.ui.reverse = !self.ui.reverse,
            Action::Filter => self.filter(),
            Action::Span => {
                self.ui.span = match self.ui.span {
                    GraphSpan::Fine => GraphSpan::Medium,
                    GraphSpan::Medium => GraphSpan::TenMinutes,
                    GraphSpan::TenMinutes => GraphSpan::Fine,
                }
            }
            Action::Log => self.open_log(),
            Action::Jump => return self.jump(),
            Action::Accept => return self.wants_accept(),
            Action::Play
            | Action::Step(_)
            | Action::Seconds(_)
            | Action::PreviousEvent
            | Action::NextEvent
            | Action::Begin
            | Action::End
            | Action::Speed(_)
            | Action::GoTo => return self.play(action),
            Action::Quit | Action::Back => {}
        }
        Effect::Draw
    }
}

#[cfg(test)]
mod tests;
