//! Unordered queues whose values are all different: what was put in comes out once, in any order.
//!
//! A history is impossible if a value comes out that nobody put in, or twice, or before it is put
//! in, or if nothing is found although at every moment something was certainly there: the aspects
//! VFresh, VRepet and VWit of Henzinger, Sezgin and Vafeiadis, *Aspect-oriented linearizability
//! proofs* (CONCUR 2013), without the order. Takes `O(n log n)` time and `O(n)` memory for n
//! operations.

#[cfg(test)]
mod tests;

use std::hash::Hash;

use super::containers::{self, Question};
use super::line::Line;
use super::pairs::Wrong;
use super::{Ruling, empties};
use crate::model::ContainerOp;
use crate::timed::Timed;

/// Judges operations that are sorted by their calls. `None` when a value was put in twice, when
/// somebody looked at a value, or when it matters who took out what nobody saw: only if a bag was
/// found empty after that began. The search is left for these.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    ops: &[Timed<ContainerOp<V>>],
    with_order: bool,
) -> Option<Ruling<ContainerOp<V>>> {
    containers::judge(ops, with_order, decide)
}

fn decide<V>(question: &Question<'_, V>) -> Result<Vec<u32>, Wrong> {
    let found = empties::found(question.values, question.nothing, question.ops)?;
    if !question.with_order {
        return Ok(Vec::new());
    }
    // Values come as late and go as early as they can.
    let mut line = Line::default();
    for value in question.values {
        let Some(take) = value.take else {
            line.place(value.put_ret - 1, 4, value.put);
            continue;
        };
        if value.stays() {
            line.place(value.put_ret - 1, 4, value.put);
            line.place(value.take_call, 0, take);
        } else {
            let both = value.put_call.max(value.take_call);
            line.place(both, 1, value.put);
            line.place(both, 2, take);
        }
    }
    for (find, position) in question.nothing.iter().zip(found) {
        line.place(position, 3, *find);
    }
    Ok(line.order())
}
