//! What rules for stacks, priority queues and bags have in common: takes that nobody saw.

use std::hash::Hash;

use super::pairs::{Parts, Value, Wrong, proof};
use super::{Ruling, Witness};
use crate::model::ContainerOp;
use crate::timed::Timed;

/// What a rule is asked: about values, and those who found nothing.
pub(super) struct Question<'a, V> {
    pub(super) ops: &'a [Timed<ContainerOp<V>>],
    pub(super) values: &'a [Value],
    pub(super) nothing: &'a [u32],
    pub(super) with_order: bool,
}

/// Judges as `decide` says, which finds an order, empty unless it was asked for, or what is wrong.
///
/// What nobody saw may have been anything or nothing. If it need not have been anything, there is a
/// linearization; if there is none although every value that never came out was taken out by the
/// first of those who may have, there is none at all. `None` for what is between the two.
pub(super) fn judge<V: Copy + Eq + Hash>(
    ops: &[Timed<ContainerOp<V>>],
    with_order: bool,
    decide: impl Fn(&Question<'_, V>) -> Result<Vec<u32>, Wrong>,
) -> Option<Ruling<ContainerOp<V>>> {
    let parts = Parts::collect(ops)?;
    let nothing = &parts.nothing;
    let impossible = |(kind, concerned): Wrong| {
        Ruling::Impossible(Witness {
            kind,
            proof: proof(ops, &concerned),
            ops: concerned,
        })
    };
    let mut values = match parts.pair(ops) {
        Ok(values) => values,
        Err(why) => return Some(impossible(why)),
    };
    let decided = decide(&Question {
        ops,
        values: &values,
        nothing,
        with_order,
    });
    let why = match decided {
        Ok(order) => return Some(Ruling::Linearizable(order)),
        Err(why) => why,
    };
    let first_unseen = parts.unseen.first();
    let Some(unseen) = first_unseen.filter(|_| is_about_lost(&values, &why)) else {
        return Some(impossible(why));
    };
    let first_call = ops[*unseen as usize].call;
    for lost in values.iter_mut().filter(|value| value.take.is_none()) {
        lost.take_call = first_call;
    }
    let decided = decide(&Question {
        ops,
        values: &values,
        nothing,
        with_order: false,
    });
    let (kind, mut concerned) = decided.err()?;
    if is_about_lost(&values, &(kind, concerned.clone())) {
        concerned.extend(&parts.unseen);
    }
    Some(impossible((kind, concerned)))
}

/// Whether a value is concerned that never came out.
fn is_about_lost(values: &[Value], (_, concerned): &Wrong) -> bool {
    let mut concerned = concerned.clone();
    concerned.sort_unstable();
    values
        .iter()
        .any(|value| value.take.is_none() && concerned.binary_search(&value.put).is_ok())
}
