//! A history taken apart by objects (linearizability is local: Herlihy and Wing, 1990, theorem 1).
//!
//! A history is large, so it is gone through once to learn who belongs to which key, and the
//! operations of a key are taken to its parts when it is judged: these fit into a cache, all parts
//! together do not.

use std::hint::black_box;

use super::object::{Object, OpOf};
use super::outcome::Misfit;
use super::parts::Parts;
use crate::recorded::{History, Recorded};

/// The numbers of operations, by key: keys in the order in which they appear, operations in the
/// order of their calls.
pub(super) struct ByKey {
    /// All of one key.
    count: u32,
    /// Or those of several keys, and where each ends.
    several: Option<(Vec<u32>, Vec<u32>)>,
}

/// The operations of a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum OfKey<'a> {
    /// All, so many.
    All(u32),
    /// These.
    These(&'a [u32]),
}

impl ByKey {
    /// Sorts a history by its keys. Takes `O(n)`.
    pub(super) fn of(history: &History) -> Self {
        Self {
            count: history.ops.len() as u32,
            several: history.keys.sorted(),
        }
    }

    /// The operations of each key.
    pub(super) fn groups(&self) -> Vec<OfKey<'_>> {
        let Some((numbers, ends)) = &self.several else {
            return vec![OfKey::All(self.count)];
        };
        let starts = [0].iter().chain(ends);
        let ranges = starts.zip(ends);
        let of_key = |(start, end): (&u32, &u32)| &numbers[*start as usize..*end as usize];
        ranges.map(of_key).map(OfKey::These).collect()
    }
}

/// So many operations are fetched at once: one key's operations are far from each other, and the
/// processor waits for many of them together no longer than for one.
const NEAR: usize = 128;

/// The parts to which these operations did something, in the order in which they appear.
pub(super) fn parts<O: Object>(
    object: &O,
    history: &History,
    of_key: OfKey<'_>,
) -> Result<Parts<OpOf<O>>, Misfit> {
    let numbers = match of_key {
        OfKey::These(numbers) => numbers,
        OfKey::All(count) => {
            let mut parts = Parts::of(count as usize);
            for (number, recorded) in (0..).zip(&history.ops) {
                take(object, history, number, recorded, &mut parts)?;
            }
            return Ok(parts);
        }
    };
    let mut parts = Parts::of(numbers.len());
    for numbers in numbers.chunks(NEAR) {
        // Looked at first, all of them are on their way at once.
        for number in numbers {
            black_box(history.ops[*number as usize].call);
        }
        for number in numbers {
            let recorded = &history.ops[*number as usize];
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
    use crate::recorded::{Val, read_json_lines};
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
        let numbers = |of_key: OfKey<'_>| match of_key {
            OfKey::All(count) => (0..count).collect(),
            OfKey::These(numbers) => numbers.to_vec(),
        };
        let groups = |keys: &[i64]| -> Vec<Vec<u32>> {
            let by_key = ByKey::of(&history(keys.iter().map(|key| (*key, "read"))));
            by_key.groups().into_iter().map(numbers).collect()
        };
        assert_eq!(groups(&[7, 7, 7]), [[0, 1, 2]]);
        assert_eq!(groups(&[7, 4]), [[0], [1]]);
        assert_eq!(
            groups(&[7, 7, 4, 7, 9, 4]),
            [vec![0, 1, 3], vec![2, 5], vec![4]]
        );
    }

    #[test]
    fn more_operations_than_are_fetched_at_once_are_all_taken() {
        let history = history((0..1_000).map(|n| (n % 3, "read")));
        let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
        for of_key in ByKey::of(&history).groups() {
            let OfKey::These(numbers) = of_key else {
                panic!("there are three keys");
            };
            let parts = parts(&registers, &history, of_key).expect("reads");
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
