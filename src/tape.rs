//! Recordings: what a model was fed with, written line by line and read back.
//!
//! ```text
//!   inputs ──▶ line ──▶ recorder (a thread) ──▶ sink ──▶ FILE, FILE.1, …
//!                └────▶ ring (the last hour, in memory)
//!   inputs ◀── line ◀── index, chunks ◀── stream ◀── FILE
//! ```
//!
//! The format is described in `assets/recording-format.md`.

pub mod clean;
pub mod create;
pub mod index;
pub mod line;
pub mod recorder;
pub mod ring;
mod rotation;
pub mod sink;
pub mod stream;

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rustix::fs::{Mode, OFlags};

pub use self::index::Chunk;
use self::index::{Index, Next, next_line};
pub use self::line::Header;
use self::line::Line;
use self::stream::{Part, Stream};
use crate::model::input::Input;
use crate::source::safe_file;

/// A recording that was opened: its index is in memory, its samples are not.
#[derive(Debug)]
pub struct Tape {
    path: PathBuf,
    file: File,
    compressed: bool,
    /// Bytes of the file when it was opened; what is added later is not seen.
    size: u64,
    index: Index,
}

/// What a chunk holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// The inputs in order; those before the damage, where there is one.
    pub inputs: Vec<Input>,
    /// Why there are no more: one sentence.
    pub damage: Option<String>,
}

impl Tape {
    /// Opens a recording and reads once through it. Links are followed; what is not a regular file is
    /// refused.
    ///
    /// # Errors
    /// One sentence with the path when it can't be read or is no recording. A recording that is cut or
    /// damaged further on opens as far as it goes, see [`Tape::cut`].
    pub fn open(path: &Path) -> anyhow::Result<Self> {
        let what = "the recording";
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = rustix::fs::open(path, flags, Mode::empty())
            .map_err(|errno| anyhow!(safe_file::explain(what, path, errno).text))?;
        let stat = safe_file::regular(what, path, &file).map_err(|fault| anyhow!(fault.text))?;
        let (file, size) = (File::from(file), u64::try_from(stat.st_size).unwrap_or(0));
        let compressed = begins_compressed(&file).with_context(|| shown(path, "can't be read"))?;
        let index = index::pass(&mut Stream::new(Part::new(&file, 0, size), compressed))
            .map_err(|reason| anyhow!(shown(path, &reason)))?;
        Ok(Self { path: path.to_owned(), file, compressed, size, index })
    }

    /// Its first line.
    pub fn header(&self) -> &Header {
        &self.index.header
    }

    /// How many samples there are.
    pub fn samples(&self) -> u64 {
        self.index.chunks.last().map_or(0, |chunk| chunk.first + u64::from(chunk.samples))
    }

    /// Why it ends early, as one sentence; `None` if it was ended in order.
    pub fn cut(&self) -> Option<&str> {
        self.index.cut.as_deref()
    }

    /// All chunks in order; none if there is no sample.
    pub fn chunks(&self) -> &[Chunk] {
        &self.index.chunks
    }

    /// The inputs of chunk `number`, in order: a state, an acceptance or another target stands before the
    /// sample that came after it.
    ///
    /// # Errors
    /// When there is no such chunk, or the file can't be read, or a line in it is damaged.
    pub fn read(&self, number: usize) -> anyhow::Result<Vec<Input>> {
        let read = self.read_until_damage(number)?;
        match read.damage {
            None => Ok(read.inputs),
            Some(damage) => Err(anyhow!(damage)),
        }
    }

    /// Like [`Tape::read`], but gives what stands before a damaged line.
    ///
    /// # Errors
    /// When there is no such chunk.
    pub fn read_until_damage(&self, number: usize) -> anyhow::Result<Inputs> {
        let chunk = self.index.chunks.get(number).context("the recording has no such part")?;
        let mut stream = Stream::new(Part::new(&self.file, chunk.place.offset, self.size), self.compressed);
        let mut read = Inputs::default();
        let outcome =
            skip(&mut stream, chunk.place.skip).and_then(|()| decode(&mut stream, chunk, &mut read));
        read.damage = outcome.err().map(|reason| shown(&self.path, &reason));
        Ok(read)
    }
}

fn shown(path: &Path, reason: &str) -> String {
    format!("{} {reason}", safe_file::shown(path))
}

fn begins_compressed(file: &File) -> std::io::Result<bool> {
    let mut beginning = [0; 4];
    let mut part = Part::new(file, 0, 4);
    match std::io::Read::read_exact(&mut part, &mut beginning) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        outcome => outcome.map(|()| stream::compressed(&beginning)),
    }
}

fn skip(stream: &mut Stream<'_>, count: u64) -> Result<(), String> {
    use std::io::{Read, copy, sink};
    copy(&mut stream.by_ref().take(count), &mut sink())
        .map(drop)
        .map_err(|error| format!("can't be read: {error}"))
}

fn decode(stream: &mut Stream<'_>, chunk: &Chunk, into: &mut Inputs) -> Result<(), String> {
    let (mut text, mut left, mut number) = (Vec::new(), chunk.bytes, chunk.line);
    while left > 0 {
        match next_line(stream, &mut text) {
            Ok(Next::Line) => {}
            Ok(_) => return Err(format!("has changed since it was opened, line {number}")),
            Err(error) => return Err(format!("can't be read in line {number}: {error}")),
        }
        match line::decode(&text) {
            Ok(Line::Input(input)) => into.inputs.push(input),
            Ok(Line::End | Line::Unknown) => {}
            Err(error) => {
                return Err(format!("is damaged in line {number}, column {}", error.column()));
            }
        }
        left = left.saturating_sub(text.len() as u64);
        number += 1;
    }
    Ok(())
}
