//! Reference nodes in a bad world: nothing that was acknowledged is lost, everything converges.

mod world;

use nodes::NODES;
use proptest::prelude::*;
use world::judges::run;
use world::{Faults, World};

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
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..Default::default() })]

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
        for seed in 0..4 {
            let mut world = World::new(node.name, None, 5, Faults::named(&ALL), seed);
            let seen = run(&mut world, node.name, 600);
            assert!(seen.is_empty(), "{} with seed {seed}: {seen:?}", node.name);
        }
    }
}
