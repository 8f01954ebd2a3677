//! Which sums some of a multiset of numbers can have.

use std::collections::BTreeMap;

/// So many different sums are told apart.
const SUMS_MAX: usize = 1 << 20;

/// The sums of all subsets of a multiset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sums {
    /// All of them, ascending.
    Exact(Vec<i128>),
    /// Too many to tell apart: at least the first, at most the second.
    Between(i128, i128),
}

impl Sums {
    /// The sums of all subsets, the empty one included.
    pub(super) fn of(numbers: impl IntoIterator<Item = i128>) -> Self {
        let mut counts: BTreeMap<i128, u64> = BTreeMap::new();
        let (mut low, mut high) = (0i128, 0i128);
        for number in numbers {
            *counts.entry(number).or_default() += 1;
            low = low.saturating_add(number.min(0));
            high = high.saturating_add(number.max(0));
        }
        counts.remove(&0);
        let mut sums = vec![0];
        for step in counts.into_iter().flat_map(|(n, count)| steps(n, count)) {
            sums = with_and_without(&sums, step);
            if sums.len() > SUMS_MAX {
                return Self::Between(low, high);
            }
        }
        Self::Exact(sums)
    }

    /// Whether some subset has this sum; `None` if that is not known.
    pub(super) fn contains(&self, sum: i128) -> Option<bool> {
        match self {
            Self::Exact(sums) => Some(sums.binary_search(&sum).is_ok()),
            Self::Between(low, high) if (*low..=*high).contains(&sum) => None,
            Self::Between(..) => Some(false),
        }
    }

    /// The least sum.
    pub(super) fn least(&self) -> i128 {
        match self {
            Self::Exact(sums) => sums.first().copied().unwrap_or_default(),
            Self::Between(low, _) => *low,
        }
    }

    /// The greatest sum.
    pub(super) fn greatest(&self) -> i128 {
        match self {
            Self::Exact(sums) => sums.last().copied().unwrap_or_default(),
            Self::Between(_, high) => *high,
        }
    }
}

/// Few numbers of which some make every multiple of `n` up to `count` times: `n` doubled again and
/// again, and the rest.
fn steps(n: i128, count: u64) -> Vec<i128> {
    let mut steps = Vec::new();
    let (mut left, mut size) = (count, 1);
    while left > 0 {
        let taken = left.min(size);
        steps.push(n.saturating_mul(i128::from(taken)));
        left -= taken;
        size = size.saturating_mul(2);
    }
    steps
}

/// Merges ascending sums with the same sums moved by a step.
fn with_and_without(sums: &[i128], step: i128) -> Vec<i128> {
    let mut moved = sums.iter().map(|sum| sum.saturating_add(step)).peekable();
    let mut merged = Vec::with_capacity(2 * sums.len());
    for sum in sums {
        while let Some(smaller) = moved.next_if(|moved| moved < sum) {
            merged.push(smaller);
        }
        merged.push(*sum);
    }
    merged.extend(moved);
    merged.dedup();
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn by_enumeration(numbers: &[i128]) -> Vec<i128> {
        let subsets = 0..1u32 << numbers.len();
        let sums: BTreeSet<i128> = subsets
            .map(|subset| {
                let chosen = |(i, n): (usize, &i128)| if subset >> i & 1 == 1 { *n } else { 0 };
                numbers.iter().enumerate().map(chosen).sum()
            })
            .collect();
        sums.into_iter().collect()
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_all_subsets(numbers in prop::collection::vec(-6i128..7, 0..10)) {
            let expected = by_enumeration(&numbers);
            prop_assert_eq!(Sums::of(numbers), Sums::Exact(expected));
        }
    }

    #[test]
    fn thousands_of_small_numbers_are_exact() {
        let sums = Sums::of((0..20_000).map(|n| 2 + 2 * (n % 2)));
        assert_eq!(sums.contains(59_998), Some(true));
        assert_eq!(sums.contains(59_999), Some(false));
        assert_eq!(sums.greatest(), 60_000);
    }

    #[test]
    fn too_many_sums_are_not_decided() {
        let sums = Sums::of((0..40).map(|n| 1 << n));
        assert_eq!(sums, Sums::Between(0, (1 << 40) - 1));
        assert_eq!(sums.contains(12), None);
        assert_eq!(sums.contains(-1), Some(false));
    }
}
