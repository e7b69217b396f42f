//! What becomes of a snapshot where there is no screen: lines for programs, each in its form.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::model::limits::Limits;
use crate::model::snapshot::Snapshot;
use crate::output::check::{self, Status};
use crate::output::status::{self, Markup};
use crate::output::{json, metrics};
use crate::run::End;
use crate::run::listen::{Latest, Page};

/// A line output.
#[derive(Clone, Debug)]
pub enum Form {
    /// `--json`: a line a sample, so many at most.
    Json {
        /// Lines still to be printed.
        left: u64,
    },
    /// `record`: none.
    Silent,
    /// `metrics`, once.
    Metrics {
        /// For `node_exporter`'s textfile collector; `None` for standard output.
        textfile: Option<PathBuf>,
    },
    /// `metrics --listen`.
    Served(Latest),
    /// `check`.
    Check,
    /// `status`.
    Status {
        /// Columns of the line.
        columns: usize,
        /// How it is marked up.
        markup: Markup,
    },
}

impl Form {
    /// `--json`, so many lines at most.
    pub fn json(count: Option<u64>) -> Self {
        Self::Json { left: count.unwrap_or(u64::MAX) }
    }

    /// Whether it ends with its first line, and must not wait long for it.
    pub fn is_one_shot(&self) -> bool {
        matches!(self, Self::Metrics { .. } | Self::Check | Self::Status { .. })
    }

    /// Takes a snapshot, from the second sample on: the first has no rates. Some end when it is done.
    pub fn put(&mut self, snapshot: &Snapshot, limits: &Limits) -> Option<End> {
        if snapshot.seq == 1 || self.is_one_shot() && is_early(snapshot) {
            return None;
        }
        let outcome = match self {
            Self::Json { left } => print(&json::line(snapshot)).map(|()| {
                *left = left.saturating_sub(1);
                (*left == 0).then_some(End::Done)
            }),
            Self::Silent => Ok(None),
            Self::Metrics { textfile } => expose(snapshot, textfile.as_deref()).map(|()| Some(End::Done)),
            Self::Served(latest) => page(snapshot).map(|page| {
                latest.put(page);
                None
            }),
            Self::Check => {
                let (line, status) = check::line(snapshot, limits);
                print(&line).map(|()| Some(End::Said(status as u8)))
            }
            Self::Status { columns, markup } => {
                print(&status::line(snapshot, *columns, *markup)).map(|()| Some(End::Done))
            }
        };
        outcome.unwrap_or_else(|error| Some(failed(self, &error)))
    }

    /// The end of a run that found nothing to look at, in the form's own words where it has some.
    pub fn unusable(&self, reasons: Vec<String>) -> End {
        match self {
            Self::Check => {
                let reason = reasons.first().map_or("nothing to watch", String::as_str);
                let said = print(&check::unknown(reason));
                said.map_or(End::Done, |()| End::Said(Status::Unknown as u8))
            }
            // A status bar has no room for a reason; doctor has.
            Self::Status { .. } => self.excuse("no target"),
            _ => End::Unusable(reasons),
        }
    }

    /// The end of a run that found several to look at, and nobody to choose.
    pub fn undecided(&self, pids: &[String]) -> End {
        if matches!(self, Self::Status { .. }) {
            return self.excuse(&format!("{} ingestors", pids.len()));
        }
        let pids = pids.join(", ");
        self.unusable(vec![format!("several ingestors run: choose one with --ingestor ({pids})")])
    }

    /// A status bar's line instead of one with figures.
    fn excuse(&self, text: &str) -> End {
        if let Self::Status { columns, markup } = self {
            let _ = print(&status::nothing(text, *columns, *markup));
        }
        End::Done
    }
}

/// How long a form that has one look waits for the stats file's second update.
const UPDATE_WITHIN: f64 = 1.5;

/// Whether the rates of the write sources are still to come: the ingestor publishes once a second, so that two
/// looks a second apart may fall between two updates, and nothing looks wrong for want of rates.
fn is_early(snapshot: &Snapshot) -> bool {
    let looked_for = (snapshot.seq - 1) as f64 * snapshot.interval;
    snapshot.sources.updates == 1 && !snapshot.sources.stale && looked_for < UPDATE_WITHIN
}

fn failed(form: &Form, error: &io::Error) -> End {
    match (form, error.kind()) {
        (Form::Metrics { textfile: Some(path) }, _) => {
            End::Failed(format!("writing {}: {error}", path.display()))
        }
        (_, ErrorKind::BrokenPipe) => End::Done,
        _ => End::Unusable(vec![format!("writing to standard output: {error}")]),
    }
}

fn page(snapshot: &Snapshot) -> io::Result<Page> {
    let memory = |_| io::Error::other("the metrics can't be written down");
    Ok(Page {
        openmetrics: metrics::openmetrics(snapshot).map_err(memory)?,
        plain: metrics::prometheus_text(snapshot).map_err(memory)?,
    })
}

fn expose(snapshot: &Snapshot, textfile: Option<&Path>) -> io::Result<()> {
    let Page { openmetrics, plain } = page(snapshot)?;
    match textfile {
        None => write(openmetrics.as_bytes()),
        Some(path) => replace(path, plain.as_bytes()),
    }
}

/// Writes a new file beside the old one and puts it in its place: who reads it sees all of one or all of
/// the other, and a link that stands there is replaced, not followed.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The collector reads `*.prom` only: a file that is left behind must not be called so.
    let readable = std::fs::Permissions::from_mode(0o644);
    let mut file = tempfile::Builder::new().suffix(".tmp").permissions(readable).tempfile_in(folder)?;
    file.write_all(content)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

fn print(line: &str) -> io::Result<()> {
    write(format!("{line}\n").as_bytes())
}

fn write(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::SourcesView;

    fn snapshot(seq: u64, interval: f64, updates: u64) -> Snapshot {
        let sources = SourcesView { updates, ..SourcesView::default() };
        Snapshot { interval, seq, sources, ..Snapshot::default() }
    }

    #[test]
    fn one_look_waits_for_a_second_update_and_not_for_long() {
        assert!(is_early(&snapshot(2, 1.0, 1)));
        assert!(!is_early(&snapshot(2, 1.0, 2)));
        assert!(!is_early(&snapshot(3, 1.0, 1)), "the ingestor publishes no more");
        assert!(!is_early(&snapshot(2, 5.0, 1)));
        assert!(is_early(&snapshot(6, 0.2, 1)));
        assert!(!is_early(&snapshot(9, 0.2, 1)));
        assert!(!is_early(&snapshot(2, 1.0, 0)), "no stats file to wait for");
        let mut stale = snapshot(2, 1.0, 1);
        stale.sources.stale = true;
        assert!(!is_early(&stale));
    }
}
