//! Few values that are in each other's way.

use super::clearing::Clearing;
use crate::rules::Kind;
use crate::rules::covers::Covers;
use crate::rules::empties;
use crate::rules::pairs::{Value, Wrong};

/// What is wrong with values of which none can be taken out: as few of them as can be found.
pub(super) fn in_each_others_way(values: &[Value]) -> Wrong {
    let mut few = necessary(closed(values));
    few.sort_unstable_by_key(|value| value.put_call);
    let kind = if few.iter().any(|value| value.take.is_none()) {
        Kind::LostValue
    } else {
        Kind::OutOfOrder
    };
    (kind, few.iter().flat_map(Value::ops).collect())
}

/// Values of which none can be taken out, whatever the others do: one, those that leave no moment
/// for its push or its pop, those that leave none for theirs, and so on.
fn closed(values: &[Value]) -> Vec<Value> {
    let stays = empties::stays(values);
    let blocked = |value: &Value| blocking(value, &stays).map_or(usize::MAX, |chain| chain.len());
    // A value that few are in the way of, and that does not stay long.
    let easiest = (0..values.len()).min_by_key(|at| {
        (
            blocked(&values[*at]),
            values[*at].take_call - values[*at].put_ret,
        )
    });
    let mut open: Vec<u32> = easiest.map(|at| at as u32).into_iter().collect();
    let mut is_met = vec![false; values.len()];
    let mut met = Vec::new();
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut is_met[at as usize], true) {
            let value = values[at as usize];
            met.push(value);
            open.extend(blocking(&value, &stays).unwrap_or_default());
        }
    }
    met
}

/// Those that leave no moment for the push of a value, or for its pop.
fn blocking(value: &Value, stays: &Covers) -> Option<Vec<u32>> {
    let push = stays.free(value.put_call, value.put_ret).err();
    let pop = value
        .take
        .and_then(|_| stays.free(value.take_call, value.take_ret).err());
    [push, pop].into_iter().flatten().min_by_key(Vec::len)
}

/// Of values that are impossible together, some of which none can be spared.
fn necessary(mut values: Vec<Value>) -> Vec<Value> {
    let mut necessary: Vec<Value> = Vec::new();
    let is_impossible = |some: &[Value], others: &[Value]| {
        let together = [some, others].concat();
        !Clearing::run(&together, false).left().is_empty()
    };
    while !is_impossible(&necessary, &[]) && !values.is_empty() {
        // So many that they are impossible with those, and one fewer are not: the last is one.
        let (mut few, mut enough) = (0, values.len());
        while few + 1 < enough {
            let middle = usize::midpoint(few, enough);
            if is_impossible(&necessary, &values[..middle]) {
                enough = middle;
            } else {
                few = middle;
            }
        }
        values.truncate(enough);
        necessary.extend(values.pop());
    }
    necessary
}
