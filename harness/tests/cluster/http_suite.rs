//! The suite `quorum-kv-http`, as `grade --bin` runs it: the reference passes every item, and each
//! bug of the zoo is caught by the items that are said to catch it.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use nodes::quorum::QUORUM_BUGS;
use serde_json::Value;
use workloads::suite::{ItemKind, built_in};

use crate::scene::BINARY;

/// In real time a busy machine can let a bug escape once.
const RUNS: u64 = 4;

/// The suite with these items only, in a file of its own.
fn suite(place: &Path, items: &[&str]) -> std::path::PathBuf {
    let text = built_in("quorum-kv-http").expect("a suite").text;
    let mut parts = text.split("[[item]]\n");
    let head = parts.next().expect("a head");
    let is_wanted = |part: &&str| {
        let names = |item: &&str| part.starts_with(&format!("id = \"{item}\"\n"));
        items.iter().any(names)
    };
    let wanted: Vec<&str> = parts.filter(is_wanted).collect();
    assert_eq!(wanted.len(), items.len(), "{items:?}");
    let file = place.join("suite.toml");
    let text = format!("{head}[[item]]\n{}", wanted.join("[[item]]\n"));
    std::fs::write(&file, text).expect("written");
    file
}

/// The rows of a grading with replicas that have this bug.
fn grade(suite: &Path, seed: u64, bug: Option<&str>) -> Vec<Value> {
    let place = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(BINARY);
    command.args(["grade", "--quiet", "--format", "json", "--bin", BINARY]);
    command
        .args(["--seed", &seed.to_string()])
        .arg("--out")
        .arg(place.path());
    command.arg(suite).args(["--", "node", "quorum-kv"]);
    if let Some(bug) = bug {
        command.args(["--bug", bug]);
    }
    let output = command.output().expect("a process");
    let document: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    document["items"].as_array().expect("items").clone()
}

/// What was found in a row, if it is invalid.
fn kinds(row: &Value) -> Vec<String> {
    let checks = row["runs"][0]["checks"].as_array().expect("checks").iter();
    let anomalies = checks.flat_map(|check| check["anomalies"].as_array().expect("anomalies"));
    let kinds = anomalies.map(|anomaly| anomaly["type"].as_str().expect("a kind").to_owned());
    kinds.collect()
}

#[test]
fn the_reference_passes_every_item_for_all_points() {
    for seed in 1..=2 {
        for row in grade(Path::new("quorum-kv-http"), seed, None) {
            assert_eq!(row["verdict"], "valid", "{seed}: {row:#}");
            assert_eq!(row["points"], row["max_points"]);
        }
    }
}

#[test]
#[ignore = "compiles"]
fn the_reference_in_go_passes_every_item_too() {
    if Command::new("go").arg("version").output().is_err() {
        return skipped("cluster http_suite: go is not installed");
    }
    let programs = concat!(env!("CARGO_MANIFEST_DIR"), "/../nodes/programs/quorum-go");
    let place = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(BINARY);
    command.args([
        "grade", "--quiet", "--format", "json", "--seed", "1", "--dir", programs,
    ]);
    command.arg("--out").arg(place.path()).arg("quorum-kv-http");
    let output = command.output().expect("a process");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(document["points"], 100, "{document:#}");
}

/// Notes what could not be tested here.
fn skipped(what: &str) {
    if let Some(path) = std::env::var_os("SPLITBRAIN_SKIPPED") {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path);
        let mut file = file.expect("the list of what was skipped");
        writeln!(file, "SKIPPED: {what}").expect("noted");
    }
}

#[test]
fn it_is_worth_a_hundred_points_and_says_what_it_does() {
    let suite = built_in("quorum-kv-http")
        .expect("a suite")
        .suite()
        .expect("is right");
    assert_eq!(suite.max_points(), 100);
    for bug in QUORUM_BUGS {
        for name in bug.items {
            let item = suite.items.iter().find(|item| item.id == *name);
            let item = item.unwrap_or_else(|| panic!("{}: no item {name}", bug.name));
            assert!(matches!(item.kind, ItemKind::Cluster(_)));
        }
    }
}

#[test]
fn each_bug_is_caught_by_its_items() {
    // Two at a time, so that nobody waits for long and machines are not too busy.
    let (first, second) = QUORUM_BUGS.split_at(QUORUM_BUGS.len() / 2);
    std::thread::scope(|scope| {
        for bugs in [first, second] {
            scope.spawn(|| bugs.iter().for_each(is_caught));
        }
    });
}

fn is_caught(bug: &nodes::quorum::QuorumBug) {
    let place = tempfile::tempdir().expect("a directory");
    let mut left: Vec<&str> = bug.items.to_vec();
    for seed in 1..=RUNS {
        let rows = grade(&suite(place.path(), &left), seed, Some(bug.name));
        left.retain(|item| {
            let row = rows.iter().find(|row| row["id"] == *item).expect("a row");
            let found = kinds(row);
            for kind in &found {
                assert!(
                    bug.anomalies.contains(&kind.as_str()),
                    "{}: {kind}",
                    bug.name
                );
            }
            found.is_empty()
        });
        if left.is_empty() {
            return;
        }
    }
    panic!("{} escapes {left:?}", bug.name);
}
