//! What is made of those that were found: a successor, names, rows of a list.

use std::collections::HashMap;
use std::sync::Arc;

use crate::cli::DEFAULT_STATS;
use crate::source::discover::{Aim, Candidate, Found, Place};
use crate::source::sampler::SourceConfig;
use crate::ui::Labels;
use crate::ui::stage::PickRow;

/// The ingestor that took the place of the one that was watched.
pub(super) fn heir<'a>(old: &Aim, found: &'a Found) -> Option<&'a Candidate> {
    let before = old.ingestor.as_ref();
    let database = |candidate: &Candidate| candidate.db.as_ref().and_then(|db| db.id);
    let known = old.db.as_ref().and_then(|db| db.id);
    let same_file = |candidate: &&Candidate| known.is_some() && database(candidate) == known;
    // The database itself may have been replaced meanwhile: then its name and place tell.
    let same_place = |candidate: &&Candidate| {
        let shown = |db: Option<&Place>| db.map(|db| db.shown.clone());
        before.is_some_and(|before| {
            before.container == candidate.container
                && shown(candidate.db.as_ref()) == shown(before.db.as_ref())
        })
    };
    let mut all = found.ingestors.iter();
    all.clone().find(same_file).or_else(|| all.find(same_place))
}

/// Whether both have the database of the same name in the same place.
pub(super) fn same_database(old: &Aim, new: &Aim) -> bool {
    let shown = |aim: &Aim| aim.db.as_ref().map(|db| db.shown.clone());
    shown(old) == shown(new)
}

/// What the screen calls a target.
pub(super) fn labels(aim: &Aim, config: &SourceConfig) -> Labels {
    let stats = aim.stats.as_ref().map_or(DEFAULT_STATS, |place| &place.shown);
    Labels {
        db: aim.db.as_ref().map(|place| Arc::from(place.shown.as_str())),
        stats: stats.into(),
        ingestor: config.ingestor.is_some(),
        server: config.server.is_some(),
        exe: aim.ingestor.as_ref().and_then(|it| it.exe.as_deref()).map(Arc::from),
        scenario: None,
    }
}

/// The line of a candidate in the list of targets; `writes` in bytes per second, by pid.
pub(super) fn row(candidate: &Candidate, writes: &HashMap<u32, f64>) -> PickRow {
    PickRow {
        pid: candidate.pid,
        name: candidate.name.as_str().into(),
        user: candidate.user.as_deref().map(Arc::from),
        exe: candidate.exe.as_deref().map(Arc::from),
        container: candidate.container.as_deref().map(Arc::from),
        db: candidate.db.as_ref().map(|db| Arc::from(db.shown.as_str())),
        uptime: candidate.uptime,
        write: writes.get(&candidate.pid).copied(),
    }
}
