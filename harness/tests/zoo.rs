//! Every broken node is caught, and every correct one passes, over many seeds.
//!
//! Nodes run in this process under a simulated clock: hundreds of runs take seconds.

use checker::Verdict;
use harness::run::simulate;
use nodes::{BUGS, Bug, NODES};
use workloads::RunOptions;
use workloads::options::{Concurrency, Fault, LatencyDist};
use workloads::random::Seed;
use workloads::run_checks::Judgement;

/// A run of ten seconds with several clients a node and a network that is not instant.
fn options(workload: &str, node_count: usize, nemesis: &[Fault]) -> RunOptions {
    RunOptions {
        workload: workload.to_owned(),
        node_count,
        concurrency: Concurrency::PerNode(2),
        rate: 60.0,
        time_limit: 10.0,
        latency: 5.0,
        latency_dist: LatencyDist::Uniform,
        nemesis: nemesis.to_vec(),
        nemesis_interval: 3.0,
        timeout: 1000,
        ..RunOptions::default()
    }
}

fn run(node: &str, bug: Option<&str>, seed: u64, options: RunOptions) -> Judgement {
    simulate(node, bug, Seed(seed), options, &mut |_| {}).expect("the run can be made")
}

fn verdict(judgement: &Judgement) -> Verdict {
    Verdict::merge(judgement.checks.iter().map(|c| c.verdict))
}

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
        Fault::Skew => false,
        Fault::Kill | Fault::Pause => true,
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
    assert_eq!(runs, (4 + 3 * 10) * 4);
}

/// A bug must be caught by one of these many seeds, and by an anomaly that the zoo names.
const SEEDS: u64 = 5;

fn caught_after(bug: &Bug) -> Option<u64> {
    let faults: Vec<Fault> = bug
        .caught_by
        .iter()
        .map(|f| f.parse().expect("a fault"))
        .collect();
    (0..SEEDS).find(|seed| {
        let options = options(bug.node, bug.node_count, &faults);
        let judgement = run(bug.node, Some(bug.name), *seed, options);
        let anomalies = judgement.checks.iter().flat_map(|c| &c.anomalies);
        let mut kinds: Vec<&str> = anomalies.map(|a| a.kind.as_str()).collect();
        kinds.dedup();
        let named = kinds.iter().any(|kind| bug.anomalies.contains(kind));
        assert!(
            named || kinds.is_empty(),
            "{} {}, seed {seed}: found {kinds:?} and none of {:?}",
            bug.node,
            bug.name,
            bug.anomalies
        );
        named && verdict(&judgement) == Verdict::Invalid
    })
}

fn is_caught(node: &str) {
    let bugs: Vec<&Bug> = BUGS.iter().filter(|b| b.node == node).collect();
    assert!(bugs.len() >= 3, "{node} has only {} bugs", bugs.len());
    let escaped: Vec<&str> = bugs
        .iter()
        .filter(|b| caught_after(b).is_none())
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
