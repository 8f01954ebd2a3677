//! To be replaced by the documented module.
use rand::{Rng, SeedableRng};
pub(crate) struct Entropy(rand_chacha::ChaCha8Rng);
impl Entropy {
    pub(crate) fn new(seed: u64, node: usize, start: u32, process: u32) -> Self {
        let mut k = [0; 32];
        k[..8].copy_from_slice(&seed.to_le_bytes());
        k[8..16].copy_from_slice(&(node as u64).to_le_bytes());
        k[16..20].copy_from_slice(&start.to_le_bytes());
        k[20..24].copy_from_slice(&process.to_le_bytes());
        Self(rand_chacha::ChaCha8Rng::from_seed(k))
    }
    pub(crate) fn fill(&mut self, b: &mut [u8]) {
        self.0.fill_bytes(b);
    }
}
