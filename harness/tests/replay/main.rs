//! Runs in virtual time that are done again, verified and shrunk, by the command line.
//!
//! Where this machine has no virtual time that repeats, each test says so and ends.

#![expect(clippy::print_stdout, reason = "a test that is skipped says why")]

mod stop;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const BIN: &str = env!("CARGO_BIN_EXE_splitbrain");

fn splitbrain(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(BIN);
    command.args(args).current_dir(dir).env("NO_COLOR", "1");
    command.output().expect("it runs")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("a file");
    serde_json::from_str(&text).expect("JSON")
}

/// A script that becomes a node of the zoo.
fn write_node(dir: &Path, node: &str) {
    let path = dir.join("node.sh");
    fs::write(&path, format!("#!/bin/sh\nexec {BIN} node {node}\n")).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("executable");
}

/// Says that this machine has no runs that repeat.
fn not_repeated(verdict: &Value) {
    println!(
        "not tested: runs do not repeat here: {}",
        verdict["level_why"]
    );
}

/// Runs broadcast with this node and gives the directory; nothing when runs do not repeat here.
fn recorded(node: &str, more: &[&str]) -> Option<tempfile::TempDir> {
    let dir = tempfile::tempdir().expect("a directory");
    write_node(dir.path(), node);
    let mut args = "test -q -w broadcast --bin ./node.sh --out run --node-count 3 --rate 10 \
                    --time-limit 5 --recovery 1 --seed 7"
        .split_whitespace()
        .collect::<Vec<_>>();
    args.extend(more);
    let output = splitbrain(dir.path(), &args);
    let verdict = json(&dir.path().join("run/verdict.json"));
    if verdict["level"] != "exact" {
        not_repeated(&verdict);
        return None;
    }
    assert_eq!(
        verdict["replay"],
        "splitbrain replay run",
        "{}",
        stdout(&output)
    );
    Some(dir)
}

#[test]
fn a_replay_is_the_same_and_leaves_nothing_behind() {
    let Some(dir) = recorded("broadcast", &["--nemesis", "partition,kill"]) else {
        return;
    };
    for run in ["run", "run/verdict.json"] {
        let output = splitbrain(dir.path(), &["replay", run]);
        assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
        assert!(stdout(&output).starts_with("The replay is the same: "));
    }
    let mut names: Vec<_> = fs::read_dir(dir.path())
        .expect("readable")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["node.sh", "run"]);
    // Also from elsewhere: the program is found where it was.
    let run = dir.path().join("run");
    let output = splitbrain(Path::new("/"), &["replay", &run.to_string_lossy()]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_changed_program_is_named_with_the_first_difference() {
    let Some(dir) = recorded("broadcast", &[]) else {
        return;
    };
    write_node(dir.path(), "broadcast --bug keeps-msg-id");
    let output = splitbrain(dir.path(), &["replay", "run", "--out", "again"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(
        text.starts_with("The replay is not the same. The first difference is line "),
        "{text}"
    );
    assert!(
        text.contains("\n  recorded  ") && text.contains("\n  replayed  "),
        "{text}"
    );
    assert!(text.contains("  - the program changed: "), "{text}");
    assert!(dir.path().join("again/verdict.json").is_file());
}

#[test]
fn a_run_that_is_verified_says_so() {
    let Some(dir) = recorded("broadcast", &["--verify", "--explore"]) else {
        return;
    };
    let verdict = json(&dir.path().join("run/verdict.json"));
    let checks = verdict["checks"].as_array().expect("checks");
    let replay = checks
        .iter()
        .find(|c| c["name"] == "replay")
        .expect("a check");
    assert_eq!(replay["verdict"], "valid", "{replay}");
    assert!(!dir.path().join("run~").exists());
    // What was added by the second run is no difference.
    let output = splitbrain(dir.path(), &["replay", "run"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_run_that_was_killed_is_compared_as_far_as_it_came() {
    let Some(dir) = recorded("broadcast", &[]) else {
        return;
    };
    fs::remove_file(dir.path().join("run/verdict.json")).expect("removed");
    let journal = dir.path().join("run/journal.jsonl.zst");
    let bytes = fs::read(&journal).expect("a journal");
    fs::write(&journal, &bytes[..bytes.len() / 2]).expect("written");
    let output = splitbrain(dir.path(), &["replay", "run"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let text = stdout(&output);
    assert!(
        text.starts_with("The replay is the same as far as the recorded run came: "),
        "{text}"
    );
}

#[test]
fn a_program_that_remembers_its_last_run_is_found_out() {
    let dir = tempfile::tempdir().expect("a directory");
    let memory = dir.path().join("memory");
    write_node(dir.path(), "broadcast");
    let script = dir.path().join("node.sh");
    let text = fs::read_to_string(&script).expect("a script");
    let memory = memory.display();
    let remembers = format!(
        "#!/bin/sh\nif [ -e {memory} ]; then sleep 0.5; fi; echo > {memory}\n{}",
        text.trim_start_matches("#!/bin/sh\n")
    );
    fs::write(&script, remembers).expect("written");
    let args = "test -q -w broadcast --bin ./node.sh --out run --node-count 1 --time-limit 2 \
                --rate 10 --seed 7 --verify";
    splitbrain(dir.path(), &args.split_whitespace().collect::<Vec<_>>());
    let verdict = json(&dir.path().join("run/verdict.json"));
    if verdict["time_mode"] == "real" {
        println!("not tested: no virtual time here: {}", verdict["level_why"]);
        return;
    }
    assert_eq!(verdict["verdict"], "unknown", "{verdict:#}");
    assert_eq!(
        (&verdict["level"], &verdict["replayable"]),
        (&Value::from("virtual"), &Value::from(false))
    );
    let summary = verdict["summary"].as_str().expect("a sentence");
    assert!(
        summary.starts_with("A second run of the same plan was not the same: line "),
        "{summary}"
    );
    assert!(dir.path().join("run~/verdict.json").is_file());
}

#[test]
fn another_order_of_threads_is_another_seed_away() {
    let hash = |dir: &Path| json(&dir.join("run/verdict.json"))["journal_hash"].clone();
    let Some(fair) = recorded("broadcast", &[]) else {
        return;
    };
    let plan = json(&fair.path().join("run/plan.json"));
    assert_eq!(plan["options"]["explore"], Value::Null);
    let explored = recorded("broadcast", &["--explore", "3"]).expect("it repeats as well");
    let plan = json(&explored.path().join("run/plan.json"));
    assert_eq!(plan["options"]["explore"], 3);
    let again = recorded("broadcast", &["--explore", "3"]).expect("it repeats as well");
    assert_eq!(hash(explored.path()), hash(again.path()));
}

#[test]
fn a_lost_element_is_shrunk_to_one_operation_and_replays() {
    let Some(dir) = recorded("broadcast --bug no-gossip", &["--nemesis", "kill,loss"]) else {
        return;
    };
    let output = splitbrain(dir.path(), &["shrink", "run"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    let text = stdout(&output);
    assert!(
        text.contains(" to 1 operation, no faults, 2 nodes, "),
        "{text}"
    );
    let tried = json(&dir.path().join("run-shrunk/shrink.json"));
    assert_eq!(tried["to"]["operations"], 1);
    assert_eq!(tried["replay"], "splitbrain replay run-shrunk");
    assert!(!dir.path().join("run-shrunk~").exists());
    let output = splitbrain(dir.path(), &["replay", "run-shrunk"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let output = splitbrain(
        dir.path(),
        &["shrink", "run-shrunk", "--out", "less", "--format", "json"],
    );
    let document: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(document["from"]["operations"], 1);
}

#[test]
fn what_cannot_be_shrunk_or_replayed_is_refused() {
    let Some(dir) = recorded("broadcast", &[]) else {
        return;
    };
    let output = splitbrain(dir.path(), &["shrink", "run"]);
    assert_eq!(output.status.code(), Some(65));
    assert!(
        stderr(&output).contains("only a run that is invalid can be shrunk"),
        "{}",
        stderr(&output)
    );
    assert!(!dir.path().join("run-shrunk").exists());
    let output = splitbrain(dir.path(), &["replay", "nothing"]);
    assert_eq!(output.status.code(), Some(66));
    let output = splitbrain(dir.path(), &["replay", "node.sh"]);
    assert_eq!(output.status.code(), Some(66));
    fs::write(dir.path().join("run/plan.json"), "{}").expect("written");
    let output = splitbrain(dir.path(), &["replay", "run"]);
    assert_eq!(output.status.code(), Some(65), "{}", stderr(&output));
}
