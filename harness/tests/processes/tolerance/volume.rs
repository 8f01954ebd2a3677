//! Nodes that say too much: memory stays bounded, and it is said in one sentence.

use crate::proc::{peak_memory_mb, until};
use crate::program::python;
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
    line = json.dumps({'src': me, 'dest': 'n1', 'body': {'type': 'gossip', 'all': [1] * 20}})
    write((line + '\\n') * 30_000 * (me == 'n0'))
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let run = Run::echo(&node)
        .with("--node-count", "2")
        .with("--concurrency", "1")
        .with("--rate", "2")
        .with("--timeout", "30000")
        .with("--time-limit", "1.5");
    let outcome = with_little_memory(&run.with("--latency", "300"));
    outcome.assert_invalid();
    let parts = [
        "A storm of messages",
        "100% of them of type `gossip`",
        "seen already",
    ];
    outcome.assert_says("protocol", "message-storm", &parts);
    assert!(outcome.ok() > 0, "{outcome}");
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
