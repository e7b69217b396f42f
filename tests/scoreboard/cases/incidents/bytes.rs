//! What goes wrong with the log, with the disk and with what is written and read.

use corescope_top::model::verdict::VerdictId;
use corescope_top::units::{GB, MB};

use super::{Onset, SHELL};
use crate::case::Case;
use crate::cases::definition;
use crate::site::Site;

impl Onset {
    pub(super) fn log(self) -> Vec<Case> {
        let pin = |site: &mut Site| site.read(SHELL);
        let unpin = |site: &mut Site| site.read_no_more(SHELL);
        let mut cases = vec![
            // On a busy day it passes 100 MB and stays there.
            self.switch("WAL pinned", ("1 minute", VerdictId::WalPinned), 60.0, pin, unpin).may(
                VerdictId::WalHighWater,
                self.lead + 60.0,
                f64::INFINITY,
            ),
            self.pinned_to_high_water(pin, unpin),
            self.nobody("from then on", 400.0),
            self.nobody("for an hour", 3000.0),
        ];
        let big = |name: &'static str, frames: f64, secs: f64| {
            let (from, to) = (self.lead + secs, self.lead + secs + 300.0);
            self.case("WAL at high-water mark", name, secs + 300.0)
                .at(self.lead, move |site| site.load.transaction = frames)
                .at(from, Site::commit)
                .at(to, Site::truncate)
                .truth(&[VerdictId::WalHighWater], from, to, definition(VerdictId::WalHighWater))
        };
        cases.extend([big("110 MB", 4_700.0, 6.0), big("400 MB", 13_000.0, 8.0)]);
        cases
    }

    /// A reader stays until the file has passed 100 MB; it keeps that size until it is truncated.
    fn pinned_to_high_water(
        self,
        pin: impl Fn(&mut Site) + Send + Sync + 'static,
        unpin: impl Fn(&mut Site) + Send + Sync + 'static,
    ) -> Case {
        let secs = if self.busy { 500.0 } else { 1200.0 };
        let (from, to) = (self.lead, self.lead + secs);
        let case = self.case("WAL pinned", "until it is large", secs + 60.0);
        let case = case.at(from, pin).at(to, unpin).at(to + 60.0, Site::truncate);
        let case = case.truth(&[VerdictId::WalPinned], from, to, definition(VerdictId::WalPinned));
        // An aftermath that may be said and need not: a minute later the file is truncated.
        case.may(VerdictId::WalHighWater, to, to + 75.0)
    }

    /// Commits no longer checkpoint; it shows when more is pending than the usual 2,000 frames.
    fn nobody(self, name: &str, secs: f64) -> Case {
        let rate = if self.busy { 320.0 } else { 32.0 };
        let usual = 2_000.0 / rate;
        let secs = secs + usual;
        let id = VerdictId::NobodyCheckpoints;
        let row = "nobody checkpoints";
        let (from, to) = (self.lead, self.lead + secs);
        self.case(row, name, secs)
            .at(from, |site| site.log.auto = false)
            .at(to, |site| {
                site.log.auto = true;
                site.truncate();
            })
            .truth(&[id], from, to, definition(id))
            .when(|site| site.log.pending() > 2_000)
    }

    /// The trend has to last: half an hour, or ten minutes where the end is near.
    pub(super) fn disk(self) -> Vec<Case> {
        let full = |name: &str, rate: f64, free: u64, secs: f64, due: f64| {
            let (from, to) = (self.lead, self.lead + secs);
            self.case("disk full within a day", name, secs)
                .at(0.0, move |site| site.free = free as f64)
                .at(from, move |site| site.load.fill = rate)
                .at(to, |site| site.load.fill = 0.0)
                .truth(&[VerdictId::DiskFull], from, to, due)
        };
        let (slow, fast) = (MB as f64, 20.0 * MB as f64);
        vec![
            full("1 MB/s, 40 GB left", slow, 40 * GB, 2700.0, 1800.0),
            full("20 MB/s, 30 GB left", fast, 30 * GB, 1000.0, definition(VerdictId::DiskFull)),
        ]
    }

    pub(super) fn bytes(self) -> Vec<Case> {
        use VerdictId::{CacheMisses, CancelledWrites, WriteStorm};
        let frames = |rate| move |site: &mut Site| site.load.frames = rate;
        let dropped = |rate: f64| move |site: &mut Site| site.load.dropped = rate;
        let reads = |rate: f64, share| move |site: &mut Site| site.load.server = (rate, share);
        let mb = MB as f64;
        // At a quiet hour it is under every limit of the Perf page.
        let small = if self.busy { 1_600.0 } else { 500.0 };
        vec![
            self.switch(
                "write storm",
                ("under the static limit", WriteStorm),
                600.0,
                frames(small),
                frames(0.0),
            ),
            self.switch("write storm", ("20 MB/s", WriteStorm), 600.0, frames(3_700.0), frames(0.0)),
            self.switch(
                "cancelled writes",
                ("2 MB/s", CancelledWrites),
                120.0,
                dropped(2.0 * mb),
                dropped(0.0),
            ),
            self.switch(
                "cancelled writes",
                ("20 MB/s", CancelledWrites),
                400.0,
                dropped(20.0 * mb),
                dropped(0.0),
            ),
            self.switch(
                "cache misses",
                ("half of 5 MB/s", CacheMisses),
                600.0,
                reads(5.0 * mb, 0.5),
                reads(0.0, 0.0),
            ),
            self.switch(
                "cache misses",
                ("nine tenths of 60 MB/s", CacheMisses),
                600.0,
                reads(60.0 * mb, 0.9),
                reads(0.0, 0.0),
            ),
        ]
    }
}
