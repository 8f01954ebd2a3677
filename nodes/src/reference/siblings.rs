//! The values of one key that no other value has replaced, and the clocks that tell.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::element::by_text;
use crate::zoo::{Flaw, Flaws};

/// A value and the vector clock of the write that brought it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Sibling {
    pub(super) value: Value,
    pub(super) clock: Vec<u64>,
}

/// The siblings of a key, in the order in which they arrived. No clock dominates or equals another.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Siblings(pub(super) Vec<Sibling>);

/// What became of a value that was offered to the siblings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    /// It is one of them now.
    New,
    /// It was one of them already.
    Known,
    /// It is not: one of them has a clock that dominates, or the same clock and another value.
    Stale,
}

/// How two clocks relate; `None` if they are concurrent. Entries that are missing are 0.
pub(super) fn compare(a: &[u64], b: &[u64], flaws: Flaws) -> Option<Ordering> {
    if flaws.has(Flaw::ComparesSums) {
        let sum = |clock: &[u64]| clock.iter().map(|n| u128::from(*n)).sum::<u128>();
        return Some(sum(a).cmp(&sum(b)));
    }
    let at = |clock: &[u64], i| clock.get(i).copied().unwrap_or(0);
    let mut order = Ordering::Equal;
    for i in 0..a.len().max(b.len()) {
        match (order, at(a, i).cmp(&at(b, i))) {
            (_, Ordering::Equal) => {}
            (Ordering::Equal, entry) => order = entry,
            (order, entry) if order == entry => {}
            _ => return None,
        }
    }
    Some(order)
}

impl Siblings {
    /// Offers a value of a client.
    pub(super) fn admit(&mut self, new: Sibling, flaws: Flaws) -> Admission {
        if flaws.has(Flaw::LastWriteWins) {
            self.0 = vec![new];
            return Admission::New;
        }
        for old in &self.0 {
            match compare(&new.clock, &old.clock, flaws) {
                Some(Ordering::Equal) if old.value == new.value => return Admission::Known,
                Some(Ordering::Less | Ordering::Equal) if !flaws.has(Flaw::AcceptsStale) => {
                    return Admission::Stale;
                }
                _ => {}
            }
        }
        if !flaws.has(Flaw::KeepsDominated) {
            self.0
                .retain(|old| compare(&old.clock, &new.clock, flaws) != Some(Ordering::Less));
        }
        self.0.push(new);
        Admission::New
    }

    /// Takes over a sibling of another node; true if that changed anything.
    ///
    /// Two nodes may have given the same clock to different values. The greater text stays, so
    /// that all nodes choose alike.
    pub(super) fn merge(&mut self, new: Sibling, flaws: Flaws) -> bool {
        let twin = self.0.iter_mut().find(|old| {
            let order = compare(&old.clock, &new.clock, flaws);
            order == Some(Ordering::Equal) && old.value != new.value
        });
        match twin {
            Some(old) if by_text(&new.value, &old.value).is_gt() => {
                *old = new;
                true
            }
            Some(_) => false,
            None => self.admit(new, flaws) == Admission::New,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NONE: Flaws = Flaws(None);

    fn sibling(value: u64, clock: &[u64]) -> Sibling {
        Sibling {
            value: value.into(),
            clock: clock.to_vec(),
        }
    }

    #[test]
    fn clocks_compare_entry_by_entry() {
        assert_eq!(compare(&[1, 0], &[0, 1], NONE), None);
        assert_eq!(compare(&[1], &[1, 0, 0], NONE), Some(Ordering::Equal));
        assert_eq!(compare(&[1], &[1, 0, 2], NONE), Some(Ordering::Less));
        assert_eq!(compare(&[3, 2], &[1, 2], NONE), Some(Ordering::Greater));
    }

    #[test]
    fn a_value_replaces_what_it_dominates_and_nothing_else() {
        let mut siblings = Siblings::default();
        assert_eq!(siblings.admit(sibling(1, &[1, 0]), NONE), Admission::New);
        assert_eq!(siblings.admit(sibling(2, &[0, 1]), NONE), Admission::New);
        assert_eq!(siblings.admit(sibling(2, &[0, 1]), NONE), Admission::Known);
        assert_eq!(siblings.admit(sibling(3, &[0, 1]), NONE), Admission::Stale);
        assert_eq!(siblings.admit(sibling(4, &[2, 0]), NONE), Admission::New);
        assert_eq!(siblings.admit(sibling(5, &[1, 0]), NONE), Admission::Stale);
        assert_eq!(siblings.0, [sibling(2, &[0, 1]), sibling(4, &[2, 0])]);
    }

    fn offers() -> impl Strategy<Value = Vec<Sibling>> {
        let offer = (0u64..3, prop::collection::vec(0u64..3, 0..4));
        prop::collection::vec(offer.prop_map(|(v, c)| sibling(v, &c)), 0..12)
    }

    proptest! {
        #[test]
        fn merging_in_any_order_leaves_the_maximal_ones(
            (a, b) in offers().prop_flat_map(|o| (Just(o.clone()), Just(o).prop_shuffle()))
        ) {
            let merged = |offers: &[Sibling]| {
                let mut siblings = Siblings::default();
                for offer in offers {
                    siblings.merge(offer.clone(), NONE);
                }
                let mut left: Vec<_> = siblings.0.iter().map(|s| s.value.to_string()).collect();
                left.sort();
                (siblings, left)
            };
            let ((left, a_values), (_, b_values)) = (merged(&a), merged(&b));
            prop_assert_eq!(a_values, b_values);
            let maximal = |s: &&Sibling| {
                !a.iter().any(|o| compare(&s.clock, &o.clock, NONE) == Some(Ordering::Less))
            };
            for sibling in a.iter().filter(maximal) {
                let same = |o: &&Sibling| compare(&o.clock, &sibling.clock, NONE).is_some();
                prop_assert_eq!(left.0.iter().filter(same).count(), 1);
            }
        }
    }
}
