//! Whether sessions come to agree.
//!
//! A key is quiet when its last write has returned. Of each session the last read of it counts, if
//! it was called after that; all these must have found the same value (Vogels, *Eventually
//! consistent*, 2009; what is asked of the end of a finite history is ours). A key with a write
//! that may still be under way never is quiet. Takes `O(n log n)` for n operations.

use rustc_hash::FxHashMap;

use super::input::SessionOp;
use super::web::Web;
use super::witness::{Flaw, Step, Witness, source, witness};
use crate::timed::NEVER;

/// Whether keys ended in agreement.
pub(super) enum Ends<V> {
    /// Two sessions read each of at least one key when it was quiet, and all agreed.
    Agree,
    /// There is no such key.
    NotShown,
    /// Two sessions ended with different values.
    Differ(Witness<V>),
}

/// Compares the last reads.
pub(super) fn judge<V: Copy + Eq>(ops: &[SessionOp<V>], web: &Web) -> Ends<V> {
    // By key, when it is quiet; operations that have not returned never are over.
    let mut quiet: Vec<Option<u32>> = vec![None; web.keys as usize];
    for node in web.nodes.iter().filter(|node| node.writes) {
        let ret = ops[node.op as usize].timed.ret;
        let known = &mut quiet[node.key as usize];
        *known = Some(known.map_or(ret, |known| known.max(ret)));
    }
    let mut first: Vec<Option<u32>> = vec![None; web.keys as usize];
    let mut is_shown = false;
    for session in 0..web.sessions() {
        let (begin, end) = web.session(session);
        let mut last: FxHashMap<u32, u32> = FxHashMap::default();
        for at in begin..end {
            let node = web.node(at);
            let call = ops[node.op as usize].timed.call;
            let is_quiet = quiet[node.key as usize].is_none_or(|ret| ret != NEVER && ret < call);
            if node.reads() && is_quiet {
                last.insert(node.key, at);
            }
        }
        let mut last: Vec<(u32, u32)> = last.into_iter().collect();
        last.sort_unstable();
        for (key, read) in last {
            let Some(other) = first[key as usize] else {
                first[key as usize] = Some(read);
                continue;
            };
            is_shown = true;
            if web.node(other).from != web.node(read).from {
                return Ends::Differ(differ(ops, web, other, read));
            }
        }
    }
    if is_shown {
        Ends::Agree
    } else {
        Ends::NotShown
    }
}

fn differ<V: Copy + Eq>(ops: &[SessionOp<V>], web: &Web, one: u32, other: u32) -> Witness<V> {
    let mut steps: Vec<Step> = [one, other]
        .iter()
        .filter_map(|at| source(web, *at))
        .collect();
    steps.push(Step::Disagree {
        one: web.node(one).op,
        other: web.node(other).op,
    });
    witness(ops, web, Flaw::Disagreement, steps)
}
