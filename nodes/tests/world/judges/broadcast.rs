//! Broadcast: what was sent arrives everywhere, once, and nothing else does.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Anomalies, Judge, one_of};
use crate::world::World;

fn set_of(messages: &Value) -> BTreeSet<u64> {
    let list = messages.as_array().into_iter().flatten();
    list.filter_map(Value::as_u64).collect()
}

/// Elements that were sent, and for each node those that it must have.
pub(super) struct Broadcast {
    pub(super) seen: Anomalies,
    pub(super) attempted: u64,
    pub(super) known: Vec<BTreeSet<u64>>,
}

impl Broadcast {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            seen: Anomalies::new(),
            attempted: 0,
            known: vec![BTreeSet::new(); nodes],
        }
    }

    pub(super) fn read(&mut self, world: &mut World, node: usize) {
        let Some(reply) = world.ask(node, json!({"type": "read"})) else {
            return;
        };
        let list = &reply["messages"];
        let set = set_of(list);
        if list.as_array().is_some_and(|l| l.len() > set.len()) {
            self.seen.insert("duplicate-element");
        }
        if set
            .iter()
            .any(|e| *e < 1_000_000 || *e >= 1_000_000 + self.attempted)
        {
            self.seen.insert("phantom-element");
        }
        if !self.known[node].is_subset(&set) {
            self.seen.insert("lost-element");
        }
        self.known[node] = set;
    }
}

impl Judge for Broadcast {
    fn ask(&mut self, world: &mut World, node: usize) {
        if one_of(&mut world.rng, 2) {
            return self.read(world, node);
        }
        let element = 1_000_000 + self.attempted;
        if world
            .ask(node, json!({"type": "broadcast", "message": element}))
            .is_some()
        {
            self.attempted += 1;
            self.known[node].insert(element);
        }
    }

    fn finish(&mut self, world: &mut World) {
        let all: BTreeSet<u64> = (1_000_000..1_000_000 + self.attempted).collect();
        for node in 0..world.node_count() {
            self.known[node] = all.clone();
            self.read(world, node);
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}
