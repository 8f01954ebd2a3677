//! The fault `skew`: how the clocks of nodes go wrong.

use serde::{Deserialize, Serialize};
use workloads::random::Stream;

use super::faults::node_names;

/// How a node's clocks differ from everybody else's; not at all by default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockChange {
    /// Added to its wall clock.
    pub offset_ns: i64,
    /// All its clocks gain so many microseconds in a second. In the end the wall clock is set
    /// right; one that counts from the machine's start keeps what it gained or lost.
    pub drift_ppm: i64,
}

impl ClockChange {
    /// Either a wall clock that is up to five seconds off, or clocks that are up to 5 % too fast or
    /// too slow.
    pub(super) fn draw(random: &mut Stream) -> Self {
        let jumps = random.chance(1, 2);
        let sign = if random.chance(1, 2) { 1 } else { -1 };
        let ms = random.between(100, 5_000) as i64;
        let per_mille = random.between(5, 50) as i64;
        if jumps {
            Self {
                offset_ns: sign * ms * 1_000_000,
                drift_ppm: 0,
            }
        } else {
            Self {
                offset_ns: 0,
                drift_ppm: sign * per_mille * 1_000,
            }
        }
    }

    /// What it is, for people.
    pub(super) fn said_of(self, nodes: &[usize]) -> String {
        let names = node_names(nodes);
        if self.drift_ppm == 0 {
            let ms = self.offset_ns / 1_000_000;
            let how = if ms > 0 { "ahead" } else { "behind" };
            format!("wall clock {} ms {how} at {names}", ms.abs())
        } else {
            let how = if self.drift_ppm > 0 { "fast" } else { "slow" };
            let percent = self.drift_ppm.abs() as f64 / 10_000.0;
            format!("all clocks {percent}% too {how} at {names}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::random::Seed;

    #[test]
    fn clocks_are_wrong_by_at_most_five_seconds_or_five_percent_in_either_direction() {
        let mut directions = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let ClockChange {
                offset_ns,
                drift_ppm,
            } = ClockChange::draw(&mut Seed(seed).stream("test"));
            assert!((offset_ns == 0) != (drift_ppm == 0));
            assert!(offset_ns.abs() <= 5_000_000_000 && drift_ppm.abs() <= 50_000);
            directions.insert((offset_ns.signum(), drift_ppm.signum()));
        }
        assert_eq!(directions.len(), 4);
    }

    #[test]
    fn a_change_of_clocks_is_said_in_words() {
        let said = |offset_ns, drift_ppm| {
            let change = ClockChange {
                offset_ns,
                drift_ppm,
            };
            change.said_of(&[1, 3])
        };
        assert_eq!(
            said(-1_250_000_000, 0),
            "wall clock 1250 ms behind at n1 n3"
        );
        assert_eq!(said(0, 12_000), "all clocks 1.2% too fast at n1 n3");
    }
}
