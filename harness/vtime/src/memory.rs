//! Numbers, times and texts in a traced process's memory.

use crate::raw::trace::{Tid, read_memory, write_memory};

const SECOND_NS: u64 = 1_000_000_000;

/// The memory of a stopped thread's process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Memory(pub(crate) Tid);

impl Memory {
    pub(crate) fn bytes<const N: usize>(self, address: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        read_memory(self.0, address, &mut bytes).then_some(bytes)
    }

    pub(crate) fn block(self, address: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        read_memory(self.0, address, &mut bytes).then_some(bytes)
    }

    pub(crate) fn u32(self, address: u64) -> Option<u32> {
        self.bytes(address).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(self, address: u64) -> Option<u64> {
        self.bytes(address).map(u64::from_le_bytes)
    }

    /// A `timespec` that says how long or when; `None` when it is none.
    pub(crate) fn timespec_ns(self, address: u64) -> Option<u64> {
        self.pair(address, 1)
    }

    /// A `timeval`.
    pub(crate) fn timeval_ns(self, address: u64) -> Option<u64> {
        self.pair(address, 1_000)
    }

    fn pair(self, address: u64, unit_ns: u64) -> Option<u64> {
        let bytes: [u8; 16] = self.bytes(address)?;
        let [seconds, parts] = [0, 8].map(|at| {
            let half = std::array::from_fn(|index| bytes[at + index]);
            u64::from_le_bytes(half)
        });
        let seconds = u64::try_from(seconds.cast_signed()).ok()?;
        if parts >= SECOND_NS / unit_ns {
            return None;
        }
        Some(
            seconds
                .saturating_mul(SECOND_NS)
                .saturating_add(parts * unit_ns),
        )
    }

    /// A text that ends with a zero byte, without it; at most 4096 bytes.
    pub(crate) fn text(self, address: u64) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        while text.len() < 4096 {
            let at = address + text.len() as u64;
            // Not across the end of a page: what follows may not exist.
            let room = (64 - at % 64) as usize;
            let part = self.block(at, room)?;
            if let Some(end) = part.iter().position(|b| *b == 0) {
                text.extend_from_slice(&part[..end]);
                return Some(text);
            }
            text.extend_from_slice(&part);
        }
        None
    }

    pub(crate) fn write(self, address: u64, bytes: &[u8]) -> bool {
        bytes.is_empty() || write_memory(self.0, address, bytes)
    }

    pub(crate) fn write_timespec(self, address: u64, ns: u64) -> bool {
        self.write_pair(address, ns / SECOND_NS, ns % SECOND_NS)
    }

    pub(crate) fn write_timeval(self, address: u64, ns: u64) -> bool {
        self.write_pair(address, ns / SECOND_NS, ns % SECOND_NS / 1_000)
    }

    fn write_pair(self, address: u64, first: u64, second: u64) -> bool {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&first.to_le_bytes());
        bytes[8..].copy_from_slice(&second.to_le_bytes());
        self.write(address, &bytes)
    }
}
