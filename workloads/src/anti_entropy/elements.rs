//! Sets of elements, compact: each element that anybody ever named has a number.

use std::collections::BTreeMap;

/// The numbers of elements, in the order in which they were first named.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: BTreeMap<u64, usize>,
    elements: Vec<u64>,
}

impl Names {
    /// The number of an element; it gets one if it has none.
    pub(super) fn name(&mut self, element: u64) -> usize {
        *self.numbers.entry(element).or_insert_with(|| {
            self.elements.push(element);
            self.elements.len() - 1
        })
    }

    /// The number of an element, if it was named.
    pub(super) fn get(&self, element: u64) -> Option<usize> {
        self.numbers.get(&element).copied()
    }

    /// The elements of a set as a sentence has them.
    pub(super) fn words(&self, set: &Set) -> String {
        const MOST: usize = 12;
        let elements = set.iter().filter_map(|n| self.elements.get(n));
        let mut elements: Vec<u64> = elements.copied().collect();
        elements.sort_unstable();
        let shown: Vec<String> = elements.iter().take(MOST).map(u64::to_string).collect();
        match elements.len() {
            n if n > MOST => format!("{{{}, ... ({n} in all)}}", shown.join(", ")),
            _ => format!("{{{}}}", shown.join(", ")),
        }
    }

    /// How many bytes the elements of a set take as a JSON list.
    pub(super) fn json_bytes(&self, set: &Set) -> u64 {
        let elements = set.iter().filter_map(|n| self.elements.get(n));
        // Each with a comma, the last one with a bracket instead, and the first bracket.
        elements
            .map(|e| e.to_string().len() as u64 + 1)
            .sum::<u64>()
            + 1
    }
}

/// A set of elements by their numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Set {
    /// No trailing zeros, so that equal sets are equal.
    words: Vec<u64>,
}

impl Set {
    pub(super) fn insert(&mut self, n: usize) {
        if self.words.len() <= n / 64 {
            self.words.resize(n / 64 + 1, 0);
        }
        self.words[n / 64] |= 1 << (n % 64);
    }

    pub(super) fn remove(&mut self, n: usize) {
        if let Some(word) = self.words.get_mut(n / 64) {
            *word &= !(1 << (n % 64));
        }
        self.trim();
    }

    pub(super) fn extend(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        for (mine, theirs) in self.words.iter_mut().zip(&other.words) {
            *mine |= theirs;
        }
    }

    /// What is in this set and not in the other.
    pub(super) fn minus(&self, other: &Self) -> Self {
        let theirs = other.words.iter().copied().chain(std::iter::repeat(0));
        let words = self
            .words
            .iter()
            .zip(theirs)
            .map(|(mine, theirs)| mine & !theirs);
        let mut difference = Self {
            words: words.collect(),
        };
        difference.trim();
        difference
    }

    pub(super) fn is_subset(&self, other: &Self) -> bool {
        self.minus(other).is_empty()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn len(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let words = self.words.iter().enumerate();
        words.flat_map(|(i, word)| {
            (0..64)
                .filter(move |bit| word & (1 << bit) != 0)
                .map(move |bit| i * 64 + bit)
        })
    }

    fn trim(&mut self) {
        while self.words.last() == Some(&0) {
            self.words.pop();
        }
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(numbers: I) -> Self {
        let mut set = Self::default();
        for n in numbers {
            set.insert(n);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_sets(
            a in prop::collection::btree_set(0usize..300, 0..40),
            b in prop::collection::btree_set(0usize..300, 0..40),
        ) {
            let set = |s: &BTreeSet<usize>| s.iter().copied().collect::<Set>();
            let difference: BTreeSet<usize> = a.difference(&b).copied().collect();
            prop_assert_eq!(set(&a).minus(&set(&b)), set(&difference));
            prop_assert_eq!(set(&a).is_subset(&set(&b)), a.is_subset(&b));
            prop_assert_eq!(set(&a).len(), a.len() as u64);
            let mut union = set(&a);
            union.extend(&set(&b));
            prop_assert_eq!(union, set(&a.union(&b).copied().collect()));
            prop_assert_eq!(set(&a).iter().collect::<BTreeSet<_>>(), a);
        }
    }
}
