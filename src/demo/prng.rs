//! Chance for the demo's traffic: `SplitMix64` (Steele, Lea and Flood, 2014), short and good enough here.

use std::fmt::Write as _;
use std::time::Duration;

/// A stream of numbers that a seed decides.
#[derive(Clone, Debug)]
pub struct Prng(u64);

impl Prng {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream that another run will not repeat: the hashes of a restarted ingestor must be new ones.
    pub fn from_time() -> Self {
        let now = jiff::Timestamp::now().as_nanosecond();
        Self(now as u64 ^ (u64::from(std::process::id()) << 32))
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 if that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// `true` in `percent` of 100 cases.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A span evenly spread around `mean`, between a fifth and nine fifths of it.
    pub fn around(&mut self, mean: Duration) -> Duration {
        mean.mul_f64(0.2 + 1.6 * (self.below(10_001) as f64 / 10_000.0))
    }

    /// `bytes` bytes as hexadecimal digits.
    pub fn hex(&mut self, bytes: usize) -> String {
        let mut text = String::with_capacity(bytes * 2 + 16);
        while text.len() < bytes * 2 {
            // Writing to a string cannot fail.
            let _ = write!(text, "{:016X}", self.next());
        }
        text.truncate(bytes * 2);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_stream() {
        let (mut a, mut b) = (Prng::new(7), Prng::new(7));
        assert_eq!(a.hex(21), b.hex(21));
        assert_eq!(a.hex(21).len(), 42);
        assert_ne!(Prng::new(8).next(), Prng::new(7).next());
    }

    #[test]
    fn spans_keep_their_mean() {
        let mut prng = Prng::new(1);
        let mean = Duration::from_millis(200);
        let sum: Duration = (0..2000).map(|_| prng.around(mean)).sum();
        assert!((sum.as_secs_f64() / 400.0 - 1.0).abs() < 0.05, "{sum:?}");
    }
}
