//! Stacks whose values are all different.
//!
//! A value is certainly there from the return of its push to the call of its pop. A moment at which
//! nothing is certainly there can be one at which the stack is empty: what is perhaps there can
//! come later or go earlier. A value that can be pushed at such a moment and popped at such a
//! moment is in nobody's way: it lies below all that comes and goes in between, and the history is
//! possible if it is without this value. Taking out value after value, either nothing is left, or
//! what is left is impossible: in any linearization some value is pushed onto an empty stack, and
//! popped off one that is empty then. A value whose push and pop overlap is in nobody's way either.
//!
//! Source: Lee and Mathur, *Efficient decrease-and-conquer linearizability monitoring* (OOPSLA
//! 2025). The order, the witness, finding nothing and indeterminate operations are ours. Takes
//! `O(n log n)` time and `O(n)` memory for n operations.
//!
//! - `clearing`: takes values out, one after the other.
//! - `coverage`: where nothing is certainly there, and whose push or pop that concerns.
//! - `order`: a linearization; from the values in the order in which they were taken out.
//! - `witness`: few values that are in each other's way.

mod clearing;
mod coverage;
mod order;
#[cfg(test)]
mod tests;
mod witness;

use std::hash::Hash;

use super::containers::{self, Question};
use super::pairs::Wrong;
use super::{Ruling, empties};
use crate::model::ContainerOp;
use crate::timed::Timed;
use clearing::Clearing;

/// Judges operations that are sorted by their calls. `None` when a value was pushed twice, when
/// somebody looked at the top, or when it matters who popped what nobody saw: the search is left
/// for these.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    ops: &[Timed<ContainerOp<V>>],
    with_order: bool,
) -> Option<Ruling<ContainerOp<V>>> {
    containers::judge(ops, with_order, decide)
}

fn decide<V>(question: &Question<'_, V>) -> Result<Vec<u32>, Wrong> {
    let found = empties::found(question.values, question.nothing, question.ops)?;
    let clearing = Clearing::run(question.values, question.with_order);
    let left = clearing.left();
    if !left.is_empty() {
        return Err(witness::in_each_others_way(&left));
    }
    if !question.with_order {
        return Ok(Vec::new());
    }
    Ok(order::linearization(question, &clearing, &found))
}
