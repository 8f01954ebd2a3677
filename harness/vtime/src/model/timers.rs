//! When something happens by itself: one timer for each key, once or again and again.

use std::collections::{BTreeMap, BTreeSet};

use crate::command::TimeNs;

/// A timer that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Timer {
    /// When it expires.
    pub(crate) next_ns: TimeNs,
    /// How long after that it expires again; 0: never.
    pub(crate) interval_ns: u64,
}

/// All timers that are set.
#[derive(Debug)]
pub(crate) struct Timers<K> {
    by_key: BTreeMap<K, Timer>,
    /// The same timers, the next one first.
    by_time: BTreeSet<(TimeNs, K)>,
}

/// A timer that has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Expired<K> {
    /// Which.
    pub(crate) key: K,
    /// How often, at least once.
    pub(crate) times: u64,
}

impl<K> Default for Timers<K> {
    fn default() -> Self {
        Self {
            by_key: BTreeMap::new(),
            by_time: BTreeSet::new(),
        }
    }
}

impl<K: Copy + Ord> Timers<K> {
    /// Sets a timer, instead of what it was set to.
    pub(crate) fn set(&mut self, key: K, timer: Timer) {
        self.clear(key);
        self.by_key.insert(key, timer);
        self.by_time.insert((timer.next_ns, key));
    }

    /// Stops a timer; tells what it was set to.
    pub(crate) fn clear(&mut self, key: K) -> Option<Timer> {
        let timer = self.by_key.remove(&key)?;
        self.by_time.remove(&(timer.next_ns, key));
        Some(timer)
    }

    /// What a timer is set to.
    pub(crate) fn get(&self, key: K) -> Option<Timer> {
        self.by_key.get(&key).copied()
    }

    /// When the next timer expires.
    pub(crate) fn next_ns(&self) -> Option<TimeNs> {
        self.by_time.first().map(|(next_ns, _)| *next_ns)
    }

    /// The timers that expire up to now, in the order of their time and then of their key. Those
    /// with an interval go on at the moments that they would have had if none had been missed.
    pub(crate) fn expire(&mut self, now_ns: TimeNs) -> Vec<Expired<K>> {
        let mut expired = Vec::new();
        let mut again = Vec::new();
        while let Some((next_ns, key)) = self.by_time.first().copied() {
            if next_ns > now_ns {
                break;
            }
            let interval_ns = self.clear(key).map_or(0, |timer| timer.interval_ns);
            let missed = (now_ns - next_ns).checked_div(interval_ns);
            let times = 1 + missed.unwrap_or(0);
            if interval_ns > 0 {
                let next_ns = next_ns.saturating_add(times.saturating_mul(interval_ns));
                again.push((
                    key,
                    Timer {
                        next_ns,
                        interval_ns,
                    },
                ));
            }
            expired.push(Expired { key, times });
        }
        again
            .into_iter()
            .for_each(|(key, timer)| self.set(key, timer));
        expired
    }

    /// Stops all timers for whose key this does not hold.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&K) -> bool) {
        self.by_key.retain(|key, _| keeps(key));
        self.by_time.retain(|(_, key)| keeps(key));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn timer(next_ns: TimeNs, interval_ns: u64) -> Timer {
        Timer {
            next_ns,
            interval_ns,
        }
    }

    fn found(timers: &mut Timers<u8>, now_ns: TimeNs) -> Vec<(u8, u64)> {
        let expired = timers.expire(now_ns);
        expired.into_iter().map(|e| (e.key, e.times)).collect()
    }

    #[test]
    fn timers_expire_in_the_order_of_time_and_key() {
        let mut timers = Timers::default();
        for (key, next_ns) in [(3, 10), (1, 20), (2, 10), (4, 21)] {
            timers.set(key, timer(next_ns, 0));
        }
        assert_eq!(timers.next_ns(), Some(10));
        assert_eq!(found(&mut timers, 9), []);
        assert_eq!(found(&mut timers, 20), [(2, 1), (3, 1), (1, 1)]);
        assert_eq!(timers.next_ns(), Some(21));
    }

    #[test]
    fn missed_periods_are_counted_and_the_grid_is_kept() {
        let mut timers = Timers::default();
        timers.set(1, timer(100, 10));
        assert_eq!(found(&mut timers, 100), [(1, 1)]);
        assert_eq!(found(&mut timers, 135), [(1, 3)]);
        assert_eq!(timers.get(1), Some(timer(140, 10)));
        assert_eq!(found(&mut timers, 139), []);
        assert_eq!(found(&mut timers, 140), [(1, 1)]);
    }

    #[test]
    fn setting_replaces_and_clearing_stops() {
        let mut timers = Timers::default();
        timers.set(1, timer(10, 5));
        timers.set(1, timer(30, 0));
        assert_eq!(found(&mut timers, 20), []);
        assert_eq!(timers.clear(1), Some(timer(30, 0)));
        assert_eq!(
            (timers.clear(1), timers.get(1), timers.next_ns()),
            (None, None, None)
        );
    }

    #[test]
    fn the_end_of_time_is_no_trap() {
        let mut timers = Timers::default();
        timers.set(1, timer(u64::MAX, 0));
        timers.set(2, timer(1, u64::MAX));
        assert_eq!(found(&mut timers, u64::MAX - 1), [(2, 1)]);
        assert_eq!(found(&mut timers, u64::MAX), [(1, 1), (2, 1)]);
        assert_eq!(timers.get(2), Some(timer(u64::MAX, u64::MAX)));
    }

    #[derive(Debug, Clone)]
    enum Act {
        Set(u8, u64, u64),
        Clear(u8),
        Pass(u64),
        Retain(u8),
    }

    fn acts() -> impl Strategy<Value = Vec<Act>> {
        let act = prop_oneof![
            4 => (0u8..8, 0u64..50, 0u64..9).prop_map(|(k, n, i)| Act::Set(k, n, i)),
            1 => (0u8..8).prop_map(Act::Clear),
            3 => (0u64..30).prop_map(Act::Pass),
            1 => (0u8..8).prop_map(Act::Retain),
        ];
        prop::collection::vec(act, 0..60)
    }

    /// Steps through each moment and looks at each timer; who expires first is told first.
    fn step_through(list: &mut BTreeMap<u8, Timer>, from_ns: u64, to_ns: u64) -> Vec<(u8, u64)> {
        let mut told: Vec<(u8, u64)> = Vec::new();
        for now_ns in from_ns..=to_ns {
            for key in 0..8 {
                let Some(timer) = list.get_mut(&key).filter(|t| t.next_ns == now_ns) else {
                    continue;
                };
                match told.iter_mut().find(|(k, _)| *k == key) {
                    Some((_, times)) => *times += 1,
                    None => told.push((key, 1)),
                }
                if timer.interval_ns == 0 {
                    list.remove(&key);
                } else {
                    timer.next_ns += timer.interval_ns;
                }
            }
        }
        told
    }

    proptest! {
        #[test]
        fn expiring_is_stepping_through_every_moment(acts in acts()) {
            let (mut timers, mut list, mut now_ns) = (Timers::default(), BTreeMap::new(), 0);
            for act in acts {
                match act {
                    Act::Set(key, later_ns, interval_ns) => {
                        let timer = timer(now_ns + 1 + later_ns, interval_ns);
                        timers.set(key, timer);
                        list.insert(key, timer);
                    }
                    Act::Clear(key) => prop_assert_eq!(timers.clear(key), list.remove(&key)),
                    Act::Pass(ns) => {
                        let expected = step_through(&mut list, now_ns + 1, now_ns + ns);
                        now_ns += ns;
                        prop_assert_eq!(found(&mut timers, now_ns), expected);
                    }
                    Act::Retain(below) => {
                        timers.retain(|key| *key < below);
                        list.retain(|key, _| *key < below);
                    }
                }
                prop_assert_eq!(timers.next_ns(), list.values().map(|t| t.next_ns).min());
                prop_assert!((0..8).all(|key| timers.get(key) == list.get(&key).copied()));
            }
        }
    }
}
