//! What a model is fed with: live and replayed alike, and just this is recorded.

use std::sync::Arc;

use super::Model;
use super::snapshot::Snapshot;
use super::state::State;
use crate::sample::Sample;
use crate::ui::Labels;

/// One thing that changes what is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A look at the target.
    Sample(Arc<Sample>),
    /// What an earlier run learned.
    State(Arc<State>),
    /// Somebody said that the level of now is normal.
    Accept,
    /// Another target, of which nothing is known yet.
    Attach(Arc<Labels>),
}

impl Input {
    /// Whether it is a look at the target.
    pub fn is_sample(&self) -> bool {
        matches!(self, Self::Sample(_))
    }
}

impl Model {
    /// Eats one input; a sample yields a snapshot.
    pub fn feed(&mut self, input: &Input) -> Option<Snapshot> {
        match input {
            Input::Sample(sample) => return Some(self.push(sample)),
            Input::State(state) => self.recall(state),
            Input::Accept => self.accept(),
            Input::Attach(_) => *self = Self::new(*self.limits()),
        }
        None
    }
}
