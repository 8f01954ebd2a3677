//! Bytes on their way: when they arrive.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

/// So many bytes are on their way in one direction, at most; whoever sends more waits.
const ROOM_BYTES: usize = 256 * 1024;

/// One direction of a connection. Times count from any fixed moment.
#[derive(Debug, Default)]
pub(super) struct Pace {
    chunks: VecDeque<(Duration, Bytes)>,
    bytes: usize,
    /// When the last byte that was taken has left.
    left_at: Duration,
    /// When the last byte that was taken arrives: the first one never waits for a later one.
    arrives_at: Duration,
}

impl Pace {
    /// Whether more may be taken.
    pub(super) fn has_room(&self) -> bool {
        self.bytes < ROOM_BYTES
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Takes bytes: at the given rate they leave one after the other, and travel for the latency.
    pub(super) fn push(
        &mut self,
        now: Duration,
        latency: Duration,
        bytes_per_s: Option<f64>,
        chunk: Bytes,
    ) {
        let begins = now.max(self.left_at);
        let takes = bytes_per_s.map(|rate| chunk.len() as f64 / rate);
        self.left_at = begins + Duration::from_secs_f64(takes.unwrap_or(0.0));
        self.arrives_at = self.arrives_at.max(self.left_at + latency);
        self.bytes += chunk.len();
        self.chunks.push_back((self.arrives_at, chunk));
    }

    /// When the next bytes arrive.
    pub(super) fn due(&self) -> Option<Duration> {
        self.chunks.front().map(|(due, _)| *due)
    }

    /// The bytes that have arrived, a piece at a time.
    pub(super) fn pop(&mut self, now: Duration) -> Option<Bytes> {
        let is_due = self.due().is_some_and(|due| due <= now);
        let (_, chunk) = self.chunks.pop_front_if(|_| is_due)?;
        self.bytes -= chunk.len();
        Some(chunk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn bytes_arrive_in_order_after_their_latency() {
        let mut pace = Pace::default();
        pace.push(10 * MS, 5 * MS, None, Bytes::from_static(b"a"));
        // The latency goes down, and still nothing is overtaken.
        pace.push(11 * MS, MS, None, Bytes::from_static(b"b"));
        assert_eq!(pace.due(), Some(15 * MS));
        assert_eq!(pace.pop(14 * MS), None);
        assert_eq!(pace.pop(15 * MS).as_deref(), Some(&b"a"[..]));
        assert_eq!(pace.pop(15 * MS).as_deref(), Some(&b"b"[..]));
        assert!(pace.is_empty());
    }

    #[test]
    fn a_slow_link_sends_one_byte_after_the_other() {
        let mut pace = Pace::default();
        for _ in 0..3 {
            pace.push(
                Duration::ZERO,
                2 * MS,
                Some(1000.0),
                Bytes::from_static(b"ten bytes!"),
            );
        }
        let mut due = Vec::new();
        while let Some(at) = pace.due() {
            due.push(at.as_millis());
            pace.pop(at);
        }
        assert_eq!(due, [12, 22, 32]);
    }

    #[test]
    fn there_is_room_for_so_many_bytes() {
        let mut pace = Pace::default();
        pace.push(MS, MS, None, Bytes::from(vec![0; ROOM_BYTES]));
        assert!(!pace.has_room());
        pace.pop(2 * MS);
        assert!(pace.has_room());
    }
}
