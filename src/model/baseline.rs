//! The Perf page's rolling baseline: the mean rate of the last five minutes.
//!
//! The rate that is judged flows into it, as it does there; that is the rule's known weakness.

use std::collections::VecDeque;

use crate::model::limits::{BASELINE_MIN_SECS, BASELINE_SECS};

/// Updates that are kept at most: in a recording somebody made up time may stand still.
const MAX_STEPS: usize = 4096;

#[derive(Clone, Copy, Debug)]
struct Step {
    /// Monotonic seconds at its end.
    end: f64,
    nanos: i64,
    rows: i64,
}

/// Rows and seconds of the last five minutes of one source.
#[derive(Clone, Debug, Default)]
pub struct Rolling {
    steps: VecDeque<Step>,
    nanos: i64,
    rows: i64,
}

impl Rolling {
    /// Appends `rows` that were written in the `secs` seconds up to `end`.
    pub fn push(&mut self, end: f64, secs: f64, rows: i64) {
        let nanos = (secs * 1e9) as i64;
        self.steps.push_back(Step { end, nanos, rows });
        self.nanos += nanos;
        self.rows = self.rows.saturating_add(rows);
        self.forget(end);
    }

    fn forget(&mut self, now: f64) {
        let crowded = self.steps.len() > MAX_STEPS;
        while let Some(first) = self.steps.front().filter(|step| crowded || step.end <= now - BASELINE_SECS) {
            self.rows = self.rows.saturating_sub(first.rows);
            self.nanos -= first.nanos;
            self.steps.pop_front();
            if crowded {
                break;
            }
        }
    }

    /// Mean rate per second; `None` before 30 s of history.
    pub fn mean(&self) -> Option<f64> {
        let secs = self.nanos as f64 / 1e9;
        (secs >= BASELINE_MIN_SECS).then(|| self.rows as f64 / secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolling(rates: impl IntoIterator<Item = i64>) -> Rolling {
        let mut rolling = Rolling::default();
        for (second, rows) in rates.into_iter().enumerate() {
            rolling.push((second + 1) as f64, 1.0, rows);
        }
        rolling
    }

    #[test]
    fn needs_thirty_seconds() {
        assert_eq!(rolling(std::iter::repeat_n(5, 29)).mean(), None);
        assert_eq!(rolling(std::iter::repeat_n(5, 30)).mean(), Some(5.0));
    }

    #[test]
    fn forgets_after_five_minutes() {
        let rates = std::iter::repeat_n(100, 50).chain(std::iter::repeat_n(2, 300));
        assert_eq!(rolling(rates).mean(), Some(2.0));
    }

    #[test]
    fn the_known_weakness_a_jump_looks_normal_after_thirty_seconds() {
        let mut rolling = rolling(std::iter::repeat_n(1, 300));
        let flagged = (0..60)
            .take_while(|second| {
                rolling.push(301.0 + f64::from(*second), 1.0, 1_000_000);
                rolling.mean().is_some_and(|mean| 1_000_000.0 > 10.0 * mean)
            })
            .count();
        assert!((28..=30).contains(&flagged), "{flagged}");
    }
}
