//! Reads once through a whole recording: what happened in it, and places to go on from.

use std::sync::{Arc, Mutex, PoisonError};

use super::deck::Checkpoint;
use crate::app::{Mark, Progress};
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::tape::Tape;

/// Chunks between two checkpoints at first: 512 samples.
const SPACING: usize = 2;
/// Checkpoints that are kept at most; beyond that every second one goes and their distance doubles.
const MOST: usize = 192;

/// Places in a recording where the model is known.
#[derive(Debug)]
pub struct Checkpoints(Mutex<List>);

#[derive(Debug)]
struct List {
    kept: Vec<Checkpoint>,
    spacing: usize,
    whole: bool,
}

impl Checkpoints {
    /// The beginning alone.
    pub fn new(beginning: Checkpoint) -> Self {
        Self(Mutex::new(List { kept: vec![beginning], spacing: SPACING, whole: false }))
    }

    fn with<T>(&self, look: impl FnOnce(&mut List) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The last one that is not behind the beginning of `chunk`, and whether there will be a nearer one.
    pub fn nearest(&self, chunk: usize) -> (Option<Checkpoint>, bool) {
        self.with(|list| {
            let found = list.kept.iter().rev().find(|kept| kept.chunk <= chunk).cloned();
            let near = found.as_ref().is_some_and(|found| chunk - found.chunk < list.spacing);
            (found, !near && !list.whole)
        })
    }

    /// Keeps `state` if it is far enough from the last one.
    fn offer(&self, state: &Checkpoint) {
        self.with(|list| {
            if !state.chunk.is_multiple_of(list.spacing) || state.chunk == 0 {
                return;
            }
            list.kept.push(state.clone());
            if list.kept.len() > MOST {
                list.spacing *= 2;
                let spacing = list.spacing;
                list.kept.retain(|kept| kept.chunk.is_multiple_of(spacing));
            }
        });
    }

    fn finish(&self) {
        self.with(|list| list.whole = true);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.with(|list| list.kept.len())
    }
}

/// Feeds all of `tape` to a model; `tell` hears of it after every chunk and says whether to go on.
pub fn scan(
    tape: &Arc<Tape>,
    limits: Limits,
    checkpoints: &Checkpoints,
    mut tell: impl FnMut(Progress) -> bool,
) {
    let mut state = Checkpoint::beginning(tape, limits);
    let mut judged = 0;
    let last = tape.chunks().len();
    for chunk in 0..last {
        state.chunk = chunk;
        checkpoints.offer(&state);
        let read = tape.read_until_damage(chunk).unwrap_or_default();
        let mut marks = Vec::new();
        for input in &read.inputs {
            if matches!(input, Input::Attach(_)) {
                marks.push(Mark::Attach(judged));
            }
            if let Some(snapshot) = state.feed(input) {
                marks.extend(snapshot.events.into_iter().map(|event| Mark::Event(judged, event)));
                judged += 1;
            }
        }
        let over = chunk + 1 == last || read.damage.is_some();
        let whole = over.then_some(judged);
        if over {
            checkpoints.finish();
        }
        if !tell(Progress { judged, marks, whole, damage: read.damage }) || over {
            return;
        }
    }
    checkpoints.finish();
}
