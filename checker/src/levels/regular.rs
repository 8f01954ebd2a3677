//! Regular registers: a read finds a value that was not overwritten before it began.
//!
//! A read of w is impossible if it returned before w was called, or if another write came after w
//! and before the read, in real time: then no order of the writes explains the read. Otherwise the
//! order with everything that is over before the read, then w, then the read, does (writes that
//! must come before w are over by then or can be put before it).
//!
//! Takes `O(n log n)` for n operations.

use super::input::SessionOp;
use super::web::{INITIAL, NONE, Web};
use super::witness::{Flaw, Step, Witness, source, witness};
use crate::timed::Timed;

/// What breaks regularity, first of all the earliest read.
pub(super) fn flaw<V: Copy + Eq>(ops: &[SessionOp<V>], web: &Web) -> Option<Witness<V>> {
    let newest = Newest::new(ops, web);
    let timed = |node: u32| &ops[web.node(node).op as usize].timed;
    let mut reads: Vec<u32> = (0..web.open_begin() as u32)
        .filter(|node| web.node(*node).reads())
        .collect();
    reads.sort_unstable_by_key(|read| timed(*read).call);
    reads.into_iter().find_map(|read| {
        let node = web.node(read);
        let write = (node.from != INITIAL).then_some(node.from);
        if let Some(write) = write.filter(|write| timed(read).precedes(timed(*write))) {
            let (first, then) = (node.op, web.node(write).op);
            let steps = source(web, read)
                .into_iter()
                .chain([Step::RealTime { first, then }]);
            return Some(witness(ops, web, Flaw::FutureRead, steps.collect()));
        }
        let newer = newest.before(node.key, timed(read).call);
        let is_over = |newer: u32| write.is_none_or(|write| timed(write).precedes(timed(newer)));
        (newer != NONE && is_over(newer))
            .then(|| witness(ops, web, Flaw::StaleRead, stale(web, read, newer)))
    })
}

fn stale(web: &Web, read: u32, newer: u32) -> Vec<Step> {
    let (from, read_op, newer) = (web.node(read).from, web.node(read).op, web.node(newer).op);
    let mut steps = Vec::new();
    if from != INITIAL {
        steps.push(Step::RealTime {
            first: web.node(from).op,
            then: newer,
        });
    }
    steps.push(Step::RealTime {
        first: newer,
        then: read_op,
    });
    steps.extend(source(web, read));
    steps.push(Step::Stale {
        read: read_op,
        newer,
    });
    steps
}

/// Of each key the writes in the order of their returns.
pub(super) struct Newest {
    begins: Vec<u32>,
    /// When a write returned, and which of those until then was called last.
    writes: Vec<(u32, u32)>,
}

impl Newest {
    pub(super) fn new<V>(ops: &[SessionOp<V>], web: &Web) -> Self {
        let timed = |node: u32| -> &Timed<_> { &ops[web.node(node).op as usize].timed };
        let is_write = |node: &u32| web.node(*node).writes;
        let mut order: Vec<u32> = (0..web.open_begin() as u32).filter(is_write).collect();
        order.sort_unstable_by_key(|node| (web.node(*node).key, timed(*node).ret));
        let mut begins = vec![0u32; web.keys as usize + 1];
        order
            .iter()
            .for_each(|node| begins[web.node(*node).key as usize + 1] += 1);
        for at in 1..begins.len() {
            begins[at] += begins[at - 1];
        }
        let mut writes: Vec<(u32, u32)> = Vec::with_capacity(order.len());
        let mut last = NONE;
        for node in order {
            let is_same_key = last != NONE && web.node(last).key == web.node(node).key;
            if !is_same_key || timed(node).call > timed(last).call {
                last = node;
            }
            writes.push((timed(node).ret, last));
        }
        Self { begins, writes }
    }

    /// The write that was called last among those that returned before a moment.
    pub(super) fn before(&self, key: u32, moment: u32) -> u32 {
        let (begin, end) = (self.begins[key as usize], self.begins[key as usize + 1]);
        let writes = &self.writes[begin as usize..end as usize];
        let over = writes.partition_point(|(ret, _)| *ret < moment);
        over.checked_sub(1).map_or(NONE, |at| writes[at].1)
    }
}
