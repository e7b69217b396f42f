//! A case: a site, what is done to it and when, and what is true of it.

use std::sync::Arc;

use corescope_top::model::verdict::VerdictId;

use crate::site::Site;

/// Something that is done to a site.
pub type Act = Arc<dyn Fn(&mut Site) + Send + Sync>;

/// What is wrong in truth.
#[derive(Clone, Debug)]
pub struct Truth {
    /// The verdict that is right; where two would be, both.
    pub ids: Vec<VerdictId>,
    /// Seconds after the case's start at which it begins and ends.
    pub from: f64,
    pub to: f64,
    /// Seconds after its beginning at which it is what its definition says.
    pub due: f64,
    /// It may be said and need not.
    pub optional: bool,
    /// It begins when the site is like this, if that is later.
    pub when: Option<fn(&Site) -> bool>,
}

/// What the monitor knows when it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowing {
    /// Nothing.
    Nothing,
    /// What was learned on the day before.
    Yesterday,
}

/// One case.
#[derive(Clone)]
pub struct Case {
    /// The row of the table that it counts in.
    pub row: &'static str,
    /// What tells it from the others of the row.
    pub name: String,
    /// Whether it begins at a busy hour.
    pub busy: bool,
    pub knowing: Knowing,
    pub seed: u64,
    /// Seconds between two looks of the monitor.
    pub interval: f64,
    /// Seconds that go by before the monitor starts; steps in them have negative times.
    pub unseen: f64,
    pub secs: f64,
    pub steps: Vec<(f64, Act)>,
    pub truths: Vec<Truth>,
}

impl Case {
    /// A case in which nothing happens.
    pub fn new(row: &'static str, name: impl Into<String>, busy: bool, knowing: Knowing, secs: f64) -> Self {
        let name = name.into();
        let seed = name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
        });
        let seed = seed ^ u64::from(busy) ^ (u64::from(knowing == Knowing::Nothing) << 1);
        Self {
            row,
            name,
            busy,
            knowing,
            seed,
            interval: 1.0,
            unseen: 0.0,
            secs,
            steps: Vec::new(),
            truths: Vec::new(),
        }
    }

    /// Something is done at a time.
    pub fn at(mut self, secs: f64, act: impl Fn(&mut Site) + Send + Sync + 'static) -> Self {
        self.steps.push((secs, Arc::new(act)));
        self
    }

    /// The same with other chances; 0 leaves it as it is.
    pub fn reseed(mut self, shift: u64) -> Self {
        // By another number than the generator's own step: else it would be the same stream a little later.
        self.seed ^= shift.wrapping_mul(0xD1B5_4A32_D192_ED03);
        self
    }

    /// Time that goes by before the monitor starts.
    pub fn unseen(mut self, secs: f64) -> Self {
        self.unseen = secs;
        self
    }

    /// What is true for a while.
    pub fn truth(mut self, ids: &[VerdictId], from: f64, to: f64, due: f64) -> Self {
        self.truths.push(Truth { ids: ids.to_vec(), from, to, due, optional: false, when: None });
        self
    }

    /// What may be said for a while and need not.
    pub fn may(mut self, id: VerdictId, from: f64, to: f64) -> Self {
        self.truths.push(Truth { ids: vec![id], from, to, due: 0.0, optional: true, when: None });
        self
    }

    /// The truth given last begins only when the site is like this.
    pub fn when(mut self, is: fn(&Site) -> bool) -> Self {
        if let Some(truth) = self.truths.last_mut() {
            truth.when = Some(is);
        }
        self
    }

    /// Its steps in the order of time.
    pub fn ordered(&self) -> Vec<(f64, Act)> {
        let mut steps = self.steps.clone();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        steps
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hour = if self.busy { "busy" } else { "quiet" };
        let knowing = if self.knowing == Knowing::Nothing { "nothing learned" } else { "with state" };
        write!(f, "{}: {}, {hour}, {knowing}", self.row, self.name)
    }
}
