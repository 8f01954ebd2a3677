//! What programs take for chance: a stream of bytes for each process.
//!
//! The kernel's is the only source that programs have (`getrandom`, `/dev/urandom`, `AT_RANDOM`;
//! hash seeds and session ids come from it), so that these streams decide all their chance. Each
//! process has one of its own: a byte more in one shifts nothing in another.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The stream of one process.
#[derive(Debug)]
pub(crate) struct Entropy(ChaCha8Rng);

impl Entropy {
    /// The stream of the node's process number `process` in its start number `start`.
    pub(crate) fn new(seed: u64, node: usize, start: u32, process: u32) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&(node as u64).to_le_bytes());
        key[16..20].copy_from_slice(&start.to_le_bytes());
        key[20..24].copy_from_slice(&process.to_le_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Fills a buffer with the next bytes.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn first(seed: u64, node: usize, start: u32, process: u32) -> [u8; 16] {
        let mut bytes = [0; 16];
        Entropy::new(seed, node, start, process).fill(&mut bytes);
        bytes
    }

    /// A change of these bytes changes what every recorded seed means.
    #[test]
    fn the_first_bytes_are_those_of_every_release() {
        let expected = [
            28, 92, 37, 127, 123, 83, 164, 176, 239, 231, 18, 199, 160, 44, 107, 236,
        ];
        assert_eq!(first(0, 0, 1, 0), expected);
        let expected = [
            246, 140, 55, 124, 233, 117, 203, 230, 175, 217, 56, 124, 21, 131, 209, 163,
        ];
        assert_eq!(first(42, 2, 3, 4), expected);
    }

    #[test]
    fn every_process_has_a_stream_of_its_own() {
        let mut seen = BTreeSet::new();
        for seed in [0, 1, 42, u64::MAX] {
            for node in 0..5 {
                for (start, process) in [(1, 0), (1, 1), (2, 0), (2, 1)] {
                    assert!(seen.insert(first(seed, node, start, process)));
                }
            }
        }
    }

    #[test]
    fn a_stream_goes_on_where_it_was_left() {
        let mut entropy = Entropy::new(7, 0, 1, 0);
        let (mut one, mut other) = ([0; 8], [0; 8]);
        entropy.fill(&mut one);
        entropy.fill(&mut other);
        assert_eq!([one, other].concat(), first(7, 0, 1, 0));
    }
}
