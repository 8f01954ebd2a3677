//! The history as a web of nodes: who comes after whom in a session, and who read whose value.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};

use super::input::{Access, NotUnique, SessionOp};

/// No node.
pub(super) const NONE: u32 = u32::MAX;
/// In the place of the write of an initial value.
pub(super) const INITIAL: u32 = u32::MAX - 1;

/// An operation that counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Its number in the history.
    pub op: u32,
    /// Its session, counted from 0.
    pub session: u32,
    /// Its key, counted from 0.
    pub key: u32,
    /// The node whose value it found, [`INITIAL`], or [`NONE`] if it does not read.
    pub from: u32,
    /// The node before it in its session, or [`NONE`].
    pub before: u32,
    /// Whether it wrote.
    pub writes: bool,
    /// Whether its end is not known: such a node comes before no other of its session.
    pub is_open: bool,
}

impl Node {
    /// Whether its session was told what it found.
    pub(super) fn reads(&self) -> bool {
        self.from != NONE && !self.is_open
    }
}

/// All nodes: session by session in their order, and then the open writes.
#[derive(Debug)]
pub(super) struct Web {
    pub nodes: Vec<Node>,
    /// Where each session begins, and at the end where the open writes begin.
    pub begins: Vec<u32>,
    /// How many keys there are.
    pub keys: u32,
}

/// A value that was read and not written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// A read; if it found what an open update wrote, that one; and so on to the one that read it.
    pub ops: Vec<u32>,
    /// The write of it that certainly did not happen, if there is one.
    pub aborted: Option<u32>,
}

impl Web {
    /// Numbers what counts: an open write does only if its value was read, by something that counts
    /// itself.
    ///
    /// Takes `O(n log n)` for n operations.
    pub(super) fn new<V: Copy + Eq + Hash>(
        initial: V,
        ops: &[SessionOp<V>],
    ) -> Result<Result<Self, Stray>, NotUnique<V>> {
        let writers = writers(initial, ops)?;
        let needed = match needed(initial, ops, &writers) {
            Ok(needed) => needed,
            Err(stray) => return Ok(Err(stray)),
        };
        // Sessions and keys count from 0, in the order of their numbers.
        let sessions = ranks(ops.iter().map(|op| op.session));
        let keys = ranks(ops.iter().map(|op| op.key));
        let mut order: Vec<(bool, u32, u32, u32)> = Vec::with_capacity(ops.len());
        for (number, op) in (0..)
            .zip(ops)
            .filter(|(number, _)| needed[*number as usize])
        {
            let is_open = op.timed.is_indeterminate();
            order.push((is_open, sessions[&op.session], op.timed.call, number));
        }
        order.sort_unstable();
        let mut node_of = vec![NONE; ops.len()];
        for (node, (.., op)) in (0..).zip(&order) {
            node_of[*op as usize] = node;
        }
        let mut web = Self {
            nodes: Vec::with_capacity(order.len()),
            begins: vec![0; sessions.len() + 1],
            keys: keys.len() as u32,
        };
        for &(is_open, session, _, number) in &order {
            let op = &ops[number as usize];
            let from = found(op).map_or(NONE, |value| {
                let writer = writers.get(&(op.key, value));
                writer.map_or(INITIAL, |writer| node_of[*writer as usize])
            });
            web.add(Node {
                op: number,
                session,
                key: keys[&op.key],
                from,
                before: NONE,
                writes: op.timed.op.written().is_some(),
                is_open,
            });
        }
        web.close(ops);
        Ok(Ok(web))
    }

    fn add(&mut self, mut node: Node) {
        if !node.is_open {
            let last = self.nodes.last();
            if last.is_some_and(|last| last.session == node.session) {
                node.before = self.nodes.len() as u32 - 1;
            }
            self.begins[node.session as usize + 1] += 1;
        }
        self.nodes.push(node);
    }

    /// Sums up where sessions begin, and hangs open writes on what was called before them.
    fn close<V>(&mut self, ops: &[SessionOp<V>]) {
        for at in 1..self.begins.len() {
            self.begins[at] += self.begins[at - 1];
        }
        let call = |node: &Node| ops[node.op as usize].timed.call;
        for at in self.open_begin()..self.nodes.len() {
            let node = self.nodes[at];
            let (begin, end) = self.session(node.session);
            let of_session = &self.nodes[begin as usize..end as usize];
            let earlier = of_session.partition_point(|other| call(other) < call(&node));
            if earlier > 0 {
                self.nodes[at].before = begin + earlier as u32 - 1;
            }
        }
    }

    pub(super) fn node(&self, at: u32) -> &Node {
        &self.nodes[at as usize]
    }

    pub(super) fn sessions(&self) -> u32 {
        self.begins.len() as u32 - 1
    }

    /// The nodes of a session, from and to.
    pub(super) fn session(&self, session: u32) -> (u32, u32) {
        (
            self.begins[session as usize],
            self.begins[session as usize + 1],
        )
    }

    /// The first of the open writes.
    pub(super) fn open_begin(&self) -> usize {
        self.begins.last().map_or(0, |begin| *begin as usize)
    }

    /// How many operations of its session are over when it begins to count, with itself; for an
    /// open one, without.
    pub(super) fn position(&self, at: u32) -> u32 {
        let node = self.node(at);
        let last = if node.is_open { node.before } else { at };
        match last {
            NONE => 0,
            last => last + 1 - self.begins[node.session as usize],
        }
    }

    /// Its place in its session. One that is not open comes before those of higher ranks, or is
    /// the same if theirs is the same.
    pub(super) fn rank(&self, at: u32) -> u32 {
        2 * self.position(at) + u32::from(self.node(at).is_open)
    }
}

/// What an operation found; one that changes nothing only reads.
pub(super) fn found<V: Copy + Eq>(op: &SessionOp<V>) -> Option<V> {
    op.timed.op.found()
}

fn ranks(numbers: impl Iterator<Item = u32>) -> FxHashMap<u32, u32> {
    let known: FxHashSet<u32> = numbers.collect();
    let mut sorted: Vec<u32> = known.into_iter().collect();
    sorted.sort_unstable();
    sorted.into_iter().zip(0..).collect()
}

type Writers<V> = FxHashMap<(u32, V), u32>;

fn writers<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
) -> Result<Writers<V>, NotUnique<V>> {
    let mut writers = Writers::default();
    writers.reserve(ops.len() / 2);
    for (number, op) in (0..).zip(ops) {
        let Some(value) = op.timed.op.written() else {
            continue;
        };
        let first = writers.insert((op.key, value), number);
        if first.is_some() || value == initial {
            let ops = [first, Some(number)];
            let key = op.key;
            return Err(NotUnique { key, value, ops });
        }
    }
    Ok(writers)
}

/// Which operations count.
fn needed<V: Copy + Eq + Hash>(
    initial: V,
    ops: &[SessionOp<V>],
    writers: &Writers<V>,
) -> Result<Vec<bool>, Stray> {
    let is_certain = |op: &SessionOp<V>| {
        !op.timed.is_indeterminate() && !matches!(op.timed.op, Access::Aborted(_))
    };
    let mut needed: Vec<bool> = ops.iter().map(is_certain).collect();
    let mut chain = Vec::new();
    for first in (0..ops.len()).filter(|at| is_certain(&ops[*at])) {
        // What certainly happened leads to open writes, and those to others.
        let mut at = first;
        chain.clear();
        while let Some(value) = found(&ops[at]).filter(|value| *value != initial) {
            chain.push(at as u32);
            let Some(&writer) = writers.get(&(ops[at].key, value)) else {
                return Err(Stray {
                    aborted: aborted(ops, ops[at].key, value),
                    ops: chain,
                });
            };
            at = writer as usize;
            if std::mem::replace(&mut needed[at], true) {
                break;
            }
        }
    }
    Ok(needed)
}

/// The write of a value that certainly did not happen.
fn aborted<V: Copy + Eq>(ops: &[SessionOp<V>], key: u32, value: V) -> Option<u32> {
    let is_it = |op: &SessionOp<V>| {
        op.key == key && matches!(op.timed.op, Access::Aborted(it) if it == value)
    };
    ops.iter().position(is_it).map(|at| at as u32)
}
