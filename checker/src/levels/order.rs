//! Who must come before whom: the order of sessions, reads after their writes, and what follows.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::web::{INITIAL, NONE, Web};
use super::witness::{Step, source};

/// An edge that follows from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Forced {
    pub to: u32,
    pub from: u32,
    /// It follows from edges of smaller ages; what is known from the beginning has none.
    pub age: u32,
    pub why: Why,
}

/// What forces an edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// This read comes after one write and found the other.
    Found(u32),
    /// The read found this write, which comes before the other.
    Missed(u32),
}

/// Edges between nodes.
pub(super) struct Order<'a> {
    web: &'a Web,
    /// Only what this session read counts.
    reader: Option<u32>,
    /// By their targets.
    forced: Vec<Forced>,
}

impl<'a> Order<'a> {
    pub(super) fn new(web: &'a Web, reader: Option<u32>, mut forced: Vec<Forced>) -> Self {
        forced.sort_unstable();
        forced.dedup_by_key(|edge| (edge.to, edge.from));
        Self {
            web,
            reader,
            forced,
        }
    }

    /// The edges that end at a node.
    pub(super) fn forced_to(&self, node: u32) -> &[Forced] {
        let begin = self.forced.partition_point(|edge| edge.to < node);
        let length = self.forced[begin..].partition_point(|edge| edge.to == node);
        &self.forced[begin..begin + length]
    }

    /// Whether it counts what a node found.
    fn is_told(&self, at: u32) -> bool {
        let node = self.web.node(at);
        let is_own = |reader| node.session == reader && !node.is_open;
        self.reader.is_none_or(is_own)
    }

    /// What comes directly before a node, and how hard that is to explain.
    fn before(&self, at: u32, age: u32) -> impl Iterator<Item = (u32, u32)> {
        let node = self.web.node(at);
        let from = (self.is_told(at) && node.from < INITIAL).then_some((node.from, 1));
        let before = (node.before != NONE).then_some((node.before, 0));
        let forced = self.forced_to(at).iter();
        let forced = forced.filter(move |edge| edge.age < age);
        before
            .into_iter()
            .chain(from)
            .chain(forced.map(|edge| (edge.from, 3)))
    }

    /// The easiest way from one node to another, or around to the same, over edges below an age.
    pub(super) fn path(&self, from: u32, to: u32, age: u32) -> Option<Vec<u32>> {
        // Session by session a path goes forward; backwards it is found here.
        let mut open = BinaryHeap::new();
        let mut next: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
        open.push(Reverse((0, to)));
        let mut done = FxHashSet::default();
        while let Some(Reverse((cost, at))) = open.pop() {
            if at == from && next.contains_key(&from) {
                return Some(Self::unwind(&next, from, to));
            }
            if !done.insert(at) {
                continue;
            }
            for (before, more) in self.before(at, age) {
                let cost = cost + more;
                let is_better = next.get(&before).is_none_or(|(known, _)| cost < *known);
                if is_better && (before == from || !done.contains(&before)) {
                    next.insert(before, (cost, at));
                    open.push(Reverse((cost, before)));
                }
            }
        }
        None
    }

    fn unwind(next: &FxHashMap<u32, (u32, u32)>, from: u32, to: u32) -> Vec<u32> {
        let mut path = vec![from];
        let mut at = from;
        loop {
            at = next[&at].1;
            path.push(at);
            if at == to {
                return path;
            }
        }
    }

    /// A path as steps, with those of what it follows from.
    pub(super) fn explain(&self, path: &[u32]) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut paths = vec![path.to_vec()];
        let mut known = FxHashSet::default();
        while let Some(path) = paths.pop() {
            let mut at = 0;
            while at + 1 < path.len() {
                let run = self.run(&path[at..]);
                let (first, then) = (path[at], path[at + run.max(1)]);
                if run > 0 {
                    let [first, then] = [first, then].map(|node| self.web.node(node).op);
                    steps.push(Step::Session { first, then });
                } else if self.web.node(then).from == first && self.is_told(then) {
                    steps.extend(source(self.web, then));
                } else if known.insert((first, then)) {
                    self.justify(first, then, &mut steps, &mut paths);
                }
                at += run.max(1);
            }
        }
        steps
    }

    /// How many steps along one session stand at the beginning.
    fn run(&self, path: &[u32]) -> usize {
        let is_step = |pair: &&[u32]| self.web.node(pair[1]).before == pair[0];
        path.windows(2).take_while(is_step).count()
    }

    fn justify(&self, first: u32, then: u32, steps: &mut Vec<Step>, paths: &mut Vec<Vec<u32>>) {
        let edge = self.forced_to(then).iter().find(|edge| edge.from == first);
        let Some(edge) = edge else {
            return;
        };
        let op = |node| self.web.node(node).op;
        let (read, begin, end) = match edge.why {
            Why::Found(read) => (read, first, read),
            Why::Missed(write) => (first, write, then),
        };
        steps.extend(source(self.web, read));
        steps.push(match edge.why {
            Why::Found(_) => Step::Overwritten {
                older: op(first),
                newer: op(then),
                read: op(read),
            },
            Why::Missed(_) => Step::NotYet {
                read: op(first),
                write: op(then),
            },
        });
        // The initial value comes before all others.
        if begin != INITIAL {
            paths.extend(self.path(begin, end, edge.age));
        }
    }

    /// The nodes that are on circles.
    pub(super) fn circles(&self) -> Vec<bool> {
        let mut is_on = vec![false; self.web.nodes.len()];
        for part in self.components(0..is_on.len() as u32, None) {
            part.iter().for_each(|node| is_on[*node as usize] = true);
        }
        is_on
    }

    /// Whether one of the forced edges is on a circle; all nodes of a circle are in one group.
    pub(super) fn has_circle(&self, groups: &[u32]) -> bool {
        let roots = self.forced.iter().map(|edge| edge.to);
        !self.components(roots, Some(groups)).is_empty()
    }

    /// Strongly connected components of several nodes (Tarjan, 1972), without recursion.
    fn components(
        &self,
        roots: impl Iterator<Item = u32>,
        groups: Option<&[u32]>,
    ) -> Vec<Vec<u32>> {
        let count = self.web.nodes.len();
        let mut index = vec![0u32; count];
        let mut low = vec![0u32; count];
        let mut is_on_stack = vec![false; count];
        let (mut stack, mut parts) = (Vec::new(), Vec::new());
        let mut next_index = 0;
        let is_near = |one: u32, other: u32| {
            groups.is_none_or(|groups| groups[one as usize] == groups[other as usize])
        };
        for root in roots {
            if index[root as usize] != 0 {
                continue;
            }
            // A node, and how many of its edges were followed.
            let mut calls = vec![(root, 0)];
            while let Some((node, followed)) = calls.pop() {
                let at = node as usize;
                if followed == 0 {
                    next_index += 1;
                    (index[at], low[at]) = (next_index, next_index);
                    is_on_stack[at] = true;
                    stack.push(node);
                }
                let Some(before) = self.slot(node, followed) else {
                    if low[at] == index[at] {
                        parts.extend(component(&mut stack, node, &mut is_on_stack));
                    }
                    if let Some((caller, _)) = calls.last() {
                        let caller = *caller as usize;
                        low[caller] = low[caller].min(low[at]);
                    }
                    continue;
                };
                calls.push((node, followed + 1));
                if before == NONE || !is_near(before, node) {
                    continue;
                }
                let b = before as usize;
                if index[b] == 0 {
                    calls.push((before, 0));
                } else if is_on_stack[b] {
                    low[at] = low[at].min(index[b]);
                }
            }
        }
        parts
    }

    /// The edges that end at a node, by slots; some are empty. Nothing behind the last.
    fn slot(&self, at: u32, slot: usize) -> Option<u32> {
        let node = self.web.node(at);
        match slot {
            0 => Some(node.before),
            1 if self.is_told(at) && node.from < INITIAL => Some(node.from),
            1 => Some(NONE),
            slot => self.forced_to(at).get(slot - 2).map(|edge| edge.from),
        }
    }

    /// A short circle, as steps, if there is one.
    pub(super) fn circle(&self) -> Option<Vec<Step>> {
        let is_on = self.circles();
        let is_inner = |edge: &&Forced| is_on[edge.from as usize] && is_on[edge.to as usize];
        let forced = self.forced.iter().filter(is_inner).map(|edge| edge.to);
        let all = (0..is_on.len() as u32).filter(|node| is_on[*node as usize]);
        let begins: Vec<u32> = forced.chain(all).take(TRIES).collect();
        let circles = begins.iter().filter_map(|begin| {
            let path = self.path(*begin, *begin, NONE)?;
            let mut steps = self.explain(&path);
            steps.push(Step::Circle {
                op: self.web.node(*begin).op,
            });
            Some(steps)
        });
        circles.min_by_key(Vec::len)
    }
}

/// So many beginnings of circles are tried, to find a short one.
const TRIES: usize = 8;

/// What lies on the stack from a node on, where that is more than it alone.
fn component(stack: &mut Vec<u32>, root: u32, is_on_stack: &mut [bool]) -> Option<Vec<u32>> {
    let begin = stack.iter().rposition(|node| *node == root)?;
    let part = stack.split_off(begin);
    part.iter()
        .for_each(|node| is_on_stack[*node as usize] = false);
    (part.len() > 1).then_some(part)
}
