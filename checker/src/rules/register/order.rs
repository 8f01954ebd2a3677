//! A linearization of a register, from its blocks.

use super::{Blocks, NONE, Values, found};
use crate::model::RegisterOp;
use crate::timed::Timed;

/// Blocks that are there for a while stand where their zones begin. The others stand where all
/// their operations overlap, or at the end of the zone that covers the beginning of that.
pub(super) fn linearization<V: Copy + Eq + std::hash::Hash>(
    values: &Values<'_, V>,
    blocks: &Blocks,
) -> Vec<u32> {
    let Blocks { forward, backward } = blocks;
    let mut places: Vec<(u32, u32)> = Vec::with_capacity(forward.len() + backward.len());
    for block in backward {
        let at = block.last_call;
        let zone = blocks.begun_before(at).checked_sub(1);
        let zone_end = zone.map_or(0, |zone| forward[zone].last_call);
        places.push((at.max(zone_end), block.head));
    }
    places.extend(forward.iter().map(|zone| (zone.first_ret, zone.head)));
    places.sort_unstable();
    // The initial value was there before anything.
    places.sort_by_key(|(_, head)| *head != 0);

    let reads = reads(values);
    let mut order = Vec::with_capacity(values.ops.len());
    for (_, head) in places {
        let mut number = head;
        while number != NONE {
            let cluster = values.cluster(number);
            order.extend((cluster.writer != NONE).then_some(cluster.writer));
            order.extend(reads.of(number));
            number = values.chains.to(number);
        }
    }
    order
}

/// The reads of every value, in the order of their calls.
struct Reads {
    begins: Vec<u32>,
    ops: Vec<u32>,
}

impl Reads {
    fn of(&self, cluster: u32) -> &[u32] {
        let at = cluster as usize;
        &self.ops[self.begins[at] as usize..self.begins[at + 1] as usize]
    }
}

fn reads<V: Copy + Eq + std::hash::Hash>(values: &Values<'_, V>) -> Reads {
    let cluster_of = |timed: &Timed<RegisterOp<V>>| {
        let value = found(&timed.op).filter(|_| !timed.is_indeterminate())?;
        values.number(value)
    };
    let mut begins = vec![0u32; values.clusters.len() + 2];
    for cluster in values.ops.iter().filter_map(cluster_of) {
        begins[cluster as usize + 2] += 1;
    }
    for at in 1..begins.len() {
        begins[at] += begins[at - 1];
    }
    let mut ops = vec![0; begins.last().map_or(0, |n| *n as usize)];
    for (op, timed) in (0..).zip(values.ops) {
        if let Some(cluster) = cluster_of(timed) {
            let end = &mut begins[cluster as usize + 1];
            ops[*end as usize] = op;
            *end += 1;
        }
    }
    Reads { begins, ops }
}
