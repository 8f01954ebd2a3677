//! Reference nodes in a bad world: nothing that was acknowledged is lost, everything converges.

use crate::judges::run;
use crate::world::{Faults, MS, Topology, World};
use nodes::NODES;
use proptest::prelude::*;
use serde_json::json;

const ALL: [&str; 7] = [
    "loss",
    "duplicate",
    "reorder",
    "partition",
    "oneway",
    "kill",
    "pause",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn reference_nodes_are_right_under_every_fault(
        seed: u64,
        node_count in 1usize..6,
        faults in prop::sample::subsequence(&ALL, 0..=ALL.len()),
    ) {
        for node in NODES {
            let mut world = World::new(node.name, None, node_count, Faults::named(&faults), seed);
            let seen = run(&mut world, node.name, 250);
            prop_assert!(seen.is_empty(), "{}: {:?}", node.name, seen);
        }
    }
}

#[test]
fn reference_nodes_are_right_under_all_faults_at_once() {
    for node in NODES {
        for seed in 0..2 {
            let mut world = World::new(node.name, None, 5, Faults::named(&ALL), seed);
            let seen = run(&mut world, node.name, 400);
            assert!(seen.is_empty(), "{} with seed {seed}: {seen:?}", node.name);
        }
    }
}

/// Broadcasts and reads in turn, 100 a second, on 25 nodes whose links take 100 ms. Returns the
/// messages per operation, and how long after the last operation every node had everything.
fn broadcast_of_25(topology: Topology) -> (u64, u64) {
    const OPERATIONS: u64 = 600;
    let mut world = World::new("broadcast", None, 25, Faults::default(), 1);
    world.latency_ms = 100;
    world.boot_all(topology);
    for i in 0..OPERATIONS {
        let body = match i % 2 {
            0 => json!({"type": "read"}),
            _ => json!({"type": "broadcast", "message": i}),
        };
        let node = world.any_node();
        assert!(world.ask(node, body).is_some());
        world.pass(10 * MS);
    }
    let per_op = world.sent / OPERATIONS;
    let end_ns = world.now_ns - 10 * MS;
    let everything = |world: &mut World| {
        (0..25).all(|node| {
            let reply = world.ask(node, json!({"type": "read"})).expect("awake");
            reply["messages"].as_array().map(Vec::len) == Some(OPERATIONS as usize / 2)
        })
    };
    while !everything(&mut world) {
        world.pass(10 * MS);
    }
    (per_op, (world.now_ns - end_ns) / MS)
}

#[test]
fn broadcast_is_thrifty_on_a_grid_and_quick_where_all_are_neighbours() {
    let (per_op, latency_ms) = broadcast_of_25(Topology::Grid);
    assert!(per_op <= 16, "{per_op} messages per operation");
    assert!(latency_ms <= 1_500, "{latency_ms} ms");
    let (per_op, latency_ms) = broadcast_of_25(Topology::Unknown);
    assert!(per_op <= 25, "{per_op} messages per operation");
    assert!(latency_ms <= 200, "{latency_ms} ms");
}
