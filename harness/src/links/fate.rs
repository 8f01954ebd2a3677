//! Which connections are lost, and how many were.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use workloads::scenario::Loss;

use super::condition::{Condition, Wanted};

/// How many connections each fault has taken.
#[derive(Debug, Default)]
struct Taken {
    by_fault: BTreeMap<usize, u64>,
}

impl Taken {
    /// A fault takes a connection, if it may take one more.
    fn take(&mut self, wanted: &Wanted) -> bool {
        let taken = self.by_fault.entry(wanted.fault).or_default();
        let may = wanted.count.is_none_or(|count| *taken < count);
        *taken += u64::from(may);
        may
    }
}

/// What decides about a connection; all connections of a link count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Fate {
    draw: f64,
    taken: Arc<Mutex<Taken>>,
}

impl Fate {
    /// That of another connection of the same link.
    pub(super) fn with_draw(&self, draw: f64) -> Self {
        let taken = Arc::clone(&self.taken);
        Self { draw, taken }
    }

    /// How the connection is lost now that it has carried so many bytes, if it is.
    pub(super) fn decide(&self, condition: &Condition, carried: u64) -> Option<Loss> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted = condition.wanted(self.draw, carried);
        wanted
            .find(|wanted| taken.take(wanted))
            .map(|taken| taken.how)
    }

    /// How many bytes it may carry before that is to be asked again.
    pub(super) fn room(&self, condition: &Condition, carried: u64) -> u64 {
        condition.room(self.draw, carried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use workloads::scenario::LinkFlaw;

    #[test]
    fn a_fault_takes_so_many_and_then_the_next_one_may() {
        let mut link = Condition::default();
        for (fault, how, count) in [(0, Loss::Close, Some(2)), (1, Loss::BlackHole, Some(1))] {
            let flaw = LinkFlaw::Loss {
                probability: 1.0,
                how,
                after_bytes: 10,
                count,
            };
            link.begin(fault, flaw);
        }
        let all = Fate::default();
        let mut seen = Vec::new();
        for _ in 0..4 {
            let one = all.with_draw(0.5);
            assert_eq!(one.decide(&link, 0), None);
            seen.push(one.decide(&link, 10));
        }
        let expected = [
            Some(Loss::Close),
            Some(Loss::Close),
            Some(Loss::BlackHole),
            None,
        ];
        assert_eq!(seen, expected);
    }
}
