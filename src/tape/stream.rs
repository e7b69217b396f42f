//! A recording as a stream of plain bytes, compressed or not, that knows where it is: to read on from
//! there later.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;

use zstd::stream::raw::DParameter;
use zstd::stream::read::Decoder;

/// How a zstd frame begins.
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Frames that need a larger window are refused: 2^24 bytes is more than `zstd -19` uses.
const WINDOW_LOG: u32 = 24;
/// So much may a small file come to, and so many times its size a large one: recordings come to 10 to 50
/// times their size.
const SMALL: u64 = 16 << 20;
const RATIO: u64 = 1000;
const BUFFER: usize = 128 << 10;

/// Where in a file plain bytes begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Offset in the file: of the byte itself, or of the compressed frame that holds it.
    pub offset: u64,
    /// Plain bytes of that frame before it.
    pub skip: u64,
}

/// Whether the file that begins with these bytes is compressed.
pub fn compressed(beginning: &[u8]) -> bool {
    beginning.starts_with(&MAGIC)
}

/// A part of a file, read without moving the file's own position.
#[derive(Debug)]
pub struct Part<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl<'a> Part<'a> {
    /// The bytes of `file` from `at` up to `end`.
    pub fn new(file: &'a File, at: u64, end: u64) -> Self {
        Self { file, at, end }
    }
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let count = self.file.read_at(&mut buffer[..room], self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

/// Plain bytes of a file, one after the other.
// One a read; their sizes don't matter.
#[allow(clippy::large_enum_variant)]
pub enum Stream<'a> {
    /// The file is plain text.
    Plain(Counted<'a>),
    /// The file is compressed.
    Frames(Frames<'a>),
}

impl<'a> Stream<'a> {
    /// The plain bytes of `part`; in a compressed one a frame has to begin there.
    pub fn new(part: Part<'a>, compressed: bool) -> Self {
        let counted = Counted { at: part.at, reader: BufReader::with_capacity(BUFFER, part) };
        if compressed { Self::Frames(Frames::new(counted)) } else { Self::Plain(counted) }
    }

    /// Where the byte stands that is read next. Before the first read, and after the end of a frame, this
    /// is known only once [`BufRead::fill_buf`] was asked.
    pub fn place(&self) -> Place {
        match self {
            Self::Plain(counted) => Place { offset: counted.at, skip: 0 },
            Self::Frames(frames) => Place { offset: frames.offset, skip: frames.skip },
        }
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?;
        let count = bytes.len().min(buffer.len());
        buffer[..count].copy_from_slice(&bytes[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Stream<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Self::Plain(counted) => counted.fill_buf(),
            Self::Frames(frames) => frames.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        match self {
            Self::Plain(counted) => counted.consume(count),
            Self::Frames(frames) => frames.consume(count),
        }
    }
}

/// A reader that knows its offset in the file.
pub struct Counted<'a> {
    reader: BufReader<Part<'a>>,
    at: u64,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl BufRead for Counted<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.reader.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.reader.consume(count);
        self.at += count as u64;
    }
}

/// The plain bytes of compressed frames that follow each other.
pub struct Frames<'a> {
    state: State<'a>,
    /// Offset in the file of the frame that is read.
    offset: u64,
    /// Plain bytes of it that were consumed.
    skip: u64,
    buffer: Vec<u8>,
    used: usize,
    filled: usize,
    /// Plain bytes of all frames that were read, and where the first of them begins.
    total: u64,
    begin: u64,
}

enum State<'a> {
    Between(Counted<'a>),
    Within(Decoder<'static, Counted<'a>>),
    Over,
}

impl<'a> Frames<'a> {
    fn new(counted: Counted<'a>) -> Self {
        let offset = counted.at;
        Self {
            state: State::Between(counted),
            offset,
            skip: 0,
            buffer: vec![0; BUFFER],
            used: 0,
            filled: 0,
            total: 0,
            begin: offset,
        }
    }

    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.used == self.filled {
            match std::mem::replace(&mut self.state, State::Over) {
                State::Over => return Ok(&[]),
                State::Between(mut counted) => {
                    if counted.fill_buf()?.is_empty() {
                        return Ok(&[]);
                    }
                    (self.offset, self.skip) = (counted.at, 0);
                    let mut decoder = Decoder::with_buffer(counted)?.single_frame();
                    decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
                    self.state = State::Within(decoder);
                }
                State::Within(mut decoder) => {
                    let count = decoder.read(&mut self.buffer)?;
                    self.state =
                        if count == 0 { State::Between(decoder.finish()) } else { State::Within(decoder) };
                    (self.used, self.filled) = (0, count);
                    self.bound(count)?;
                }
            }
        }
        Ok(&self.buffer[self.used..self.filled])
    }

    /// A small file that comes to very much is none of ours.
    fn bound(&mut self, count: usize) -> io::Result<()> {
        self.total += count as u64;
        let read = match &self.state {
            State::Within(decoder) => decoder.get_ref().at - self.begin,
            _ => return Ok(()),
        };
        if self.total > SMALL.saturating_add(read.saturating_mul(RATIO)) {
            self.state = State::Over;
            return Err(io::Error::other("it comes to far more than a recording does"));
        }
        Ok(())
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.filled - self.used);
        self.used += count;
        self.skip += count as u64;
    }
}
