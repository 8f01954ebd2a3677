//! What clocks show: the world's time, a process's own, and how a node's clocks are off.

use crate::command::{Skew, TimeNs};

/// What a wall clock shows when a world begins: 2024-01-01, in nanoseconds since 1970.
pub(crate) const WALL_NS: u64 = 1_704_067_200_000_000_000;

/// What a monotonic clock shows then: as if the machine had been on for a while.
pub(crate) const MONOTONIC_NS: u64 = 1_000_000_000_000;

/// What reading a clock takes.
pub(crate) const READ_NS: TimeNs = 1_000;

/// A clock that is there no more.
const SGI_CYCLE: i32 = 10;

const MILLION: i128 = 1_000_000;

/// Which time a clock id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Time of day.
    Wall,
    /// Time since something.
    Monotonic,
    /// Processor time of a process or thread.
    Cpu,
}

impl Kind {
    /// Whether there is such a clock; one that is not known by name is another process's.
    pub(crate) fn exists(id: i32) -> bool {
        id < 0 || id <= libc::CLOCK_TAI && id != SGI_CYCLE
    }

    /// What `clock_gettime` means by this number.
    pub(crate) fn of(id: i32) -> Self {
        match id {
            libc::CLOCK_REALTIME
            | libc::CLOCK_REALTIME_COARSE
            | libc::CLOCK_TAI
            | libc::CLOCK_REALTIME_ALARM => Self::Wall,
            libc::CLOCK_PROCESS_CPUTIME_ID | libc::CLOCK_THREAD_CPUTIME_ID => Self::Cpu,
            id if id < 0 => Self::Cpu,
            _ => Self::Monotonic,
        }
    }
}

/// How a node's clocks go, compared with the world's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeClock {
    skew: Skew,
    /// By how much its clocks drifted before: a process may still be a little behind.
    former_drift_ppm: i64,
    /// Since when this skew holds.
    since_ns: TimeNs,
    /// What the monotonic clock showed then.
    shown_ns: u64,
}

impl Default for NodeClock {
    fn default() -> Self {
        Self {
            skew: Skew::default(),
            former_drift_ppm: 0,
            since_ns: 0,
            shown_ns: MONOTONIC_NS,
        }
    }
}

impl NodeClock {
    /// Goes otherwise from now on. Only the wall clock jumps: somebody sets it right, but for the
    /// new offset. The monotonic clock keeps what it gained or lost by drift.
    pub(crate) fn set(&mut self, skew: Skew, now_ns: TimeNs) {
        *self = Self {
            skew,
            former_drift_ppm: self.skew.drift_ppm,
            since_ns: now_ns,
            shown_ns: self.monotonic_ns(now_ns),
        };
    }

    /// What the monotonic clock shows at this time.
    pub(crate) fn monotonic_ns(&self, at_ns: TimeNs) -> u64 {
        clamp(i128::from(self.shown_ns) + self.passed(at_ns))
    }

    /// What the wall clock shows at this time.
    pub(crate) fn wall_ns(&self, at_ns: TimeNs) -> u64 {
        clamp(self.wall_base() + self.passed(at_ns))
    }

    /// What the wall clock showed when this skew began.
    fn wall_base(&self) -> i128 {
        i128::from(WALL_NS) + i128::from(self.since_ns) + i128::from(self.skew.offset_ns)
    }

    /// How much its clocks advanced since this skew began.
    fn passed(&self, at_ns: TimeNs) -> i128 {
        let passed = i128::from(at_ns) - i128::from(self.since_ns);
        let drift_ppm = if passed < 0 {
            self.former_drift_ppm
        } else {
            self.skew.drift_ppm
        };
        passed * (MILLION + i128::from(drift_ppm)) / MILLION
    }

    /// When the clock will show this, in the world's time.
    pub(crate) fn when_shown_ns(&self, kind: Kind, shown_ns: u64) -> TimeNs {
        let base = match kind {
            Kind::Wall => self.wall_base(),
            Kind::Monotonic | Kind::Cpu => i128::from(self.shown_ns),
        };
        let to_go = i128::from(shown_ns) - base;
        clamp(i128::from(self.since_ns) + self.real(to_go))
    }

    /// How long something takes that lasts so long by the node's clock.
    pub(crate) fn lasting_ns(&self, shown_ns: u64) -> TimeNs {
        clamp(self.real(i128::from(shown_ns)))
    }

    fn real(&self, shown: i128) -> i128 {
        let rate = MILLION + i128::from(self.skew.drift_ppm);
        // Rounded up, so that the clock shows at least what was waited for.
        (shown * MILLION + (rate - 1) * i128::from(shown > 0)) / rate
    }
}

fn clamp(ns: i128) -> u64 {
    u64::try_from(ns.max(0)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_the_wall_clock_jumps_and_is_set_right_in_the_end() {
        let mut clock = NodeClock::default();
        let second = 1_000_000_000;
        assert_eq!(clock.monotonic_ns(second), MONOTONIC_NS + second);
        clock.set(
            Skew {
                offset_ns: -5,
                drift_ppm: 0,
            },
            second,
        );
        assert_eq!(clock.wall_ns(second), WALL_NS + second - 5);
        assert_eq!(clock.monotonic_ns(second), MONOTONIC_NS + second);
        clock.set(
            Skew {
                offset_ns: 0,
                drift_ppm: 50_000,
            },
            second,
        );
        assert_eq!(
            clock.monotonic_ns(2 * second),
            MONOTONIC_NS + 2 * second + second / 20
        );
        assert_eq!(
            clock.wall_ns(2 * second),
            WALL_NS + 2 * second + second / 20
        );
        clock.set(Skew::default(), 2 * second);
        assert_eq!(
            clock.monotonic_ns(2 * second),
            MONOTONIC_NS + 2 * second + second / 20
        );
        assert_eq!(clock.wall_ns(2 * second), WALL_NS + 2 * second);
    }

    #[test]
    fn the_monotonic_clock_never_goes_back_for_whoever_is_behind() {
        for drift_ppm in [-50_000, 50_000] {
            let mut clock = NodeClock::default();
            let before = clock.monotonic_ns(1_000_000);
            let skew = Skew {
                offset_ns: 0,
                drift_ppm,
            };
            clock.set(skew, 2_000_000);
            assert_eq!(clock.monotonic_ns(1_000_000), before);
        }
    }

    proptest! {
        #[test]
        fn a_moment_is_found_again(
            offset_ns in -10_000_000_000i64..10_000_000_000,
            drift_ppm in -50_000i64..50_000,
            since in 0u64..1_000_000_000_000,
            later in 0u64..1_000_000_000_000,
            wall in any::<bool>(),
        ) {
            let mut clock = NodeClock::default();
            clock.set(Skew { offset_ns, drift_ppm }, since);
            let at = since + later;
            let kind = if wall { Kind::Wall } else { Kind::Monotonic };
            let shown = if wall { clock.wall_ns(at) } else { clock.monotonic_ns(at) };
            let found = clock.when_shown_ns(kind, shown);
            prop_assert!(found.abs_diff(at) <= 1, "{found} is not {at}");
            let again = if wall { clock.wall_ns(found) } else { clock.monotonic_ns(found) };
            prop_assert!(again >= shown);
        }
    }
}
