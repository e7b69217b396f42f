//! Where cases begin: a site after a day of ordinary life, and what was learned on that day.

use corescope_top::model::Model;
use corescope_top::model::limits::Limits;
use corescope_top::model::state::State;

use crate::case::Case;
use crate::site::{Plan, Site};

/// Hours at which cases begin.
const QUIET: f64 = 4.0;
const BUSY: f64 = 16.0;

/// A site at a quiet and at a busy hour, each with what was learned until then.
pub struct Base {
    quiet: (Site, State),
    busy: (Site, State),
}

impl Base {
    /// Lives through a day that `seed` decides. `sessions` of so many seconds are looked at, evenly spread; each takes over
    /// what the one before learned.
    pub fn live(seed: u64, sessions: u32, secs: u32) -> Self {
        let mut site = Site::new(Plan { hour: QUIET, seed, ..Plan::default() });
        let mut state = State::default();
        let pause = 86_400.0 / f64::from(sessions) - f64::from(secs);
        for _ in 0..sessions {
            state = session(&mut site, &state, secs);
            site.skip(pause);
        }
        let quiet = (site.clone(), state.clone());
        site.skip((BUSY - QUIET) * 3600.0);
        Self { quiet, busy: (site, state) }
    }

    /// The site at which a case begins, with a future of its own, and what is known of it.
    pub fn site(&self, case: &Case) -> (Site, &State) {
        let (site, state) = if case.busy { &self.busy } else { &self.quiet };
        (site.clone().with_seed(case.seed), state)
    }
}

fn session(site: &mut Site, state: &State, secs: u32) -> State {
    let mut model = Model::new(Limits::default());
    model.recall(state);
    for _ in 0..secs {
        model.push(&site.look());
    }
    model.learned()
}
