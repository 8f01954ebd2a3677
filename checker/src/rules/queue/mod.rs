//! First-in-first-out queues whose values are all different.
//!
//! A history is impossible for one of four reasons, each about at most two values, or a few for the
//! last: a value comes out that nobody put in; it comes out twice; of two values the first one put
//! in comes out last; nothing is found although at every moment something was certainly there.
//!
//! Source: Henzinger, Sezgin and Vafeiadis, *Aspect-oriented linearizability proofs* (CONCUR 2013),
//! where these are called VFresh, VRepet, VOrd and VWit. Indeterminate operations are ours. Takes
//! `O(n log n)` time and `O(n)` memory for n operations.

mod order;
#[cfg(test)]
mod tests;
mod unseen;

use std::hash::Hash;

use super::pairs::{Parts, Value, Wrong, proof};
use super::{Kind, Ruling, Witness, empties};
use crate::model::ContainerOp;
use crate::timed::Timed;

/// Judges operations that are sorted by their calls. `None` when a value was put in twice, when
/// somebody looked at the next value, or when a queue was found empty while others took out what
/// nobody saw: the search is left for these.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    ops: &[Timed<ContainerOp<V>>],
    with_order: bool,
) -> Option<Ruling<ContainerOp<V>>> {
    let parts = Parts::collect(ops)?;
    let impossible = |(kind, concerned): (Kind, Vec<u32>)| {
        Ruling::Impossible(Witness {
            kind,
            // What nobody saw may have been anything: then all of it belongs to the proof.
            proof: match &parts.unseen[..] {
                [] => proof(ops, &concerned),
                _ => ops.to_vec(),
            },
            ops: concerned,
        })
    };
    let mut values = match parts.pair(ops) {
        Ok(values) => values,
        Err(why) => return Some(impossible(why)),
    };
    if !parts.unseen.is_empty() {
        if !parts.nothing.is_empty() {
            return None;
        }
        if let Err(why) = unseen::hand_out(&mut values, &parts.unseen, ops) {
            return Some(impossible(why));
        }
    }
    let wrong = in_order(&values).and_then(|()| empties::found(&values, &parts.nothing, ops));
    Some(match wrong {
        Err(why) => impossible(why),
        Ok(_) if with_order => Ruling::Linearizable(order::linearization(&values, &parts, ops)?),
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// Of two values, the one that was certainly put in first does not certainly come out last.
fn in_order(values: &[Value]) -> Result<(), Wrong> {
    let mut by_ret: Vec<&Value> = values.iter().collect();
    by_ret.sort_unstable_by_key(|value| value.put_ret);
    let mut earlier = by_ret.into_iter().peekable();
    // Of those that were put in before: who was taken out last.
    let mut last: Option<&Value> = None;
    for value in values {
        while let Some(before) = earlier.next_if(|before| before.put_ret < value.put_call) {
            if last.is_none_or(|last| last.take_call < before.take_call) {
                last = Some(before);
            }
        }
        let Some(last) = last else { continue };
        if value.take_ret < last.take_call {
            return Err(misordered(last, value));
        }
    }
    Ok(())
}

/// What is wrong with two values, the first of which was put in before the second.
fn misordered(first: &Value, second: &Value) -> Wrong {
    let ops = [Some(first.put), Some(second.put), second.take, first.take];
    let kind = if first.take.is_some() {
        Kind::OutOfOrder
    } else {
        Kind::LostValue
    };
    (kind, ops.into_iter().flatten().collect())
}
