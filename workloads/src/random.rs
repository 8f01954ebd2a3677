//! Independent random streams from one seed.
//!
//! Every consumer has a stream of its own, named by a label (`faults`, `process/3`,
//! `link/n0>n1`), so that a draw added in one place moves nothing elsewhere. ChaCha8 is portable
//! and stable; the sampling on top of it is written out here, because that of general libraries
//! may change between versions and a seed must keep its meaning.

use std::fmt;
use std::str::FromStr;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The one number that decides a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seed(pub u64);

impl Seed {
    /// The stream with this label.
    #[must_use]
    pub fn stream(self, label: &str) -> Stream {
        let context = format!("splitbrain 1 {label}");
        let key = blake3::derive_key(&context, &self.0.to_le_bytes());
        Stream {
            rng: ChaCha8Rng::from_seed(key),
        }
    }

    /// The seed of the n-th run of a series that begins with this one.
    #[must_use]
    pub fn nth(self, n: u64) -> Self {
        Self(self.0.wrapping_add(n))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

/// A text that is no seed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no seed: expected a number, 0x and hexadecimal digits, or a git hash")]
pub struct BadSeed(String);

impl FromStr for Seed {
    type Err = BadSeed;

    /// Reads a decimal number, `0x...`, or a git hash (40 hexadecimal digits, of which the first
    /// 16 count).
    fn from_str(text: &str) -> Result<Self, BadSeed> {
        let hex = |digits: &str| u64::from_str_radix(digits, 16).ok();
        let is_hash = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = match text.strip_prefix("0x") {
            Some(digits) => hex(digits),
            None if is_hash => hex(&text[..16]),
            None => text.parse().ok(),
        };
        number.map(Self).ok_or_else(|| BadSeed(text.to_owned()))
    }
}

impl Serialize for Seed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Seed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A labelled stream of random draws.
#[derive(Debug, Clone)]
pub struct Stream {
    rng: ChaCha8Rng,
}

impl Stream {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.rng.next_u64()
    }

    /// A number in `0..n`, each equally likely; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        // Lemire's multiplication without the rejection step: the bias is below n / 2^64.
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// True in `numerator` of `denominator` cases.
    pub fn chance(&mut self, numerator: u64, denominator: u64) -> bool {
        self.below(denominator) < numerator
    }

    /// True with this probability.
    pub fn probability(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A number in `[0, 1)` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An exponentially distributed number with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// One of the items; `None` when there are none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len() as u64) as usize)
    }

    /// Brings the items into a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A seed must mean the same in every later version.
    #[test]
    fn streams_are_what_they_always_were() {
        let mut stream = Seed(42).stream("golden");
        let drawn: Vec<u64> = (0..6).map(|_| stream.below(1000)).collect();
        assert_eq!(drawn, GOLDEN);
    }

    const GOLDEN: [u64; 6] = [57, 124, 584, 817, 61, 598];

    #[test]
    fn labels_and_seeds_separate_streams() {
        let first = |seed: u64, label: &str| Seed(seed).stream(label).bits();
        assert_ne!(first(1, "a"), first(1, "b"));
        assert_ne!(first(1, "a"), first(2, "a"));
        assert_eq!(first(1, "a"), first(1, "a"));
    }

    #[test]
    fn seeds_are_read_in_three_spellings() {
        assert_eq!("42".parse(), Ok(Seed(42)));
        assert_eq!("0x2a".parse(), Ok(Seed(42)));
        let hash = "00000000000000ff00000000000000000000dead";
        assert_eq!(hash.parse(), Ok(Seed(255)));
        assert!("forty-two".parse::<Seed>().is_err());
        assert_eq!(Seed(42).to_string(), "0x2a");
    }

    #[test]
    fn draws_stay_in_range_and_reach_all_of_it() {
        let mut stream = Seed(7).stream("range");
        let mut seen = [0u32; 5];
        for _ in 0..1000 {
            seen[stream.between(10, 14) as usize - 10] += 1;
        }
        assert!(seen.iter().all(|n| (150..250).contains(n)), "{seen:?}");
        assert_eq!(stream.below(0), 0);
    }
}
