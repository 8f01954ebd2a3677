//! The counter: between what a node must know and what was added.

use rand::RngExt;
use serde_json::json;

use super::{Anomalies, Judge, one_of};
use crate::world::World;

pub(super) struct GCounter {
    seen: Anomalies,
    added: u64,
    least: Vec<u64>,
}

impl GCounter {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            seen: Anomalies::new(),
            added: 0,
            least: vec![0; nodes],
        }
    }

    fn read(&mut self, world: &mut World, node: usize) {
        let Some(reply) = world.ask(node, json!({"type": "read"})) else {
            return;
        };
        let value = reply["value"].as_u64().expect("a number");
        if value > self.added {
            self.seen.insert("phantom-add");
        }
        if value < self.least[node] {
            self.seen.insert("counter-regress");
        }
        self.least[node] = value;
    }
}

impl Judge for GCounter {
    fn ask(&mut self, world: &mut World, node: usize) {
        if one_of(&mut world.rng, 2) {
            return self.read(world, node);
        }
        let delta = world.rng.random_range(0..5);
        if world
            .ask(node, json!({"type": "add", "delta": delta}))
            .is_some()
        {
            self.added += delta;
            self.least[node] += delta;
        }
    }

    fn finish(&mut self, world: &mut World) {
        for node in 0..world.node_count() {
            self.read(world, node);
            if self.least[node] < self.added {
                self.seen.insert("lost-add");
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}
