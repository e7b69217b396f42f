//! The state of the running program: events in, state and effects out. No I/O, no clock.

pub mod keys;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::cli::INTERVALS;
use crate::model::Model;
use crate::model::history::History;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::snapshot::{Snapshot, SourceFault};
use crate::model::state::State;
use crate::sample::Sample;
use crate::ui::stage::{Picker, Stage};
use crate::ui::{GraphSpan, Labels, Panel, Scroll, SortBy, Ui};
use keys::Action;

/// Rows of a page; the view clamps to what there is.
const PAGE: usize = 10;
/// Longest filter, in characters.
const MAX_FILTER: usize = 40;
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
    /// What the person has chosen.
    pub ui: Ui,
    /// What is watched.
    pub labels: Labels,
}

impl App {
    /// A program that has seen nothing, sampling every `interval` seconds.
    pub fn new(limits: Limits, labels: Labels, interval: f64) -> Self {
        let ui = Ui { interval, ..Ui::default() };
        Self { model: Model::new(limits), live: Picture::default(), frozen: None, ui, labels }
    }

    /// What to draw.
    pub fn picture(&self) -> &Picture {
        self.frozen.as_deref().unwrap_or(&self.live)
    }

    /// The newest snapshot, frozen picture or not.
    pub fn newest(&self) -> Option<&Snapshot> {
        self.live.snapshot.as_ref()
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
            Stage::Picking(picker) => pick(picker, key),
            Stage::Watching if self.ui.editing => self.edit(key),
            _ => None,
        };
        if let Some(effect) = special {
            return effect;
        }
        match keys::action(key) {
            Some(action) => self.act(action),
            None => Effect::Nothing,
        }
    }

    /// A key while the filter is typed; `None` if it means what it always means.
    fn edit(&mut self, key: KeyEvent) -> Option<Effect> {
        let plain = key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE;
        match key.code {
            KeyCode::Char('u') if key.modifiers == KeyModifiers::CONTROL => self.ui.filter.clear(),
            KeyCode::Char(c) if plain => {
                if self.ui.filter.chars().count() < MAX_FILTER {
                    self.ui.filter.push(c);
                }
            }
            KeyCode::Backspace => {
                if self.ui.filter.pop().is_none() {
                    self.ui.editing = false;
                }
            }
            KeyCode::Enter => self.ui.editing = false,
            KeyCode::Esc => {
                self.ui.editing = false;
                self.ui.filter.clear();
            }
            _ => return None,
        }
        self.ui.scroll[Panel::Sources.index()] = Scroll::default();
        Some(Effect::Draw)
    }

    fn act(&mut self, action: Action) -> Effect {
        match action {
            Action::Choose => return Effect::Choose,
            Action::Write => return Effect::Write,
            Action::QuitNow => return Effect::Quit,
            Action::Quit if self.ui.help.is_none() => return Effect::Quit,
            Action::Suspend => return Effect::Suspend,
            Action::Redraw => return Effect::Redraw,
            Action::Slower => return self.step_interval(true),
            Action::Faster => return self.step_interval(false),
            Action::Back if !self.back() => return Effect::Nothing,
            Action::Quit => self.ui.help = None,
            Action::Help => {
                self.ui.help = if self.ui.help.is_some() { None } else { Some(Scroll::default()) }
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
            Action::Back => {}
        }
        Effect::Draw
    }

    /// Closes what was opened last; false if nothing is open.
    fn back(&mut self) -> bool {
        if self.ui.help.take().is_some() {
            return true;
        }
        if !self.ui.filter.is_empty() {
            self.ui.filter.clear();
            return true;
        }
        std::mem::take(&mut self.ui.zoom)
    }

    /// Sampling goes on under the frozen picture, which is a copy made once.
    fn pause(&mut self) {
        self.ui.paused = !self.ui.paused;
        self.frozen = self.ui.paused.then(|| Box::new(self.live.clone()));
    }

    fn focus_by(&mut self, steps: usize) {
        self.ui.focus = Panel::ALL[(self.ui.focus.index() + steps) % Panel::ALL.len()];
    }

    fn scroll(&mut self, to: impl Fn(usize) -> usize) {
        let scroll = match &mut self.ui.help {
            Some(help) => help,
            None => &mut self.ui.scroll[self.ui.focus.index()],
        };
        scroll.top = to(scroll.top);
    }

    /// The view says how far a list can be scrolled; what is beyond is taken back, so that the
    /// next step up is seen at once.
    pub fn clamp_scroll(&mut self, furthest: [usize; 3], help: usize) {
        for (scroll, furthest) in self.ui.scroll.iter_mut().zip(furthest) {
            scroll.top = scroll.top.min(furthest);
        }
        if let Some(scroll) = &mut self.ui.help {
            scroll.top = scroll.top.min(help);
        }
    }

    fn sort(&mut self) {
        let next = (self.ui.sort as usize + 1) % SortBy::ALL.len();
        self.ui.sort = SortBy::ALL[next];
        self.ui.scroll[Panel::Sources.index()] = Scroll::default();
    }

    fn filter(&mut self) {
        self.ui.focus = Panel::Sources;
        self.ui.editing = true;
        self.ui.help = None;
    }

    fn step_interval(&mut self, longer: bool) -> Effect {
        let now = self.ui.interval;
        let next = if longer {
            STEPS.into_iter().find(|step| *step > now + 1e-9)
        } else {
            STEPS.into_iter().rev().find(|step| *step < now - 1e-9)
        };
        match next.filter(|secs| INTERVALS.contains(secs)) {
            Some(secs) => {
                self.ui.interval = secs;
                Effect::Interval(secs)
            }
            None => Effect::Nothing,
        }
    }
}

/// A key in the list of targets; `None` if it means what it always means.
fn pick(picker: &mut Picker, key: KeyEvent) -> Option<Effect> {
    let plain = key.modifiers - KeyModifiers::SHIFT == KeyModifiers::NONE;
    match key.code {
        KeyCode::Enter => return picker.choice().map(Effect::Pick).or(Some(Effect::Nothing)),
        KeyCode::Up => picker.step(-1),
        KeyCode::Down | KeyCode::Tab => picker.step(1),
        KeyCode::PageUp => picker.step(-(PAGE as isize)),
        KeyCode::PageDown => picker.step(PAGE as isize),
        KeyCode::Home => picker.step(isize::MIN),
        KeyCode::End => picker.step(isize::MAX),
        KeyCode::Backspace => drop(picker.filter.pop()),
        KeyCode::Esc => picker.filter.clear(),
        // Nothing typed yet: q is no letter of a name but the wish to leave.
        KeyCode::Char('q') if picker.filter.is_empty() => return None,
        KeyCode::Char(c) if plain => {
            if picker.filter.chars().count() < MAX_FILTER {
                picker.filter.push(c);
            }
        }
        _ => return None,
    }
    Some(Effect::Draw)
}

#[cfg(test)]
mod tests;
