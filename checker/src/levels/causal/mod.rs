//! Causal consistency and causal convergence.
//!
//! What comes before an operation by its session, or is the write of what it read, or comes before
//! that, is its cause. By Bouajjani, Enea, Guerraoui and Hamza (*On verifying causal consistency*,
//! POPL 2017, section 5) a history whose values are all different is
//!
//! * causal, unless causes go in a circle, a read misses all writes of its key though one is among
//!   its causes, or it found a write that another write among its causes had as cause;
//! * convergent, unless causes and this go in a circle: of two writes of a key, one a cause of a
//!   read of the other, the cause is older.
//!
//! Causes are vectors of positions in sessions, made in one walk and forgotten when the last reader
//! came by. Of the writes of a session to a key only the last that is a cause has to be compared,
//! and only if what was read does not know of it (as AWDIT does: Møldrup and Pavlogiannis, *AWDIT:
//! An optimal weak database isolation tester*, PLDI 2025). Takes `O(nk)` time for n operations of
//! k sessions, and a logarithm where such writes are looked up; `O(n)` memory, the vectors of
//! values that are still to be read, and edges where writes are concurrent.

mod versions;
mod walk;

use super::order::{Forced, Order, Why};
use super::web::{INITIAL, Web};
use super::witness::{Flaw, Step, source};
use versions::Versions;
use walk::walk;

/// What is known of causes.
#[derive(Debug, Default)]
pub(super) struct Causes {
    /// Why it is not causal.
    pub causal: Option<(Flaw, Vec<Step>)>,
    /// Why it does not converge.
    pub convergent: Option<(Flaw, Vec<Step>)>,
    /// Reads that contradict their causes, by node; all, if causes go in a circle.
    pub suspects: Vec<bool>,
    /// Reads with writes of the same key among their causes that are no causes of what they found.
    pub contested: Vec<bool>,
    /// Which write comes before which, where reads tell.
    pub forced: Vec<Forced>,
}

/// Looks at all reads.
pub(super) fn judge(web: &Web) -> Causes {
    let versions = Versions::new(web);
    let mut causes = Causes {
        contested: vec![false; web.nodes.len()],
        ..Causes::default()
    };
    let mut lost: Vec<(u32, u32)> = Vec::new();
    let is_complete = walk(
        web,
        |_| false,
        |visit| {
            let node = web.node(visit.node);
            if !node.reads() {
                return;
            }
            versions.newer(node.key, visit.past, visit.known, |group| {
                let write = group.write();
                causes.contested[visit.node as usize] = true;
                if node.from == INITIAL {
                    lost.push((visit.node, write));
                } else if write != node.from {
                    causes.forced.push(Forced {
                        to: node.from,
                        from: write,
                        age: 1,
                        why: Why::Found(visit.node),
                    });
                }
            });
        },
    );
    let plain = Order::new(web, None, Vec::new());
    if !is_complete {
        let flaw = plain.circle().map(|steps| (Flaw::Circle, steps));
        causes.suspects = vec![true; web.nodes.len()];
        (causes.causal, causes.convergent) = (flaw.clone(), flaw);
        return causes;
    }
    causes.forced.sort_unstable();
    causes.forced.dedup_by_key(|edge| (edge.to, edge.from));
    if lost.is_empty() && causes.forced.is_empty() {
        return causes;
    }
    let order = Order::new(web, None, causes.forced.clone());
    let is_on_circle = order.circles();
    if lost.is_empty() && !is_on_circle.contains(&true) {
        return causes;
    }
    causes.suspects = vec![false; web.nodes.len()];
    let stale = stale_reads(web, &versions, &is_on_circle);
    for (read, _) in lost.iter().chain(&stale) {
        causes.suspects[*read as usize] = true;
    }
    // The first few are looked at for the one that is told in the fewest steps.
    let told = lost.iter().take(TRIES).chain(stale.iter().take(TRIES));
    let told = told.filter_map(|(read, write)| contradiction(web, &plain, *read, *write));
    causes.causal = told
        .min_by_key(Vec::len)
        .map(|steps| (Flaw::StaleRead, steps));
    causes.convergent = match &causes.causal {
        Some(flaw) => Some(flaw.clone()),
        None => order.circle().map(|steps| (Flaw::Circle, steps)),
    };
    causes
}

/// So many contradictions are told, to find a short one.
const TRIES: usize = 8;

/// Reads of writes that have been overwritten by a cause, with that.
fn stale_reads(web: &Web, versions: &Versions, is_on_circle: &[bool]) -> Vec<(u32, u32)> {
    let mut stale = Vec::new();
    if !is_on_circle.contains(&true) {
        return stale;
    }
    let mut clocks = walk::Kept::default();
    let keeps = |node: u32| is_on_circle[node as usize] && web.node(node).writes;
    walk(web, keeps, |visit| {
        clocks.keep(visit.node, visit.kept);
        let node = web.node(visit.node);
        if !node.reads() || node.from == INITIAL || !is_on_circle[node.from as usize] {
            return;
        }
        let mut newer = None;
        versions.newer(node.key, visit.past, visit.known, |group| {
            // A write that was seen may hide one that was done.
            let is_newer =
                |write: &u32| *write != node.from && clocks.knows(web, versions, *write, node.from);
            newer = newer.or_else(|| group.to_last_own(web).find(is_newer));
        });
        stale.extend(newer.map(|write| (visit.node, write)));
    });
    stale
}

/// Why a read contradicts a write.
fn contradiction(web: &Web, plain: &Order<'_>, read: u32, write: u32) -> Option<Vec<Step>> {
    let node = web.node(read);
    let mut steps = Vec::new();
    if node.from != INITIAL {
        steps = plain.explain(&plain.path(node.from, write, 1)?);
    }
    steps.extend(plain.explain(&plain.path(write, read, 1)?));
    steps.extend(source(web, read));
    steps.push(Step::Stale {
        read: node.op,
        newer: web.node(write).op,
    });
    Some(steps)
}
