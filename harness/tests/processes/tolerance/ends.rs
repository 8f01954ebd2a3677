//! Nodes that leave or fall silent in the middle.

use crate::program::python;
use crate::run::Run;

#[test]
fn a_node_that_exits_in_the_middle_is_blamed_and_the_others_are_judged() {
    let functions = "
def on(m):
    if me == 'n2' and count == 3:
        sys.stderr.write('out of ideas\\n')
        sys.exit(3)
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node)
        .with("--node-count", "3")
        .with("--time-limit", "1")
        .done();
    outcome.assert_invalid().assert_others_judged();
    let parts = [
        "n2 ended by itself in the middle of the run",
        "exit code 3",
        "stderr",
    ];
    outcome.assert_says("crash", "exited", &parts);
    assert_eq!(
        outcome.document["nodes"][2]["stderr_tail"][0],
        "out of ideas"
    );
    let history = std::fs::read_to_string(outcome.dir.join("history.jsonl")).expect("a history");
    let (_, after_it) = history.split_once(r#""name":"node-"#).expect("its end");
    for other in ["n0", "n1"] {
        assert!(
            after_it.contains(other),
            "nothing of {other} after the end of n2: {history}"
        );
    }
}

#[test]
fn a_node_that_dies_of_a_signal_is_told_by_which() {
    let functions = "
def on(m):
    if count == 9:
        os.kill(os.getpid(), signal.SIGSEGV)
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("crash", "exited", &["signal 11 (SIGSEGV)"]);
}

#[test]
fn a_node_that_stops_reading_delays_nobody_else() {
    let functions = "
def on(m):
    while me == 'n0' and count == 8:
        time.sleep(1000)
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node)
        .with("--node-count", "2")
        .with("--timeout", "400")
        .with("--time-limit", "1")
        .done();
    outcome.assert_invalid().assert_others_judged();
    for summary in outcome.anomalies("progress", "no-answer") {
        assert!(summary.contains("n0 did not answer"), "{summary}");
    }
}
