//! A history that was searched in vain is made small: operations that are not needed are left out.

use std::hash::Hash;

use super::causal;
use super::input::{Limits, SessionOp};
use super::sequential::{self, Found};
use super::web::Web;
use super::witness::{Flaw, Step, Witness};

/// What is left of a history without sequential order when each operation is needed, or when the
/// steps are used up that the search of the whole might have taken.
///
/// Parts are left out, of half the history first and of single operations last (Zeller and
/// Hildebrandt, *Simplifying and isolating failure-inducing input*, 2002).
pub(super) fn without_order<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    web: &Web,
    limits: Limits,
) -> Witness<V> {
    let mut kept: Vec<u32> = web.nodes.iter().map(|node| node.op).collect();
    kept.sort_unstable_by_key(|op| ops[*op as usize].timed.call);
    let mut length = kept.len().div_ceil(2);
    // Each trial takes at least as many steps as there are operations.
    let mut left = limits.steps / (kept.len() as u64 + 1);
    while length > 0 && left > 0 {
        let mut at = 0;
        while at < kept.len() && left > 0 {
            left -= 1;
            let is_left_out = |place: usize| (at..at + length).contains(&place);
            let fewer = (0..kept.len()).filter(|place| !is_left_out(*place));
            let fewer: Vec<u32> = fewer.map(|place| kept[place]).collect();
            if has_no_order(initial, ops, &fewer, limits) {
                kept = fewer;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
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
