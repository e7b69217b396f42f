//! What a label has to know of a site: not what a monitor sees, but what is true.

use super::Site;

impl Site {
    /// Notes how many rows came and were backfilled so far.
    pub fn note_rows(&mut self) {
        self.rows_before = self.rows();
    }

    /// Whether a backfill has written clearly more rows than came since that was noted: it had none to do.
    pub fn rewrites(&self) -> bool {
        let (came, backfilled) = self.rows();
        backfilled - self.rows_before.1 > (came - self.rows_before.0) * 149 / 100 + 50
    }

    fn rows(&self) -> (i64, i64) {
        let counters = &self.publisher.counters;
        (counters.tx + counters.obs, counters.backfills.iter().map(|(_, rows)| rows).sum())
    }

    /// Dropped and failed messages since they were last noted.
    pub fn bad(&self) -> i64 {
        let counters = &self.publisher.counters;
        counters.sig_drops + counters.errors - self.before
    }

    /// Notes how many messages were dropped or failed so far.
    pub fn note_bad(&mut self) {
        self.before += self.bad();
    }
}
