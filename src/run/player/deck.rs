//! A place in a recording: the model there, what led up to it, and the way to any other place.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::app::Picture;
use crate::model::Model;
use crate::model::history::{KEEP_SECS, MIN_POINTS};
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::sample::Sample;
use crate::tape::Tape;
use crate::ui::Labels;
use crate::units::Wall;

/// Chunks that are kept as they were read: a jump back of ten minutes reads nothing anew.
const CACHE: usize = 8;

/// The model before the first input of a chunk: from here on all is derived again as it was live.
#[derive(Clone, Debug)]
pub struct Checkpoint {
    /// Number of the chunk.
    pub chunk: usize,
    /// What the model knew.
    pub model: Model,
    /// What was watched.
    pub labels: Arc<Labels>,
}

impl Checkpoint {
    /// The beginning of `tape`.
    pub fn beginning(tape: &Tape, limits: Limits) -> Self {
        Self { chunk: 0, model: Model::new(limits), labels: Arc::new(tape.header().target.clone()) }
    }

    /// Eats one input; a sample yields a snapshot.
    pub fn feed(&mut self, input: &Input) -> Option<Snapshot> {
        if let Input::Attach(labels) = input {
            self.labels = Arc::clone(labels);
        }
        self.model.feed(input)
    }
}

/// Plays a recording from any place.
#[derive(Debug)]
pub struct Deck {
    tape: Arc<Tape>,
    cache: VecDeque<(usize, Arc<[Input]>)>,
    state: Checkpoint,
    /// The input of the state's chunk that comes next.
    input: usize,
    /// The number of the sample that comes next.
    next: u64,
    picture: Picture,
}

impl Deck {
    /// Before the first sample.
    pub fn new(tape: Arc<Tape>, limits: Limits) -> Self {
        let state = Checkpoint::beginning(&tape, limits);
        Self { tape, cache: VecDeque::new(), state, input: 0, next: 0, picture: Picture::default() }
    }

    /// The number of the sample that comes next: one more than that of the sample shown.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// What is shown, and what is watched.
    pub fn shown(&self) -> (&Picture, &Arc<Labels>) {
        (&self.picture, &self.state.labels)
    }

    /// Goes on by one sample; false at the end, or where the recording is damaged.
    pub fn step(&mut self) -> bool {
        self.advance(true)
    }

    fn advance(&mut self, shown: bool) -> bool {
        loop {
            let Some(input) = self.coming() else { return false };
            self.input += 1;
            if let Some(snapshot) = self.state.feed(&input) {
                self.next += 1;
                if shown {
                    self.picture.history.push(&snapshot);
                    self.picture.snapshot = Some(snapshot);
                }
                return true;
            }
            if matches!(input, Input::Attach(_)) {
                self.picture = Picture::default();
            }
        }
    }

    /// The input that comes next, in this chunk or a later one.
    fn coming(&mut self) -> Option<Input> {
        loop {
            let chunk = *self.tape.chunks().get(self.state.chunk)?;
            let inputs = self.chunk(self.state.chunk);
            if let Some(input) = inputs.get(self.input) {
                return Some(input.clone());
            }
            // What is missing at the end of a chunk is damage: beyond it nothing is as it was live.
            if self.next < chunk.first + u64::from(chunk.samples) {
                return None;
            }
            (self.state.chunk, self.input) = (self.state.chunk + 1, 0);
        }
    }

    /// The sample that [`Deck::step`] goes to.
    pub fn coming_sample(&mut self) -> Option<Arc<Sample>> {
        self.sample(self.next)
    }

    /// The chunk where the history of a picture of sample `number` begins.
    pub fn lead_in(&mut self, number: u64) -> usize {
        let points = chunk_of(&self.tape, number.saturating_sub(MIN_POINTS as u64));
        let own = chunk_of(&self.tape, number);
        let Some(sample) = self.sample(number) else { return points };
        let begin = sample.mono.secs() - KEEP_SECS - 2.0 * sample.interval;
        let until = self.tape.chunks().iter().take(own + 1);
        let back = until.rev().position(|chunk| chunk.mono.secs() < begin);
        back.map_or(0, |back| own - back).min(points)
    }

    /// Shows sample `number`, or the last one before that there is. What lies between is derived again:
    /// from here if that is nearer than `from`, which must not lie behind [`Deck::lead_in`].
    pub fn go(&mut self, number: u64, from: Option<&Checkpoint>) {
        let number = number.min(self.tape.samples().saturating_sub(1));
        if let Some(from) = from.filter(|from| self.next > number + 1 || self.first(from.chunk) > self.next) {
            let lead_in = self.lead_in(number).max(from.chunk);
            self.state = from.clone();
            (self.input, self.next) = (0, self.first(from.chunk));
            self.picture = Picture::default();
            let shown = self.first(lead_in);
            while self.next < shown && self.advance(false) {}
        }
        while self.next <= number && self.step() {}
    }

    fn first(&self, chunk: usize) -> u64 {
        self.tape.chunks().get(chunk).map_or(self.tape.samples(), |chunk| chunk.first)
    }

    /// Sample `number`; `None` beyond the end and where it can't be read.
    pub fn sample(&mut self, number: u64) -> Option<Arc<Sample>> {
        let chunk = chunk_of(&self.tape, number);
        let at = usize::try_from(number.checked_sub(self.first(chunk))?).ok()?;
        samples(&self.chunk(chunk)).nth(at).cloned()
    }

    /// The first sample at or after `at`; the last one where all are earlier.
    pub fn at_time(&mut self, at: Wall) -> u64 {
        let chunks = self.tape.chunks();
        let chunk = chunks.iter().skip(1).take_while(|chunk| chunk.at <= at).count();
        let inputs = self.chunk(chunk);
        let earlier = samples(&inputs).take_while(|sample| sample.at < at).count() as u64;
        (self.first(chunk) + earlier).min(self.tape.samples().saturating_sub(1))
    }

    /// The sample nearest to `secs` after sample `number`, but another one if there is one.
    pub fn by_secs(&mut self, number: u64, secs: f64) -> u64 {
        let Some(from) = self.sample(number).map(|sample| sample.mono.secs()) else { return number };
        let wanted = from + secs;
        let chunks = self.tape.chunks();
        let chunk = chunks.iter().skip(1).take_while(|chunk| chunk.mono.secs() <= wanted).count();
        let inputs = self.chunk(chunk);
        let earlier = samples(&inputs).take_while(|sample| sample.mono.secs() < wanted - 1e-6).count() as u64;
        let found = self.first(chunk) + earlier;
        let found = if secs < 0.0 { found.min(number.saturating_sub(1)) } else { found.max(number + 1) };
        found.min(self.tape.samples().saturating_sub(1))
    }

    /// The inputs of a chunk; those before the damage, where there is one.
    fn chunk(&mut self, number: usize) -> Arc<[Input]> {
        if let Some(at) = self.cache.iter().position(|(cached, _)| *cached == number)
            && let Some(entry) = self.cache.remove(at)
        {
            let inputs = Arc::clone(&entry.1);
            self.cache.push_back(entry);
            return inputs;
        }
        let inputs: Arc<[Input]> = self.tape.read_until_damage(number).unwrap_or_default().inputs.into();
        if self.cache.len() >= CACHE {
            self.cache.pop_front();
        }
        self.cache.push_back((number, Arc::clone(&inputs)));
        inputs
    }
}

fn samples(inputs: &[Input]) -> impl Iterator<Item = &Arc<Sample>> {
    inputs.iter().filter_map(|input| match input {
        Input::Sample(sample) => Some(sample),
        _ => None,
    })
}

/// The chunk that holds sample `number`, the last one for a number beyond the end.
pub fn chunk_of(tape: &Tape, number: u64) -> usize {
    tape.chunks().partition_point(|chunk| chunk.first <= number).saturating_sub(1)
}

/// The time of the last sample that can be read.
pub fn last_time(tape: &Tape) -> Option<Wall> {
    let last = tape.chunks().len().checked_sub(1)?;
    let read = tape.read_until_damage(last).ok()?;
    Some(samples(&read.inputs).last().map_or(tape.chunks()[last].at, |sample| sample.at))
}
