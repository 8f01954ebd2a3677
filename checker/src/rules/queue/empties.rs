//! Whether a queue can have been empty when nothing was found in it.

use super::{Value, Wrong};
use crate::model::ContainerOp;
use crate::rules::Kind;
use crate::timed::Timed;

/// Whoever found nothing did so at a moment at which no value was certainly there. A value is there
/// from the return of its put to the call of its take.
pub(super) fn found<V>(
    values: &[Value],
    nothing: &[u32],
    ops: &[Timed<ContainerOp<V>>],
) -> Result<(), Wrong> {
    let mut stays: Vec<&Value> = values.iter().filter(|v| v.put_ret < v.take_call).collect();
    stays.sort_unstable_by_key(|value| value.put_ret);
    // By stay: until when it and the stays before it, that overlap, are without a gap.
    let mut covers: Vec<(u32, u32)> = Vec::with_capacity(stays.len());
    for stay in &stays {
        match covers.last() {
            Some((from, until)) if stay.put_ret < *until => {
                covers.push((*from, (*until).max(stay.take_call)));
            }
            _ => covers.push((stay.put_ret, stay.take_call)),
        }
    }
    for &find in nothing {
        let timed = &ops[find as usize];
        // All that began before it was over, and are without a gap up to the last of them.
        let before = stays.partition_point(|stay| stay.put_ret < timed.call);
        let Some((_, until)) = before.checked_sub(1).map(|at| covers[at]) else {
            continue;
        };
        if reaches(&stays, before, until, timed.ret) {
            return Err((
                Kind::MissedValue,
                chain(&stays, timed.call, timed.ret, find),
            ));
        }
    }
    Ok(())
}

/// Whether stays go on without a gap until then.
fn reaches(stays: &[&Value], mut next: usize, mut until: u32, then: u32) -> bool {
    while until < then {
        match stays.get(next) {
            Some(stay) if stay.put_ret < until => until = until.max(stay.take_call),
            _ => return false,
        }
        next += 1;
    }
    true
}

/// As few stays as cover the time of the find, and the find.
fn chain(stays: &[&Value], call: u32, ret: u32, find: u32) -> Vec<u32> {
    let mut ops = vec![find];
    let mut until = call;
    while until < ret {
        let reaching = stays.iter().filter(|stay| stay.put_ret <= until);
        let Some(furthest) = reaching.max_by_key(|stay| stay.take_call) else {
            break;
        };
        if furthest.take_call <= until {
            break;
        }
        until = furthest.take_call;
        ops.push(furthest.put);
        ops.extend(furthest.take);
    }
    ops
}
