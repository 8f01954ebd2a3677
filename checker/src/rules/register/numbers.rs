//! Which number a value has.
//!
//! Those who record histories mostly count their values up. These have places in a table, which is
//! half as large as a hash map and is walked through in order; all others are hashed.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHashMap;

use super::NONE;

/// Numbers of values. Who asks says whether a number is that of the value: a place in the table is
/// found by a part of it.
#[derive(Debug)]
pub(super) struct Numbers<V> {
    table: Vec<u32>,
    /// The least word that has a place.
    least: u64,
    /// Between the words of neighbours in the table stand so many powers of two.
    shift: u32,
    others: FxHashMap<V, u32>,
}

impl<V: Copy + Eq + Hash> Numbers<V> {
    /// For these values, to which numbers will be given: so many at most.
    pub(super) fn of_values(values: impl Iterator<Item = V>, at_most: usize) -> Self {
        let (table, least, shift) = table(values, at_most).unwrap_or_default();
        Self {
            table,
            least,
            shift,
            others: FxHashMap::default(),
        }
    }

    /// So many values at most will be given numbers.
    pub(super) fn reserve(&mut self, values: usize) {
        if self.table.is_empty() {
            self.others.reserve(values);
        }
    }

    /// Gives a number to a value; whether it had none. `is` says whether a number is of this value.
    pub(super) fn insert(&mut self, value: V, number: u32, is: impl Fn(u32) -> bool) -> bool {
        if let Some(place) = self.place(value) {
            if self.table[place] == NONE {
                self.table[place] = number;
                return true;
            }
            if is(self.table[place]) {
                return false;
            }
        }
        self.others.insert(value, number).is_none()
    }

    /// The number of a value. `is` says whether a number is of this value.
    pub(super) fn get(&self, value: V, is: impl Fn(u32) -> bool) -> Option<u32> {
        if let Some(place) = self.place(value) {
            let number = self.table[place];
            if number == NONE {
                return None;
            }
            if is(number) {
                return Some(number);
            }
        }
        self.others.get(&value).copied()
    }

    /// Where a value stands in the table, if it can stand there.
    fn place(&self, value: V) -> Option<usize> {
        if self.table.is_empty() {
            return None;
        }
        let above = word(&value)?.checked_sub(self.least)?;
        let place = (above >> self.shift) as usize;
        (place << self.shift == above as usize && place < self.table.len()).then_some(place)
    }
}

/// A table that is large enough for these values, their least word, and how far apart these are.
/// `None` if they are no words, or so far apart that the table would be too large.
fn table<V: Hash>(values: impl Iterator<Item = V>, at_most: usize) -> Option<(Vec<u32>, u64, u32)> {
    let (mut least, mut greatest) = (u64::MAX, 0);
    let (mut first, mut differ) = (None, 0_u64);
    let mut shift = 0;
    for value in values {
        let word = word(&value)?;
        differ |= word ^ *first.get_or_insert(word);
        (least, greatest) = (least.min(word), greatest.max(word));
        shift = differ.trailing_zeros() % u64::BITS;
        // It only grows from here on.
        if (greatest - least) >> shift > 2 * at_most as u64 {
            return None;
        }
    }
    first?;
    let places = ((greatest - least) >> shift) as usize + 1;
    Some((vec![NONE; places], least, shift))
}

/// The number that a value is, or is made of, if there is one: what it would be hashed by.
fn word<V: Hash>(value: &V) -> Option<u64> {
    let mut word = Word::default();
    value.hash(&mut word);
    (word.parts == 1).then_some(word.last)
}

/// Sees what is hashed.
#[derive(Default)]
struct Word {
    last: u64,
    parts: u32,
}

impl Word {
    fn part(&mut self, part: u64) {
        self.last = part;
        self.parts += 1;
    }
}

impl Hasher for Word {
    fn write(&mut self, _: &[u8]) {
        self.parts += 2;
    }

    fn write_u8(&mut self, part: u8) {
        self.part(part.into());
    }

    fn write_u16(&mut self, part: u16) {
        self.part(part.into());
    }

    fn write_u32(&mut self, part: u32) {
        self.part(part.into());
    }

    fn write_u64(&mut self, part: u64) {
        self.part(part);
    }

    fn write_usize(&mut self, part: usize) {
        self.part(part as u64);
    }

    fn finish(&self) -> u64 {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers these values by their places, and looks for all of them and others.
    fn numbered<V: Copy + Eq + Hash>(values: &[V], others: &[V]) -> Numbers<V> {
        let mut numbers = Numbers::of_values(values.iter().copied(), values.len());
        for (number, value) in (0..).zip(values) {
            let is = |number: u32| values[number as usize] == *value;
            assert!(numbers.insert(*value, number, is));
            assert!(!numbers.insert(*value, number, is), "it has one");
        }
        for (number, value) in (0..).zip(values) {
            let is = |number: u32| values[number as usize] == *value;
            assert_eq!(numbers.get(*value, is), Some(number));
        }
        for other in others {
            let is = |number: u32| values[number as usize] == *other;
            assert_eq!(numbers.get(*other, is), None);
        }
        numbers
    }

    #[test]
    fn values_that_are_counted_up_stand_in_a_table() {
        assert_eq!(numbered(&[7_u32, 5, 6], &[4, 8]).table, [1, 2, 0]);
        let sparse = numbered(&[40_u64, 8, 24], &[16, 9, 12, 0, 56]);
        assert_eq!((sparse.table, sparse.others.len()), (vec![1, 2, 0], 0));
        assert_eq!(numbered(&[3_u8], &[2, 4]).table, [0]);
    }

    #[test]
    fn what_is_far_apart_or_no_number_is_hashed() {
        assert_eq!(numbered(&[1_u64, 1 << 40, 7], &[2, 0]).others.len(), 3);
        assert_eq!(numbered(&["a", "b"], &["c"]).others.len(), 2);
        assert_eq!(numbered(&[(1, 2), (1, 3)], &[(2, 2)]).others.len(), 2);
        assert_eq!(numbered::<u32>(&[], &[1]).others.len(), 0);
    }

    #[test]
    fn who_shares_a_place_is_told_apart() {
        /// Its hash leaves out what makes it different.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        struct Colour(u8, char);
        impl Hash for Colour {
            fn hash<H: Hasher>(&self, state: &mut H) {
                state.write_u8(self.0);
            }
        }
        let values = [Colour(1, 'a'), Colour(1, 'b'), Colour(2, 'a')];
        let numbers = numbered(&values, &[Colour(1, 'c'), Colour(2, 'b'), Colour(3, 'a')]);
        assert_eq!((numbers.table.len(), numbers.others.len()), (2, 1));
    }
}
