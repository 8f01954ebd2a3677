//! Sets that only grow and are read whole.
//!
//! The sets that were read must contain each other: sorted by size they tell in which order values
//! were added, group by group. Operations of a later group do not return before those of an earlier
//! one were called.
//!
//! Exact; takes time in proportion to all that was read, and `O(n log n)` for n operations. A
//! contradiction is between two or three operations, and concerns at most two values: proofs leave
//! out all others.

mod proof;
#[cfg(test)]
mod tests;

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{Ruling, Witness};
use crate::model::GrowingSetOp;
use crate::timed::{NEVER, Timed};
use proof::Contradiction;

/// Judges operations that are sorted by their calls. `None` when a value was added twice.
#[must_use]
pub fn judge<V: Copy + Ord + Hash>(
    ops: &[Timed<GrowingSetOp<V>>],
    with_order: bool,
) -> Option<Ruling<GrowingSetOp<V>>> {
    let adds = adds(ops)?;
    let groups = match groups(ops, &adds) {
        Ok(groups) => groups,
        Err(contradiction) => return Some(Ruling::Impossible(contradiction.witness(ops, &adds))),
    };
    Some(match in_order(ops, &groups) {
        Err(contradiction) => Ruling::Impossible(contradiction.witness(ops, &adds)),
        Ok(()) if with_order => Ruling::Linearizable(groups.concat()),
        Ok(()) => Ruling::Linearizable(Vec::new()),
    })
}

/// Who added each value.
type Adds<V> = FxHashMap<V, u32>;

fn adds<V: Copy + Eq + Hash>(ops: &[Timed<GrowingSetOp<V>>]) -> Option<Adds<V>> {
    let mut adds = Adds::default();
    for (id, timed) in (0..).zip(ops) {
        if let GrowingSetOp::Add(value) = timed.op
            && adds.insert(value, id).is_some()
        {
            return None;
        }
    }
    Some(adds)
}

/// Operations that may stand in any order among each other, group after group: reads of one set,
/// the values added between it and the next, and so on; in the end values that nobody read.
fn groups<V: Copy + Ord + Hash>(
    ops: &[Timed<GrowingSetOp<V>>],
    adds: &Adds<V>,
) -> Result<Vec<Vec<u32>>, Contradiction<V>> {
    let mut reads: Vec<(u32, &[V])> = Vec::new();
    for (id, timed) in (0..).zip(ops) {
        if let GrowingSetOp::Read(found) = &timed.op
            && !timed.is_indeterminate()
        {
            reads.push((id, found));
        }
    }
    reads.sort_by_key(|(_, found)| found.len());
    let mut is_read = vec![false; ops.len()];
    let mut groups: Vec<Vec<u32>> = vec![Vec::new()];
    let mut before: (u32, &[V]) = (NEVER, &[]);
    for (read, found) in reads {
        let mut fresh = Vec::new();
        for value in found {
            let Some(&add) = adds.get(value) else {
                return Err(Contradiction::Phantom {
                    read,
                    value: *value,
                });
            };
            if !std::mem::replace(&mut is_read[add as usize], true) {
                fresh.push(add);
            }
        }
        if found.len() - fresh.len() != before.1.len() {
            return Err(Contradiction::fork(before, (read, found)));
        }
        if fresh.is_empty() {
            groups
                .last_mut()
                .into_iter()
                .for_each(|group| group.push(read));
        } else {
            groups.extend([fresh, vec![read]]);
        }
        before = (read, found);
    }
    let is_left = |id: &u32| {
        let timed = &ops[*id as usize];
        let is_add = matches!(timed.op, GrowingSetOp::Add(_));
        is_add && !is_read[*id as usize] && !timed.is_indeterminate()
    };
    let mut left: Vec<u32> = (0..ops.len() as u32).filter(is_left).collect();
    groups.push(std::mem::take(&mut left));
    // Within a group the order of calls is one that is possible.
    groups.iter_mut().for_each(|group| group.sort_unstable());
    Ok(groups)
}

/// Nothing of a later group returned before something of an earlier one was called.
fn in_order<V: Copy>(
    ops: &[Timed<GrowingSetOp<V>>],
    groups: &[Vec<u32>],
) -> Result<(), Contradiction<V>> {
    // The last call of the groups so far.
    let mut last: Option<u32> = None;
    for group in groups {
        if let Some(last) = last {
            let returned = |id: &&u32| ops[**id as usize].precedes(&ops[last as usize]);
            if let Some(later) = group.iter().find(returned) {
                return Err(Contradiction::Backwards {
                    earlier: last,
                    later: *later,
                });
            }
        }
        let of_group = group.iter().copied();
        last = last
            .into_iter()
            .chain(of_group)
            .max_by_key(|id| ops[*id as usize].call);
    }
    Ok(())
}
