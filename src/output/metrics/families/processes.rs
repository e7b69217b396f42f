//! Of the processes: whether they run, since when, and what they read and wrote.

use super::super::{Family, Kind, Labels};
use super::{family, flag};
use crate::model::snapshot::{ProcView, Snapshot};
use crate::sample::IoCounters;

/// What is counted of a process: name, help, unit, and where it stands in `/proc/PID/io`.
type Counter = (&'static str, &'static str, Option<&'static str>, fn(&IoCounters) -> u64);

const IO: [Counter; 7] = [
    ("corescope_process_storage_read", "Bytes fetched from storage", Some("bytes"), |io| io.read_bytes),
    (
        "corescope_process_storage_written",
        "Bytes of pages dirtied, on their way to storage",
        Some("bytes"),
        |io| io.write_bytes,
    ),
    (
        "corescope_process_storage_cancelled",
        "Bytes dirtied whose write was cancelled by truncation or removal",
        Some("bytes"),
        |io| io.cancelled_write_bytes,
    ),
    ("corescope_process_read", "Bytes passed to read calls, page cache included", Some("bytes"), |io| {
        io.rchar
    }),
    ("corescope_process_written", "Bytes passed to write calls", Some("bytes"), |io| io.wchar),
    ("corescope_process_read_calls", "Read calls", None, |io| io.syscr),
    ("corescope_process_write_calls", "Write calls", None, |io| io.syscw),
];

/// Of the ingestor and the server, where they are known.
pub(super) fn of(snapshot: &Snapshot) -> Vec<Family> {
    let watched = [("ingestor", &snapshot.ingestor), ("server", &snapshot.server)];
    let each = |value: &dyn Fn(&ProcView) -> Option<f64>| -> Vec<(Labels, f64)> {
        let one = |(role, process): (&str, &Option<ProcView>)| {
            Some((vec![("process", role.to_owned())], value(process.as_ref()?)?))
        };
        watched.into_iter().filter_map(one).collect()
    };
    let up = each(&|process| Some(flag(process.pid.is_some() && process.gone_since.is_none())));
    let started = each(&|process| {
        let alive = process.gone_since.is_none();
        let uptime = process.uptime.filter(|_| alive)?;
        // Whole seconds: the two clocks it is made of don't agree to the last millisecond.
        Some((snapshot.at.0 as f64 / 1e9 - uptime).round())
    });
    let mut families = vec![
        family("corescope_process_up", "Whether the process runs", None, Kind::Gauge, up),
        family(
            "corescope_process_start_time",
            "When the process was started, Unix time",
            Some("seconds"),
            Kind::Gauge,
            started,
        ),
    ];
    families.extend(IO.map(|(name, help, unit, of)| {
        let series = each(&|process| process.counters.as_ref().map(|io| of(io) as f64));
        family(name, help, unit, Kind::Counter, series)
    }));
    families
}
