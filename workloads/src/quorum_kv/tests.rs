//! Answers, histories and what is said about them.

use checker::levels::Level;
use checker::{CheckResult, EventKind, Verdict};
use serde_json::{Value, json};

use super::*;
use crate::random::Seed;

fn write(value: &str) -> Op {
    Op {
        key: "k0".to_owned(),
        value: Some(value.to_owned()),
    }
}

fn read() -> Op {
    Op {
        key: "k0".to_owned(),
        value: None,
    }
}

fn answer(status: u16, body: &str) -> Heard {
    Heard::Answer(HttpAnswer {
        status,
        headers: vec![("etag".to_owned(), " 7 ".to_owned())],
        body: body.as_bytes().to_vec(),
    })
}

fn ended(op: &Op, heard: &Heard) -> (EventKind, Value) {
    let end = Mapping::default().end(op, heard);
    (end.kind, end.value)
}

#[test]
fn a_write_happened_or_not_or_may_have() {
    use EventKind::{Fail, Info, Ok};
    let late = Heard::Nothing(Silence::Late { timeout_ms: 5 });
    for (heard, kind) in [
        (answer(200, r#"{"version":"1-peer0"}"#), Ok),
        (answer(204, ""), Ok),
        (answer(404, "no"), Fail),
        (answer(408, ""), Info),
        (answer(503, ""), Info),
        (answer(302, ""), Info),
        (Heard::Nothing(Silence::Refused), Fail),
        (Heard::Nothing(Silence::Broken), Info),
        (Heard::Nothing(Silence::NotHttp), Info),
        (late, Info),
    ] {
        assert_eq!(ended(&write("a"), &heard), (kind, json!("a")), "{heard:?}");
    }
}

#[test]
fn a_read_says_something_or_failed() {
    use EventKind::{Fail, Ok};
    let found = r#"{"value":"a","version":{"n":1}}"#;
    for (heard, kind, value) in [
        (answer(200, found), Ok, json!("a")),
        (answer(200, r#"{"value":null}"#), Ok, Value::Null),
        (answer(404, ""), Ok, Value::Null),
        (answer(200, "a"), Fail, Value::Null),
        (answer(200, r#"{"v":"a"}"#), Fail, Value::Null),
        (answer(503, ""), Fail, Value::Null),
        (Heard::Nothing(Silence::Broken), Fail, Value::Null),
    ] {
        assert_eq!(ended(&read(), &heard), (kind, value), "{heard:?}");
    }
    let end = Mapping::default().end(&read(), &answer(200, found));
    assert_eq!(end.version, Some(json!({"n": 1})));
    let elsewhere = Mapping {
        read: ReadMapping {
            value: Place::Body,
            version: Some(Place::Header("ETag".to_owned())),
            ..ReadMapping::default()
        },
        ..Mapping::default()
    };
    let end = elsewhere.end(&read(), &answer(200, " a\n"));
    assert_eq!((end.value, end.version), (json!("a"), Some(json!("7"))));
    assert_eq!(elsewhere.end(&read(), &answer(200, "")).value, Value::Null);
}

#[test]
fn a_seed_decides_what_clients_do() {
    let mut settings = Settings::default();
    settings.clients = settings.clients_of(&["peer0".to_owned(), "peer1".to_owned()]);
    let turns = |client: usize, seed: u64| -> Vec<Turn> {
        let mut client = Client::new(&settings, client, Seed(seed));
        (0..200).map(|_| client.turn()).collect()
    };
    let drawn = turns(2, 1);
    assert_eq!(drawn, turns(2, 1));
    assert_ne!(drawn, turns(2, 2));
    let asked: Vec<usize> = drawn.iter().take(4).map(|turn| turn.to).collect();
    assert_eq!(asked, [0, 1, 0, 1]);
    let mut values: Vec<&String> = drawn.iter().filter_map(|t| t.op.value.as_ref()).collect();
    let writes = values.len();
    assert!((70..130).contains(&writes), "{writes}");
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), writes, "every value is written once");
    let pause_s: f64 = drawn.iter().map(|turn| turn.pause_s).sum::<f64>() / 200.0;
    assert!((0.02..0.04).contains(&pause_s), "{pause_s} is about 0.03");
}

/// Records operations of two clients: who, what, and what was heard, one after the other.
fn recorded(steps: &[(usize, Op, Heard)]) -> Recorder {
    let mut record = Recorder::new(vec!["c0".to_owned(), "c1".to_owned()]);
    let mapping = Mapping::default();
    for (n, (client, op, heard)) in (0u64..).zip(steps) {
        let node = format!("peer{client}");
        record.begin(*client, op, &node, n * 2_000_000);
        record.end(*client, mapping.end(op, heard), n * 2_000_000 + 1_000_000);
    }
    record
}

fn stored(version: u64) -> Heard {
    answer(200, &format!(r#"{{"version":{version}}}"#))
}

fn found(value: &str, version: u64) -> Heard {
    answer(
        200,
        &format!(r#"{{"value":"{value}","version":{version}}}"#),
    )
}

fn judged(level: Level, record: &Recorder) -> [CheckResult; 2] {
    let settings = Settings {
        level,
        ..Settings::default()
    };
    judge(&settings, record).try_into().expect("two checks")
}

#[test]
fn the_level_that_held_is_told() {
    let record = recorded(&[(0, write("c0-1"), stored(1)), (1, read(), found("c0-1", 1))]);
    let [progress, consistency] = judged(Level::Regular, &record);
    assert_eq!(
        (progress.verdict, progress.summary.as_str()),
        (
            Verdict::Valid,
            "1 of 1 writes were acknowledged, 1 of 1 reads answered."
        )
    );
    assert_eq!(
        (consistency.verdict, consistency.summary.as_str()),
        (
            Verdict::Valid,
            "The store was linearizable, which is more than was asked for: every read found the \
             newest write."
        )
    );
    assert_eq!(consistency.figures["points"], 10);
    assert_eq!(consistency.figures["quorum_visible_reads"], 1);
    assert_eq!(consistency.figures["levels"]["regular"], true);
}

#[test]
fn a_stale_read_is_told_with_clients_lines_and_figures() {
    let record = recorded(&[
        (0, write("c0-1"), stored(1)),
        (0, write("c0-2"), stored(2)),
        (1, read(), found("c0-1", 1)),
    ]);
    let [_, consistency] = judged(Level::Regular, &record);
    assert_eq!(consistency.verdict, Verdict::Invalid);
    assert_eq!(
        consistency.summary,
        "Monotonic reads hold; quorum visibility and linearizability do not hold: c1 read \
         \"c0-1\" of \"k0\" (peer1, line 5), though it came after this, whose value or a newer \
         one was due: c0 wrote \"c0-2\" of \"k0\" (peer0, line 3). 1 of 1 reads found what was \
         certainly replaced, at most 1 version and 1 ms behind."
    );
    let anomaly = &consistency.anomalies[0];
    assert_eq!(anomaly.kind, "stale-read");
    assert_eq!(
        (&anomaly.ops[..], &anomaly.nodes[..]),
        (
            &[0, 2, 4][..],
            &["peer0".to_owned(), "peer1".to_owned()][..]
        )
    );
    assert_eq!(consistency.figures["points"], 0);
    // Nobody asked for more than that a client does not go back.
    let [_, consistency] = judged(Level::MonotonicReads, &record);
    assert_eq!(
        (consistency.verdict, consistency.figures["points"].clone()),
        (Verdict::Valid, json!(10))
    );
}

#[test]
fn what_may_have_happened_may_be_seen_or_not() {
    let lost = Heard::Nothing(Silence::Broken);
    let steps = [
        (0, write("c0-1"), stored(1)),
        (0, write("c0-2"), lost),
        (1, read(), found("c0-1", 1)),
        (1, read(), found("c0-2", 2)),
    ];
    let record = recorded(&steps);
    assert_eq!(
        judged(Level::Linearizable, &record)[1].verdict,
        Verdict::Valid
    );
    assert_eq!(record.lines()[2].process, 0);
    let mut steps = steps.to_vec();
    steps.push((0, read(), found("c0-1", 1)));
    let record = recorded(&steps);
    assert_eq!(
        record.lines()[8].process,
        2,
        "it goes on as another process"
    );
    let [_, consistency] = judged(Level::Linearizable, &record);
    assert_eq!(consistency.verdict, Verdict::Invalid);
    assert!(
        consistency.summary.contains("c0/2 read \"c0-1\""),
        "{}",
        consistency.summary
    );
}

#[test]
fn a_version_of_two_values_is_told_though_every_level_holds() {
    let record = recorded(&[
        (0, write("c0-1"), stored(1)),
        (1, write("c1-1"), stored(1)),
        (1, read(), found("c1-1", 1)),
    ]);
    let [_, consistency] = judged(Level::Regular, &record);
    assert_eq!(consistency.verdict, Verdict::Invalid);
    assert_eq!(
        consistency.summary,
        "Version 1 of k0 is that of two values: peer0 gave it to \"c0-1\" (line 1), and peer1 gave \
         it to \"c1-1\" (line 3). The store was linearizable, which is more than was asked for: \
         every read found the newest write."
    );
    assert_eq!(consistency.anomalies.len(), 1);
    assert_eq!(consistency.anomalies[0].kind, "version-tie");
}

#[test]
fn a_store_that_answers_nothing_is_no_pass() {
    let not_found = || answer(404, "404 page not found\n");
    let record = recorded(&[(0, write("c0-1"), not_found()), (1, read(), not_found())]);
    let [progress, consistency] = judged(Level::Regular, &record);
    assert_eq!(
        (progress.verdict, consistency.verdict),
        (Verdict::Invalid, Verdict::Unknown)
    );
    let told: Vec<&str> = progress
        .anomalies
        .iter()
        .map(|a| a.summary.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "No write was acknowledged. PUT /kv/{key}: answered 404 `404 page not found`, 1 of 1 \
             times. Does your program use another path or method? Give it in [workload.write].",
            "No read found a value. All 1 that were answered said that nobody had written the key \
             (status 404, or null), GET /kv/{key}. That may be true: no write was acknowledged.",
        ]
    );
    assert_eq!(consistency.figures["points"], 0);
    let page = answer(501, "<html>\n  <p>Unsupported method");
    let record = recorded(&[(0, write("c0-1"), page), (1, read(), answer(200, "null"))]);
    let [progress, _] = judged(Level::Regular, &record);
    assert!(
        progress
            .summary
            .contains("answered 501 `<html> <p>Unsupported method`")
    );
    assert!(progress.summary.contains("another path or method?"));
    assert_eq!(
        progress.anomalies[1].summary,
        "No read was answered. GET /kv/{key}: answered 200 `null` without /value in its JSON, 1 of \
         1 times. Say where in the answer the value stands: `value` in [workload.read]."
    );
    let [progress, _] = judged(Level::Regular, &Recorder::new(Vec::new()));
    assert_eq!(progress.verdict, Verdict::Unknown, "nothing was asked");
}

#[test]
fn whoever_answers_next_to_nothing_earns_no_points() {
    let busy = || answer(503, "too busy");
    let record = recorded(&[
        (0, write("c0-1"), stored(1)),
        (1, read(), found("c0-1", 1)),
        (0, write("c0-2"), busy()),
    ]);
    let judged = |availability: f64| {
        let settings = Settings {
            availability,
            ..Settings::default()
        };
        let checks = judge(&settings, &record);
        (checks[0].clone(), checks[1].figures["points"].clone())
    };
    let (progress, points) = judged(0.7);
    assert_eq!((progress.verdict, points), (Verdict::Invalid, json!(0)));
    assert_eq!(progress.anomalies[0].kind, "unavailable");
    assert!(
        progress.summary.starts_with(
            "67 % of the operations were answered, and 70 % have to be: answered 503 `too busy`, \
             1 of 3 times."
        ),
        "{}",
        progress.summary
    );
    let (progress, points) = judged(0.6);
    assert_eq!((progress.verdict, points), (Verdict::Valid, json!(10)));
}

#[test]
fn what_is_open_in_the_end_may_have_happened() {
    let mut record = recorded(&[(0, write("c0-1"), stored(1))]);
    record.begin(1, &write("c1-1"), "peer1", 9);
    let lines = record.interrupt(10);
    assert_eq!((lines.len(), lines[0].kind), (1, EventKind::Info));
    assert_eq!(record.done().len(), 2);
}
