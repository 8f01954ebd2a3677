//! `test --stop-on-violation`: a run ends when a violation is certain, and repeats.

use super::{json, splitbrain, stderr, stdout, write_node};
use serde_json::Value;

/// A run of unique-ids with this node, and its verdict.
fn run(node: &str, time: &str, time_limit: &str) -> (tempfile::TempDir, Value) {
    let dir = tempfile::tempdir().expect("a directory");
    write_node(dir.path(), node);
    let args = "test -q -w unique-ids --bin ./node.sh --out run --node-count 3 --rate 50 --seed 7 \
                --stop-on-violation --time";
    let mut args: Vec<&str> = args.split_whitespace().collect();
    args.extend([time, "--time-limit", time_limit]);
    let output = splitbrain(dir.path(), &args);
    assert!(
        output.status.code().is_some_and(|code| code < 3),
        "{}",
        stderr(&output)
    );
    let verdict = json(&dir.path().join("run/verdict.json"));
    (dir, verdict)
}

/// That it ended at its first violation, long before its time.
fn is_stopped(verdict: &Value, limit: &str) {
    let summary = verdict["summary"].as_str().expect("a sentence");
    let told = summary.split_once(" (stopped at the first violation, after ");
    let (_, rest) = told.unwrap_or_else(|| panic!("{summary}"));
    let after = rest.strip_suffix(&format!(" s of {limit})"));
    let after: f64 = after.and_then(|after| after.parse().ok()).expect("seconds");
    assert!(after < 30.0, "{summary}");
    assert_eq!(verdict["verdict"], "invalid");
    assert!(verdict["interrupted"].is_null(), "{summary}");
}

#[test]
fn a_run_ends_at_its_first_violation_and_repeats() {
    let [(first, verdict), (_, again)] =
        [0, 1].map(|_| run("unique-ids --bug no-node", "auto", "600"));
    is_stopped(&verdict, "600");
    is_stopped(&again, "600");
    if verdict["level"] != "exact" {
        return super::not_repeated(&verdict);
    }
    assert_eq!(verdict["journal_hash"], again["journal_hash"]);
    assert_eq!(verdict["replay"], "splitbrain replay run");
    let replayed = splitbrain(first.path(), &["replay", "run"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", stdout(&replayed));
}

#[test]
fn a_run_in_real_time_ends_at_its_first_violation() {
    let (_, verdict) = run("unique-ids --bug no-node", "real", "600");
    is_stopped(&verdict, "600");
}

#[test]
fn a_right_node_runs_to_the_end() {
    let (_, verdict) = run("unique-ids", "auto", "2");
    assert_eq!(verdict["verdict"], "valid", "{verdict:#}");
    assert!(!verdict["summary"].to_string().contains("stopped"));
}
