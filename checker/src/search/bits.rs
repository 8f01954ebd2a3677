//! Sets of slots: which of the operations that are open now.

use std::fmt::Debug;
use std::hash::Hash;

/// A set of small numbers. The narrowest one that has room for all open operations is taken,
/// because millions of them are compared and hashed.
pub(crate) trait Bits: Copy + Debug + Eq + Ord + Hash + Default + Send {
    /// So many numbers it has room for.
    const ROOM: usize;

    /// The set of this number only.
    fn one(slot: usize) -> Self;

    /// What is in either.
    fn or(self, other: Self) -> Self;

    /// What is in this and not in the other.
    fn without(self, other: Self) -> Self;

    /// The least number in it.
    fn first(self) -> Option<usize>;

    /// Whether the number is in it.
    fn has(self, slot: usize) -> bool {
        self.meets(Self::one(slot))
    }

    /// Whether anything is in both.
    fn meets(self, other: Self) -> bool {
        self.without(other) != self
    }

    /// Whether everything in it is in the other.
    fn is_within(self, other: Self) -> bool {
        self.without(other) == Self::default()
    }

    /// The numbers in it, in order.
    fn each(mut self) -> impl Iterator<Item = usize> {
        std::iter::from_fn(move || {
            let slot = self.first()?;
            self = self.without(Self::one(slot));
            Some(slot)
        })
    }
}

macro_rules! word {
    ($word:ty) => {
        impl Bits for $word {
            const ROOM: usize = <$word>::BITS as usize;

            fn one(slot: usize) -> Self {
                1 << slot
            }

            fn or(self, other: Self) -> Self {
                self | other
            }

            fn without(self, other: Self) -> Self {
                self & !other
            }

            fn first(self) -> Option<usize> {
                (self != 0).then(|| self.trailing_zeros() as usize)
            }
        }
    };
}

word!(u64);
word!(u128);

/// For more than 128 operations that are open at once.
pub(crate) type Wide = [u128; 16];

impl Bits for Wide {
    const ROOM: usize = 16 * 128;

    fn one(slot: usize) -> Self {
        let mut bits = Self::default();
        bits[slot / 128] = 1 << (slot % 128);
        bits
    }

    fn or(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] | other[i])
    }

    fn without(self, other: Self) -> Self {
        std::array::from_fn(|i| self[i] & !other[i])
    }

    fn first(self) -> Option<usize> {
        let word = self.iter().position(|word| *word != 0)?;
        Some(word * 128 + self[word].trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn set<B: Bits>(slots: &BTreeSet<usize>) -> B {
        slots
            .iter()
            .fold(B::default(), |set, slot| set.or(B::one(*slot)))
    }

    fn behaves_as_a_set<B: Bits>(left: &BTreeSet<usize>, right: &BTreeSet<usize>) {
        let (a, b): (B, B) = (set(left), set(right));
        assert_eq!(a.each().collect::<BTreeSet<_>>(), *left);
        assert_eq!(a.or(b), set(&(left | right)));
        assert_eq!(a.without(b), set(&(left - right)));
        assert_eq!(a.meets(b), !left.is_disjoint(right));
        assert_eq!(a.is_within(b), left.is_subset(right));
        assert_eq!(a.first(), left.first().copied());
        assert!((0..B::ROOM).all(|slot| a.has(slot) == left.contains(&slot)));
    }

    fn slots(room: usize) -> impl Strategy<Value = BTreeSet<usize>> {
        proptest::collection::btree_set(0..room, 0..12)
    }

    proptest! {
        #[test]
        fn words_are_sets(left in slots(64), right in slots(64)) {
            behaves_as_a_set::<u64>(&left, &right);
            behaves_as_a_set::<u128>(&left, &right);
        }

        #[test]
        fn several_words_are_one_set(left in slots(Wide::ROOM), right in slots(Wide::ROOM)) {
            behaves_as_a_set::<Wide>(&left, &right);
        }
    }
}
