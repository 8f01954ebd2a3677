//! The keys of a history, and who belongs to which.

use rustc_hash::FxHashMap;

use super::Val;

/// Keys in the order in which they appear.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    places: FxHashMap<Val, u32>,
    /// How many operations each has.
    counts: Vec<u32>,
    /// The place of each operation's key; left empty while there is one key.
    place_of: Vec<u32>,
    last: Option<(Val, u32)>,
}

impl Keys {
    /// Those of all these operations.
    pub(crate) fn of(keys: impl IntoIterator<Item = Val>) -> Self {
        let mut all = Self::default();
        keys.into_iter()
            .enumerate()
            .for_each(|(number, key)| all.take(number, key));
        all
    }

    /// Takes the key of the operation with this number, the next one.
    pub(super) fn take(&mut self, number: usize, key: Val) {
        let place = match self.last {
            Some((last, place)) if last == key => place,
            _ => self.place(number, key),
        };
        self.counts[place as usize] += 1;
        if self.counts.len() > 1 {
            self.place_of.push(place);
        }
    }

    fn place(&mut self, number: usize, key: Val) -> u32 {
        let fresh = self.counts.len() as u32;
        let place = *self.places.entry(key).or_insert(fresh);
        if place == fresh {
            self.counts.push(0);
            if fresh == 1 {
                self.place_of.resize(number, 0);
            }
        }
        self.last = Some((key, place));
        place
    }

    /// The numbers of operations, sorted by their keys, and where those of each key end; nothing
    /// when all have the same key. A counting sort.
    pub(crate) fn sorted(&self) -> Option<(Vec<u32>, Vec<u32>)> {
        if self.counts.len() < 2 {
            return None;
        }
        let mut sum = 0;
        let starts = self.counts.iter().map(|count| {
            sum += count;
            sum - count
        });
        let mut next: Vec<u32> = starts.collect();
        let mut numbers = vec![0; self.place_of.len()];
        for (number, place) in (0..).zip(&self.place_of) {
            let next = &mut next[*place as usize];
            numbers[*next as usize] = number;
            *next += 1;
        }
        // Where the next one would stand is the end.
        Some((numbers, next))
    }
}
