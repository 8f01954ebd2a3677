//! Shrinking against an oracle that knows what makes a plan fail.

use proptest::prelude::*;
use workloads::RunOptions;
use workloads::options::{Fault, LatencyDist};
use workloads::random::Seed;

use super::*;
use crate::plan::PlannedFault;

/// What a plan must have to fail.
#[derive(Debug, Clone)]
struct Planted {
    /// By kind and beginning.
    faults: Vec<(Fault, u64)>,
    operations: Vec<Operation>,
    nodes: usize,
    time_ms: u64,
    latency: bool,
}

/// When a client issues an operation, in milliseconds.
fn time_ms((client, number): Operation) -> u64 {
    number * 200 + client as u64 * 10
}

/// What is issued in a run of this plan.
fn issued(plan: &Plan) -> Vec<Operation> {
    let limit_ms = (plan.options.time_limit * 1000.0).round() as u64;
    let all = (0..plan.options.client_count()).flat_map(|client| {
        (0..)
            .map(move |n| (client, n))
            .take_while(move |op| time_ms(*op) < limit_ms)
    });
    all.filter(|&(client, number)| !plan.left_out.contains(client, number))
        .collect()
}

impl Planted {
    fn fails(&self, plan: &Plan) -> bool {
        let operations = issued(plan);
        let has = |(kind, begin): &(Fault, u64)| {
            plan.faults
                .iter()
                .any(|f| f.fault == *kind && f.begin_ns == *begin)
        };
        self.faults.iter().all(has)
            && self.operations.iter().all(|op| operations.contains(op))
            && plan.node_ids.len() >= self.nodes
            && plan.options.time_limit * 1000.0 >= self.time_ms as f64
            && (!self.latency || plan.options.latency > 0.0)
    }
}

fn plan(seed: u64) -> Plan {
    let options = RunOptions {
        workload: "echo".to_owned(),
        node_count: 5,
        time_limit: 20.0,
        latency: 20.0,
        latency_dist: LatencyDist::Exponential,
        loss: 0.05,
        nemesis: vec![Fault::Partition, Fault::Kill, Fault::Pause],
        nemesis_interval: 2.0,
        explore: Some(8),
        ..RunOptions::default()
    };
    Plan::draw(vec!["./node".to_owned()], Seed(seed), options).expect("a plan")
}

fn shrink(plan: &Plan, planted: &Planted) -> Shrinker {
    let mut shrinker = Shrinker::new(plan.clone(), issued(plan));
    while let Some(candidate) = shrinker.propose() {
        let trial = if planted.fails(&candidate) {
            Trial::Fails(issued(&candidate))
        } else {
            Trial::Passes
        };
        shrinker.tell(trial);
        assert!(shrinker.runs() < 2000, "it goes on and on");
    }
    shrinker
}

fn name(fault: &PlannedFault) -> (Fault, u64) {
    (fault.fault, fault.begin_ns)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_was_planted_is_what_is_left(
        seed in 0..1000u64,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        operations in prop::collection::btree_set((0..5usize, 0..80u64), 0..4),
        nodes in 1..=5usize,
        time_ms in 1..20_000u64,
        latency in any::<bool>(),
    ) {
        let plan = plan(seed);
        let names = picks.iter().map(|p| name(p.get(&plan.faults)));
        let mut faults: Vec<(Fault, u64)> = names.collect();
        faults.sort_unstable();
        faults.dedup();
        let operations = operations.into_iter().collect();
        let planted = Planted { faults, operations, nodes, time_ms, latency };
        let shrinker = shrink(&plan, &planted);
        let best = shrinker.best();
        prop_assert!(planted.fails(best));
        let mut left: Vec<(Fault, u64)> = best.faults.iter().map(name).collect();
        left.sort_unstable();
        prop_assert_eq!(&left, &planted.faults);
        prop_assert_eq!(&issued(best), &planted.operations);
        let clients = planted.operations.iter().map(|op| op.0 + 1).max().unwrap_or(1);
        let hit = best.faults.iter().flat_map(|f| f.action.nodes());
        let concerned = hit.max().map_or(1, |n| n + 1);
        prop_assert!(best.node_ids.len() >= nodes.max(clients));
        prop_assert!(best.node_ids.len() <= nodes.max(clients).max(concerned));
        prop_assert_eq!(best.options.loss, 0.0);
        prop_assert_eq!(best.options.latency > 0.0, latency);
        prop_assert_eq!(best.options.explore, None);
        prop_assert!(best.faults.iter().all(|f| f.length_ms() <= 1));
        prop_assert!(shrinker.runs() < 300, "{} runs", shrinker.runs());
    }
}

#[test]
fn the_table_tells_what_was_gained() {
    let plan = plan(7);
    let planted = Planted {
        faults: vec![name(&plan.faults[2])],
        operations: vec![(0, 3), (1, 17)],
        nodes: 2,
        time_ms: 0,
        latency: false,
    };
    let shrinker = shrink(&plan, &planted);
    let (from, to) = shrinker.sizes();
    let mut text = format!("{from} to {to} in {} runs\n", shrinker.runs());
    for row in shrinker.table() {
        text.push_str(&format!(
            "{}: {} > {}, {} runs\n",
            row.step, row.from, row.to, row.runs
        ));
    }
    assert_eq!(
        text,
        "500 operations, 15 faults, 5 nodes, 20 s to 2 operations, 1 fault, 2 nodes, 3.444 s \
         in 60 runs\n\
         nodes: 5 > 2, 4 runs\n\
         faults: 15 > 1, 5 runs\n\
         time: 20 s > 3.444 s, 13 runs\n\
         operations: 500 > 2, 35 runs\n\
         length of faults: 26.632 s > 0.001 s, 1 runs\n\
         network: 20 ms exponential, 5% lost > plain, 1 runs\n\
         order of threads: explored, 1 in 8 > fair, 1 runs\n"
    );
}

#[test]
fn a_plan_that_fails_by_itself_is_stripped_quickly() {
    let planted = Planted {
        faults: vec![],
        operations: vec![],
        nodes: 1,
        time_ms: 0,
        latency: false,
    };
    let shrinker = shrink(&plan(1), &planted);
    assert_eq!(
        shrinker.sizes().1.to_string(),
        "no operations, no faults, 1 node, 0.01 s"
    );
    assert_eq!(shrinker.runs(), 6);
}

/// A broken node of the zoo, under everything at once, in this process.
#[test]
fn a_lost_element_of_a_node_that_never_retries_needs_one_cut_and_one_operation() {
    let options = RunOptions {
        workload: "broadcast".to_owned(),
        node_count: 5,
        time_limit: 20.0,
        rate: 20.0,
        latency: 5.0,
        latency_dist: LatencyDist::Uniform,
        nemesis: vec![Fault::Partition, Fault::Delay, Fault::Kill],
        nemesis_interval: 2.0,
        recovery: 2.0,
        ..RunOptions::default()
    };
    let plan = Plan::draw(vec!["node".to_owned()], Seed(11), options).expect("a plan");
    let attempt = |plan: &Plan| {
        let mut issued = Issued::new(plan);
        let mut watcher = |event: &workloads::Event| issued.take(event);
        let judgement =
            crate::run::simulate_plan(plan, "broadcast", Some("no-retry"), &mut watcher);
        let checks = judgement.expect("a run").checks;
        (issued.into_operations(), checks)
    };
    let (operations, checks) = attempt(&plan);
    let target = Target::of_checks(&checks).expect("something is lost");
    let mut shrinker = Shrinker::new(plan, operations);
    while let Some(candidate) = shrinker.propose() {
        let (operations, checks) = attempt(&candidate);
        shrinker.tell(if target.is_shown_by(&checks) {
            Trial::Fails(operations)
        } else {
            Trial::Passes
        });
    }
    assert_eq!(
        target.to_string(),
        "the check `broadcast` fails with lost-element"
    );
    let (from, to) = shrinker.sizes();
    assert_eq!(
        format!("{from} to {to} in {} runs", shrinker.runs()),
        "415 operations, 16 faults, 5 nodes, 20 s to 1 operation, 1 fault, 2 nodes, 1.337 s in \
         42 runs"
    );
    let best = shrinker.best();
    assert!(
        target.is_shown_by(&attempt(best).1),
        "the smallest plan fails by itself"
    );
}
