//! What is wrong with a link at a moment.

use std::time::Duration;

use workloads::scenario::{LinkFlaw, Loss};

/// The flaws that a link has now, each by the number of the fault that made it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    flaws: Vec<(usize, LinkFlaw)>,
}

/// A fault that wants a connection lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    /// Its number.
    pub(super) fault: usize,
    /// How the connection ends.
    pub(super) how: Loss,
    /// How many it takes, if not all.
    pub(super) count: Option<u64>,
}

impl Condition {
    /// A fault begins.
    pub fn begin(&mut self, fault: usize, flaw: LinkFlaw) {
        self.flaws.push((fault, flaw));
    }

    /// A fault is healed.
    pub fn end(&mut self, fault: usize) {
        self.flaws.retain(|(number, _)| *number != fault);
    }

    fn flaws(&self) -> impl Iterator<Item = LinkFlaw> {
        self.flaws.iter().map(|(_, flaw)| *flaw)
    }

    /// How nothing gets through, if nothing does. What ends a connection is felt whatever else is
    /// wrong, and a reset before anything else.
    #[must_use]
    pub fn cut(&self) -> Option<Loss> {
        let cuts = self.flaws().filter_map(|flaw| match flaw {
            LinkFlaw::Cut(how) => Some(how),
            _ => None,
        });
        cuts.max_by_key(|how| match how {
            Loss::BlackHole => 0,
            Loss::Close => 1,
            Loss::Reset => 2,
        })
    }

    /// How connections end that are open, if none can stay.
    #[must_use]
    pub fn broken(&self) -> Option<Loss> {
        self.cut().filter(|how| *how != Loss::BlackHole)
    }

    /// The faults that want a connection that has carried so many bytes; its draw decides, from 0
    /// to below 1. What wants it before it carries anything does not want it later.
    pub(super) fn wanted(&self, draw: f64, carried: u64) -> impl Iterator<Item = Wanted> {
        self.losses(draw)
            .filter(move |(after_bytes, _)| {
                (*after_bytes == 0) == (carried == 0) && *after_bytes <= carried
            })
            .map(|(_, wanted)| wanted)
    }

    /// How many bytes a connection may carry before the next fault wants it.
    pub(super) fn room(&self, draw: f64, carried: u64) -> u64 {
        let later = self.losses(draw);
        let rooms = later.filter_map(|(after_bytes, _)| after_bytes.checked_sub(carried));
        rooms.filter(|room| *room > 0).min().unwrap_or(u64::MAX)
    }

    /// The faults that want a connection with this draw, and after how many bytes.
    fn losses(&self, draw: f64) -> impl Iterator<Item = (u64, Wanted)> {
        self.flaws
            .iter()
            .filter_map(move |(fault, flaw)| match *flaw {
                LinkFlaw::Loss {
                    probability,
                    how,
                    after_bytes,
                    count,
                } if draw < probability => {
                    let fault = *fault;
                    Some((after_bytes, Wanted { fault, how, count }))
                }
                _ => None,
            })
    }

    /// How much later bytes arrive.
    #[must_use]
    pub fn latency(&self) -> Duration {
        let delays = self.flaws().map(|flaw| match flaw {
            LinkFlaw::Delay { latency_ms } => Duration::from_secs_f64(latency_ms / 1e3),
            _ => Duration::ZERO,
        });
        delays.sum()
    }

    /// How many bytes get through in a second, if there is a limit.
    #[must_use]
    pub fn bytes_per_s(&self) -> Option<f64> {
        let limits = self.flaws().filter_map(|flaw| match flaw {
            LinkFlaw::Slow { bytes_per_s } => Some(bytes_per_s),
            _ => None,
        });
        limits.min_by(f64::total_cmp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaws_add_up_and_go_one_by_one() {
        let mut link = Condition::default();
        link.begin(1, LinkFlaw::Delay { latency_ms: 20.0 });
        link.begin(2, LinkFlaw::Delay { latency_ms: 5.0 });
        link.begin(3, LinkFlaw::Slow { bytes_per_s: 100.0 });
        link.begin(4, LinkFlaw::Slow { bytes_per_s: 10.0 });
        assert_eq!(link.latency(), Duration::from_millis(25));
        assert_eq!(link.bytes_per_s(), Some(10.0));
        link.end(1);
        link.end(4);
        assert_eq!(link.latency(), Duration::from_millis(5));
        assert_eq!(link.bytes_per_s(), Some(100.0));
        assert_eq!((link.cut(), link.wanted(0.0, 0).next()), (None, None));
    }

    #[test]
    fn a_reset_is_seen_in_a_black_hole() {
        let mut link = Condition::default();
        link.begin(1, LinkFlaw::Cut(Loss::BlackHole));
        assert_eq!(link.cut(), Some(Loss::BlackHole));
        link.begin(2, LinkFlaw::Cut(Loss::Reset));
        link.begin(3, LinkFlaw::Cut(Loss::BlackHole));
        assert_eq!(link.cut(), Some(Loss::Reset));
        link.end(2);
        assert_eq!((link.cut(), link.broken()), (Some(Loss::BlackHole), None));
        link.begin(4, LinkFlaw::Cut(Loss::Close));
        assert_eq!(link.broken(), Some(Loss::Close));
    }

    fn loss(probability: f64, after_bytes: u64, count: Option<u64>) -> LinkFlaw {
        LinkFlaw::Loss {
            probability,
            how: Loss::Reset,
            after_bytes,
            count,
        }
    }

    #[test]
    fn connections_are_lost_by_their_draw() {
        let mut link = Condition::default();
        link.begin(1, loss(0.25, 0, None));
        assert_eq!(link.wanted(0.2499, 0).count(), 1);
        assert_eq!(link.wanted(0.25, 0).count(), 0);
        assert_eq!(
            link.wanted(0.0, 1).count(),
            0,
            "it was wanted before or never"
        );
    }

    #[test]
    fn connections_are_lost_after_so_many_bytes() {
        let mut link = Condition::default();
        link.begin(1, loss(1.0, 100, None));
        link.begin(2, loss(0.5, 30, Some(2)));
        let wanted = |draw, carried| {
            let faults = link.wanted(draw, carried).map(|wanted| wanted.fault);
            faults.collect::<Vec<usize>>()
        };
        assert_eq!(wanted(0.9, 99), [0; 0]);
        assert_eq!(wanted(0.9, 100), [1]);
        assert_eq!(wanted(0.1, 30), [2]);
        assert_eq!(wanted(0.1, 200), [1, 2]);
        let rooms = [0, 29, 30, 99, 100].map(|carried| link.room(0.1, carried));
        assert_eq!(rooms, [30, 1, 70, 1, u64::MAX]);
        assert_eq!(link.room(0.9, 0), 100);
    }
}
