//! This process's own counters in `/proc/self/io`.

use std::time::Duration;

use super::stats::{ProcIo, stamp};

/// `/proc/self/io`, see proc(5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnIo {
    wchar: u64,
    syscr: u64,
    syscw: u64,
    read_bytes: u64,
    write_bytes: u64,
    cancelled_write_bytes: u64,
}

impl OwnIo {
    /// The counters now; `None` where the kernel doesn't keep them.
    pub fn now() -> Option<Self> {
        std::fs::read_to_string("/proc/self/io").ok().map(|text| Self::parse(&text))
    }

    fn parse(text: &str) -> Self {
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
        };
        Self {
            wchar: field("wchar"),
            syscr: field("syscr"),
            syscw: field("syscw"),
            read_bytes: field("read_bytes"),
            write_bytes: field("write_bytes"),
            cancelled_write_bytes: field("cancelled_write_bytes"),
        }
    }

    /// Bytes written since `earlier`. A file system in memory dirties no page, so the bytes handed to write
    /// calls count where they are more: without them a load paced by this would know no end there.
    pub fn written_since(self, earlier: Self) -> u64 {
        let pages = self.write_bytes.saturating_sub(earlier.write_bytes);
        pages.max(self.wchar.saturating_sub(earlier.wchar))
    }

    /// The rates since `earlier`, `interval` ago; `None` without an interval.
    pub fn rates(self, earlier: Self, interval: Duration, now: i64) -> Option<ProcIo> {
        let secs = interval.as_secs_f64();
        let rate = |new: u64, old: u64| new.saturating_sub(old) as f64 / secs;
        (secs > 0.0).then(|| ProcIo {
            read_bytes_per_sec: rate(self.read_bytes, earlier.read_bytes),
            write_bytes_per_sec: rate(self.write_bytes, earlier.write_bytes),
            cancelled_write_bytes_per_sec: rate(self.cancelled_write_bytes, earlier.cancelled_write_bytes),
            syscalls_read: rate(self.syscr, earlier.syscr),
            syscalls_write: rate(self.syscw, earlier.syscw),
            sampled_at: stamp(now),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_differences_over_time() {
        let text = "rchar: 9\nwchar: 100\nsyscr: 4\nsyscw: 6\nread_bytes: 0\nwrite_bytes: 8192\n\
                    cancelled_write_bytes: 4096\n";
        let io = OwnIo::parse(text);
        let rates = io.rates(OwnIo::default(), Duration::from_secs(2), 0).unwrap();
        assert!((rates.write_bytes_per_sec - 4096.0).abs() < 1e-9);
        assert!((rates.cancelled_write_bytes_per_sec - 2048.0).abs() < 1e-9);
        assert_eq!(io.written_since(OwnIo::default()), 8192);
        assert!(io.rates(io, Duration::ZERO, 0).is_none());
    }

    #[test]
    fn a_file_system_in_memory_still_counts() {
        let io = OwnIo::parse("wchar: 5000\nwrite_bytes: 0\n");
        assert_eq!(io.written_since(OwnIo::default()), 5000);
    }
}
