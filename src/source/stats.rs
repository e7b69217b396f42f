//! The stats file: a safe read, and a watch that says when one is worth it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::Stat;

use super::clock::Clock;
use super::safe_file::{explain, open_regular, shown};
use super::watch::Watch;
use crate::parse;
use crate::sample::{Fault, FaultKind, Reading, StatsFile, StatsSample};
use crate::units::{Mono, Wall};

/// The largest file that is read; a real one has about 2 KB.
pub const MAX_SIZE: u64 = 1 << 20;

const WHAT: &str = "the stats file";
/// A change that no event told of is found after this time.
const RECHECK: Duration = Duration::from_secs(2);

/// Reads the stats file, and parses it only when it is another than last time.
#[derive(Debug)]
pub struct StatsReader {
    path: PathBuf,
    last: Option<(Version, StatsSample)>,
}

/// What tells two versions of the file apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Version {
    dev: u64,
    ino: u64,
    size: i64,
    mtime: Wall,
    uid: u32,
}

impl Version {
    fn of(stat: &Stat) -> Self {
        let mtime = stat.st_mtime.saturating_mul(1_000_000_000).saturating_add_unsigned(stat.st_mtime_nsec);
        Self { dev: stat.st_dev, ino: stat.st_ino, size: stat.st_size, mtime: Wall(mtime), uid: stat.st_uid }
    }
}

impl StatsReader {
    /// Reads the file at `path`.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), last: None }
    }

    /// One look. Where `expected_uid` is given, the file is believed only if it belongs to that user
    /// or to root: anybody may write in `/tmp`.
    pub fn read(&mut self, clock: &Clock, expected_uid: Option<u32>) -> Reading<StatsSample> {
        self.look(clock, expected_uid).into()
    }

    fn look(&mut self, clock: &Clock, expected_uid: Option<u32>) -> Result<StatsSample, Fault> {
        let (mut file, stat) = open_regular(WHAT, &self.path).map_err(advise)?;
        if let Some(expected) = expected_uid.filter(|&uid| stat.st_uid != uid && stat.st_uid != 0) {
            let owner = stat.st_uid;
            let text = format!("belongs to user {owner}, the ingestor runs as user {expected}: not believed");
            return Err(self.invalid(&text));
        }
        let version = Version::of(&stat);
        if let Some((_, sample)) = self.last.as_ref().filter(|(last, _)| *last == version) {
            return Ok(StatsSample { mono: clock.mono(), ..sample.clone() });
        }
        if u64::try_from(stat.st_size).unwrap_or(0) > MAX_SIZE {
            return Err(self.too_large());
        }
        let content = self.content(&mut file)?;
        let file = parse::stats::parse(&content).map_err(|fault| self.invalid(&fault.text))?;
        if file.sampled_at.is_none() && file.counters.is_empty() {
            return Err(self.invalid("holds neither a time nor a counter: that is no stats file"));
        }
        Ok(self.keep(version, clock.mono(), file))
    }

    fn keep(&mut self, version: Version, mono: Mono, file: StatsFile) -> StatsSample {
        let sample = StatsSample { mono, mtime: version.mtime, ino: version.ino, file: Arc::new(file) };
        self.last = Some((version, sample.clone()));
        sample
    }

    fn content(&self, file: &mut std::fs::File) -> Result<Vec<u8>, Fault> {
        let mut content = Vec::with_capacity(4096);
        // It may grow while it is read.
        let read = file.take(MAX_SIZE + 1).read_to_end(&mut content);
        read.map_err(|error| explain(WHAT, &self.path, error))?;
        if content.len() as u64 > MAX_SIZE { Err(self.too_large()) } else { Ok(content) }
    }

    fn too_large(&self) -> Fault {
        self.invalid("is larger than 1 MB: that is no stats file")
    }

    fn invalid(&self, what_is_wrong: &str) -> Fault {
        Fault::new(FaultKind::Invalid, format!("{WHAT} {} {what_is_wrong}", shown(&self.path)))
    }
}

fn advise(fault: Fault) -> Fault {
    if fault.kind != FaultKind::Gone {
        return fault;
    }
    let advice = "the ingestor has not published one, or give its path with --stats";
    Fault::new(FaultKind::Gone, format!("{}: {advice}", fault.text))
}

/// The stats file with its watch: it is opened only when an event or [`RECHECK`] says so.
#[derive(Debug)]
pub struct StatsSource {
    reader: StatsReader,
    watch: Watch,
    last: Option<(Mono, Option<u32>, Reading<StatsSample>)>,
}

impl StatsSource {
    /// Watches and reads the file at `path`.
    pub fn new(path: &Path) -> Self {
        Self { reader: StatsReader::new(path), watch: Watch::new(path), last: None }
    }

    /// One look, see [`StatsReader::read`]. A file that no event says was replaced is given again as
    /// it was, with the time at which it was looked at.
    pub fn read(&mut self, clock: &Clock, expected_uid: Option<u32>) -> Reading<StatsSample> {
        let now = clock.mono();
        let changed = self.watch.changed(now);
        if let Some((at, uid, Reading::Good(sample))) = &self.last {
            let recent = now.since(*at) < RECHECK && now >= *at;
            if !changed && recent && *uid == expected_uid {
                return Reading::Good(sample.clone());
            }
        }
        let reading = self.reader.read(clock, expected_uid);
        self.last = Some((now, expected_uid, reading.clone()));
        reading
    }

    /// Whether changes are told by inotify; a failure says why not, and that the file is read at every
    /// interval instead.
    pub fn watched(&self) -> Reading<()> {
        match self.watch.note() {
            None => Reading::Good(()),
            Some(note) => Reading::Failed(Fault::new(FaultKind::Other, note)),
        }
    }
}
