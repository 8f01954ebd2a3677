//! What the core costs for each message between nodes.
//!
//! One line is parsed, routed and made into the line for its receiver, with the events for journal
//! and checks emitted; bodies have 200 bytes. Run with `cargo bench -p harness --bench router`.

use divan::counter::ItemsCount;
use harness::core::{Core, Input, Output, Surroundings};
use harness::plan::Plan;
use workloads::RunOptions;
use workloads::options::LatencyDist;
use workloads::random::Seed;
use workloads::workload_by_name;

fn main() {
    divan::main();
}

const NODES: usize = 5;
const MESSAGES: usize = 10_000;

fn plan(latency: f64, loss: f64) -> Plan {
    let options = RunOptions {
        workload: "echo".to_owned(),
        node_count: NODES,
        rate: 0.0,
        time_limit: 1e6,
        latency,
        latency_dist: LatencyDist::Uniform,
        loss,
        ..RunOptions::default()
    };
    Plan::draw(vec!["bench".to_owned()], Seed(1), options).expect("a plan")
}

/// A core whose nodes have all answered `init`.
fn started(plan: &Plan) -> Core<'_> {
    let workload = workload_by_name("echo").expect("echo exists");
    let surroundings = Surroundings {
        starting_at_once: NODES,
        flush_hint: None,
        lines_per_second: None,
    };
    let mut core = Core::new(plan, workload, surroundings);
    let mut out = Vec::new();
    core.begin(&mut out);
    for node in 0..NODES {
        core.step(0, Input::Started(node), &mut out);
        let line = format!(
            r#"{{"src":"n{node}","dest":"c0","body":{{"type":"init_ok","in_reply_to":{}}}}}"#,
            node + 1
        );
        core.step(0, Input::Line(node, line.as_bytes()), &mut out);
    }
    core
}

/// Lines from every node to every other, with bodies of 200 bytes.
fn lines() -> Vec<(usize, String)> {
    let line = |i: usize| {
        let (from, to) = (i % NODES, (i + 1 + i / NODES % (NODES - 1)) % NODES);
        let head = format!(r#"{{"type":"append_entries","msg_id":{i},"entries":""#);
        let body = format!("{head}{}\"}}", "x".repeat(200 - head.len() - 2));
        assert_eq!(body.len(), 200);
        (
            from,
            format!(r#"{{"src":"n{from}","dest":"n{to}","body":{body}}}"#),
        )
    };
    (0..MESSAGES).map(line).collect()
}

fn route(bencher: divan::Bencher<'_, '_>, latency: f64, loss: f64) {
    let plan = plan(latency, loss);
    let lines = lines();
    bencher
        .counter(ItemsCount::new(MESSAGES))
        .with_inputs(|| started(&plan))
        .bench_local_values(|mut core| {
            let mut out = Vec::with_capacity(64);
            let mut delivered = 0;
            let mut now_ns = 1_000;
            for (from, line) in &lines {
                now_ns += 1_000;
                core.step(now_ns, Input::Line(*from, line.as_bytes()), &mut out);
                delivered += out.iter().filter(|o| matches!(o, Output::Send(..))).count();
                out.clear();
            }
            core.step(now_ns + 1_000_000_000, Input::Tick, &mut out);
            delivered += out.iter().filter(|o| matches!(o, Output::Send(..))).count();
            assert!(delivered >= MESSAGES / 2, "only {delivered} were delivered");
            core
        });
}

#[divan::bench]
fn at_once(bencher: divan::Bencher<'_, '_>) {
    route(bencher, 0.0, 0.0);
}

#[divan::bench]
fn with_latency_and_loss(bencher: divan::Bencher<'_, '_>) {
    route(bencher, 10.0, 0.1);
}
