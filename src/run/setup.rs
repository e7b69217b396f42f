//! From arguments to a running sampler.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;

use crate::cli::{Monitor, Target};
use crate::demo::{Demo, DemoState, Scenario};
use crate::parse::text;
use crate::sample::{Fault, Reading, Sample};
use crate::source::sampler::SourceConfig;
use crate::ui::Labels;

/// What is watched, and the demo that keeps it alive.
pub struct Watched {
    /// What the sampler reads.
    pub sources: SourceConfig,
    /// What the header says of it.
    pub labels: Labels,
    /// The demo; its end takes its processes and its folder along.
    pub demo: Option<Demo>,
}

/// Watches what the arguments name.
pub fn of_target(target: &Target, monitor: &Monitor) -> Watched {
    watched(target.ingestor, target.server, target.db.clone(), target.stats_path(), monitor.interval)
}

/// Starts a demo and watches it as any other target.
///
/// # Errors
/// When its processes or its folder can't be made.
pub fn of_demo(scenario: Scenario, monitor: &Monitor) -> anyhow::Result<Watched> {
    let mut demo = Demo::start(scenario)?;
    let state = demo.target().context("the demo could not be started")?;
    let DemoState { ingestor, server, db, stats, scenario } = state;
    let mut watched = watched(ingestor, server, Some(db), stats, monitor.interval);
    watched.labels.scenario = Some(scenario.name().into());
    watched.demo = Some(demo);
    Ok(watched)
}

fn watched(
    ingestor: Option<u32>,
    server: Option<u32>,
    db: Option<PathBuf>,
    stats: PathBuf,
    interval: f64,
) -> Watched {
    let labels = Labels {
        db: db.as_deref().map(shown),
        stats: shown(&stats),
        ingestor: ingestor.is_some(),
        server: server.is_some(),
        scenario: None,
    };
    let proc_root = PathBuf::from("/proc");
    let sources = SourceConfig { proc_root, ingestor, server, stats, db, interval };
    Watched { sources, labels, demo: None }
}

fn shown(path: &Path) -> Arc<str> {
    text::sentence(&path.to_string_lossy()).into()
}

/// The reasons why `sample` holds nothing at all to look at; `None` if it holds something.
pub fn unusable(sample: &Sample) -> Option<Vec<String>> {
    let db = sample.db.good();
    let usable = sample.ingestor.good().is_some()
        || sample.server.good().is_some()
        || sample.stats.good().is_some()
        || db.is_some_and(|db| db.header.good().is_some());
    // A source that has not answered yet may still do.
    let pending = |fault: Option<&Fault>| fault.is_some_and(|f| f.kind == crate::sample::FaultKind::Stalled);
    if usable || pending(sample.stats.fault()) || pending(sample.db.fault()) {
        return None;
    }
    let of_db = match &sample.db {
        Reading::Good(db) => db.db.fault().or(db.header.fault()),
        other => other.fault(),
    };
    let faults = [sample.ingestor.fault(), sample.server.fault(), of_db, sample.stats.fault()];
    Some(faults.into_iter().flatten().map(|fault| fault.text.clone()).collect())
}
