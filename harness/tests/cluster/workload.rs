//! Clients of the harness on the reference replica, run with `--bin` in the place of all programs:
//! histories are recorded, judged, and tied to the journal.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::scene::{BINARY, checks, journal};

/// A scenario with three replicas and a second of writing and reading.
const BASE: &str = include_str!("../../../workloads/scenarios/quorum-kv-http.toml");
const SECOND: &str = "[workload]\ntime_limit_s = 1\n";

/// Runs a scenario with replicas that have this bug; no directory is handed in.
fn run(place: &Path, more: &str, bug: Option<&str>) -> Value {
    let scenario = place.join("scenario.toml");
    std::fs::write(&scenario, format!("{BASE}\n{more}")).expect("written");
    let mut command = Command::new(BINARY);
    command.args(["cluster", "--quiet", "--format", "json", "--seed", "7"]);
    command
        .arg("--bin")
        .arg(BINARY)
        .arg("--out")
        .arg(place.join("run"));
    command.arg(scenario).args(["--", "node", "quorum-kv"]);
    if let Some(bug) = bug {
        command.args(["--bug", bug]);
    }
    let output = command.output().expect("a process");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn place() -> tempfile::TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What `splitbrain check` says about the history of a run: which levels hold.
fn checked(verdict: &Value) -> Value {
    let history: PathBuf = [
        verdict["run_dir"].as_str().expect("a directory"),
        "history.jsonl",
    ]
    .iter()
    .collect();
    let mut command = Command::new(BINARY);
    command.args([
        "check", "--model", "kv", "--level", "regular", "--format", "json",
    ]);
    let output = command.arg(history).output().expect("a process");
    let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let holds = |level: &Value| match level["verdict"].as_str() {
        Some("valid") => Value::Bool(true),
        Some("invalid") => Value::Bool(false),
        _ => Value::Null,
    };
    let levels = document["levels"].as_array().expect("levels").iter();
    levels
        .map(|level| {
            (
                level["level"].as_str().expect("a word").to_owned(),
                holds(level),
            )
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn check<'a>(verdict: &'a Value, name: &str) -> &'a Value {
    let mut all = verdict["checks"].as_array().expect("checks").iter();
    all.find(|check| check["name"] == name).expect("the check")
}

#[test]
fn the_reference_is_linearizable_and_its_history_is_what_check_reads() {
    let place = place();
    let verdict = run(place.path(), SECOND, None);
    assert_eq!(
        checks(&verdict),
        [
            "start valid",
            "crash valid",
            "progress valid",
            "consistency valid 10/10"
        ],
        "{verdict:#}"
    );
    let consistency = check(&verdict, "consistency");
    assert_eq!(consistency["figures"]["levels"]["linearizable"], true);
    assert_eq!(consistency["figures"]["levels"], checked(&verdict));
    let ops = &verdict["stats"]["ops"];
    assert!(ops["ok"].as_u64() > Some(20), "{ops}");
    assert_eq!(ops["ok"], ops["invoked"]);
    // Of each operation, a request and its answer.
    let of_clients = verdict["stats"]["messages"]["clients"].as_u64();
    assert_eq!(of_clients, ops["invoked"].as_u64().map(|ops| 2 * ops));
    // The command that does it again has the program that was put in the place of the others.
    let again = verdict["replay"].as_str().expect("a command");
    assert!(again.contains(&format!("--bin {BINARY}")), "{again}");
    assert!(again.ends_with("-- node quorum-kv"), "{again}");
}

#[test]
fn a_stale_read_is_tied_to_what_was_sent() {
    let place = place();
    let more = "[[client]]\nname = 'w'\nto = ['peer0']\nreads = 0\n\
                [[client]]\nname = 'r'\nto = ['peer2']\nreads = 1\n\
                [[cut]]\nfrom = 'peer0'\nto = 'peer2'\n\
                [[cut]]\nfrom = 'peer1'\nto = 'peer2'\nat_s = 0.3\n";
    let verdict = run(
        place.path(),
        &format!("{SECOND}keys = 1\n{more}"),
        Some("read-one"),
    );
    let progress = &check(&verdict, "progress")["verdict"];
    assert_eq!(progress, "invalid", "peer2 never gets a value: {verdict:#}");
    let more = more.replace("to = 'peer2'\n[[cut]]", "to = 'peer2'\nat_s = 0.3\n[[cut]]");
    let verdict = run(
        place.path(),
        &format!("{SECOND}keys = 1\n{more}"),
        Some("read-one"),
    );
    let consistency = check(&verdict, "consistency");
    assert_eq!(consistency["verdict"], "invalid", "{verdict:#}");
    assert_eq!(consistency["figures"]["levels"], checked(&verdict));
    assert!(consistency["figures"]["stale_reads"].as_u64() > Some(5));
    let anomaly = &consistency["anomalies"][0];
    assert_eq!(anomaly["type"], "stale-read");
    let summary = anomaly["summary"].as_str().expect("a sentence");
    assert!(summary.starts_with("r read \"w-"), "{summary}");
    // The messages are the requests of these clients, and the answers to them.
    let ids = anomaly["messages"].as_array().expect("messages");
    let ops = anomaly["ops"].as_array().expect("operations");
    assert_eq!(ids.len(), 2 * ops.len());
    let sent = journal(&verdict);
    let mut ends: Vec<String> = Vec::new();
    for id in ids {
        let is_it = |line: &&Value| line["event"] == "send" && line["id"] == *id;
        let line = sent.iter().find(is_it).expect("in the journal");
        ends.push(format!(
            "{} {} {}",
            line["src"], line["dest"], line["body"]["type"]
        ));
    }
    assert!(
        ends.contains(&r#""r" "peer2" "request""#.to_owned()),
        "{ends:?}"
    );
    assert!(
        ends.contains(&r#""peer0" "w" "response""#.to_owned()),
        "{ends:?}"
    );
}

#[test]
fn a_store_that_is_asked_for_something_else_is_told_so() {
    let place = place();
    let more = format!("[workload.write]\npath = '/store/{{key}}'\n{SECOND}");
    let verdict = run(place.path(), &more, None);
    let progress = check(&verdict, "progress");
    assert_eq!(progress["verdict"], "invalid", "{verdict:#}");
    let summary = progress["summary"].as_str().expect("a sentence");
    assert!(summary.starts_with("No write was acknowledged. PUT /store/{key}: answered 404"));
    assert!(
        summary.contains("Give it in [workload.write]."),
        "{summary}"
    );
    assert_eq!(check(&verdict, "consistency")["verdict"], "unknown");
}

#[test]
fn a_cut_is_between_a_client_and_a_program_too() {
    let place = place();
    let more = "[[client]]\nname = 'a'\nto = ['peer0']\n[[client]]\nname = 'b'\nto = ['peer1']\n\
                [[cut]]\nfrom = 'a'\nto = 'peer0'\n";
    let verdict = run(place.path(), &format!("{SECOND}{more}"), None);
    assert_eq!(
        check(&verdict, "consistency")["verdict"],
        "valid",
        "{verdict:#}"
    );
    let by_f = &verdict["stats"]["by_f"];
    // Nobody knows of the writes of the one; its reads say nothing.
    assert!(by_f["write"]["info"].as_u64() > Some(5), "{by_f}");
    assert!(by_f["read"]["fail"].as_u64() > Some(5), "{by_f}");
    assert!(by_f["write"]["ok"].as_u64() > Some(5), "{by_f}");
}

#[test]
fn an_interrupted_workload_is_judged_by_what_was_heard() {
    let place = place();
    let scenario = place.path().join("scenario.toml");
    std::fs::write(
        &scenario,
        format!("{BASE}\n[workload]\ntime_limit_s = 600\n"),
    )
    .expect("written");
    let mut command = Command::new(BINARY);
    command.args([
        "cluster", "--quiet", "--format", "json", "--bin", BINARY, "--out",
    ]);
    command
        .arg(place.path().join("run"))
        .arg(scenario)
        .args(["--", "node", "quorum-kv"]);
    let process = command
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("a process");
    let history = place.path().join("run/history.jsonl");
    while std::fs::metadata(&history).map_or(0, |file| file.len()) < 1000 {
        std::thread::yield_now();
    }
    crate::scene::interrupt(&process);
    let output = process.wait_with_output().expect("its output");
    let verdict: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(
        (&verdict["interrupted"], &verdict["verdict"]),
        (&Value::Bool(true), &"unknown".into())
    );
    assert_eq!(
        check(&verdict, "consistency")["verdict"],
        "valid",
        "{verdict:#}"
    );
}
