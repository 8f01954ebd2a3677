//! One run of a broken or correct node in this process, under a simulated clock.

use checker::Verdict;
use harness::run::simulate;
use nodes::Bug;
use workloads::RunOptions;
use workloads::options::{Concurrency, Fault, LatencyDist};
use workloads::random::Seed;
use workloads::run_checks::Judgement;

/// A bug is tried with so many seeds; one of them must catch it.
pub(crate) const SEEDS: u64 = 5;

/// A run of ten seconds with several clients a node and a network that is not instant.
pub(crate) fn options(workload: &str, node_count: usize, nemesis: &[Fault]) -> RunOptions {
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

pub(crate) fn run(node: &str, bug: Option<&str>, seed: u64, options: RunOptions) -> Judgement {
    simulate(node, bug, Seed(seed), options, &mut |_| {}).expect("the run can be made")
}

pub(crate) fn verdict(judgement: &Judgement) -> Verdict {
    Verdict::merge(judgement.checks.iter().map(|c| c.verdict))
}

/// Whether a run with this seed catches the bug, by one of the anomalies that the zoo names. To be
/// caught by others only would mean that the zoo's table is wrong.
pub(crate) fn catches(bug: &Bug, seed: u64) -> bool {
    let faults: Vec<Fault> = bug
        .caught_by
        .iter()
        .map(|f| f.parse().expect("a fault"))
        .collect();
    let options = options(bug.node, bug.node_count, &faults);
    let judgement = run(bug.node, Some(bug.name), seed, options);
    let anomalies = judgement.checks.iter().flat_map(|c| &c.anomalies);
    let kinds: Vec<&str> = anomalies.map(|a| a.kind.as_str()).collect();
    let named = kinds.iter().any(|kind| bug.anomalies.contains(kind));
    assert!(
        named || kinds.is_empty(),
        "{} {}, seed {seed}: found {kinds:?} and none of {:?}",
        bug.node,
        bug.name,
        bug.anomalies
    );
    named && verdict(&judgement) == Verdict::Invalid
}
