//! Which thread runs next.

use std::collections::VecDeque;

use rand::RngExt;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::command::Schedule as Policy;

/// So many calls may a thread make in a row while others could run.
pub(crate) const FAIR_CALLS: u32 = 200;

/// Threads that can run, and who of them is next.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    ready: VecDeque<T>,
    policy: Policy,
    chance: ChaCha8Rng,
    calls_in_a_row: u32,
}

impl<T: Copy + PartialEq> Schedule<T> {
    pub(crate) fn new(policy: Policy) -> Self {
        let seed = match policy {
            Policy::Fair => 0,
            Policy::Explore { seed, .. } => seed,
        };
        Self {
            ready: VecDeque::new(),
            policy,
            chance: ChaCha8Rng::seed_from_u64(seed),
            calls_in_a_row: 0,
        }
    }

    /// A thread can run.
    pub(crate) fn add(&mut self, thread: T) {
        self.ready.push_back(thread);
    }

    /// A thread is gone.
    pub(crate) fn remove(&mut self, thread: T) {
        self.ready.retain(|t| *t != thread);
    }

    /// Takes the next thread out, among those that may run now.
    pub(crate) fn pick(&mut self, may_run: impl Fn(T) -> bool) -> Option<T> {
        self.calls_in_a_row = 0;
        let index = match self.policy {
            Policy::Fair => self.ready.iter().position(|t| may_run(*t))?,
            Policy::Explore { .. } => {
                let able: Vec<usize> = (0..self.ready.len())
                    .filter(|&i| may_run(self.ready[i]))
                    .collect();
                *able.get(self.chance.random_range(0..able.len().max(1)))?
            }
        };
        self.ready.remove(index)
    }

    /// Whether another thread, for which this holds, could run.
    pub(crate) fn any(&self, holds: impl Fn(T) -> bool) -> bool {
        self.ready.iter().any(|t| holds(*t))
    }

    /// Whether the thread that runs shall give way to others after this call; after how many in a
    /// row, if so.
    pub(crate) fn gives_way(&mut self) -> Option<u32> {
        self.calls_in_a_row += 1;
        let gives_way = match self.policy {
            Policy::Fair => self.calls_in_a_row >= FAIR_CALLS,
            Policy::Explore { yield_one_in, .. } => {
                self.calls_in_a_row >= FAIR_CALLS
                    || self.chance.random_range(0..yield_one_in.max(1)) == 0
            }
        };
        gives_way.then_some(self.calls_in_a_row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(policy: Policy) -> Vec<u32> {
        let mut schedule = Schedule::new(policy);
        (0..20).for_each(|t| schedule.add(t));
        std::iter::from_fn(|| schedule.pick(|_| true)).collect()
    }

    #[test]
    fn a_fair_schedule_takes_threads_as_they_came() {
        assert_eq!(order(Policy::Fair), (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn an_explored_schedule_is_decided_by_its_seed_and_forgets_nobody() {
        let explore = |seed| {
            order(Policy::Explore {
                seed,
                yield_one_in: 8,
            })
        };
        assert_eq!(explore(1), explore(1));
        assert_ne!(explore(1), explore(2));
        let mut all = explore(3);
        all.sort_unstable();
        assert_eq!(all, (0..20).collect::<Vec<_>>());
    }

    #[test]
    fn who_may_not_run_keeps_its_place() {
        let mut schedule = Schedule::new(Policy::Fair);
        (0..3).for_each(|t| schedule.add(t));
        assert_eq!(schedule.pick(|t| t != 0), Some(1));
        assert_eq!(schedule.pick(|_| true), Some(0));
    }
}
