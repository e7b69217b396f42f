//! The usual level of one series, by median and median absolute deviation.
//!
//! Both stay what they are while up to half of the values are outliers (F. R. Hampel, "The influence
//! curve and its role in robust estimation", 1974; P. J. Rousseeuw and C. Croux, "Alternatives to the
//! median absolute deviation", 1993). Values are means of ten seconds, so that one slow flush is no
//! level of its own; of a quarter of an hour the median is kept, of a day the 96 of them.

use std::collections::VecDeque;

/// Seconds of one bucket.
const BUCKET_SECS: f64 = 10.0;
/// Buckets of one block.
const BLOCK: usize = 90;
/// Blocks that are kept: a day.
const BLOCKS: usize = 96;
/// With fewer blocks the buckets of the block at work count, too.
const FEW: usize = 4;
/// Makes the MAD of normally distributed values their standard deviation: 1 / Φ⁻¹(3/4).
const CONSISTENT: f64 = 1.4826;

/// What is usual.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    /// The middle value.
    pub median: f64,
    /// Median absolute deviation, scaled to a standard deviation; 0 where most values are alike.
    pub spread: f64,
    /// The value that nine of ten don't pass.
    pub high: f64,
}

/// The usual level of one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Level {
    /// Seconds and amount of the bucket at work.
    secs: f64,
    amount: f64,
    block: Vec<f32>,
    blocks: VecDeque<f32>,
    usual: Option<Usual>,
}

impl Level {
    /// A level out of the medians of earlier blocks; what can't be a rate is left out.
    pub fn of_blocks(blocks: impl IntoIterator<Item = f32>) -> Self {
        let valid = |value: &f32| value.is_finite() && *value >= 0.0;
        let blocks = blocks.into_iter().filter(valid).take(BLOCKS).collect();
        let mut level = Self { blocks, ..Self::default() };
        level.settle();
        level
    }

    /// Medians of the blocks so far, the block at work included, the oldest first.
    pub fn blocks(&self) -> impl Iterator<Item = f32> {
        let mut block = self.block.clone();
        let last = median(&mut block);
        self.blocks.iter().copied().chain(last.map(|value| value as f32))
    }

    /// `rate` held for `secs` seconds.
    pub fn push(&mut self, secs: f64, rate: f64) {
        if !(rate.is_finite() && secs.is_finite() && secs > 0.0) {
            return;
        }
        self.secs += secs;
        self.amount += rate * secs;
        if self.secs < BUCKET_SECS {
            return;
        }
        self.block.push((self.amount / self.secs) as f32);
        (self.secs, self.amount) = (0.0, 0.0);
        if self.block.len() == BLOCK {
            let middle = median(&mut self.block).unwrap_or_default();
            self.block.clear();
            self.blocks.push_back(middle as f32);
            if self.blocks.len() > BLOCKS {
                self.blocks.pop_front();
            }
        }
        self.settle();
    }

    /// Forgets the bucket at work: something happened in it.
    pub fn drop_bucket(&mut self) {
        (self.secs, self.amount) = (0.0, 0.0);
    }

    /// What is usual; `None` before the first bucket.
    pub fn usual(&self) -> Option<Usual> {
        self.usual
    }

    fn settle(&mut self) {
        let mut values: Vec<f32> = self.blocks.iter().copied().collect();
        if self.blocks.len() < FEW {
            values.extend(&self.block);
        }
        self.usual = usual(&mut values);
    }
}

/// Median, scaled MAD and ninth decile; `None` of nothing.
fn usual(values: &mut [f32]) -> Option<Usual> {
    let middle = median(values)?;
    let high = f64::from(values[(values.len() * 9 / 10).min(values.len() - 1)]);
    let mut deviations: Vec<f32> =
        values.iter().map(|value| (f64::from(*value) - middle).abs() as f32).collect();
    let spread = median(&mut deviations).unwrap_or_default() * CONSISTENT;
    Some(Usual { median: middle, spread, high })
}

/// Sorts, and gives the middle value; of an even number the mean of the two in the middle.
fn median(values: &mut [f32]) -> Option<f64> {
    values.sort_unstable_by(f32::total_cmp);
    let half = values.len() / 2;
    let upper = f64::from(*values.get(half)?);
    let lower = if values.len().is_multiple_of(2) { f64::from(values[half - 1]) } else { upper };
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(rates: impl IntoIterator<Item = f64>) -> Level {
        let mut level = Level::default();
        for rate in rates {
            level.push(10.0, rate);
        }
        level
    }

    #[test]
    fn half_of_the_values_can_lie_without_moving_it_far() {
        let honest = level(std::iter::repeat_n(5.0, 60));
        let poisoned = level(std::iter::repeat_n(5.0, 60).chain(std::iter::repeat_n(1e6, 25)));
        assert_eq!(honest.usual().map(|it| it.median), poisoned.usual().map(|it| it.median));
    }

    #[test]
    fn degenerate_cases() {
        assert_eq!(Level::default().usual(), None);
        assert_eq!(level([3.0]).usual(), Some(Usual { median: 3.0, spread: 0.0, high: 3.0 }));
        assert_eq!(level([0.0; 50]).usual(), Some(Usual::default()), "a MAD of 0 is a MAD");
        let mut odd = Level::default();
        for (secs, rate) in [(f64::NAN, 1.0), (1.0, f64::INFINITY), (-1.0, 1.0), (0.0, 1.0)] {
            odd.push(secs, rate);
        }
        assert_eq!(odd, Level::default());
    }

    #[test]
    fn a_day_is_kept_and_a_day_only() {
        let old = level(std::iter::repeat_n(1.0, BLOCK * BLOCKS));
        let mut new = old.clone();
        (0..BLOCK * BLOCKS).for_each(|_| new.push(10.0, 9.0));
        assert_eq!(old.usual().map(|it| it.median), Some(1.0));
        assert_eq!(new.usual().map(|it| it.median), Some(9.0));
        assert_eq!(Level::of_blocks(new.blocks()).usual(), new.usual());
    }

    #[test]
    fn the_spread_of_a_normal_distribution_is_its_deviation() {
        // Quantiles of the standard normal distribution at 10, 30, 50, 70 and 90 %, around 10.
        let usual = level([8.718, 9.476, 10.0, 10.524, 11.282]).usual().unwrap();
        assert!((usual.spread - 0.777).abs() < 0.01, "{usual:?}");
    }
}
