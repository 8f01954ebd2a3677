//! Logs whose values are all different: appended to, read whole, read at an offset.
//!
//! The longest list that was read, offsets that were answered, and values that were found at
//! offsets say where values stand; other lists are beginnings of the longest. Whoever saw a value
//! did so after it and all before it were appended, whoever missed it did so before it and all
//! behind it were: of two such times, or calls and returns of appends, each belongs to its place,
//! and no return at a later place comes before a call at an earlier one. Values that nobody saw
//! stand at the end, in the order of their returns.
//!
//! These are the rules of list-append for one key (Kingsbury and Alvaro, *Elle*, VLDB 2020) with
//! real time. Exact where every place up to the last known one is known; takes time in proportion
//! to all that was read, and `O(n log n)` for n operations.

mod contradiction;
mod places;
mod proof;
#[cfg(test)]
mod tests;

use std::hash::Hash;

use super::Ruling;
use super::line::Line;
use crate::model::LogOp;
use crate::timed::{NEVER, Timed};
use contradiction::Contradiction;
use places::Places;

/// Judges operations that are sorted by their calls. `None` when a value was appended twice, when
/// an append has an offset and no end, or when a place is not known before one that is: the search
/// is left for these.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    ops: &[Timed<LogOp<V>>],
    with_order: bool,
) -> Option<Ruling<LogOp<V>>> {
    let decided = match Places::collect(ops)? {
        Err(contradiction) => Err(contradiction),
        Ok(places) if !places.are_all_known() => return None,
        Ok(places) => bounds(ops, &places).map(|bounds| (places, bounds)),
    };
    Some(match decided {
        Err(contradiction) => Ruling::Impossible(contradiction.witness(ops)),
        Ok((places, earliest)) if with_order => {
            Ruling::Linearizable(linearization(ops, &places, &earliest))
        }
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// A time, and the operation that it is of.
type Bound = (u32, u32);

/// When each value was appended at the earliest, in the order in which they stand; nobody had to
/// have appended it before that.
fn bounds<V: Copy>(ops: &[Timed<LogOp<V>>], places: &Places) -> Result<Vec<u32>, Contradiction> {
    let appends = &places.appends;
    let mut earliest: Vec<Bound> = Vec::with_capacity(appends.len());
    let mut latest: Vec<Bound> = Vec::with_capacity(appends.len());
    for append in appends {
        earliest.push((ops[*append as usize].call, *append));
        latest.push((ops[*append as usize].ret, *append));
    }
    for (id, timed) in (0..)
        .zip(ops)
        .filter(|(_, timed)| !timed.is_indeterminate())
    {
        // So many values were certainly there, and so many at most.
        let (seen, missed) = match &timed.op {
            LogOp::Append { .. } => continue,
            LogOp::Read(found) => (found.len(), found.len()),
            LogOp::Poll { offset, found } => match found {
                Some(_) => (*offset as usize + 1, usize::MAX),
                None => (0, *offset as usize),
            },
        };
        if let Some(last) = seen.checked_sub(1) {
            latest[last] = latest[last].min((timed.ret, id));
        }
        if let Some(first) = earliest.get_mut(missed) {
            *first = (*first).max((timed.call, id));
        }
    }
    for at in 1..appends.len() {
        earliest[at] = earliest[at].max(earliest[at - 1]);
    }
    for at in (1..appends.len()).rev() {
        latest[at - 1] = latest[at - 1].min(latest[at]);
    }
    for at in 0..appends.len() {
        if latest[at].0 < earliest[at].0 {
            return Err(Contradiction::backwards(
                ops,
                places,
                earliest[at].1,
                latest[at].1,
            ));
        }
    }
    Ok(earliest.into_iter().map(|(call, _)| call).collect())
}

/// Values are appended as early as they can, others see or miss them as early as they can.
fn linearization<V>(ops: &[Timed<LogOp<V>>], places: &Places, earliest: &[u32]) -> Vec<u32> {
    let mut line = Line::default();
    for (place, append) in places.appends.iter().enumerate() {
        line.place(earliest[place], 2 * place + 1, *append);
    }
    for (id, timed) in (0..).zip(ops).filter(|(_, timed)| timed.ret != NEVER) {
        let seen = match &timed.op {
            LogOp::Append { .. } => continue,
            LogOp::Read(found) => found.len(),
            LogOp::Poll { offset, found } => found.as_ref().map_or(0, |_| *offset as usize + 1),
        };
        let after = seen.checked_sub(1).map_or(0, |last| earliest[last]);
        line.place(timed.call.max(after), 2 * seen, id);
    }
    line.order()
}
