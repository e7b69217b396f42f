//! Sums over the last seconds.

use std::collections::VecDeque;

use crate::units::Mono;

/// Steps that are kept at most: in a recording somebody made up time may stand still.
const MAX_STEPS: usize = 1024;

/// Amounts of the last seconds.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    length: f64,
    /// End, seconds covered, amount.
    steps: VecDeque<(Mono, f64, f64)>,
    secs: f64,
    amount: f64,
}

impl Window {
    /// A window of so many seconds.
    pub(crate) fn new(length: f64) -> Self {
        Self { length, steps: VecDeque::new(), secs: 0.0, amount: 0.0 }
    }

    /// `amount` came in the `secs` seconds up to `end`.
    pub(crate) fn push(&mut self, end: Mono, secs: f64, amount: f64) {
        self.steps.push_back((end, secs, amount));
        self.secs += secs;
        self.amount += amount;
        let old = |at: Mono| end.since(at).as_secs_f64() >= self.length;
        while self.steps.front().is_some_and(|(at, ..)| old(*at)) || self.steps.len() > MAX_STEPS {
            if let Some((_, secs, amount)) = self.steps.pop_front() {
                self.secs -= secs;
                self.amount -= amount;
            }
        }
        // What rounding leaves must not pile up over days.
        if self.steps.len() == 1 {
            (self.secs, self.amount) = (secs, amount);
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.steps.clear();
        (self.secs, self.amount) = (0.0, 0.0);
    }

    /// The sum; 0 of nothing.
    pub(crate) fn sum(&self) -> f64 {
        self.steps.iter().map(|(.., amount)| amount).sum()
    }

    /// End and amount of every step, the newest first.
    pub(crate) fn newest(&self) -> impl Iterator<Item = (Mono, f64)> {
        self.steps.iter().rev().map(|(at, _, amount)| (*at, *amount))
    }

    /// The sum of the last `secs` seconds of the window.
    pub(crate) fn sum_of(&self, secs: f64) -> f64 {
        let Some((end, ..)) = self.steps.back() else { return 0.0 };
        let young = |(at, _): &(Mono, f64)| end.since(*at).as_secs_f64() < secs;
        self.newest().take_while(young).map(|(_, amount)| amount).sum()
    }

    /// Amount per second; `None` until nearly the whole window is covered.
    pub(crate) fn mean(&self) -> Option<f64> {
        (self.secs >= 0.85 * self.length).then(|| self.amount.max(0.0) / self.secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_needs_the_whole_window() {
        let mut window = Window::new(10.0);
        for second in 1..=9 {
            assert_eq!(window.mean(), None, "{second}");
            window.push(Mono(second * 1_000_000_000), 1.0, 4.0);
        }
        assert_eq!(window.mean(), Some(4.0));
        for second in 10..30 {
            window.push(Mono(second * 1_000_000_000), 1.0, 0.0);
        }
        assert_eq!((window.mean(), window.sum()), (Some(0.0), 0.0));
    }
    #[test]
    fn the_last_seconds_are_its_newest_steps() {
        let mut window = Window::new(10.0);
        assert!(window.sum_of(3.0) <= 0.0);
        for second in 1..=9 {
            window.push(Mono(second * 1_000_000_000), 1.0, second as f64);
        }
        assert_eq!(window.newest().next(), Some((Mono(9_000_000_000), 9.0)));
        assert_eq!((window.sum_of(2.5), window.sum_of(100.0)), (9.0 + 8.0 + 7.0, 45.0));
    }
}
