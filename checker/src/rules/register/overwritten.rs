//! A condition for all registers, however often a value is written: what is found was not certainly
//! overwritten.
//!
//! Whoever finds a value needs somebody who made it, or the initial value. When something else was
//! certainly there after all those had ended and before the finder was called, none is left: the
//! value is stale. The search would have to try all orders to know that.
//!
//! ```text
//! makers  |-- write 1 --|
//! other                    |-- write 2 --|
//! finder                                    |-- read 1 --|
//! ```
//!
//! Necessary and not sufficient: this is the part of *regularity* (Lamport, *On interprocess
//! communication*, 1986) that takes no order of the writes. `O(n log n)` time, `O(n)` memory for n
//! operations.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::model::{Register, RegisterOp};
use crate::rules::{Kind, Witness};
use crate::timed::{NEVER, Timed};

/// So many of those who made the value are told: the last ones.
const TOLD: usize = 3;

/// Somebody who found what was certainly overwritten, who shows it, and the last who made it; of
/// operations that are sorted by their calls.
#[must_use]
pub fn overwritten<V: Copy + Eq + Hash>(
    model: &Register<V>,
    ops: &[Timed<RegisterOp<V>>],
) -> Option<Witness<RegisterOp<V>>> {
    let makers = Makers::of(model, ops);
    let mut returns: Vec<u32> = (0..ops.len() as u32)
        .filter(|op| left(&ops[*op as usize]).is_some())
        .collect();
    returns.sort_unstable_by_key(|op| ops[*op as usize].ret);
    let mut returns = returns.into_iter().peekable();
    let mut latest = Latest::default();
    for (number, finder) in (0..).zip(ops) {
        while let Some(op) = returns.next_if(|op| ops[*op as usize].precedes(finder)) {
            latest.take(ops, op);
        }
        let Some(value) = found(finder) else { continue };
        let Some(other) = latest.other_than(value) else {
            continue;
        };
        if makers.last_ret(value, finder) < ops[other as usize].call + 1 {
            return Some(witness(ops, number, other, value));
        }
    }
    None
}

/// Who made each value, in the order of their calls. Times are one more than positions: the initial
/// value is made at 0.
struct Makers<V> {
    /// By value: when they were called, and the last return of those so far.
    all: FxHashMap<V, Vec<(u32, u32)>>,
}

impl<V: Copy + Eq + Hash> Makers<V> {
    fn of(model: &Register<V>, ops: &[Timed<RegisterOp<V>>]) -> Self {
        let mut all: FxHashMap<V, Vec<(u32, u32)>> = FxHashMap::default();
        all.insert(model.initial, vec![(0, 0)]);
        for timed in ops {
            let Some(value) = made(&timed.op) else {
                continue;
            };
            let of_value = all.entry(value).or_default();
            let before = of_value.last().map_or(0, |(_, ret)| *ret);
            let ret = timed.ret.saturating_add(1).max(before);
            of_value.push((timed.call + 1, ret));
        }
        Self { all }
    }

    /// The last return of those who were called before the finder returned; 0 if there is nobody.
    fn last_ret(&self, value: V, finder: &Timed<RegisterOp<V>>) -> u32 {
        let of_value = self.all.get(&value).map_or(&[][..], Vec::as_slice);
        let count = of_value.partition_point(|(call, _)| *call < finder.ret + 1);
        of_value[..count].last().map_or(0, |(_, ret)| *ret)
    }
}

/// The operation with the last call among those that have returned, and the one among those that
/// left another value than that.
struct Latest<V> {
    first: Option<(V, u32, u32)>,
    second: Option<(V, u32, u32)>,
}

impl<V> Default for Latest<V> {
    fn default() -> Self {
        Self {
            first: None,
            second: None,
        }
    }
}

impl<V: Copy + Eq> Latest<V> {
    fn take(&mut self, ops: &[Timed<RegisterOp<V>>], op: u32) {
        let timed = &ops[op as usize];
        let Some(value) = left(timed) else { return };
        let new = (value, timed.call, op);
        let is_later = |than: Option<(V, u32, u32)>| than.is_none_or(|than| than.1 < timed.call);
        match self.first {
            Some(first) if first.0 == value => {
                self.first = Some(std::cmp::max_by_key(first, new, |latest| latest.1));
            }
            first if is_later(first) => {
                self.second = first;
                self.first = Some(new);
            }
            _ if is_later(self.second) => self.second = Some(new),
            _ => {}
        }
    }

    fn other_than(&self, value: V) -> Option<u32> {
        let is_other = |latest: &&(V, u32, u32)| latest.0 != value;
        let latest = self.first.iter().chain(&self.second).find(is_other);
        latest.map(|(_, _, op)| *op)
    }
}

/// The value that was certainly there before an operation.
fn found<V: Copy>(timed: &Timed<RegisterOp<V>>) -> Option<V> {
    match timed.op {
        _ if timed.ret == NEVER => None,
        RegisterOp::Read(value)
        | RegisterOp::Cas {
            from: value,
            succeeded: Some(true),
            ..
        } => Some(value),
        _ => None,
    }
}

/// The value that was certainly there after an operation.
fn left<V: Copy>(timed: &Timed<RegisterOp<V>>) -> Option<V> {
    match timed.op {
        _ if timed.ret == NEVER => None,
        RegisterOp::Read(value)
        | RegisterOp::Write(value)
        | RegisterOp::Cas {
            to: value,
            succeeded: Some(true),
            ..
        } => Some(value),
        RegisterOp::Cas { .. } => None,
    }
}

/// The value that an operation may have made, when another one was there before.
fn made<V: Copy + Eq>(op: &RegisterOp<V>) -> Option<V> {
    match *op {
        RegisterOp::Write(value) => Some(value),
        RegisterOp::Cas {
            from,
            to,
            succeeded,
        } if from != to && succeeded != Some(false) => Some(to),
        _ => None,
    }
}

/// The finder, who shows that something else was there, and the last makers.
fn witness<V: Copy + Eq>(
    ops: &[Timed<RegisterOp<V>>],
    finder: u32,
    other: u32,
    value: V,
) -> Witness<RegisterOp<V>> {
    let op = |number: u32| &ops[number as usize];
    let made_it = |number: &u32| {
        op(*number).call < op(finder).ret
            && *number != finder
            && made(&op(*number).op) == Some(value)
    };
    let mut makers: Vec<u32> = (0..ops.len() as u32).filter(made_it).collect();
    makers.sort_unstable_by_key(|number| std::cmp::Reverse(op(*number).ret));
    makers.truncate(TOLD);
    let with = |number: u32, op: RegisterOp<V>| Timed {
        op,
        ..ops[number as usize]
    };
    let mut proof = vec![with(finder, RegisterOp::Read(value))];
    // That it left its value is what matters of each, and not what it found.
    let there = left(op(other)).map(|left| with(other, RegisterOp::Write(left)));
    proof.extend(there);
    proof.extend(
        makers
            .iter()
            .map(|maker| with(*maker, RegisterOp::Write(value))),
    );
    proof.sort_unstable_by_key(|timed| timed.call);
    Witness {
        kind: Kind::Overwritten,
        ops: [finder, other].into_iter().chain(makers).collect(),
        proof,
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::*;
    use crate::model::Model;
    use crate::oracle::{Random, Shape, for_each_case, one_in};
    use crate::rules::Ruling;
    use crate::rules::agreement::{assert_all_met, compare};

    const REGISTER: Register<u8> = Register { initial: 0 };

    /// Values are written again and again; some answers are wrong.
    fn history(random: &mut Random) -> Vec<Timed<RegisterOp<u8>>> {
        let mut value = 0;
        let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
            let any = random.random_range(0..4);
            let op = match random.random_range(0..4) {
                0 | 1 => return RegisterOp::Read(value),
                2 => RegisterOp::Write(any),
                _ => RegisterOp::Cas {
                    from: value,
                    to: any,
                    succeeded: is_known.then_some(true),
                },
            };
            if has_effect {
                value = REGISTER.step(&value, &op).unwrap_or(value);
            }
            op
        });
        if one_in(random, 2) {
            let at = random.random_range(0..ops.len());
            match &mut ops[at].op {
                RegisterOp::Read(found) | RegisterOp::Cas { from: found, .. } => {
                    *found = random.random_range(0..4);
                }
                RegisterOp::Write(_) => {}
            }
        }
        ops
    }

    #[test]
    fn what_it_finds_is_impossible() {
        let counts = compare(&REGISTER, history, |ops, _| {
            overwritten(&REGISTER, ops).map(Ruling::Impossible)
        });
        assert_all_met(&counts, &["left to the search", "stale-read"]);
    }

    /// What the condition says, word for word.
    fn is_overwritten(ops: &[Timed<RegisterOp<u8>>]) -> bool {
        ops.iter().any(|finder| {
            let is_stale = |value: u8| {
                let may_last = |other: &Timed<RegisterOp<u8>>| {
                    ops.iter().any(|maker| {
                        made(&maker.op) == Some(value)
                            && maker.call < finder.ret
                            && !maker.precedes(other)
                    })
                };
                let others = ops.iter().filter(|other| other.precedes(finder));
                let mut others = others.filter(|other| left(other).is_some_and(|o| o != value));
                others.any(|other| !may_last(other))
            };
            found(finder).is_some_and(is_stale)
        })
    }

    #[test]
    fn it_finds_all_that_the_condition_excludes() {
        let count = std::cell::Cell::new(0);
        for_each_case(|seed, random| {
            let mut ops = history(random);
            ops.sort_unstable_by_key(|timed| timed.call);
            let is_found = overwritten(&REGISTER, &ops).is_some();
            assert_eq!(is_found, is_overwritten(&ops), "seed {seed}: {ops:?}");
            count.set(count.get() + u32::from(is_found));
        });
        assert!(count.get() > 0);
    }

    fn at(call: u32, ret: u32, op: RegisterOp<u8>) -> Timed<RegisterOp<u8>> {
        Timed { call, ret, op }
    }

    #[test]
    fn one_other_value_after_all_makers_is_enough() {
        use RegisterOp::{Read, Write};
        let mut ops = vec![
            at(0, 3, Write(1)),
            at(1, 2, Write(1)),
            at(4, 5, Write(2)),
            at(6, 7, Read(1)),
        ];
        let witness = overwritten(&REGISTER, &ops).expect("1 was overwritten");
        assert_eq!(witness.ops, [3, 2, 0, 1]);
        // Somebody may still have made it.
        ops[1].ret = NEVER;
        assert_eq!(overwritten(&REGISTER, &ops), None);
        ops[1].ret = 2;
        ops.insert(3, at(5, 9, Write(1)));
        ops[2].ret = 4;
        assert_eq!(overwritten(&REGISTER, &ops), None);
    }

    #[test]
    fn the_initial_value_is_made_before_anything() {
        use RegisterOp::{Read, Write};
        let ops = [at(0, 1, Write(1)), at(2, 3, Read(0))];
        let witness = overwritten(&REGISTER, &ops).expect("0 was overwritten");
        assert_eq!(witness.ops, [1, 0]);
        assert_eq!(
            overwritten(&REGISTER, &[at(0, 2, Write(1)), at(1, 3, Read(0))]),
            None
        );
    }
}
