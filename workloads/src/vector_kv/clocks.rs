//! Draws clocks that are greater than, less than or concurrent to what is stored, no two alike.
//!
//! Every client has an entry of its own, which is odd in its clocks and never the same twice;
//! the other entries of its clocks are even. Where clients are more than entries, those that share
//! one take different odd numbers.

use checker::mv_register::Clock;

use super::keys::KeyState;
use crate::random::Stream;

/// Clocks have at most so many entries.
const MAX_ENTRIES: usize = 8;
/// With so many siblings the next clock dominates them all.
const MAX_SIBLINGS: usize = 5;
/// How far below a limit an unused number is looked for.
const SEARCH: u64 = 32;

/// The clocks of one client.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clocks {
    slot: usize,
    entries: usize,
    /// How many clients share an entry, and which of them this is.
    sharers: u64,
    share: u64,
}

impl Clocks {
    pub(super) fn new(slot: usize, clients: usize) -> Self {
        let entries = clients.clamp(2, MAX_ENTRIES);
        Self {
            slot,
            entries,
            sharers: clients.div_ceil(entries).max(1) as u64,
            share: (slot / entries) as u64,
        }
    }

    /// A clock for a key of which this is known. The relations to what is stored are about equally
    /// frequent.
    pub(super) fn draw(&self, key: &mut KeyState, random: &mut Stream) -> Clock {
        let relation = random.below(20);
        let base = random.pick(&key.stored).cloned();
        let drawn = match base {
            Some(base) if key.stored.len() < MAX_SIBLINGS => match relation {
                0..6 => self.below(key, &base, random),
                6..14 => self.beside(key, &base, random),
                _ => None,
            },
            _ => None,
        };
        drawn.unwrap_or_else(|| self.above(key, random))
    }

    /// A clock that dominates all that is known to be stored.
    fn above(&self, key: &mut KeyState, random: &mut Stream) -> Clock {
        let mut clock = Clock(vec![0; self.entries]);
        for stored in &key.stored {
            clock.join(stored);
        }
        self.raise_own(key, rounded_up(clock), random)
    }

    /// A clock that dominates all that was ever put, for resolving.
    pub(super) fn above_all(&self, key: &mut KeyState, random: &mut Stream) -> Clock {
        let mut clock = Clock(vec![0; self.entries]);
        if let Some(top) = &key.top {
            clock.join(top);
        }
        self.raise_own(key, rounded_up(clock), random)
    }

    /// A clock that this one dominates; there is none if the client's own entry leaves no room.
    fn below(&self, key: &mut KeyState, base: &Clock, random: &mut Stream) -> Option<Clock> {
        let own = self.unused_below(key, base.0[self.own()])?;
        let mut clock = evened(base);
        for entry in &mut clock.0 {
            if *entry >= 2 && random.chance(1, 3) {
                *entry -= 2;
            }
        }
        clock.0[self.own()] = own;
        Some(clock)
    }

    /// A clock concurrent to this one: greater in the client's own entry and less in another one,
    /// or the other way round.
    fn beside(&self, key: &mut KeyState, base: &Clock, random: &mut Stream) -> Option<Clock> {
        let other =
            (self.own() + 1 + random.below(self.entries as u64 - 1) as usize) % self.entries;
        let mut clock = evened(base);
        let room_below = base.0[other] >= 1;
        if room_below && random.chance(1, 2) {
            clock.0[other] = (base.0[other] - 1) & !1;
            return Some(self.raise_own(key, clock, random));
        }
        match self.unused_below(key, base.0[self.own()]) {
            Some(own) => {
                clock.0[other] = (base.0[other] + 1).next_multiple_of(2);
                clock.0[self.own()] = own;
                Some(clock)
            }
            None if room_below => {
                clock.0[other] = (base.0[other] - 1) & !1;
                Some(self.raise_own(key, clock, random))
            }
            None => None,
        }
    }

    fn own(&self) -> usize {
        self.slot % self.entries
    }

    /// Gives the own entry an unused number above the one it has, leaving gaps for later.
    fn raise_own(&self, key: &mut KeyState, mut clock: Clock, random: &mut Stream) -> Clock {
        let used = key.used.entry(self.slot).or_default();
        let mut n = self.first_from(clock.0[self.own()] + 1) + random.below(3);
        while !used.insert(self.number(n)) {
            n += 1;
        }
        clock.0[self.own()] = self.number(n);
        clock
    }

    /// The greatest unused number below a limit.
    fn unused_below(&self, key: &mut KeyState, limit: u64) -> Option<u64> {
        let used = key.used.entry(self.slot).or_default();
        let end = self.first_from(limit);
        let near = (end.saturating_sub(SEARCH)..end).rev();
        let own = near
            .map(|n| self.number(n))
            .find(|own| !used.contains(own))?;
        used.insert(own);
        Some(own)
    }

    /// The n-th number for the own entry.
    fn number(&self, n: u64) -> u64 {
        2 * (n * self.sharers + self.share) + 1
    }

    /// The least n whose number is at least this.
    fn first_from(&self, least: u64) -> u64 {
        let step = 2 * self.sharers;
        least.saturating_sub(2 * self.share + 1).div_ceil(step)
    }
}

fn rounded_up(clock: Clock) -> Clock {
    let even = |entry: u64| entry.next_multiple_of(2);
    Clock(clock.0.into_iter().map(even).collect())
}

fn evened(clock: &Clock) -> Clock {
    Clock(clock.0.iter().map(|entry| entry & !1).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::random::Seed;

    proptest! {
        #[test]
        fn no_two_clocks_are_equal(seed: u64, clients in 1usize..20) {
            let mut random = Seed(seed).stream("clocks");
            let mut key = KeyState::default();
            let mut seen = BTreeSet::new();
            for _ in 0..200 {
                let slot = random.below(clients as u64) as usize;
                let clock = Clocks::new(slot, clients).draw(&mut key, &mut random);
                prop_assert!(seen.insert(clock.clone()), "{:?} again", clock);
                key.learn(&clock);
            }
        }

        #[test]
        fn relations_are_what_they_are_called(seed: u64, clients in 1usize..6) {
            let mut random = Seed(seed).stream("clocks");
            let mut key = KeyState::default();
            for turn in 0..60 {
                let clocks = Clocks::new(turn % clients, clients);
                if let Some(base) = random.pick(&key.stored.clone()) {
                    if let Some(below) = clocks.below(&mut key, base, &mut random) {
                        prop_assert!(base.dominates(&below));
                    }
                    if let Some(beside) = clocks.beside(&mut key, base, &mut random) {
                        prop_assert_eq!(base.compare(&beside), None);
                        key.learn(&beside);
                    }
                }
                let above = clocks.above(&mut key, &mut random);
                prop_assert!(key.stored.iter().all(|old| above.dominates(old)));
                key.learn(&above);
            }
        }
    }
}
