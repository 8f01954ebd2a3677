//! Clients that know what the answers should be, one for each workload.

mod anti_entropy;
mod broadcast;
mod g_counter;
mod lww_kv;
mod vector_kv;

use std::collections::BTreeSet;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use crate::world::{MS, World};

/// Types of anomalies that were seen.
pub(crate) type Anomalies = BTreeSet<&'static str>;

/// A client of one workload, and what it remembers.
pub(crate) trait Judge {
    /// Does one operation on a node.
    fn ask(&mut self, world: &mut World, node: usize);
    /// Looks at all nodes after everything has healed.
    fn finish(&mut self, _world: &mut World) {}
    /// What was seen so far.
    fn seen(&mut self) -> &mut Anomalies;
}

/// A run: operations, some time between them, disturbances, and a look at the end.
pub(crate) fn run(world: &mut World, workload: &str, operations: usize) -> Anomalies {
    let mut judge = judge(workload, world.node_count());
    for _ in 0..operations {
        let node = world.any_node();
        judge.ask(world, node);
        let pause = world.rng.random_range(0..40 * MS);
        world.pass(pause);
        world.disturb();
    }
    world.heal();
    judge.finish(world);
    std::mem::take(judge.seen())
}

fn judge(workload: &str, nodes: usize) -> Box<dyn Judge> {
    match workload {
        "echo" => Box::new(Echo::default()),
        "unique-ids" => Box::new(UniqueIds::default()),
        "broadcast" => Box::new(broadcast::Broadcast::new(nodes)),
        "g-counter" => Box::new(g_counter::GCounter::new(nodes)),
        "lww-kv" => Box::new(lww_kv::LwwKv::new(nodes)),
        "vector-kv" => Box::new(vector_kv::VectorKv::default()),
        "anti-entropy" => Box::new(anti_entropy::AntiEntropy::new(nodes)),
        other => unreachable!("no judge for {other}"),
    }
}

fn one_of(rng: &mut ChaCha8Rng, count: u64) -> bool {
    rng.random_range(0..count) == 0
}

#[derive(Default)]
struct Echo(Anomalies, u64);

impl Judge for Echo {
    fn ask(&mut self, world: &mut World, node: usize) {
        self.1 += 1;
        let text = format!("Please echo {}", self.1);
        let asleep = world.is_away(node);
        match world.ask(node, json!({"type": "echo", "echo": text})) {
            Some(reply) if reply["echo"] == *text => {}
            Some(_) => drop(self.0.insert("echo-mismatch")),
            None if asleep => {}
            None => drop(self.0.insert("no-answer")),
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.0
    }
}

#[derive(Default)]
struct UniqueIds(Anomalies, BTreeSet<String>);

impl Judge for UniqueIds {
    fn ask(&mut self, world: &mut World, node: usize) {
        // Two at once, and then a while nothing: requests come in bursts.
        for _ in 0..2 {
            if let Some(reply) = world.ask(node, json!({"type": "generate"}))
                && !self.1.insert(reply["id"].to_string())
            {
                self.0.insert("duplicate-id");
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.0
    }
}
