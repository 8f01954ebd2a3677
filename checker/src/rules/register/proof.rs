//! From a contradiction to a few operations that are impossible by themselves.

use std::hash::Hash;

use super::{Contradiction, Extreme, NONE, Values, found, written};
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
        returns: None,
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
            let found = values.chains.from(clusters[0]);
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
            proof.chain(earlier.cluster(), later.cluster());
            let ops = proof.extremes(&[*later, *earlier]);
            (Kind::StaleRead, ops)
        }
        Contradiction::Overlap { blocks } => {
            for [first_ret, last_call] in blocks {
                proof.part_of_block(first_ret.cluster(), last_call.cluster());
            }
            let [[a_ret, a_call], [b_ret, b_call]] = *blocks;
            let ops = proof.extremes(&[a_ret, b_call, b_ret, a_call]);
            (Kind::StaleRead, ops)
        }
    };
    proof.into_witness(kind, ops)
}

impl Extreme {
    fn cluster(self) -> u32 {
        match self {
            Self::Return { cluster, .. } | Self::Call { cluster, .. } => cluster,
        }
    }
}

struct Proof<'a, 'v, V> {
    values: &'a Values<'v, V>,
    /// When reads returned, and their numbers, in this order; made when it is needed.
    returns: Option<Vec<(u32, u32)>>,
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
            let first = self.returned(number, cluster.first_ret);
            self.whole.push(first);
            let is_open = self
                .values
                .ops
                .get(first as usize)
                .is_some_and(Timed::is_indeterminate);
            let next = self.values.chains.to(number);
            if !is_open || next == NONE {
                return;
            }
            number = next;
        }
    }

    /// The values of a block from one to another that follows; how the first came does not matter.
    fn chain(&mut self, first: u32, last: u32) {
        self.as_writes.push(self.values.cluster(first).writer);
        let mut number = first;
        while number != last {
            number = self.values.chains.to(number);
            self.whole.push(self.values.cluster(number).writer);
        }
    }

    /// The same, where it is not known which of both is the first.
    fn part_of_block(&mut self, one: u32, other: u32) {
        let mut number = one;
        while number != NONE && number != other {
            number = self.values.chains.to(number);
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
            number = self.values.chains.from(number);
            if number == begin {
                return ops;
            }
        }
    }

    /// Operations at whose times there is a contradiction. One that may not have happened counts
    /// because of what shows that it did.
    fn extremes(&mut self, extremes: &[Extreme]) -> Vec<u32> {
        let ops: Vec<u32> = extremes.iter().map(|extreme| self.op(*extreme)).collect();
        for (extreme, op) in extremes.iter().zip(&ops) {
            self.whole.push(*op);
            let timed = self.values.ops.get(*op as usize);
            if timed.is_some_and(Timed::is_indeterminate) {
                self.certain(extreme.cluster());
            }
        }
        ops
    }

    fn op(&mut self, extreme: Extreme) -> u32 {
        match extreme {
            Extreme::Return { cluster, time } => self.returned(cluster, time),
            Extreme::Call { cluster, time } => self.called(cluster, time),
        }
    }

    /// The operation of a cluster that returned at this time; none for the initial value.
    fn returned(&mut self, cluster: u32, time: u32) -> u32 {
        let writer = self.values.cluster(cluster).writer;
        let Some(position) = time.checked_sub(1) else {
            return writer;
        };
        let ops = self.values.ops;
        let is_writer = |timed: &Timed<_>| timed.ret.saturating_add(1) == time;
        if self.values.writer(cluster).is_some_and(is_writer) {
            return writer;
        }
        let returns = self.returns.get_or_insert_with(|| {
            let reads = (0..)
                .zip(ops)
                .filter(|(_, timed)| found(&timed.op).is_some());
            let mut returns: Vec<(u32, u32)> = reads.map(|(op, timed)| (timed.ret, op)).collect();
            returns.sort_unstable();
            returns
        });
        let from = returns.partition_point(|(ret, _)| *ret < position);
        let at_that_time = returns[from..].iter().map(|(_, op)| *op);
        of_cluster(self.values, cluster, at_that_time).unwrap_or(writer)
    }

    /// The operation of a cluster that was called at this time; none for the initial value.
    fn called(&self, cluster: u32, time: u32) -> u32 {
        let writer = self.values.cluster(cluster).writer;
        let Some(position) = time.checked_sub(1) else {
            return writer;
        };
        let ops = self.values.ops;
        if ops
            .get(writer as usize)
            .is_some_and(|timed| timed.call == position)
        {
            return writer;
        }
        let from = ops.partition_point(|timed| timed.call < position) as u32;
        of_cluster(self.values, cluster, from..ops.len() as u32).unwrap_or(writer)
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

/// The first of these that found the value of a cluster.
fn of_cluster<V: Copy + Eq + Hash>(
    values: &Values<'_, V>,
    cluster: u32,
    mut ops: impl Iterator<Item = u32>,
) -> Option<u32> {
    let value = values.value(cluster);
    ops.find(|op| {
        let timed = &values.ops[*op as usize];
        found(&timed.op) == Some(value) && !timed.is_indeterminate()
    })
}
