//! Rows made of results, and a small suite with a real program.

use super::*;
use checker::{CheckResult, Verdict};
use results::VerdictDocument;
use results::document::{Evidence, Level, Stats, TimeMode};

fn document(check: &str, verdict: Verdict) -> VerdictDocument {
    VerdictDocument {
        schema: VerdictDocument::SCHEMA.to_owned(),
        verdict,
        summary: format!("{check} is {verdict}"),
        workload: "echo".to_owned(),
        bin: Vec::new(),
        seed: "0x1".to_owned(),
        time_mode: TimeMode::Real,
        level: Level::Real,
        level_why: vec!["real time was asked for".to_owned()],
        remarks: Vec::new(),
        replayable: false,
        journal_hash: String::new(),
        replay: String::new(),
        options: serde_json::Value::Null,
        checks: vec![CheckResult {
            verdict,
            ..CheckResult::valid(check, "")
        }],
        stats: Stats::default(),
        nodes: Vec::new(),
        evidence: Evidence::default(),
        interrupted: false,
        error: None,
        run_dir: String::new(),
    }
}

fn item() -> Item {
    let text = "[suite]\nname='s'\ntitle='t'\n[[item]]\nid='i'\npoints=7\nkind='cluster'\n\
                scenario='x.toml'\n";
    Suite::parse(text).unwrap().items.remove(0)
}

#[test]
fn all_runs_must_end_as_expected() {
    use Verdict::{Invalid, Unknown, Valid};
    let table = [
        (
            Valid,
            vec![("counter", Valid), ("counter", Valid)],
            Valid,
            7,
        ),
        (
            Valid,
            vec![("counter", Valid), ("counter", Invalid)],
            Invalid,
            0,
        ),
        (
            Valid,
            vec![("counter", Valid), ("counter", Unknown)],
            Unknown,
            0,
        ),
        (Invalid, vec![("counter", Invalid)], Valid, 7),
        (Invalid, vec![("counter", Valid)], Invalid, 0),
        (Invalid, vec![("counter", Unknown)], Unknown, 0),
        // A program that merely crashes has not shown what it was meant to show.
        (Invalid, vec![("crash", Invalid)], Invalid, 0),
        (Valid, vec![], Unknown, 0),
    ];
    for (expect, runs, verdict, expected_points) in table {
        let runs: Vec<_> = runs.into_iter().map(|(c, v)| Ok(document(c, v))).collect();
        let count = runs.len();
        let row = points::of_runs(&item(), expect, runs);
        assert_eq!(
            (row.verdict, row.points),
            (verdict, expected_points),
            "{row:?}"
        );
        assert_eq!((row.max_points, row.runs.len()), (7, count));
    }
}

#[test]
fn a_run_that_cannot_begin_decides_nothing() {
    let runs = vec![Err("no such workload".to_owned())];
    let row = points::of_runs(&item(), Verdict::Valid, runs);
    assert_eq!(row.verdict, Verdict::Unknown);
    assert_eq!(row.note, "could not be run: no such workload");
}

const SUITE: &str = r#"
[suite]
name = "small"
title = "A small one"

[[item]]
id = "run"
kind = "run"
points = 3
workload = "echo"
node_count = 1
rate = 50
time_limit = 0.2

[[item]]
id = "right"
kind = "transcript"
input = '{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}'
output = '{"src":"n1","dest":"c0","body":{"type":"init_ok","in_reply_to":1}}'

[[item]]
id = "wrong"
kind = "transcript"
points = 2
input = '{"type":"echo","msg_id":1,"echo":"hi"}'
output = '{"type":"echo_ok","echo":"ho"}'

[[item]]
id = "cluster"
kind = "cluster"
scenario = "x.toml"
"#;

/// Answers init and echo, with or without an envelope.
const ECHO: &str = r#"#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    body = message.get("body", message)
    kind = body["type"]
    answer = {**body, "type": kind + "_ok", "in_reply_to": body["msg_id"]}
    if "body" in message:
        answer = {"src": message["dest"], "dest": message["src"], "body": answer}
    print(json.dumps(answer), flush=True)
"#;

#[derive(Default)]
struct Heard {
    begun: Vec<String>,
    ended: Vec<String>,
    events: usize,
}

impl GradeWatcher for Heard {
    fn begins(&mut self, item: &Item) {
        self.begun.push(item.id.clone());
    }

    fn event(&mut self, _: &Event) {
        self.events += 1;
    }

    fn ends(&mut self, result: &ItemResult) {
        self.ended.push(result.id.clone());
    }
}

/// Grades the small suite with a Python program; asks for an end before it begins if `stopped`.
fn grade_small(stopped: bool) -> (GradeDocument, Heard) {
    let dir = tempfile::tempdir().unwrap();
    let bin = crate::supervisor::tests::script(dir.path(), "node.py", ECHO);
    let request = GradeRequest {
        clock: crate::run::Clock::Auto,
        suite: &Suite::parse(SUITE).unwrap(),
        program: Some(Program {
            bin,
            args: Vec::new(),
            env: Vec::new(),
            dir: None,
        }),
        replaces: false,
        programs: None,
        scenarios: BTreeMap::new(),
        seed: Seed(1),
        dir: dir.path().join("grade"),
        replay: "again".to_owned(),
        verify: false,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut heard = Heard::default();
    let (stop, mut stops) = mpsc::channel(1);
    if stopped {
        stop.try_send("SIGINT".into()).unwrap();
    }
    let document = runtime.block_on(grade(&request, &mut heard, &mut stops));
    (document, heard)
}

#[test]
fn a_suite_becomes_a_table_with_points() {
    let (document, heard) = grade_small(false);
    let rows: Vec<(&str, Verdict, u32, u32)> = document
        .items
        .iter()
        .map(|i| (i.id.as_str(), i.verdict, i.points, i.max_points))
        .collect();
    assert_eq!(
        rows,
        [
            ("run", Verdict::Valid, 3, 3),
            ("right", Verdict::Valid, 1, 1),
            ("wrong", Verdict::Invalid, 0, 2),
            ("cluster", Verdict::Unknown, 0, 1),
        ],
        "{document:#?}"
    );
    assert_eq!((document.points, document.max_points), (4, 7));
    assert_eq!(exit_of(&document), Exit::Invalid);
    assert!(document.items[1].weak);
    let wrong = &document.items[2];
    assert_eq!(
        wrong.note,
        "expected line 1 of 1, echo: expected \"ho\", got \"hi\""
    );
    assert_eq!(
        wrong.mismatches[0].what,
        "echo: expected \"ho\", got \"hi\""
    );
    assert!(wrong.details[0].contains("expected line 1"));
    assert_eq!(document.items[3].note, "there is no scenario");
    assert_eq!(heard.begun, ["right", "wrong", "run", "cluster"]);
    assert_eq!(heard.ended, heard.begun);
    assert!(heard.events > 10);
}

#[test]
fn a_grading_that_is_stopped_says_so() {
    let (document, _) = grade_small(true);
    assert!(document.interrupted);
    assert!(document.items.is_empty(), "{document:#?}");
    assert_eq!(exit_of(&document), Exit::NothingToRun);
}
