//! From a contradiction to a few operations that are impossible by themselves.

use std::hash::Hash;

use super::{Contradiction, Extreme, NONE, Values, written};
use crate::model::RegisterOp;
use crate::rules::{Kind, Witness};
use crate::timed::Timed;

/// The operations of a contradiction, with what makes sense of them.
pub(super) fn witness<V: Copy + Eq + Hash>(
    values: &Values<'_, V>,
    contradiction: &Contradiction,
) -> Witness<RegisterOp<V>> {
    let mut proof = Proof {
        values,
        whole: Vec::new(),
        as_writes: Vec::new(),
    };
    let (kind, ops) = match contradiction {
        Contradiction::ThinAir { op, cluster } => {
            proof.whole.push(*op);
            cluster.iter().for_each(|cluster| proof.certain(*cluster));
            (Kind::ThinAir, vec![*op])
        }
        Contradiction::FutureRead { read, write } => {
            proof.whole.push(*read);
            proof.as_writes.push(*write);
            (Kind::FutureRead, vec![*read, *write])
        }
        Contradiction::DoubleCas { clusters } => {
            clusters.iter().for_each(|cluster| proof.certain(*cluster));
            let found = values.cluster(clusters[0]).from;
            let writer = values.cluster(found).writer;
            // In a circle it may itself be what shows that one of both happened.
            if !proof.whole.contains(&writer) {
                proof.as_writes.push(writer);
            }
            let ops = clusters.map(|cluster| values.cluster(cluster).writer);
            (Kind::DoubleCas, ops.to_vec())
        }
        Contradiction::CasCircle { cluster } => (Kind::CasCircle, proof.circle(*cluster)),
        Contradiction::Backwards { earlier, later } => {
            proof.chain(earlier.cluster, later.cluster);
            proof.extremes(&[*earlier, *later]);
            (Kind::StaleRead, vec![later.op, earlier.op])
        }
        Contradiction::Overlap { blocks } => {
            for [first_ret, last_call] in blocks {
                proof.part_of_block(first_ret.cluster, last_call.cluster);
            }
            let [[a_ret, a_call], [b_ret, b_call]] = *blocks;
            let all = [a_ret, b_call, b_ret, a_call];
            proof.extremes(&all);
            (Kind::StaleRead, all.map(|extreme| extreme.op).to_vec())
        }
    };
    proof.into_witness(kind, ops)
}

struct Proof<'a, 'v, V> {
    values: &'a Values<'v, V>,
    whole: Vec<u32>,
    /// Operations of which only that they wrote matters, not what they found.
    as_writes: Vec<u32>,
}

impl<V: Copy + Eq + Hash> Proof<'_, '_, V> {
    /// What shows that the value of a cluster was certainly there.
    fn certain(&mut self, mut number: u32) {
        loop {
            let cluster = self.values.cluster(number);
            self.whole.push(cluster.writer);
            self.whole.push(cluster.first_ret.op);
            let is_open = |op: u32| {
                let timed = self.values.ops.get(op as usize);
                timed.is_some_and(Timed::is_indeterminate)
            };
            if !is_open(cluster.first_ret.op) || cluster.to == NONE {
                return;
            }
            number = cluster.to;
        }
    }

    /// The values of a block from one to another that follows; how the first came does not matter.
    fn chain(&mut self, first: u32, last: u32) {
        self.as_writes.push(self.values.cluster(first).writer);
        let mut number = first;
        while number != last {
            number = self.values.cluster(number).to;
            self.whole.push(self.values.cluster(number).writer);
        }
    }

    /// The same, where it is not known which of both is the first.
    fn part_of_block(&mut self, one: u32, other: u32) {
        let mut number = one;
        while number != NONE && number != other {
            number = self.values.cluster(number).to;
        }
        if number == other {
            self.chain(one, other);
        } else {
            self.chain(other, one);
        }
    }

    fn circle(&mut self, begin: u32) -> Vec<u32> {
        let mut ops = Vec::new();
        let mut number = begin;
        loop {
            self.certain(number);
            ops.push(self.values.cluster(number).writer);
            number = self.values.cluster(number).from;
            if number == begin {
                return ops;
            }
        }
    }

    /// Operations at whose times there is a contradiction. One that may not have happened counts
    /// because of what shows that it did.
    fn extremes(&mut self, extremes: &[Extreme]) {
        for extreme in extremes {
            self.whole.push(extreme.op);
            let timed = self.values.ops.get(extreme.op as usize);
            if timed.is_some_and(Timed::is_indeterminate) {
                self.certain(extreme.cluster);
            }
        }
    }

    fn into_witness(mut self, kind: Kind, ops: Vec<u32>) -> Witness<RegisterOp<V>> {
        let known = |list: &mut Vec<u32>| {
            list.retain(|op| *op != NONE);
            list.sort_unstable();
            list.dedup();
        };
        known(&mut self.whole);
        known(&mut self.as_writes);
        let timed = |op: &u32| self.values.ops[*op as usize];
        let as_writes = self.as_writes.iter().map(timed).map(|mut timed| {
            if let Some(value) = written(&timed.op) {
                timed.op = RegisterOp::Write(value);
            }
            timed
        });
        let is_whole = |op: &&u32| self.as_writes.binary_search(op).is_err();
        let whole = self.whole.iter().filter(is_whole).map(timed);
        let mut proof: Vec<_> = whole.chain(as_writes).collect();
        proof.sort_unstable_by_key(|timed| timed.call);
        Witness {
            kind,
            ops: ops.into_iter().filter(|op| *op != NONE).collect(),
            proof,
        }
    }
}
