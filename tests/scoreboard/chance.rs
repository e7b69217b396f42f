//! Chance that is the same on every machine: `SplitMix64` (Steele, Lea and Flood, 2014) and nothing but
//! additions, multiplications and square roots, which IEEE 754 rounds alike everywhere.

/// A stream of numbers that a seed decides.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Evenly spread from 0 to below 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Evenly spread between two numbers.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// `true` with this probability.
    pub fn hit(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// About normally spread, mean 0 and deviation 1: twelve even ones, less six, from six draws.
    pub fn bell(&mut self) -> f64 {
        let sum: u64 = (0..6).map(|_| self.bits()).map(|bits| (bits >> 32) + (bits & 0xFFFF_FFFF)).sum();
        sum as f64 / (1u64 << 32) as f64 - 6.0
    }

    /// How many of independent events happen where `mean` are expected: about Poisson's spread.
    pub fn count(&mut self, mean: f64) -> u64 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 8.0 {
            return (mean + mean.sqrt() * self.bell() + 0.5).max(0.0) as u64;
        }
        let share = mean / 32.0;
        (0..32).filter(|_| self.hit(share)).count() as u64
    }

    /// A whole number whose mean is `value`.
    pub fn round(&mut self, value: f64) -> u64 {
        (value + self.unit()).max(0.0) as u64
    }
}
