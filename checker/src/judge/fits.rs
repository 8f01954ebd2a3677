//! Whether operations fit any order, without evidence.

use super::object::{Object, OpOf};
use crate::recorded::Val;
use crate::rules::{Kind, Ruling, Witness};
use crate::search::{Budget, Found, search};
use crate::timed::Timed;

/// Whether these operations, sorted by their calls, are linearizable, without evidence; nothing if
/// the budget does not allow to find out.
pub(super) fn fits<O: Object>(
    object: &O,
    ops: &[Timed<OpOf<O>>],
    budget: &Budget<'_>,
) -> Option<bool> {
    if let Some(ruling) = object.rule(ops, false) {
        return Some(matches!(ruling, Ruling::Linearizable(_)));
    }
    if broken(object, ops).is_some() {
        return Some(false);
    }
    match search(object.model(), ops, budget, false) {
        Found::Linearizable(_) => Some(true),
        Found::Impossible { .. } => Some(false),
        Found::Undecided { .. } => None,
    }
}

/// What needs no search, which might take for ever to find it.
pub(super) fn broken<O: Object>(
    object: &O,
    ops: &[Timed<OpOf<O>>],
) -> Option<(&'static str, Witness<OpOf<O>>)> {
    let stray = || Some(("values", never_made(object, ops)?));
    stray().or_else(|| object.broken(ops))
}

/// The first operation that saw a value that nobody made.
fn never_made<O: Object>(object: &O, ops: &[Timed<OpOf<O>>]) -> Option<Witness<OpOf<O>>> {
    let made = ops.iter().filter_map(|timed| object.made(&timed.op));
    let made: rustc_hash::FxHashSet<Val> = made.collect();
    let is_stray = |op: &OpOf<O>| object.seen(op).iter().any(|seen| !made.contains(seen));
    let stray = ops.iter().position(|timed| is_stray(&timed.op))?;
    Some(Witness {
        kind: Kind::ThinAir,
        ops: vec![stray as u32],
        proof: vec![ops[stray].clone()],
    })
}
