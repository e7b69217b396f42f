//! The last hour in memory, compressed, while nobody records: for when it happened a minute ago.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use zstd::bulk::Compressor;

use super::create;
use super::line::{self, Header};
use super::recorder::Summary;
use super::sink::Sink;
use crate::model::input::Input;
use crate::model::state::State;
use crate::ui::Labels;
use crate::units::{Mono, Wall};

/// How far back it reaches, nanoseconds.
const HOUR: u64 = 3_600_000_000_000;
/// Every segment begins with what was known then, so that a file can begin there.
const SEGMENT: u64 = 300_000_000_000;
/// Plain bytes that are compressed at once: a sample costs little, and a thread is not needed.
const FRAME: usize = 64 << 10;
/// The most compressed bytes that are kept: an hour of samples once a second takes 0.8 MB; of samples more often it is
/// less than an hour.
const MAX_BYTES: usize = 896 << 10;
/// A segment that has grown to this size ends, so that what has to go goes in small parts.
const SEGMENT_BYTES: usize = MAX_BYTES / 8;
/// On lines that are so alike the first level is not only the cheapest: up to the fifth none makes less of them.
const LEVEL: i32 = 1;
/// As far as a frame looks back, base 2. With less than a frame the compressor's own memory is of one size; where it
/// depends on the length of what is compressed it is taken anew for each that is a little longer than all before.
const WINDOW: u32 = FRAME.ilog2();

/// The last hour.
pub struct Ring {
    header: Header,
    segments: VecDeque<Segment>,
    /// Lines that are not compressed yet; the newest of the last segment.
    plain: Vec<u8>,
    /// Samples among them.
    samples: u64,
    compressor: Option<Compressor<'static>>,
    /// What it writes to.
    compressed: Vec<u8>,
    bytes: usize,
}

/// Five minutes, or less where the target changed or samples are large or frequent.
struct Segment {
    /// When it began.
    at: Wall,
    mono: Mono,
    /// What was watched then.
    labels: Arc<Labels>,
    /// What was known then.
    state: Arc<State>,
    frames: Vec<Arc<[u8]>>,
    samples: u64,
}

/// What a ring held at a moment; cheap to take, written elsewhere.
pub struct Dump {
    header: Header,
    state: Arc<State>,
    frames: Vec<Arc<[u8]>>,
    plain: Vec<u8>,
    samples: u64,
}

impl Ring {
    /// An empty one; its files will begin with `header`.
    pub fn new(header: Header) -> Self {
        let labels = Arc::new(header.target.clone());
        let first = Segment::new(Wall::default(), Mono::default(), labels, State::default());
        // Without memory to compress in, the ring forgets what it can't hold.
        let compressor = compressor().ok();
        let (plain, compressed) = (Vec::new(), Vec::new());
        Self { header, segments: [first].into(), plain, samples: 0, compressor, compressed, bytes: 0 }
    }

    /// Keeps an input, before the model eats it. `learned` is asked when a segment begins.
    pub fn note(&mut self, input: &Input, learned: impl FnOnce() -> State) {
        match input {
            // A new target is a new beginning, for the model and for a file.
            Input::Attach(labels) => {
                let at = self.newest();
                self.begin(Segment::new(at.0, at.1, Arc::clone(labels), State::default()));
                return;
            }
            Input::Sample(sample) => {
                self.age(sample.at, sample.mono, learned);
                self.samples += 1;
            }
            Input::State(_) | Input::Accept => {}
        }
        line::encode_to(&mut self.plain, input);
        if self.plain.len() >= FRAME {
            self.compress();
        }
    }

    /// Bytes that are held.
    pub fn bytes(&self) -> usize {
        self.bytes + self.plain.len()
    }

    /// What is held now.
    pub fn dump(&self) -> Dump {
        let mut header = self.header.clone();
        let mut state = Arc::default();
        if let Some(oldest) = self.segments.front() {
            (header.started, header.target) = (oldest.at, (*oldest.labels).clone());
            state = Arc::clone(&oldest.state);
        }
        let mut frames = Vec::new();
        for (number, segment) in self.segments.iter().enumerate() {
            if number > 0 && !Arc::ptr_eq(&segment.labels, &self.segments[number - 1].labels) {
                frames.extend(frame(&line::encode(&Input::Attach(Arc::clone(&segment.labels)))));
            }
            frames.extend(segment.frames.iter().map(Arc::clone));
        }
        let samples = self.samples + self.segments.iter().map(|segment| segment.samples).sum::<u64>();
        Dump { header, state, frames, plain: self.plain.clone(), samples }
    }

    fn newest(&self) -> (Wall, Mono) {
        self.segments.back().map_or_else(Default::default, |segment| (segment.at, segment.mono))
    }

    /// Begins a new segment where it is time, and forgets what is too old or too much.
    fn age(&mut self, at: Wall, mono: Mono, learned: impl FnOnce() -> State) {
        let Some(last) = self.segments.back_mut() else { return };
        if last.samples == 0 && self.samples == 0 {
            (last.at, last.mono) = (at, mono);
            if self.segments.len() == 1 && self.plain.is_empty() {
                self.segments[0].state = Arc::new(learned());
            }
        } else if mono.0.saturating_sub(last.mono.0) >= SEGMENT || last.bytes() >= SEGMENT_BYTES {
            let labels = Arc::clone(&last.labels);
            self.begin(Segment::new(at, mono, labels, learned()));
        }
        while self.segments.len() > 1
            && (self.segments[1].mono.0.saturating_add(HOUR) < mono.0 || self.bytes > MAX_BYTES)
        {
            self.bytes -= self.segments.pop_front().map_or(0, |gone| gone.bytes());
        }
    }

    fn begin(&mut self, segment: Segment) {
        self.compress();
        if self.segments.back().is_some_and(|last| last.frames.is_empty()) {
            self.segments.pop_back();
        }
        self.segments.push_back(segment);
    }

    fn compress(&mut self) {
        if self.plain.is_empty() {
            return;
        }
        self.compressed.clear();
        // Of one size for frames that are a little longer or shorter.
        self.compressed
            .reserve(zstd::zstd_safe::compress_bound(self.plain.len().next_multiple_of(2 * FRAME)));
        let compressor = self.compressor.as_mut();
        let done = compressor.and_then(|it| it.compress_to_buffer(&self.plain, &mut self.compressed).ok());
        if let Some((segment, bytes)) = self.segments.back_mut().zip(done) {
            self.bytes += bytes;
            segment.frames.push(self.compressed.as_slice().into());
            segment.samples += self.samples;
        }
        self.plain.clear();
        self.samples = 0;
    }
}

impl Segment {
    fn new(at: Wall, mono: Mono, labels: Arc<Labels>, state: State) -> Self {
        Self { at, mono, labels, state: Arc::new(state), frames: Vec::new(), samples: 0 }
    }

    fn bytes(&self) -> usize {
        self.frames.iter().map(|frame| frame.len()).sum()
    }
}

fn compressor() -> std::io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.window_log(WINDOW)?;
    Ok(compressor)
}

fn frame(plain: &[u8]) -> Option<Arc<[u8]>> {
    compressor().and_then(|mut it| it.compress(plain)).ok().map(Into::into)
}

impl Dump {
    /// Writes it to the new file `path`.
    ///
    /// # Errors
    /// One sentence with the path; a file that is there already is left alone.
    pub fn write(&self, path: &Path) -> Result<Summary, String> {
        let file = create::create(path, false)?;
        let put = |mut sink: Sink| {
            sink.line(&self.header.line(), false)?;
            sink.line(&line::encode(&Input::State(Arc::clone(&self.state))), false)?;
            self.frames.iter().try_for_each(|frame| sink.foreign(frame))?;
            sink.line(&self.plain, false)?;
            sink.line(&line::end("done"), false)?;
            sink.finish()
        };
        let bytes = Sink::new(file, true).and_then(put).map_err(|error| {
            format!("{} can't be written: {error}", crate::source::safe_file::shown(path))
        })?;
        let (path, samples) = (path.to_owned(), self.samples);
        Ok(Summary { path, samples, bytes, files: 1, lost: 0, trouble: None })
    }
}

#[cfg(test)]
mod tests;
