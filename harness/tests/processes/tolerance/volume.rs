//! Nodes that say too much: memory stays bounded, and it is said in one sentence.

use std::fs;

use results::run_dir::JournalEvent;

use crate::proc::{peak_memory_mb, until};
use crate::program::{note_skipped, python};
use crate::run::{Outcome, Run};

const MOST_MEMORY_MB: u64 = 150;

/// Runs to the end and demands that the harness never needed much memory.
fn with_little_memory(run: &Run<'_>) -> Outcome {
    let running = run.begun();
    let pid = running.child.id();
    let watcher = std::thread::spawn(move || {
        let mut peak_mb = 0;
        until("the end of the run", || {
            // An ended process has no memory.
            let Some(now_mb) = peak_memory_mb(pid) else {
                return Some(peak_mb);
            };
            peak_mb = now_mb;
            None
        })
    });
    let outcome = running.wait();
    let peak_mb = watcher.join().expect("the watcher");
    assert!(peak_mb > 0, "never measured");
    assert!(peak_mb < MOST_MEMORY_MB, "{peak_mb} MB: {outcome}");
    outcome
}

#[test]
fn a_storm_of_messages_is_told_once_with_its_type() {
    let functions = "
def on(m):
    if m['body']['type'] != 'echo':
        return
    echo(m)
    line = json.dumps({'src': me, 'dest': 'n1', 'body': {'type': 'gossip', 'all': [1] * 20}})
    write((line + '\\n') * 60_000 * (me == 'n0'))";
    let Some(node) = python(functions) else {
        return;
    };
    // In virtual time it also ends the run.
    for time in ["auto", "real"] {
        let run = Run::echo(&node)
            .with("--node-count", "2")
            .with("--concurrency", "1")
            .with("--rate", "2")
            .with("--timeout", "30000")
            .with("--time-limit", "1.5")
            .with("--time", time);
        let outcome = with_little_memory(&run.with("--latency", "300"));
        outcome.assert_invalid();
        let parts = [
            "A storm of messages",
            "100% were of type `gossip`",
            "seen already",
        ];
        outcome.assert_says("protocol", "message-storm", &parts);
        assert!(outcome.ok() > 0, "{outcome}");
        fs::remove_dir_all(&outcome.dir).expect("the run is gone");
    }
}

/// Nothing where a run has the machine's clock: there it goes on to its end.
fn ended_by_a_storm(run: &Run<'_>) -> Option<Outcome> {
    let outcome = run.done();
    if outcome.document["level"] == "real" {
        note_skipped(&outcome.document["level_why"].to_string());
        return None;
    }
    outcome.assert_invalid();
    let ended = outcome.document["stats"]["virtual_s"].as_f64();
    assert!(ended.is_some_and(|s| s < 5.0), "{outcome}");
    outcome.assert_says("protocol", "message-storm", &["The run was ended."]);
    Some(outcome)
}

/// What beginners write first: everything that comes in goes on to everybody else.
const FORGETFUL: &str = "
known = set()
def on(m):
    body = m['body']
    if body['type'] == 'broadcast':
        known.add(body['message'])
        for peer in peers:
            if peer not in (me, m['src']):
                send(peer, {'type': 'broadcast', 'message': body['message']})
    if 'msg_id' in body:
        extra = {'messages': list(known)} if body['type'] == 'read' else {}
        reply(m, dict(extra, type=body['type'] + '_ok'))";

#[test]
fn a_broadcast_that_forgets_what_it_has_seen_ends_a_run_in_virtual_time() {
    let Some(node) = python(FORGETFUL) else {
        return;
    };
    let run = Run::of("broadcast", &node)
        .with("--node-count", "3")
        .with("--time-limit", "5");
    let Some(outcome) = ended_by_a_storm(&run) else {
        return;
    };
    assert_eq!(outcome.document["level"], "exact", "{outcome}");
    let parts = [
        "more than 50000 lines",
        "of type `broadcast`",
        "seen already",
    ];
    outcome.assert_says("protocol", "message-storm", &parts);
    let journal = outcome.journal();
    let sent = journal
        .iter()
        .filter(|l| l.event == JournalEvent::Send && l.src.starts_with('n'));
    assert!(sent.count() > 50_000, "{outcome}");
}

#[test]
fn answers_and_rubbish_without_end_are_storms_too() {
    let endless = [
        ("echo(m)", "Answer each request once"),
        ("send(me, {'type': 'tick'})", "to itself without end"),
        ("write('Hello\\n')", "were no messages"),
    ];
    for (endless, part) in endless {
        let functions = format!("def on(m):\n    while True: {endless}");
        let Some(node) = python(&functions) else {
            return;
        };
        let run = Run::echo(&node).with("--time-limit", "5");
        if let Some(outcome) = ended_by_a_storm(&run) {
            outcome.assert_says("protocol", "message-storm", &[part]);
        }
    }
}

#[test]
fn endless_garbage_is_one_anomaly_with_a_count() {
    let functions = "
def on(m):
    if me == 'n1' and count == 1:
        for _ in range(100):
            write(('?' * 9_999 + '\\n') * 100)
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let run = Run::echo(&node)
        .with("--node-count", "2")
        .with("--timeout", "100000")
        .with("--time-limit", "1");
    let outcome = with_little_memory(&run);
    outcome.assert_invalid().assert_others_judged();
    let parts = ["n1", "???", "(9999 bytes)", "(9999 more like it)"];
    outcome.assert_says("protocol", "not-json", &parts);
}
