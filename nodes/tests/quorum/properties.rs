//! Under random faults the store stays atomic, and without too many of them it answers.

use nodes::quorum::{QUORUM_BUGS, Reply};
use proptest::prelude::*;

use crate::history::{SEEN_BY_CLIENTS, violations};
use crate::network::{Chances, Network};

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1000,
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn replicas_are_an_atomic_store_under_every_fault(
        seed: u64,
        replicas in 1usize..=5,
        loss in prop::sample::select(&[0, 2, 10, 30][..]),
        crash in prop::sample::select(&[0, 1, 3][..]),
        delay_ms in prop::sample::select(&[1, 20, 300, 900][..]),
    ) {
        let mut network = Network::new(replicas, None, seed);
        network.chances = Chances { loss, crash, delay_ms };
        network.run(4, 12, 2);
        let seen = violations(&network.history);
        prop_assert!(seen.is_empty(), "{seen:?}");
    }

    #[test]
    fn without_loss_everybody_is_answered(seed: u64, down in 0usize..=2) {
        let mut network = Network::new(5, None, seed);
        network.chances.delay_ms = 100;
        (0..down).for_each(|machine| network.crash(machine));
        network.run(4, 12, 2);
        for operation in &network.history {
            let reply = operation.returned.as_ref().map(|(_, reply)| reply);
            let is_answered = reply.is_some_and(|r| !matches!(r, Reply::NoQuorum { .. }));
            prop_assert!(is_answered, "{operation:?}");
        }
    }
}

#[test]
fn bugs_show_under_random_faults_too() {
    for bug in QUORUM_BUGS {
        let caught = |seed: &u64| {
            let mut network = Network::new(3, Some(bug.name), *seed);
            network.chances = Chances {
                loss: 20,
                crash: 0,
                delay_ms: 300,
            };
            network.run(4, 12, 1);
            violations(&network.history).contains(SEEN_BY_CLIENTS)
        };
        let count = (0..100).filter(caught).count();
        println!("{}: {count} of 100", bug.name);
        assert!(count > 0, "{}: {count} of 100", bug.name);
    }
}
