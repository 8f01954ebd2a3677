//! The clock of a node under the simulated clock: right, ahead, behind, too fast or too slow.

use crate::core::TimeNs;
use crate::plan::ClockChange;

/// The wall clock of all nodes when the run begins: 2024-01-01, in nanoseconds since 1970.
const WALL_NS: i64 = 1_704_067_200_000_000_000;

const MILLION: i128 = 1_000_000;

/// What a node's clock shows, as a function of the run's time.
#[derive(Debug, Default)]
pub(super) struct NodeClock {
    change: ClockChange,
    /// Since when it goes like this.
    since_ns: TimeNs,
    /// What it showed then.
    base_ns: u64,
}

impl NodeClock {
    /// From now on it goes like this. What it gained or lost by drift it keeps, but the wall clock
    /// is set right.
    pub(super) fn set(&mut self, change: ClockChange, now_ns: TimeNs) {
        *self = Self {
            change,
            since_ns: now_ns,
            base_ns: self.shown_ns(now_ns),
        };
    }

    /// What it shows at this time.
    pub(super) fn shown_ns(&self, now_ns: TimeNs) -> u64 {
        let passed = i128::from(now_ns - self.since_ns) * self.rate() / MILLION;
        self.base_ns + clamp(passed)
    }

    /// The earliest time at which it shows this.
    pub(super) fn when_shown_ns(&self, shown_ns: u64) -> TimeNs {
        let to_go = i128::from(shown_ns.saturating_sub(self.base_ns)) * MILLION;
        self.since_ns + clamp((to_go + self.rate() - 1) / self.rate())
    }

    /// The wall clock minus what this clock shows.
    pub(super) fn wall_offset_ns(&self) -> i64 {
        let gained_ns = self.base_ns as i64 - self.since_ns as i64;
        WALL_NS + self.change.offset_ns - gained_ns
    }

    fn rate(&self) -> i128 {
        MILLION + i128::from(self.change.drift_ppm)
    }
}

fn clamp(ns: i128) -> u64 {
    u64::try_from(ns.max(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn changed(offset_ns: i64, drift_ppm: i64, now_ns: TimeNs) -> NodeClock {
        let mut clock = NodeClock::default();
        let change = ClockChange {
            offset_ns,
            drift_ppm,
        };
        clock.set(change, now_ns);
        clock
    }

    #[test]
    fn a_jump_moves_the_wall_clock_only_and_ends_again() {
        let mut clock = changed(-5, 0, 100);
        assert_eq!(clock.shown_ns(150), 150);
        assert_eq!(clock.wall_offset_ns(), WALL_NS - 5);
        clock.set(ClockChange::default(), 200);
        assert_eq!(clock.wall_offset_ns(), WALL_NS);
    }

    #[test]
    fn what_was_gained_by_drift_is_kept_but_on_the_wall() {
        let mut clock = changed(0, 50_000, 1_000);
        assert_eq!(clock.shown_ns(2_000), 2_050);
        clock.set(ClockChange::default(), 2_000);
        assert_eq!(clock.shown_ns(3_000), 3_050);
        // Not by the wall clock, which shows the right time again.
        assert_eq!(clock.wall_offset_ns() + 3_050, WALL_NS + 3_000);
    }

    proptest! {
        #[test]
        fn a_deadline_is_met_at_its_first_moment(
            drift_ppm in -50_000i64..50_000,
            since in 0u64..1_000_000_000,
            later in 1u64..1_000_000_000,
        ) {
            let clock = changed(0, drift_ppm, since);
            let when = clock.when_shown_ns(since + later);
            prop_assert!(clock.shown_ns(when) >= since + later);
            prop_assert!(clock.shown_ns(when - 1) < since + later);
        }
    }
}
