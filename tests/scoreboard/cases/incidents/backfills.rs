//! Backfills that rewrite what is done.

use corescope_top::model::verdict::VerdictId;

use super::Onset;
use crate::case::{Case, Knowing};
use crate::cases::PATIENCE;
use crate::site::Site;
use crate::site::load::Backfill;
use crate::site::stats::Build;

impl Onset {
    pub(super) fn backfills(self) -> Vec<Case> {
        let looping = |rate, frames| {
            move |site: &mut Site| site.load.backfill = Some(Backfill::new("path_json", rate, frames, None))
        };
        let stop = |site: &mut Site| site.load.backfill = None;
        let id = VerdictId::BackfillLoop;
        let strengths = [("2.5 MB/s", 260.0), ("28 MB/s", 2600.0)];
        let mut cases = self.backfills_at_start();
        for (name, rate) in strengths {
            // Watched for more than an hour, or known from yesterday: it is known to have nothing to do.
            let onset =
                Self { lead: if self.knowing == Knowing::Nothing { 4000.0 } else { self.lead }, ..self };
            cases.push(onset.switch("backfill loop", (name, id), 300.0, looping(rate, 1.95), stop));
            if self.knowing == Knowing::Nothing {
                // It may be one that comes back for new rows, until it has written more than came.
                let row = "backfill loop, watched for 13 minutes";
                let case = self.switch(row, (name, id), 400.0, looping(rate, 1.95), stop);
                cases.push(case.at(10.0, Site::note_rows).when(Site::rewrites));
            }
        }
        if self.knowing == Knowing::Yesterday {
            let row = "backfill loop, oldest build, rights to nothing";
            let case = self.switch(row, ("2.5 MB/s", id), 300.0, looping(260.0, 1.95), stop);
            cases.push(case.at(0.0, |site| {
                site.plan.rights = (false, false);
                site.publisher.build = Build::Oldest;
            }));
            // The monitor starts when the loop has gone on for an hour, and knows that all was done.
            for (name, rate) in strengths {
                let row = "backfill loop, seen from its middle";
                let case = Case::new(row, name, self.busy, self.knowing, 300.0);
                let case = case.unseen(3600.0).at(-3600.0, looping(rate, 1.95)).at(200.0, stop);
                cases.push(case.truth(&[id], 0.0, 200.0, 0.0));
            }
        }
        cases
    }

    /// A restart, then a backfill from its first second on.
    fn backfills_at_start(self) -> Vec<Case> {
        let id = VerdictId::BackfillLoop;
        let at = self.lead;
        let restart = move |case: Case| case.at(at, Site::stop).at(at + 4.0, Site::start);
        let begin = |name: &'static str| {
            move |site: &mut Site| site.load.backfill = Some(Backfill::new(name, 900.0, 2.2, None))
        };
        let stop = |site: &mut Site| site.load.backfill = None;
        let from = at + 6.0;
        // What is done is known: it may rewrite what came since and no more.
        let known = restart(self.case("backfill loop from the start, done before", "8 MB/s", 300.0))
            .at(from, begin("path_json"))
            .at(from + 294.0, stop)
            .truth(&[id], from, from + 294.0, 0.0);
        // A name that nobody has seen: it may have a whole database to do.
        let secs = PATIENCE + 300.0;
        let unknown = restart(self.case("backfill loop from the start, unknown backlog", "8 MB/s", secs))
            .at(from, begin("hop_index"))
            .at(at + secs, stop)
            .truth(&[id], from, at + secs, PATIENCE);
        vec![known, unknown]
    }
}
