//! The zoo as real processes, in virtual time: started, traced, killed and judged by the binary, as
//! anybody would run it.

use std::path::Path;
use std::process::{Command, Stdio};

use nodes::{BUGS, Bug, NODES};
use serde_json::Value;
use workloads::RunOptions;
use workloads::options::Fault;

use super::skip;
use super::trial::{SEEDS, options};

const BINARY: &str = env!("CARGO_BIN_EXE_splitbrain");

/// How many seeds each correct node has to pass.
const SEEDS_OF_CORRECT_NODES: u64 = 3;

/// What a run says on standard output.
fn run(bug: Option<&str>, seed: u64, options: &RunOptions) -> Value {
    let node = options.workload.as_str();
    let name = format!("{node}-{}-{seed}", bug.unwrap_or("correct"));
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("zoo")
        .join(name);
    if dir.exists() {
        std::fs::remove_dir_all(&dir).expect("the former run is gone");
    }
    let mut command = Command::new(BINARY);
    command.args(["test", "--quiet", "--format", "json", "--bin", BINARY]);
    command.args(flags(options)).arg("--out").arg(&dir);
    command.arg(format!("--seed={seed}"));
    command.args(["--", "node", node]);
    command.args(bug.into_iter().flat_map(|bug| ["--bug", bug]));
    let output = command.stdin(Stdio::null()).output();
    let output = output.expect("the binary starts");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("{command:?}: {error}: {said}")
    })
}

fn flags(options: &RunOptions) -> Vec<String> {
    let nemesis: Vec<&str> = options.nemesis.iter().map(|f| f.word()).collect();
    let mut flags = vec![
        format!("--workload={}", options.workload),
        format!("--node-count={}", options.node_count),
        format!("--concurrency={}", options.concurrency),
        format!("--rate={}", options.rate),
        format!("--time-limit={}", options.time_limit),
        format!("--latency={}", options.latency),
        format!("--latency-dist={}", options.latency_dist),
        format!("--nemesis-interval={}", options.nemesis_interval),
        format!("--timeout={}", options.timeout),
    ];
    flags.extend((!nemesis.is_empty()).then(|| format!("--nemesis={}", nemesis.join(","))));
    flags
}

/// Whether runs are in virtual time here, which they are by default; else a run takes ten seconds,
/// and the same nodes are tried under the simulated clock anyway.
fn is_virtual(document: &Value) -> bool {
    let is_virtual = document["level"] != "real";
    if !is_virtual {
        skip::note(&document["level_why"].to_string());
    }
    is_virtual
}

#[test]
fn correct_nodes_pass_as_processes() {
    // Not every fault is possible in real time.
    if !is_virtual(&run(None, 0, &options("echo", 1, &[]))) {
        return;
    }
    for node in NODES {
        for seed in 0..SEEDS_OF_CORRECT_NODES {
            let document = run(None, seed, &options(node.name, 5, Fault::ALL));
            let verdict = (&document["verdict"], &document["level"]);
            let expected = (&Value::from("valid"), &Value::from("exact"));
            assert_eq!(
                verdict, expected,
                "{}, seed {seed}: {document:#}",
                node.name
            );
        }
    }
}

#[test]
fn broken_nodes_are_caught_as_processes() {
    let mut escaped = Vec::new();
    for bug in BUGS {
        let mut documents = (0..SEEDS).map(|seed| run(Some(bug.name), seed, &trial_of(bug)));
        let Some(caught) = documents.find(|document| document["verdict"] == "invalid") else {
            escaped.push(format!("{} {}", bug.node, bug.name));
            continue;
        };
        if !is_virtual(&caught) {
            return;
        }
        assert_eq!(
            caught["level"], "exact",
            "{} {}: {caught:#}",
            bug.node, bug.name
        );
        let kinds = kinds(&caught);
        assert!(
            kinds
                .iter()
                .any(|kind| bug.anomalies.contains(&kind.as_str())),
            "{} {}: found {kinds:?} and none of {:?}",
            bug.node,
            bug.name,
            bug.anomalies
        );
    }
    assert!(
        escaped.is_empty(),
        "not caught by {SEEDS} seeds: {escaped:?}"
    );
}

fn trial_of(bug: &Bug) -> RunOptions {
    let faults = bug.caught_by.iter().map(|f| f.parse().expect("a fault"));
    options(bug.node, bug.node_count, &faults.collect::<Vec<Fault>>())
}

/// The kinds of all anomalies that were found.
fn kinds(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().into_iter().flatten();
    checks
        .flat_map(|check| check["anomalies"].as_array().into_iter().flatten())
        .filter_map(|anomaly| anomaly["type"].as_str().map(str::to_owned))
        .collect()
}
