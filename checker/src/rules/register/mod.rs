//! Registers whose values are all different: zones, and chains of compare-and-sets.
//!
//! Every value is in the register once, from its write to its last read: its operations stand
//! together in any linearization. From the first return to the last call among them it is certainly
//! there: its *zone*. Two values are not there at the same time, so zones do not overlap; and a
//! value that can be there for a moment only (its operations all overlap) needs one that is free.
//!
//! A successful compare-and-set follows directly on the value that it found, so such values form a
//! *block* with one zone.
//!
//! Source: Gibbons and Korach, *Testing shared memories* (SIAM Journal on Computing, 1997), section
//! 4, for registers. The blocks are ours; both were checked against all orders of small histories.
//! Takes `O(n log n)` time and `O(n)` memory for n operations; with indeterminate ones too.

mod order;
mod overwritten;
mod proof;
#[cfg(test)]
mod tests;

pub use overwritten::overwritten;

use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::Ruling;
use crate::model::{Register, RegisterOp};
use crate::timed::{NEVER, Timed};

/// Judges operations that are sorted by their calls. `None` when a value was written twice, or when
/// compare-and-sets that failed stand in the way; `with_order` to have a linearization.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    model: &Register<V>,
    ops: &[Timed<RegisterOp<V>>],
    with_order: bool,
) -> Option<Ruling<RegisterOp<V>>> {
    let fails = |timed: &Timed<RegisterOp<V>>| {
        matches!(
            timed.op,
            RegisterOp::Cas {
                succeeded: Some(false),
                ..
            }
        ) && !timed.is_indeterminate()
    };
    if ops.iter().any(fails) {
        return None;
    }
    let mut values = Values::collect(model.initial, ops)?;
    Some(match values.blocks() {
        Err(contradiction) => Ruling::Impossible(proof::witness(&values, &contradiction)),
        Ok(blocks) if with_order => Ruling::Linearizable(order::linearization(&values, blocks)),
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// No operation: that of the initial value.
const NONE: u32 = u32::MAX;

/// A value, and what is known of its operations.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    /// The operation that wrote it.
    writer: u32,
    /// Whether it was certainly there: it was seen, or its write returned.
    is_needed: bool,
    /// The operation that returned first.
    first_ret: Extreme,
    /// The operation that was called last.
    last_call: Extreme,
    /// The cluster that it was made of by a compare-and-set.
    from: u32,
    /// The cluster that was made of it.
    to: u32,
}

/// Values that follow directly on each other, from the first to the last.
struct Block {
    head: u32,
    first_ret: Extreme,
    last_call: Extreme,
}

/// An operation that was the first to return, or the last to be called.
#[derive(Debug, Clone, Copy)]
struct Extreme {
    time: u32,
    op: u32,
    cluster: u32,
}

impl Block {
    /// Whether the value is certainly there for a while.
    fn is_forward(&self) -> bool {
        self.first_ret.time < self.last_call.time
    }
}

/// All values of a history. Times are one more than positions: the initial value is written at 0.
struct Values<'a, V> {
    ops: &'a [Timed<RegisterOp<V>>],
    numbers: FxHashMap<V, u32>,
    clusters: Vec<Cluster>,
}

/// Why there is no linearization.
enum Contradiction {
    /// An operation found a value that nobody wrote; it certainly happened if what the cluster
    /// holds did.
    ThinAir { op: u32, cluster: Option<u32> },
    /// A read returned before the write of what it found was called.
    FutureRead { read: u32, write: u32 },
    /// Two compare-and-sets, by the clusters that they made, found the same value.
    DoubleCas { clusters: [u32; 2] },
    /// A compare-and-set, by the cluster that it made, depends on itself.
    CasCircle { cluster: u32 },
    /// In a block a later value was there before an earlier one had gone.
    Backwards { earlier: Extreme, later: Extreme },
    /// Two blocks would each have to come before the other: the first return of each comes before
    /// the last call of the other.
    Overlap { blocks: [[Extreme; 2]; 2] },
}

impl<'a, V: Copy + Eq + Hash> Values<'a, V> {
    /// `None` when a value was written twice.
    fn collect(initial: V, ops: &'a [Timed<RegisterOp<V>>]) -> Option<Self> {
        let mut values = Self {
            ops,
            numbers: FxHashMap::default(),
            clusters: Vec::with_capacity(ops.len() / 2),
        };
        values.numbers.reserve(ops.len() / 2);
        values.add(initial, NONE);
        for (id, timed) in (0..).zip(ops) {
            if let Some(value) = written(&timed.op)
                && !values.add(value, id)
            {
                return None;
            }
        }
        Some(values)
    }

    /// Whether the value is a new one.
    fn add(&mut self, value: V, writer: u32) -> bool {
        let number = self.clusters.len() as u32;
        let (call, ret) = match self.ops.get(writer as usize) {
            Some(timed) => (timed.call + 1, timed.ret.saturating_add(1)),
            None => (0, 0),
        };
        let end = |time| Extreme {
            time,
            op: writer,
            cluster: number,
        };
        self.clusters.push(Cluster {
            writer,
            is_needed: ret != NEVER,
            first_ret: end(ret),
            last_call: end(call),
            from: NONE,
            to: NONE,
        });
        self.numbers.insert(value, number).is_none()
    }

    fn cluster(&self, number: u32) -> &Cluster {
        &self.clusters[number as usize]
    }

    /// The operation that wrote the value of a cluster, unless that is the initial one.
    fn writer(&self, number: u32) -> Option<&'a Timed<RegisterOp<V>>> {
        self.ops.get(self.cluster(number).writer as usize)
    }

    /// The blocks, compatible with each other.
    fn blocks(&mut self) -> Result<Vec<Block>, Contradiction> {
        self.attach_reads()?;
        self.link()?;
        let blocks = self.heads()?;
        compare(&blocks)?;
        Ok(blocks)
    }

    /// Every read belongs to the value that it found.
    fn attach_reads(&mut self) -> Result<(), Contradiction> {
        for (op, timed) in (0..).zip(self.ops) {
            let Some(value) = found(&timed.op).filter(|_| !timed.is_indeterminate()) else {
                continue;
            };
            let Some(&number) = self.numbers.get(&value) else {
                return Err(Contradiction::ThinAir { op, cluster: None });
            };
            if self
                .writer(number)
                .is_some_and(|writer| timed.precedes(writer))
            {
                let (read, write) = (op, self.cluster(number).writer);
                return Err(Contradiction::FutureRead { read, write });
            }
            let cluster = &mut self.clusters[number as usize];
            cluster.is_needed = true;
            if timed.ret + 1 < cluster.first_ret.time {
                (cluster.first_ret.time, cluster.first_ret.op) = (timed.ret + 1, op);
            }
            if timed.call + 1 > cluster.last_call.time {
                (cluster.last_call.time, cluster.last_call.op) = (timed.call + 1, op);
            }
        }
        Ok(())
    }

    /// Every compare-and-set that certainly succeeded follows on the value that it found.
    fn link(&mut self) -> Result<(), Contradiction> {
        let is_needed = |number: &u32| self.cluster(*number).is_needed;
        let mut needed: Vec<u32> = (0..self.clusters.len() as u32).filter(is_needed).collect();
        while let Some(number) = needed.pop() {
            let Some(value) = self.writer(number).and_then(|w| compared(&w.op)) else {
                continue;
            };
            let Some(&from) = self.numbers.get(&value) else {
                let (op, cluster) = (self.cluster(number).writer, Some(number));
                return Err(Contradiction::ThinAir { op, cluster });
            };
            self.clusters[number as usize].from = from;
            let before = &mut self.clusters[from as usize];
            if before.to != NONE {
                let clusters = [before.to, number];
                return Err(Contradiction::DoubleCas { clusters });
            }
            before.to = number;
            if !std::mem::replace(&mut before.is_needed, true) {
                needed.push(from);
            }
        }
        Ok(())
    }

    /// The blocks by their first values.
    fn heads(&self) -> Result<Vec<Block>, Contradiction> {
        let mut blocks = Vec::new();
        let mut is_met = vec![false; self.clusters.len()];
        for (number, cluster) in (0..).zip(&self.clusters) {
            if cluster.is_needed && cluster.from == NONE {
                blocks.push(self.block(number, &mut is_met)?);
            }
        }
        let is_left = |n: &u32| self.cluster(*n).is_needed && !is_met[*n as usize];
        match (0..self.clusters.len() as u32).find(is_left) {
            Some(cluster) => Err(Contradiction::CasCircle { cluster }),
            None => Ok(blocks),
        }
    }

    fn block(&self, head: u32, is_met: &mut [bool]) -> Result<Block, Contradiction> {
        let first = self.cluster(head);
        let mut block = Block {
            head,
            first_ret: first.first_ret,
            last_call: first.last_call,
        };
        is_met[head as usize] = true;
        let mut number = first.to;
        while number != NONE {
            is_met[number as usize] = true;
            let cluster = self.cluster(number);
            if cluster.first_ret.time < block.last_call.time {
                return Err(Contradiction::Backwards {
                    earlier: block.last_call,
                    later: cluster.first_ret,
                });
            }
            if cluster.first_ret.time < block.first_ret.time {
                block.first_ret = cluster.first_ret;
            }
            if cluster.last_call.time > block.last_call.time {
                block.last_call = cluster.last_call;
            }
            number = cluster.to;
        }
        Ok(block)
    }
}

/// No two blocks would each have to come before the other.
fn compare(blocks: &[Block]) -> Result<(), Contradiction> {
    let (mut forward, backward): (Vec<&Block>, Vec<&Block>) =
        blocks.iter().partition(|block| block.is_forward());
    forward.sort_unstable_by_key(|block| block.first_ret.time);
    let overlap = |one: &Block, other: &Block| Contradiction::Overlap {
        blocks: [one, other].map(|block| [block.first_ret, block.last_call]),
    };
    for pair in forward.windows(2) {
        if pair[1].first_ret.time < pair[0].last_call.time {
            return Err(overlap(pair[0], pair[1]));
        }
    }
    for block in backward {
        let after = forward.partition_point(|f| f.first_ret.time < block.last_call.time);
        if let Some(zone) = after.checked_sub(1).map(|at| forward[at])
            && block.first_ret.time < zone.last_call.time
        {
            return Err(overlap(zone, block));
        }
    }
    Ok(())
}

/// The value that an operation may have written.
fn written<V: Copy + Eq>(op: &RegisterOp<V>) -> Option<V> {
    match *op {
        RegisterOp::Write(value) => Some(value),
        RegisterOp::Cas {
            from,
            to,
            succeeded,
        } if from != to && succeeded != Some(false) => Some(to),
        _ => None,
    }
}

/// The value that an operation found and left.
fn found<V: Copy + Eq>(op: &RegisterOp<V>) -> Option<V> {
    match *op {
        RegisterOp::Read(value) => Some(value),
        RegisterOp::Cas {
            from,
            to,
            succeeded: Some(true),
        } if from == to => Some(from),
        _ => None,
    }
}

/// The value that a write must find.
fn compared<V: Copy + Eq>(op: &RegisterOp<V>) -> Option<V> {
    match *op {
        RegisterOp::Cas { from, .. } => Some(from),
        _ => None,
    }
}
