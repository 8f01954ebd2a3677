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

mod chains;
mod numbers;
mod order;
mod overwritten;
mod proof;
#[cfg(test)]
mod tests;

pub use overwritten::overwritten;

use std::hash::Hash;

use super::Ruling;
use crate::model::{Register, RegisterOp};
use crate::timed::{NEVER, Timed};
use chains::Chains;
use numbers::Numbers;

/// Judges operations that are sorted by their calls. `None` when a value was written twice, or when
/// compare-and-sets that failed stand in the way; `with_order` to have a linearization.
#[must_use]
pub fn judge<V: Copy + Eq + Hash>(
    model: &Register<V>,
    ops: &[Timed<RegisterOp<V>>],
    with_order: bool,
) -> Option<Ruling<RegisterOp<V>>> {
    let mut values = Values::collect(model.initial, ops)?;
    Some(match values.blocks() {
        Err(contradiction) => Ruling::Impossible(proof::witness(&values, &contradiction)),
        Ok(blocks) if with_order => Ruling::Linearizable(order::linearization(&values, &blocks)),
        Ok(_) => Ruling::Linearizable(Vec::new()),
    })
}

/// No operation: that of the initial value.
const NONE: u32 = u32::MAX;

/// A value, and what is known of its operations. There are as many as writes, so it is kept small:
/// which operation was the first or the last is looked up when something is wrong.
#[derive(Debug, Clone, Copy)]
struct Cluster {
    /// The operation that wrote it.
    writer: u32,
    /// When the first of its operations returned, or [`NEVER`].
    first_ret: u32,
    /// When the last of its operations was called.
    last_call: u32,
}

/// Values that follow directly on each other, from the first to the last.
#[derive(Debug, Clone, Copy)]
struct Block {
    head: u32,
    first_ret: u32,
    last_call: u32,
}

/// When the first operation of a cluster returned, or the last was called.
#[derive(Debug, Clone, Copy)]
enum Extreme {
    Return { cluster: u32, time: u32 },
    Call { cluster: u32, time: u32 },
}

/// All blocks.
#[derive(Debug, Default)]
struct Blocks {
    /// Those that are certainly there for a while, sorted by their first returns.
    forward: Vec<Block>,
    /// Those that may have been there for a moment only.
    backward: Vec<Block>,
}

impl Blocks {
    fn push(&mut self, block: Block) {
        match block.is_forward() {
            true => self.forward.push(block),
            false => self.backward.push(block),
        }
    }

    /// How many of those that are there for a while begin before this time.
    fn begun_before(&self, time: u32) -> usize {
        self.forward.partition_point(|zone| zone.first_ret < time)
    }
}

impl Block {
    /// Whether the value is certainly there for a while.
    fn is_forward(&self) -> bool {
        self.first_ret < self.last_call
    }
}

/// All values of a history. Times are one more than positions: the initial value is written at 0.
struct Values<'a, V> {
    initial: V,
    ops: &'a [Timed<RegisterOp<V>>],
    numbers: Numbers<V>,
    clusters: Vec<Cluster>,
    chains: Chains,
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
    /// `None` when a value was written twice, or a compare-and-set failed.
    fn collect(initial: V, ops: &'a [Timed<RegisterOp<V>>]) -> Option<Self> {
        let all_written = ops.iter().filter_map(|timed| written(&timed.op));
        let mut values = Self {
            initial,
            ops,
            numbers: Numbers::of_values(all_written, ops.len()),
            clusters: Vec::with_capacity(ops.len() / 2 + 1),
            chains: Chains::default(),
        };
        values.numbers.reserve(ops.len() / 2);
        values.add(initial, NONE);
        let mut has_cas = false;
        for (id, timed) in (0..).zip(ops) {
            if let RegisterOp::Cas { succeeded, .. } = timed.op {
                if succeeded == Some(false) && !timed.is_indeterminate() {
                    return None;
                }
                has_cas = true;
            }
            if let Some(value) = written(&timed.op)
                && !values.add(value, id)
            {
                return None;
            }
        }
        if has_cas {
            values.chains = Chains::of(values.clusters.len());
        }
        Some(values)
    }

    /// Whether the value is a new one.
    fn add(&mut self, value: V, writer: u32) -> bool {
        let number = self.clusters.len() as u32;
        let (last_call, first_ret) = match self.ops.get(writer as usize) {
            Some(timed) => (timed.call + 1, timed.ret.saturating_add(1)),
            None => (0, 0),
        };
        self.clusters.push(Cluster {
            writer,
            first_ret,
            last_call,
        });
        let (initial, ops, clusters) = (self.initial, self.ops, &self.clusters);
        let is = |number: u32| value_of(initial, ops, clusters[number as usize].writer) == value;
        self.numbers.insert(value, number, is)
    }

    /// The cluster of a value.
    fn number(&self, value: V) -> Option<u32> {
        self.numbers
            .get(value, |number| self.value(number) == value)
    }

    fn cluster(&self, number: u32) -> &Cluster {
        &self.clusters[number as usize]
    }

    /// The operation that wrote the value of a cluster, unless that is the initial one.
    fn writer(&self, number: u32) -> Option<&'a Timed<RegisterOp<V>>> {
        self.ops.get(self.cluster(number).writer as usize)
    }

    /// Whether the value was certainly there: it was seen, or its write returned.
    fn is_needed(&self, number: u32) -> bool {
        self.cluster(number).first_ret != NEVER || self.chains.is_needed(number)
    }

    /// The blocks, compatible with each other.
    fn blocks(&mut self) -> Result<Blocks, Contradiction> {
        self.attach_reads()?;
        self.link()?;
        let blocks = self.heads()?;
        self.compare(&blocks)?;
        Ok(blocks)
    }

    /// Every read belongs to the value that it found.
    fn attach_reads(&mut self) -> Result<(), Contradiction> {
        for (op, timed) in (0..).zip(self.ops) {
            let Some(value) = found(&timed.op).filter(|_| !timed.is_indeterminate()) else {
                continue;
            };
            let Some(number) = self.number(value) else {
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
            cluster.first_ret = cluster.first_ret.min(timed.ret + 1);
            cluster.last_call = cluster.last_call.max(timed.call + 1);
        }
        Ok(())
    }

    /// The blocks by their first values.
    fn heads(&self) -> Result<Blocks, Contradiction> {
        let mut blocks = Blocks::default();
        let mut is_met = vec![false; self.chains.len()];
        for number in 0..self.clusters.len() as u32 {
            if self.is_needed(number) && self.chains.from(number) == NONE {
                blocks.push(self.block(number, &mut is_met)?);
            }
        }
        let is_left = |(number, is_met): &(u32, &bool)| !**is_met && self.is_needed(*number);
        match (0..).zip(&is_met).find(is_left) {
            Some((cluster, _)) => Err(Contradiction::CasCircle { cluster }),
            None => {
                blocks.forward.sort_unstable_by_key(|zone| zone.first_ret);
                Ok(blocks)
            }
        }
    }

    fn block(&self, head: u32, is_met: &mut [bool]) -> Result<Block, Contradiction> {
        let first = self.cluster(head);
        let mut block = Block {
            head,
            first_ret: first.first_ret,
            last_call: first.last_call,
        };
        if let Some(is_met) = is_met.get_mut(head as usize) {
            *is_met = true;
        }
        let mut number = self.chains.to(head);
        while number != NONE {
            is_met[number as usize] = true;
            let cluster = self.cluster(number);
            if cluster.first_ret < block.last_call {
                return Err(Contradiction::Backwards {
                    earlier: self.last_call(&block),
                    later: Extreme::Return {
                        cluster: number,
                        time: cluster.first_ret,
                    },
                });
            }
            block.first_ret = block.first_ret.min(cluster.first_ret);
            block.last_call = block.last_call.max(cluster.last_call);
            number = self.chains.to(number);
        }
        Ok(block)
    }

    /// No two blocks would each have to come before the other.
    fn compare(&self, blocks: &Blocks) -> Result<(), Contradiction> {
        for pair in blocks.forward.windows(2) {
            if pair[1].first_ret < pair[0].last_call {
                return Err(self.overlap(&pair[0], &pair[1]));
            }
        }
        for block in &blocks.backward {
            let begun = blocks.begun_before(block.last_call);
            if let Some(zone) = begun.checked_sub(1).map(|at| &blocks.forward[at])
                && block.first_ret < zone.last_call
            {
                return Err(self.overlap(zone, block));
            }
        }
        Ok(())
    }

    fn overlap(&self, one: &Block, other: &Block) -> Contradiction {
        Contradiction::Overlap {
            blocks: [one, other].map(|block| [self.first_ret(block), self.last_call(block)]),
        }
    }

    /// The first return of a block.
    fn first_ret(&self, block: &Block) -> Extreme {
        let time = block.first_ret;
        let cluster = self.member(block, |cluster| cluster.first_ret == time);
        Extreme::Return { cluster, time }
    }

    /// The last call of a block.
    fn last_call(&self, block: &Block) -> Extreme {
        let time = block.last_call;
        let cluster = self.member(block, |cluster| cluster.last_call == time);
        Extreme::Call { cluster, time }
    }

    /// The first cluster of a block that is so.
    fn member(&self, block: &Block, is_it: impl Fn(&Cluster) -> bool) -> u32 {
        let mut number = block.head;
        while !is_it(self.cluster(number)) && self.chains.to(number) != NONE {
            number = self.chains.to(number);
        }
        number
    }

    /// The value of a cluster.
    fn value(&self, number: u32) -> V {
        value_of(self.initial, self.ops, self.cluster(number).writer)
    }
}

/// What an operation wrote, or the initial value for none.
fn value_of<V: Copy + Eq>(initial: V, ops: &[Timed<RegisterOp<V>>], writer: u32) -> V {
    let timed = ops.get(writer as usize);
    timed
        .and_then(|timed| written(&timed.op))
        .unwrap_or(initial)
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
