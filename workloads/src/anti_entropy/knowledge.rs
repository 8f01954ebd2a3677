//! What the events say about every node's set: what is certainly in it, and what may be.

use std::collections::BTreeMap;

use checker::{Invocation, Operation};
use protocol::number;
use serde_json::Value;

use super::elements::{Names, Set};
use crate::Event;

/// Bounds of the set of a node while an operation was open: `certain` when it began, `possible`
/// when it ended. Sets only grow, so what the operation saw lies between.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Bounds {
    pub(super) certain: Set,
    pub(super) possible: Set,
}

impl Bounds {
    /// The set, if it is known exactly.
    pub(super) fn exact(&self) -> Option<&Set> {
        (self.certain == self.possible).then_some(&self.certain)
    }

    /// The same, knowing how many elements there were.
    pub(super) fn with_count(&self, count: u64) -> Self {
        let exactly = |set: &Set| Self {
            certain: set.clone(),
            possible: set.clone(),
        };
        if count == self.certain.len() {
            exactly(&self.certain)
        } else if count == self.possible.len() {
            exactly(&self.possible)
        } else {
            self.clone()
        }
    }

    /// Whether two sets within these bounds cannot be equal.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        !self.certain.is_subset(&other.possible) || !other.certain.is_subset(&self.possible)
    }
}

/// A fold over the events of a run.
#[derive(Debug, Default)]
pub(super) struct Knowledge {
    pub(super) names: Names,
    /// Everything that was ever named anywhere.
    attempted: Set,
    /// Everything that some node acknowledged.
    pub(super) acknowledged: Set,
    nodes: BTreeMap<String, NodeSets>,
    /// By process: what was certain when its open operation began.
    open: BTreeMap<u64, Set>,
    nodes_talk: bool,
}

#[derive(Debug, Default)]
struct NodeSets {
    certain: Set,
    /// Without what other nodes may have told it.
    possible: Set,
    /// How many requests brought an element, not counting those that certainly failed.
    brought: BTreeMap<usize, u32>,
    /// What it took over in a sync, and not by a broadcast.
    synced: Set,
}

/// The elements of a list; `None` in place of what is no element.
pub(super) fn elements(list: &Value) -> impl Iterator<Item = Option<u64>> {
    list.as_array().into_iter().flatten().map(number::whole)
}

impl Knowledge {
    /// Something happened. At the end of an operation, what its node had meanwhile.
    pub(super) fn on_event(&mut self, event: &Event) -> Option<Bounds> {
        match event {
            Event::Invoke(op) => self.on_invoke(op),
            Event::Complete(op) => return Some(self.on_complete(op)),
            Event::Message(message) => self.nodes_talk |= message.between_nodes,
            Event::Fault(_) | Event::Node(_) => {}
        }
        None
    }

    fn brings(&mut self, op: &Invocation) -> Set {
        let brought: Vec<u64> = match op.f.as_str() {
            "broadcast" => number::whole(&op.value).into_iter().collect(),
            "digest_sync" => elements(&op.value["remote_messages"]).flatten().collect(),
            _ => Vec::new(),
        };
        brought.into_iter().map(|e| self.names.name(e)).collect()
    }

    fn on_invoke(&mut self, op: &Invocation) {
        let brings = self.brings(op);
        self.attempted.extend(&brings);
        let node = self.nodes.entry(op.node.clone()).or_default();
        self.open.insert(op.process, node.certain.clone());
        node.possible.extend(&brings);
        for n in brings.iter() {
            *node.brought.entry(n).or_default() += 1;
        }
    }

    fn on_complete(&mut self, op: &Operation) -> Bounds {
        let invocation = &op.invocation;
        let brings = self.brings(invocation);
        let node = self.nodes.entry(invocation.node.clone()).or_default();
        let possible = match self.nodes_talk {
            true => self.attempted.clone(),
            false => node.possible.clone(),
        };
        let bounds = Bounds {
            certain: self.open.remove(&invocation.process).unwrap_or_default(),
            possible,
        };
        if op.is_fail() {
            node.withdraw(&brings);
            return bounds;
        }
        let matched = op.completion.value.get("match") == Some(&Value::Bool(true));
        if !op.is_ok() || matched {
            return bounds;
        }
        if invocation.f == "digest_sync" {
            node.synced.extend(&brings.minus(&node.certain));
        }
        node.certain.extend(&brings);
        self.acknowledged.extend(&brings);
        let told = elements(&op.completion.value["local_messages"]).flatten();
        let told: Set = told.filter_map(|e| self.names.get(e)).collect();
        // What was never named is no element, and what cannot be there proves nothing.
        let told = told.minus(&told.minus(&bounds.possible));
        node.possible.extend(&told);
        node.certain.extend(&told);
        self.acknowledged.extend(&told);
        bounds
    }

    /// What a node took over in syncs.
    pub(super) fn synced(&self, node: &str) -> Set {
        let node = self.nodes.get(node);
        node.map(|node| node.synced.clone()).unwrap_or_default()
    }
}

impl NodeSets {
    fn withdraw(&mut self, brings: &Set) {
        for n in brings.iter() {
            let Some(times) = self.brought.get_mut(&n) else {
                continue;
            };
            *times -= 1;
            if *times == 0 {
                self.brought.remove(&n);
                self.possible.remove(n);
            }
        }
        // What is certain stays possible, whoever brought it.
        let certain = self.certain.clone();
        self.possible.extend(&certain);
    }
}
