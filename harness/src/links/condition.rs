//! What is wrong with a link at a moment.

use std::time::Duration;

use workloads::scenario::{LinkFlaw, Loss};

/// The flaws that a link has now, each by the number of the fault that made it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Condition {
    flaws: Vec<(usize, LinkFlaw)>,
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

    /// How nothing gets through, if nothing does. A reset is seen whatever else is wrong.
    #[must_use]
    pub fn cut(&self) -> Option<Loss> {
        let cuts = self.flaws().filter_map(|flaw| match flaw {
            LinkFlaw::Cut(how) => Some(how),
            _ => None,
        });
        cuts.max_by_key(|how| *how == Loss::Reset)
    }

    /// How a new connection is lost, if it is; the draw decides, from 0 to below 1.
    #[must_use]
    pub fn lost(&self, draw: f64) -> Option<Loss> {
        let mut losses = self.flaws().filter_map(|flaw| match flaw {
            LinkFlaw::Loss { probability, how } if draw < probability => Some(how),
            _ => None,
        });
        losses.next()
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
        assert_eq!((link.cut(), link.lost(0.0)), (None, None));
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
        assert_eq!(link.cut(), Some(Loss::BlackHole));
    }

    #[test]
    fn connections_are_lost_by_their_draw() {
        let mut link = Condition::default();
        let probability = 0.25;
        let how = Loss::BlackHole;
        link.begin(1, LinkFlaw::Loss { probability, how });
        assert_eq!(link.lost(0.2499), Some(Loss::BlackHole));
        assert_eq!(link.lost(0.25), None);
    }
}
