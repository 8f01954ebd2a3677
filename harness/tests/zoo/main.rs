//! Every broken node is caught, and every correct one passes, over many seeds.
//!
//! Most of them run in this process under a simulated clock: hundreds of runs take seconds. The
//! same nodes also run as `processes`, in virtual time.

mod processes;
#[path = "../exact/skip.rs"]
mod skip;
mod trial;

use checker::Verdict;
use harness::run::simulate;
use nodes::{BUGS, Bug, NODES};
use workloads::options::Fault;
use workloads::random::Seed;
use workloads::run_checks::Judgement;

use trial::{SEEDS, catches, options, run};

fn complaints(judgement: &Judgement) -> Vec<String> {
    let bad = judgement
        .checks
        .iter()
        .filter(|c| c.verdict != Verdict::Valid);
    bad.map(|c| format!("{} is {}: {}", c.name, c.verdict, c.summary))
        .collect()
}

/// Every single fault, none, and all together.
fn fault_sets(node_count: usize) -> Vec<Vec<Fault>> {
    let possible = |f: &Fault| match f {
        Fault::Kill | Fault::Pause | Fault::Skew => true,
        _ => node_count > 1,
    };
    let all: Vec<Fault> = Fault::ALL.iter().copied().filter(possible).collect();
    let mut sets: Vec<Vec<Fault>> = all.iter().map(|f| vec![*f]).collect();
    sets.push(Vec::new());
    sets.push(all);
    sets
}

fn passes(node: &str) {
    let mut runs = 0;
    for node_count in [1, 2, 3, 5] {
        for faults in fault_sets(node_count) {
            for seed in 0..4 {
                let judgement = run(node, None, seed, options(node, node_count, &faults));
                let complaints = complaints(&judgement);
                assert!(
                    complaints.is_empty(),
                    "{node}, {node_count} nodes, {faults:?}, seed {seed}: {complaints:#?}"
                );
                runs += 1;
            }
        }
    }
    assert_eq!(runs, (5 + 3 * 11) * 4);
}

fn is_caught(node: &str) {
    let bugs: Vec<&Bug> = BUGS.iter().filter(|b| b.node == node).collect();
    assert!(bugs.len() >= 3, "{node} has only {} bugs", bugs.len());
    let escaped: Vec<&str> = bugs
        .iter()
        .filter(|b| !(0..SEEDS).any(|seed| catches(b, seed)))
        .map(|b| b.name)
        .collect();
    assert!(
        escaped.is_empty(),
        "{node}: not caught by {SEEDS} seeds: {escaped:?}"
    );
}

macro_rules! zoo {
    ($($test:ident = $node:literal,)+) => {
        $(mod $test {
            #[test]
            fn the_reference_passes_under_every_fault() {
                super::passes($node);
            }

            #[test]
            fn every_bug_is_caught() {
                super::is_caught($node);
            }
        })+

        #[test]
        fn every_node_is_in_this_zoo() {
            let here = [$($node,)+];
            assert!(NODES.iter().all(|n| here.contains(&n.name)));
        }
    };
}

zoo! {
    echo = "echo",
    unique_ids = "unique-ids",
    broadcast = "broadcast",
    g_counter = "g-counter",
    lww_kv = "lww-kv",
    vector_kv = "vector-kv",
    anti_entropy = "anti-entropy",
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let trace = |seed: u64| {
        let mut lines = Vec::new();
        let faults = [Fault::Partition, Fault::Kill, Fault::Loss];
        let mut watcher = |event: &workloads::Event| lines.push(format!("{event:?}"));
        simulate(
            "echo",
            None,
            Seed(seed),
            options("echo", 3, &faults),
            &mut watcher,
        )
        .expect("the run can be made");
        lines
    };
    let one = trace(1);
    assert!(one.len() > 1000, "only {} events", one.len());
    assert_eq!(one, trace(1));
    assert_ne!(one, trace(2));
}
