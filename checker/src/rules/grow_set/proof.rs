//! From a contradiction to a few operations that are impossible by themselves.

use std::hash::Hash;

use super::{Adds, Witness};
use crate::model::GrowingSetOp;
use crate::rules::Kind;
use crate::timed::Timed;

/// Why there is no linearization.
pub(super) enum Contradiction<V> {
    /// A value was read that nobody added.
    Phantom { read: u32, value: V },
    /// Each of two reads has a value that the other one misses.
    Fork { reads: [u32; 2], values: [V; 2] },
    /// An operation had returned before another one was called that must stand before it.
    Backwards { earlier: u32, later: u32 },
}

impl<V: Copy + Ord + Hash> Contradiction<V> {
    /// Two reads that do not contain each other.
    pub(super) fn fork(smaller: (u32, &[V]), larger: (u32, &[V])) -> Self {
        let missing = |of: &[V], other: &[V]| {
            of.iter()
                .copied()
                .find(|value| other.binary_search(value).is_err())
        };
        match (missing(smaller.1, larger.1), missing(larger.1, smaller.1)) {
            (Some(one), Some(other)) => Self::Fork {
                reads: [smaller.0, larger.0],
                values: [one, other],
            },
            // They are of one size at least, so that each misses something.
            _ => Self::Backwards {
                earlier: smaller.0,
                later: larger.0,
            },
        }
    }

    pub(super) fn witness(
        &self,
        ops: &[Timed<GrowingSetOp<V>>],
        adds: &Adds<V>,
    ) -> Witness<GrowingSetOp<V>> {
        let (kind, concerned, values) = match self {
            Self::Phantom { read, value } => (Kind::ThinAir, vec![*read], vec![*value]),
            Self::Fork { reads, values } => (Kind::LongFork, reads.to_vec(), values.to_vec()),
            Self::Backwards { earlier, later } => backwards(ops, *earlier, *later),
        };
        let mut all = concerned.clone();
        all.extend(values.iter().filter_map(|value| adds.get(value)));
        all.sort_unstable();
        all.dedup();
        Witness {
            kind,
            proof: all
                .iter()
                .map(|op| only(&ops[*op as usize], &values))
                .collect(),
            ops: concerned,
        }
    }
}

/// What is wrong with two operations in the wrong order, and the values that show it.
fn backwards<V: Copy + Ord>(
    ops: &[Timed<GrowingSetOp<V>>],
    earlier: u32,
    later: u32,
) -> (Kind, Vec<u32>, Vec<V>) {
    use GrowingSetOp::{Add, Read};
    let pair = vec![later, earlier];
    match (&ops[earlier as usize].op, &ops[later as usize].op) {
        (Add(value), Read(_)) => (Kind::FutureRead, pair, vec![*value]),
        (Read(_), Add(value)) => (Kind::StaleRead, pair, vec![*value]),
        (Read(small), Read(large)) => {
            let gone = large
                .iter()
                .find(|value| small.binary_search(value).is_err());
            (Kind::StaleRead, pair, gone.copied().into_iter().collect())
        }
        (Add(first), Add(second)) => {
            // Some read has the first of both and not the second.
            let between = ops.iter().position(|timed| match &timed.op {
                Read(found) => {
                    let has = |value| found.binary_search(value).is_ok();
                    !timed.is_indeterminate() && has(first) && !has(second)
                }
                Add(_) => false,
            });
            let between = between.map(|at| at as u32);
            let all = between.into_iter().chain(pair).collect();
            (Kind::StaleRead, all, vec![*first, *second])
        }
    }
}

/// The operation as it is when there are no other values than these.
fn only<V: Copy + Ord>(timed: &Timed<GrowingSetOp<V>>, values: &[V]) -> Timed<GrowingSetOp<V>> {
    let op = match &timed.op {
        GrowingSetOp::Read(found) => {
            let kept = found.iter().copied().filter(|value| values.contains(value));
            GrowingSetOp::Read(kept.collect())
        }
        add @ GrowingSetOp::Add(_) => add.clone(),
    };
    Timed {
        call: timed.call,
        ret: timed.ret,
        op,
    }
}
