//! The files of one recording: the one that grows and the older ones, bounded in size and age.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::create;
use super::line;
use super::recorder::Target;
use super::sink::Sink;
use crate::source::clock::Clock;
use crate::source::safe_file;

/// A limit of size or age is kept by so many files: the oldest of them is what is lost at once.
const FILES: u32 = 8;

/// The file that grows, and what it does to the older ones.
pub(super) struct Rotation {
    target: Target,
    sink: Option<Sink>,
    begun: SystemTime,
    /// Bytes of the files that are complete, those removed among them.
    before: u64,
    files: u64,
    pub(super) clock: Clock,
}

impl Rotation {
    /// Makes the first file.
    pub(super) fn begin(target: Target) -> Result<Self, String> {
        let path = &target.path;
        let limited = target.max.is_some() || target.keep.is_some();
        let older = create::older(path);
        if let Some(there) = older.first().filter(|_| limited && !target.force) {
            return Err(format!("{} exists: --force goes on after it", safe_file::shown(there)));
        }
        let sink = open(path, target.force)?;
        Ok(Self::with(target, sink))
    }

    pub(super) fn with(target: Target, sink: Sink) -> Self {
        let (begun, clock) = (SystemTime::now(), Clock::real());
        Self { target, sink: Some(sink), begun, before: 0, files: 1, clock }
    }

    fn write(&mut self, what: impl FnOnce(&mut Sink) -> io::Result<()>) -> Result<(), String> {
        let path = &self.target.path;
        match &mut self.sink {
            Some(sink) => what(sink).map_err(|error| failed(path, &error)),
            None => Err(format!("{} is closed", safe_file::shown(path))),
        }
    }

    pub(super) fn line(&mut self, line: &[u8], sample: bool) -> Result<(), String> {
        self.write(|sink| sink.line(line, sample))
    }

    pub(super) fn flush(&mut self) -> Result<(), String> {
        self.write(Sink::flush)
    }

    pub(super) fn pending(&self) -> bool {
        self.sink.as_ref().is_some_and(Sink::pending)
    }

    /// Bytes in all files that were written.
    pub(super) fn bytes(&self) -> u64 {
        self.before + self.sink.as_ref().map_or(0, Sink::written)
    }

    /// Files that were begun.
    pub(super) fn files(&self) -> u64 {
        self.files
    }

    /// Whether the file is as large or as old as one of them may get.
    pub(super) fn due(&self) -> bool {
        let written = self.sink.as_ref().map_or(0, Sink::written);
        let age = self.begun.elapsed().unwrap_or_default();
        self.target.max.is_some_and(|max| written >= max / u64::from(FILES))
            || self.target.keep.is_some_and(|keep| age >= keep / FILES)
    }

    /// Goes on in a new file.
    pub(super) fn turn(&mut self) -> Result<(), String> {
        self.finish("rotated")?;
        create::shift(&self.target.path)?;
        self.remove_old();
        self.sink = Some(open(&self.target.path, false)?);
        self.begun = SystemTime::now();
        self.files += 1;
        Ok(())
    }

    /// Ends the file that grows.
    pub(super) fn finish(&mut self, why: &str) -> Result<(), String> {
        self.line(&line::end(why), false)?;
        let Some(sink) = self.sink.take() else { return Ok(()) };
        let path = &self.target.path;
        self.before += sink.finish().map_err(|error| failed(path, &error))?;
        Ok(())
    }

    /// Takes away the file that was begun, because nothing was there to be recorded.
    pub(super) fn discard(&mut self) -> Result<(), String> {
        let path = &self.target.path;
        let id = |meta: &Metadata| (meta.dev(), meta.ino());
        let ours = self.sink.take().and_then(|sink| sink.metadata().ok()).as_ref().map(id);
        if ours.is_some() && path.symlink_metadata().ok().as_ref().map(id) == ours {
            std::fs::remove_file(path).map_err(|error| failed(path, &error))?;
        }
        Ok(())
    }

    /// Removes the oldest files until the rest, and a new one beside them, keep to the limits.
    fn remove_old(&self) {
        let older = create::older(&self.target.path);
        let room = self.target.max.map_or(u64::MAX, |max| max - max / u64::from(FILES / 2));
        let mut total: u64 = 0;
        let mut full = false;
        for path in older {
            let Ok(meta) = path.symlink_metadata() else { continue };
            total = total.saturating_add(meta.len());
            full |= total > room || meta.modified().is_ok_and(|time| self.too_old(time));
            if full && meta.is_file() {
                // One that can't be removed is tried again at the next turn.
                let _ = std::fs::remove_file(&path);
            }
        }
    }

    fn too_old(&self, time: SystemTime) -> bool {
        let age: Duration = time.elapsed().unwrap_or_default();
        self.target.keep.is_some_and(|keep| age > keep)
    }
}

fn open(path: &Path, force: bool) -> Result<Sink, String> {
    let file: File = create::create(path, force)?;
    Sink::new(file, create::compressed(path)).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("{} can't be written: {error}", safe_file::shown(path))
}
