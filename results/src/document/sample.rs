//! Documents for tests: a counter that lost an add, and a grade with it.

use checker::{Anomaly, CheckResult, EventKind, Verdict};
use serde_json::json;

use super::*;

/// A run that found a lost add.
pub(crate) fn invalid() -> VerdictDocument {
    let anomaly = Anomaly {
        ops: vec![12, 40],
        messages: vec![113, 114, 240, 241],
        nodes: vec!["n2".to_owned(), "n0".to_owned()],
        ..Anomaly::new(
            "lost-add",
            "n2 acknowledged an add of 3, but the last read on n0 is 14 although 17 were \
             acknowledged: the add of 3 is missing.",
        )
    };
    let checks = vec![
        CheckResult::valid("protocol", "every message was well formed"),
        CheckResult::from_anomalies("counter", vec![anomaly], "")
            .with_figure("acknowledged", 17)
            .with_figure("final_reads", json!([14, 17, 17])),
        CheckResult::valid("crash", "no node ended by itself"),
        CheckResult::unknown("limits", "too few operations to say"),
    ];
    VerdictDocument {
        schema: VerdictDocument::SCHEMA.to_owned(),
        verdict: Verdict::Invalid,
        summary: VerdictDocument::summarize(&checks),
        workload: "g-counter".to_owned(),
        bin: vec!["./node.py".to_owned()],
        seed: "0x2a".to_owned(),
        time_mode: TimeMode::Real,
        level: Level::Real,
        level_why: vec!["real time was asked for".to_owned()],
        remarks: Vec::new(),
        replayable: false,
        journal_hash: format!("blake3:{}", "0123456789abcdef".repeat(4)),
        replay: "splitbrain test -w g-counter --bin ./node.py --seed 0x2a".to_owned(),
        options: json!({"node_count": 3, "rate": 5}),
        checks,
        stats: stats(),
        nodes: nodes(),
        evidence: evidence(),
        interrupted: false,
        error: None,
        run_dir: "runs/g-counter/20261121T031745-0x2a".to_owned(),
    }
}

/// A run in which everything passed.
pub(crate) fn valid() -> VerdictDocument {
    let checks = vec![
        CheckResult::valid("protocol", "every message was well formed"),
        CheckResult::valid("counter", "every final read is the sum of what was added"),
    ];
    let mut nodes = nodes();
    for node in &mut nodes {
        node.exit = None;
        node.stderr_tail.clear();
    }
    VerdictDocument {
        verdict: Verdict::Valid,
        summary: VerdictDocument::summarize(&checks),
        checks,
        nodes,
        evidence: Evidence::default(),
        ..invalid()
    }
}

/// A cluster of a server and a client in which a file was not whole.
pub(crate) fn cluster() -> VerdictDocument {
    let wrong = "client/large.txt: found 65536 bytes, expected the 340000 bytes of \
                 server/files/large.txt: the last 274464 are missing.";
    let anomaly = Anomaly::new("wrong-file", wrong);
    let checks = vec![
        CheckResult::valid("start", "All programs were ready."),
        CheckResult::valid("crash", "No program ended too early."),
        CheckResult::invalid("the large file was downloaded whole", wrong, vec![anomaly])
            .with_figure("points", 0)
            .with_figure("max_points", 5),
    ];
    let node = |id: &str, exit| NodeReport {
        id: id.to_owned(),
        exit,
        starts: 1,
        stderr: format!("nodes/{id}.stderr.log"),
        ..NodeReport::default()
    };
    let ended = NodeExit {
        code: Some(0),
        signal: None,
    };
    VerdictDocument {
        summary: VerdictDocument::summarize(&checks),
        workload: "static-files".to_owned(),
        bin: vec!["work".to_owned()],
        level_why: vec!["programs that talk over TCP run by the machine's clock".to_owned()],
        replay: "splitbrain cluster runs/static-files/20261121T031745-0x2a/scenario.toml --dir \
                 work --seed 0x2a"
            .to_owned(),
        options: serde_json::Value::Null,
        checks,
        stats: Stats {
            links: Some(LinkCounts {
                connections: 6,
                broken: 1,
                requests: 6,
                answers: 5,
                lost: 1,
                bytes: 440_912,
            }),
            wall_s: 0.7,
            ..Stats::default()
        },
        nodes: vec![node("server", None), node("client", Some(ended))],
        evidence: Evidence::default(),
        run_dir: "runs/static-files/20261121T031745-0x2a".to_owned(),
        ..invalid()
    }
}

fn stats() -> Stats {
    let reads = OpCounts {
        invoked: 60,
        ok: 60,
        ..OpCounts::default()
    };
    let adds = OpCounts {
        invoked: 41,
        ok: 38,
        fail: 1,
        info: 2,
    };
    Stats {
        during_faults: 40,
        ops: OpCounts {
            invoked: 101,
            ok: 98,
            fail: 1,
            info: 2,
        },
        by_f: [("add".to_owned(), adds), ("read".to_owned(), reads)].into(),
        messages: MessageCounts {
            all: 640,
            clients: 202,
            servers: 438,
            dropped: 31,
            per_op: 4.336,
        },
        links: None,
        latency_ms: LatencyMs {
            p50: 1.25,
            p95: 8.0,
            p99: 21.5,
            max: 130.75,
        },
        virtual_s: None,
        wall_s: 21.3,
    }
}

fn nodes() -> Vec<NodeReport> {
    let node = |id: &str| NodeReport {
        id: id.to_owned(),
        starts: 1,
        stderr: format!("nodes/{id}.stderr.log"),
        ..NodeReport::default()
    };
    let failed = NodeReport {
        exit: Some(NodeExit {
            code: Some(1),
            signal: None,
        }),
        starts: 2,
        stderr_tail: vec![
            "Traceback (most recent call last):".to_owned(),
            "  File \"node.py\", line 31, in <module>".to_owned(),
            "KeyError: 'delta'".to_owned(),
        ],
        ..node("n2")
    };
    vec![node("n0"), node("n1"), failed]
}

fn evidence() -> Evidence {
    let add = QuotedOp {
        index: 12,
        time: 1_250_000_000,
        process: 2,
        node: Some("n2".to_owned()),
        f: "add".to_owned(),
        key: None,
        value: "3".to_owned(),
        message: Some(113),
        is_final: false,
        end: Some(QuotedEnd {
            time: 1_252_500_000,
            kind: EventKind::Ok,
            value: "3".to_owned(),
            message: Some(114),
            error: None,
        }),
    };
    let read = QuotedOp {
        index: 40,
        time: 20_250_000_000,
        process: 0,
        node: Some("n0".to_owned()),
        f: "read".to_owned(),
        value: "null".to_owned(),
        message: Some(240),
        is_final: true,
        end: Some(QuotedEnd {
            time: 20_251_000_000,
            kind: EventKind::Ok,
            value: "14".to_owned(),
            message: Some(241),
            error: None,
        }),
        ..add.clone()
    };
    Evidence {
        ops: vec![add, read],
        messages: vec![
            message(113, "c2", "n2", r#"{"type":"add","delta":3,"msg_id":9}"#),
            message(114, "n2", "c2", r#"{"type":"add_ok","in_reply_to":9}"#),
            message(240, "c0", "n0", r#"{"type":"read","msg_id":31}"#),
            message(
                241,
                "n0",
                "c0",
                r#"{"type":"read_ok","value":14,"in_reply_to":31}"#,
            ),
        ],
    }
}

fn message(id: u64, src: &str, dest: &str, body: &str) -> QuotedMessage {
    let step = |time, event: &str| QuotedStep {
        time,
        event: event.to_owned(),
        why: None,
    };
    QuotedMessage {
        id,
        src: src.to_owned(),
        dest: dest.to_owned(),
        body: body.to_owned(),
        steps: vec![step(1_250_000_000, "send"), step(1_250_400_000, "deliver")],
    }
}

/// A suite with a transcript that passed weakly, one that failed, and a run that failed.
pub(crate) fn grade() -> GradeDocument {
    let bin = ["./node.py".to_owned()];
    let weak = ItemResult {
        weak: true,
        time_s: 0.041,
        ..ItemResult::new("write-read", "Write and read back", Verdict::Valid, 1)
    };
    let failed = ItemResult {
        time_s: 5.002,
        note: "the answer to kv_read is not the one expected".to_owned(),
        mismatches: vec![Mismatch {
            expected: r#"{"src": "n1", "dest": "c1", "body": {"type": "error", "code": 20, "text": "Key not found", "in_reply_to": 2}}"#.to_owned(),
            actual: Some(r#"{"src": "n1", "dest": "c1", "body": {"type": "kv_read_ok", "value": null, "in_reply_to": 2}}"#.to_owned()),
            what: "type is \"kv_read_ok\", expected \"error\"".to_owned(),
        }],
        details: vec![
            "            expected line 2        line 2 of stdout".to_owned(),
            "! body.type \"error\"                \"kv_read_ok\"".to_owned(),
        ],
        stderr_tail: vec!["kv_read of missing".to_owned()],
        ..ItemResult::new("missing-key", "Reading a missing key is error 20", Verdict::Invalid, 5)
    };
    let run = ItemResult {
        time_s: 21.3,
        note: invalid().summary,
        runs: vec![valid(), invalid()],
        ..ItemResult::new(
            "partition",
            "Three nodes under partitions",
            Verdict::Invalid,
            20,
        )
    };
    GradeDocument {
        replay: "splitbrain grade counter --bin ./node.py --seed 0x2a".to_owned(),
        ..GradeDocument::new(
            "counter",
            "Grow-only counter",
            &bin,
            vec![weak, failed, run],
        )
    }
}

/// What the run with the lost add stood on.
pub(crate) fn environment() -> EnvironmentDocument {
    let file = |role, path: &str, bytes, digits: &str| ProgramFile {
        role,
        path: path.to_owned(),
        bytes,
        hash: format!("blake3:{}", digits.repeat(32)),
    };
    let owned = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect();
    EnvironmentDocument {
        schema: EnvironmentDocument::SCHEMA.to_owned(),
        harness: Harness {
            version: "0.1.0".to_owned(),
            hash: format!("blake3:{}", "0f".repeat(32)),
        },
        time: "vtime/1".to_owned(),
        kernel: "Linux 6.18.44".to_owned(),
        processor: Processor {
            model: "AMD EPYC".to_owned(),
            features: owned(&["avx2", "sha_ni"]),
        },
        visible_cpus: 1,
        rights: owned(&["root"]),
        directory: "/home/ada".to_owned(),
        program: vec![
            file(FileRole::Program, "/home/ada/node.py", 1234, "1a"),
            file(FileRole::Interpreter, "/usr/bin/python3", 6_831_736, "2b"),
            file(FileRole::Argument, "/home/ada/config.json", 77, "3c"),
        ],
        variables: [("PATH", "/usr/bin:/bin"), ("LANG", "C.UTF-8")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        nodes_dir: None,
    }
}
