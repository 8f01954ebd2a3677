//! A history that was searched in vain is made small: operations that are not needed are left out.

use std::hash::Hash;

use super::causal;
use super::input::{Limits, SessionOp};
use super::sequential::{self, Found};
use super::web::Web;
use super::witness::{Flaw, Step, Witness};
use crate::smaller::smaller;

/// What is left of a history without sequential order when each operation is needed, or when the
/// steps are used up that the search of the whole might have taken.
pub(super) fn without_order<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    web: &Web,
    limits: Limits,
) -> Witness<V> {
    let mut all: Vec<u32> = web.nodes.iter().map(|node| node.op).collect();
    all.sort_unstable_by_key(|op| ops[*op as usize].timed.call);
    // Each trial takes at least as many steps as there are operations.
    let trials = limits.steps / (all.len() as u64 + 1);
    let kept = smaller(all, trials, |fewer| {
        has_no_order(initial, ops, fewer, limits)
    });
    let count = kept.len() as u32;
    Witness {
        flaw: Flaw::NoOrder,
        steps: vec![Step::NoOrder { count }],
        proof: kept.iter().map(|op| ops[*op as usize]).collect(),
        ops: kept,
    }
}

fn has_no_order<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    kept: &[u32],
    limits: Limits,
) -> bool {
    let kept: Vec<SessionOp<V>> = kept.iter().map(|op| ops[*op as usize]).collect();
    // What is not written any more is no contradiction of its own.
    let Ok(Ok(web)) = Web::new(initial, &kept) else {
        return false;
    };
    let causes = causal::judge(&web);
    causes.convergent.is_some()
        || matches!(
            sequential::judge(&web, &causes.forced, limits.steps / 64 + 64),
            Found::None | Found::Contradiction(..)
        )
}
