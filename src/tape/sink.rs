//! One file of a recording that is being written, plain or compressed.

use std::fs::{File, Metadata};
use std::io::{self, Write};

use zstd::stream::raw::CParameter;
use zstd::stream::write::Encoder;

use super::index::CHUNK;

/// Compression level: the lowest of those that search well enough for lines that are nearly alike. It costs
/// 20 µs a sample.
const LEVEL: i32 = 8;
/// The window, 2^17 bytes: lines are most like those just before. A larger one makes files larger, because
/// distances take more bits, and takes more memory.
const WINDOW_LOG: u32 = 17;

/// Samples in a block at most.
const BLOCK: u32 = 16;

/// A file of lines.
pub struct Sink {
    file: File,
    /// The frame that grows, where the file is compressed.
    frame: Option<Encoder<'static, Vec<u8>>>,
    /// Samples in that frame.
    samples: u32,
    /// Bytes in the file.
    written: u64,
    /// Something has not reached the file yet.
    pending: bool,
    /// The frame has begun and not ended.
    open: bool,
}

impl Sink {
    /// Writes to the end of `file`.
    ///
    /// # Errors
    /// When there is no memory to compress in.
    pub fn new(file: File, compressed: bool) -> io::Result<Self> {
        let frame = compressed.then(frame).transpose()?;
        Ok(Self { file, frame, samples: 0, written: 0, pending: false, open: false })
    }

    /// What the file is.
    ///
    /// # Errors
    /// Those of fstat(2).
    pub fn metadata(&self) -> io::Result<Metadata> {
        self.file.metadata()
    }

    /// Bytes in the file so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    /// Whether lines wait for [`Sink::flush`].
    pub fn pending(&self) -> bool {
        self.pending
    }

    /// Adds one whole line, with its end.
    ///
    /// # Errors
    /// Those of the disk; the file then ends within the line.
    pub fn line(&mut self, line: &[u8], sample: bool) -> io::Result<()> {
        let Some(frame) = &mut self.frame else {
            return put(&mut self.file, &mut self.written, line);
        };
        frame.write_all(line)?;
        (self.pending, self.open) = (true, true);
        self.samples += u32::from(sample);
        if self.samples == CHUNK {
            self.samples = 0;
            return self.end_frame();
        }
        // A block that is cut is lost whole: a short file must have more than one.
        if !sample || self.samples.is_multiple_of(BLOCK) {
            return self.flush();
        }
        Ok(())
    }

    /// Adds a frame that was compressed elsewhere, between two of its own.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn foreign(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.open {
            self.end_frame()?;
        }
        put(&mut self.file, &mut self.written, bytes)
    }

    /// Brings everything to the file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn flush(&mut self) -> io::Result<()> {
        if let Some(frame) = &mut self.frame {
            frame.flush()?;
            let bytes = std::mem::take(frame.get_mut());
            put(&mut self.file, &mut self.written, &bytes)?;
        }
        self.pending = false;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(mut self) -> io::Result<u64> {
        if self.open {
            self.end_frame()?;
        }
        Ok(self.written)
    }

    fn end_frame(&mut self) -> io::Result<()> {
        if let Some(old) = self.frame.replace(frame()?) {
            let bytes = old.finish()?;
            put(&mut self.file, &mut self.written, &bytes)?;
        }
        (self.pending, self.open) = (false, false);
        Ok(())
    }
}

fn put(file: &mut File, written: &mut u64, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    *written += bytes.len() as u64;
    Ok(())
}

fn frame() -> io::Result<Encoder<'static, Vec<u8>>> {
    let mut frame = Encoder::new(Vec::new(), LEVEL)?;
    frame.set_parameter(CParameter::WindowLog(WINDOW_LOG))?;
    frame.include_checksum(true)?;
    Ok(frame)
}
