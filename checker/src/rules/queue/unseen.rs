//! Who took out what nobody saw.

use super::{Value, Wrong, misordered};
use crate::timed::{NEVER, Timed};

/// Hands values that would be lost to takes whose end is not known: each takes one, and must have
/// been called before something was certainly taken out that had been put in later. The value with
/// the earliest such moment gets the take that was called first.
pub(super) fn hand_out<O>(
    values: &mut [Value],
    unseen: &[u32],
    ops: &[Timed<O>],
) -> Result<(), Wrong> {
    let mut deadlines = deadlines(values);
    deadlines.sort_unstable();
    let mut free = unseen.iter();
    for (deadline, at, witness) in deadlines {
        let take = free
            .next()
            .filter(|take| ops[**take as usize].call < deadline);
        let Some(take) = take else {
            return Err(with_unseen(values, at, witness, unseen));
        };
        let value = &mut values[at];
        value.take = Some(*take);
        value.take_call = ops[*take as usize].call;
        value.take_ret = NEVER;
    }
    Ok(())
}

/// The values that never came out although one that was put in later did: until when they must have
/// been taken, and the other value.
fn deadlines(values: &[Value]) -> Vec<(u32, usize, usize)> {
    let mut deadlines = Vec::new();
    // From the last put to the first: who was taken out first of those put in later.
    let mut earliest: Option<usize> = None;
    let mut later = (0..values.len()).rev().peekable();
    let mut by_ret: Vec<usize> = (0..values.len()).collect();
    by_ret.sort_unstable_by_key(|at| std::cmp::Reverse(values[*at].put_ret));
    for at in by_ret {
        let value = &values[at];
        while let Some(next) = later.next_if(|next| value.put_ret < values[*next].put_call) {
            if earliest.is_none_or(|e| values[next].take_ret < values[e].take_ret) {
                earliest = Some(next);
            }
        }
        let Some(witness) = earliest.filter(|e| values[*e].take_ret != NEVER) else {
            continue;
        };
        if value.take.is_none() {
            deadlines.push((values[witness].take_ret, at, witness));
        }
    }
    deadlines
}

/// All takes that might have helped belong to what is wrong, and all values that needed one as
/// much.
fn with_unseen(values: &[Value], at: usize, witness: usize, unseen: &[u32]) -> Wrong {
    let (kind, mut ops) = misordered(&values[at], &values[witness]);
    ops.extend(unseen);
    let needy = values
        .iter()
        .filter(|v| v.take.is_some_and(|take| unseen.contains(&take)));
    ops.extend(needy.map(|value| value.put));
    (kind, ops)
}
