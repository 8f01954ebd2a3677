//! First-in-first-out queues whose values are all different.
//!
//! A history is impossible for one of four reasons, each about at most two values, or a few for the
//! last: a value comes out that nobody put in; it comes out twice; of two values the first one put
//! in comes out last; nothing is found although at every moment something was certainly there.
//!
//! Source: Henzinger, Sezgin and Vafeiadis, *Aspect-oriented linearizability proofs* (CONCUR 2013),
//! where these are called VFresh, VRepet, VOrd and VWit. Indeterminate operations are ours. Takes
//! `O(n log n)` time and `O(n)` memory for n operations.

mod empties;
mod order;
#[cfg(test)]
mod tests;
mod unseen;

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::{Kind, Ruling, Witness};
use crate::model::ContainerOp;
use crate::timed::{NEVER, Timed};

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
        Ok(()) if with_order => Ruling::Linearizable(order::linearization(&values, &parts, ops)?),
        Ok(()) => Ruling::Linearizable(Vec::new()),
    })
}

/// What is wrong, and the operations concerned.
type Wrong = (Kind, Vec<u32>);

/// The operations by what they do.
struct Parts<V> {
    /// Who put a value in.
    put: FxHashMap<V, u32>,
    /// Who took one out, in the order of calls.
    taken: Vec<(V, u32)>,
    /// Who found nothing.
    nothing: Vec<u32>,
    /// Who may have taken something out that nobody saw.
    unseen: Vec<u32>,
}

/// A value and the times of its operations; `NEVER` for what did not happen.
#[derive(Debug, Clone, Copy)]
struct Value {
    put: u32,
    put_call: u32,
    put_ret: u32,
    /// Who took it out, if anybody.
    take: Option<u32>,
    take_call: u32,
    take_ret: u32,
}

impl<V: Copy + Eq + Hash> Parts<V> {
    fn collect(ops: &[Timed<ContainerOp<V>>]) -> Option<Self> {
        let mut parts = Self {
            put: FxHashMap::default(),
            taken: Vec::new(),
            nothing: Vec::new(),
            unseen: Vec::new(),
        };
        parts.put.reserve(ops.len() / 2);
        for (id, timed) in (0..).zip(ops) {
            match timed.op {
                ContainerOp::Put(value) => {
                    if parts.put.insert(value, id).is_some() {
                        return None;
                    }
                }
                ContainerOp::Take(_) if timed.is_indeterminate() => return None,
                ContainerOp::Take(value) => parts.taken.push((value, id)),
                ContainerOp::FindNothing if timed.is_indeterminate() => {}
                ContainerOp::FindNothing => parts.nothing.push(id),
                ContainerOp::TakeUnseen => parts.unseen.push(id),
                ContainerOp::Peek(_) => return None,
            }
        }
        Some(parts)
    }

    /// Every value with who put it in and who took it out, in the order in which they were put in.
    /// Those that were perhaps put in, and never came out, are left out.
    fn pair(&self, ops: &[Timed<ContainerOp<V>>]) -> Result<Vec<Value>, Wrong> {
        let mut takers: Vec<u32> = vec![NEVER; ops.len()];
        for (value, take) in &self.taken {
            let Some(put) = self.put.get(value) else {
                return Err((Kind::NeverPut, vec![*take]));
            };
            let former = std::mem::replace(&mut takers[*put as usize], *take);
            if former != NEVER {
                return Err((Kind::TakenTwice, vec![former, *take, *put]));
            }
            if ops[*take as usize].precedes(&ops[*put as usize]) {
                return Err((Kind::TakenEarly, vec![*take, *put]));
            }
        }
        let mut values = Vec::with_capacity(self.put.len());
        for (put, timed) in (0..).zip(ops) {
            if !matches!(timed.op, ContainerOp::Put(_)) {
                continue;
            }
            let take = takers[put as usize];
            if take == NEVER && timed.is_indeterminate() {
                continue;
            }
            let taken = ops.get(take as usize);
            values.push(Value {
                put,
                put_call: timed.call,
                put_ret: timed.ret,
                take: taken.map(|_| take),
                take_call: taken.map_or(NEVER, |taken| taken.call),
                take_ret: taken.map_or(NEVER, |taken| taken.ret),
            });
        }
        Ok(values)
    }
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

/// These operations, sorted by their calls.
fn proof<V: Copy>(ops: &[Timed<ContainerOp<V>>], concerned: &[u32]) -> Vec<Timed<ContainerOp<V>>> {
    let mut proof: Vec<_> = concerned.iter().map(|op| ops[*op as usize]).collect();
    proof.sort_unstable_by_key(|timed| timed.call);
    proof
}
