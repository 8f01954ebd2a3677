//! A history taken apart by objects (linearizability is local: Herlihy and Wing, 1990, theorem 1).
//!
//! A history is large, so it is gone through once to learn who belongs to which key, and the
//! operations of a key are taken to its parts when it is judged: these fit into a cache, all parts
//! together do not.

use rustc_hash::FxHashMap;

use super::coverage::Tally;
use super::object::{Object, OpOf};
use super::outcome::Misfit;
use super::parts::Parts;
use crate::recorded::{History, Recorded, Val};

/// The numbers of operations, by key: keys in the order in which they appear, operations in the
/// order of their calls.
pub(super) struct ByKey {
    numbers: Vec<u32>,
    /// Where the operations of each key end.
    ends: Vec<u32>,
}

impl ByKey {
    /// Sorts a history by its keys, and what all operations show together. Takes `O(n)`.
    pub(super) fn of(history: &History) -> (Self, Tally) {
        let mut tally = Tally::of(history);
        let mut keys = Keys::default();
        for (number, recorded) in history.ops.iter().enumerate() {
            tally.take(recorded);
            keys.take(number, recorded.key);
        }
        let by_key = match keys.counts[..] {
            [] | [_] => Self::only(history.ops.len() as u32),
            _ => keys.sorted(),
        };
        (by_key, tally)
    }

    /// All operations are of one key.
    fn only(count: u32) -> Self {
        Self {
            numbers: (0..count).collect(),
            ends: vec![count],
        }
    }

    /// The operations of each key.
    pub(super) fn groups(&self) -> impl Iterator<Item = &[u32]> {
        let starts = [0].iter().chain(&self.ends);
        let ranges = starts.zip(&self.ends);
        ranges.map(|(start, end)| &self.numbers[*start as usize..*end as usize])
    }
}

/// Keys as they are met.
#[derive(Default)]
struct Keys {
    places: FxHashMap<Val, u32>,
    /// How many operations each has.
    counts: Vec<u32>,
    /// The place of each operation's key; left empty while there is one key.
    place_of: Vec<u32>,
    last: Option<(Val, u32)>,
}

impl Keys {
    fn take(&mut self, number: usize, key: Val) {
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

    /// A counting sort.
    fn sorted(&self) -> ByKey {
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
        ByKey {
            numbers,
            ends: next,
        }
    }
}

/// So many operations are fetched at once: one key's operations are far from each other, and the
/// processor waits for many of them together no longer than for one.
const NEAR: usize = 128;

/// The parts to which these operations did something, in the order in which they appear.
pub(super) fn parts<O: Object>(
    object: &O,
    history: &History,
    numbers: &[u32],
) -> Result<Parts<OpOf<O>>, Misfit> {
    let mut parts = Parts::of(numbers.len());
    let mut near: Vec<Recorded> = Vec::with_capacity(NEAR);
    for numbers in numbers.chunks(NEAR) {
        near.clear();
        near.extend(numbers.iter().map(|n| history.ops[*n as usize]));
        for (number, recorded) in numbers.iter().zip(&near) {
            take(object, history, *number, recorded, &mut parts)?;
        }
    }
    Ok(parts)
}

/// Takes an operation to the parts concerned.
pub(super) fn take<O: Object>(
    object: &O,
    history: &History,
    number: u32,
    recorded: &Recorded,
    parts: &mut Parts<OpOf<O>>,
) -> Result<(), Misfit> {
    let taken = object.take(history, recorded, &mut parts.intake(number, recorded));
    taken.map_err(|what| Misfit {
        line: recorded.call_line,
        what,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{FailedCas, Named, Registers, Settings};
    use crate::recorded::read_json_lines;
    use crate::search::Budget;

    /// One operation after the other.
    fn history(ops: impl IntoIterator<Item = (i64, &'static str)>) -> History {
        let mut lines = String::new();
        for (key, f) in ops {
            for (kind, value) in [("invoke", "null"), ("ok", "null")] {
                lines += &format!(
                    r#"{{"process":0,"type":"{kind}","f":"{f}","key":{key},"value":{value}}}"#
                );
                lines.push('\n');
            }
        }
        read_json_lines(lines.as_bytes()).0
    }

    #[test]
    fn operations_stand_with_their_keys_in_the_order_of_calls() {
        let groups = |keys: &[i64]| -> Vec<Vec<u32>> {
            let (by_key, _) = ByKey::of(&history(keys.iter().map(|key| (*key, "read"))));
            by_key.groups().map(<[u32]>::to_vec).collect()
        };
        assert_eq!(groups(&[7, 7, 7]), [[0, 1, 2]]);
        assert_eq!(
            groups(&[7, 7, 4, 7, 9, 4]),
            [vec![0, 1, 3], vec![2, 5], vec![4]]
        );
    }

    #[test]
    fn more_operations_than_are_fetched_at_once_are_all_taken() {
        let history = history((0..1_000).map(|n| (n % 3, "read")));
        let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
        let (by_key, _) = ByKey::of(&history);
        for numbers in by_key.groups() {
            let parts = parts(&registers, &history, numbers).expect("reads");
            assert_eq!(parts.all.len(), 1);
            assert_eq!(parts.all[0].numbers, numbers);
            let calls = parts.all[0].ops.iter().map(|timed| timed.call / 2);
            assert_eq!(calls.collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn of_what_does_not_belong_there_the_first_in_the_file_is_told() {
        let history = history([(7, "read"), (4, "push"), (7, "push")]);
        let misfit = Named::Kv.judge(&Settings::default(), &history, &Budget::AMPLE);
        assert_eq!(misfit.map_err(|misfit| misfit.line).err(), Some(3));
    }
}
