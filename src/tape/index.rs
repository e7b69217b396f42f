//! One pass over a recording: where its chunks begin, how many samples there are, where it ends.

use std::io::{self, BufRead, ErrorKind, Read};

use super::line::{self, Header};
use super::stream::{Place, Stream};
use crate::units::{Mono, Wall};

/// Samples in a chunk.
pub const CHUNK: u32 = 256;
/// The longest line that is read, bytes: far more than a sample of the most sources comes to.
pub const MAX_LINE: usize = 4 << 20;
/// Plain bytes after which a chunk is complete although it has fewer samples.
const MAX_CHUNK: u64 = 16 << 20;

/// A run of samples, with the other inputs between them, that is read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Number of its first sample, counted from 0.
    pub first: u64,
    /// Samples in it: [`CHUNK`], but fewer in the last one and where lines are unusually long.
    pub samples: u32,
    /// Wall-clock time of its first sample.
    pub at: Wall,
    /// Monotonic time of its first sample.
    pub mono: Mono,
    /// Number of its first line in the file, counted from 1.
    pub line: u64,
    /// Where that line begins.
    pub(super) place: Place,
    /// Plain bytes of all its lines.
    pub(super) bytes: u64,
}

/// What one pass over a file finds.
#[derive(Debug)]
pub struct Index {
    /// The first line.
    pub header: Header,
    /// All chunks, in order.
    pub chunks: Vec<Chunk>,
    /// Why the file ends early; `None` if it was ended in order.
    pub cut: Option<String>,
}

/// Reads `stream` to its end.
///
/// # Errors
/// Half a sentence that goes on where the file's name ends, if it has no header.
pub fn pass(stream: &mut Stream<'_>) -> Result<Index, String> {
    let mut text = Vec::new();
    let header = match next_line(stream, &mut text) {
        Ok(Next::Line) => Header::parse(&text)?,
        Ok(Next::Cut) if text.starts_with(b"{\"format\"") => {
            return Err("ends within its first line".to_owned());
        }
        Ok(_) => return Err("is no recording of corescope-top".to_owned()),
        Err(error) => return Err(format!("can't be read: {error}")),
    };
    let mut pass = Pass { line: 1, ..Pass::default() };
    let cut = pass.run(stream, &mut text);
    Ok(Index { header, chunks: pass.chunks, cut })
}

#[derive(Default)]
struct Pass {
    chunks: Vec<Chunk>,
    /// The chunk that grows.
    open: Option<Chunk>,
    samples: u64,
    /// Lines so far, the header among them.
    line: u64,
    /// How it stood where the frame of now began: nothing in a damaged frame can be believed.
    whole: Whole,
}

#[derive(Clone, Copy, Default)]
struct Whole {
    /// Where that frame begins.
    offset: u64,
    chunks: usize,
    open: Option<Chunk>,
    samples: u64,
    line: u64,
}

impl Pass {
    /// Eats all lines; says why the file ends early.
    fn run(&mut self, stream: &mut Stream<'_>, text: &mut Vec<u8>) -> Option<String> {
        let mut ended = false;
        let cut = loop {
            let place = match stream.fill_buf() {
                Ok(_) => stream.place(),
                Err(error) => break Some(self.failed(&error)),
            };
            self.mark(place);
            match next_line(stream, text) {
                Ok(Next::Line) => ended = self.eat(place, text),
                Ok(Next::End) if ended => break None,
                Ok(Next::End) => {
                    break Some("it was not ended in order: what came last may be missing".to_owned());
                }
                Ok(Next::Cut) => break Some(format!("line {} is cut", self.line + 1)),
                Ok(Next::TooLong) => break Some(format!("line {} is longer than any sample", self.line + 1)),
                Err(error) => break Some(self.failed(&error)),
            }
        };
        self.close();
        cut
    }

    /// Notes how things stand where a frame begins; in a plain file every line is one.
    fn mark(&mut self, place: Place) {
        if place.offset == self.whole.offset {
            return;
        }
        let (chunks, open, samples, line) = (self.chunks.len(), self.open, self.samples, self.line);
        self.whole = Whole { offset: place.offset, chunks, open, samples, line };
    }

    /// A frame that is cut holds what was written; one that is damaged is not believed.
    fn failed(&mut self, error: &io::Error) -> String {
        if error.kind() == ErrorKind::UnexpectedEof {
            return format!("the file is cut after line {}", self.line);
        }
        let Whole { chunks, open, samples, line, .. } = self.whole;
        self.chunks.truncate(chunks);
        (self.open, self.samples, self.line) = (open, samples, line);
        format!("the file is damaged after line {line}: {error}")
    }

    /// Takes a line that begins at `place`; says whether it is the one that ends a recording.
    fn eat(&mut self, place: Place, text: &[u8]) -> bool {
        self.line += 1;
        let stamp = line::stamp(text);
        if self
            .open
            .is_some_and(|chunk| (stamp.is_some() && chunk.samples >= CHUNK) || chunk.bytes >= MAX_CHUNK)
        {
            self.close();
        }
        let (first, line) = (self.samples, self.line);
        let chunk = self.open.get_or_insert(Chunk {
            first,
            samples: 0,
            at: Wall::default(),
            mono: Mono::default(),
            line,
            place,
            bytes: 0,
        });
        chunk.bytes += text.len() as u64;
        let Some((at, mono)) = stamp else {
            return text.starts_with(b"{\"end\":");
        };
        if chunk.samples == 0 {
            (chunk.at, chunk.mono) = (at, mono);
        }
        chunk.samples += 1;
        self.samples += 1;
        false
    }

    fn close(&mut self) {
        let Some(chunk) = self.open.take() else { return };
        if chunk.samples > 0 {
            self.chunks.push(chunk);
        } else if let Some(last) = self.chunks.last_mut() {
            // What comes after the last sample is read with it.
            last.bytes += chunk.bytes;
        }
    }
}

/// What a stream has next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A whole line, with its end.
    Line,
    /// The beginning of a line, and no more.
    Cut,
    /// Nothing: this is the end.
    End,
    /// A line longer than [`MAX_LINE`].
    TooLong,
}

/// Reads the next line into `text`.
///
/// # Errors
/// Those of the stream.
pub fn next_line(stream: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<Next> {
    text.clear();
    let count = stream.by_ref().take(MAX_LINE as u64).read_until(b'\n', text)?;
    Ok(match text.last() {
        None => Next::End,
        Some(b'\n') => Next::Line,
        Some(_) if count == MAX_LINE => Next::TooLong,
        Some(_) => Next::Cut,
    })
}
