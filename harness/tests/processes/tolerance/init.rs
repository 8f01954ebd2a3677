//! Everything that can be wrong before a node takes part.

use crate::program::{Program, python, python_file};
use crate::run::{Outcome, Run};

/// Reads its input and never says anything that leaves the buffer.
const SILENT: &str = "#!/bin/sh\nexec cat > /dev/null\n";

#[test]
fn output_that_is_not_flushed_is_explained_in_the_language_of_the_program() {
    for (name, flush) in [
        ("node.py", "flush=True"),
        ("node.js", "process.exit()"),
        ("main.go", "Flush()"),
        ("node.c", "fflush(stdout)"),
    ] {
        let node = Program::file(name, SILENT);
        let outcome = Run::echo(&node).with("--init-timeout", "300").done();
        outcome.assert_invalid();
        let parts = ["n0 did not answer init within 0.3 s", "buffer", flush];
        outcome.assert_says("progress", "no-init-ok", &parts);
        outcome.assert_says("progress", "nothing-asked", &["No node ever got ready"]);
    }
}

#[test]
fn a_python_program_that_does_not_flush_is_told_so_and_the_others_are_judged() {
    let functions = "
def write(text):
    sys.stdout.write(text)
    if me != 'n1':
        sys.stdout.flush()
def on(m):
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = two_nodes(&node).with("--init-timeout", "1500").done();
    outcome.assert_invalid().assert_others_judged();
    let parts = [
        "n1 did not answer init",
        "flush=True",
        "lacks its newline",
        "--init-timeout",
    ];
    outcome.assert_says("progress", "no-init-ok", &parts);
}

fn two_nodes(node: &Program) -> Run<'_> {
    Run::echo(node).with("--node-count", "2")
}

#[test]
fn a_program_that_exits_at_the_start_shows_its_stderr() {
    let text = "import sys\nsys.exit('no module named raft')\n";
    let Some(node) = python_file("node.py", text) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid();
    outcome.assert_says(
        "crash",
        "exited",
        &["before it answered init", "exit code 1"],
    );
    let report = &outcome.document["nodes"][0];
    assert_eq!(report["exit"]["code"], 1, "{outcome}");
    assert_eq!(
        report["stderr_tail"][0], "no module named raft",
        "{outcome}"
    );
}

/// The run of a program that cannot be started: every node says why.
fn start_failure(node: &Program, parts: &[&str]) -> Outcome {
    let outcome = Run::echo(node).done();
    outcome.assert_invalid();
    outcome.assert_says("crash", "start-failed", parts);
    outcome
}

#[test]
fn a_missing_interpreter_is_named() {
    let node = Program::file("node.py", "#!/usr/bin/env python9.99\nprint()\n");
    start_failure(
        &node,
        &["node.py", "python9.99", "not installed", "first line"],
    );
    let node = Program::file("node.py", "#!/no/such/python3\nprint()\n");
    start_failure(&node, &["/no/such/python3"]);
}

#[test]
fn a_script_with_windows_line_ends_is_recognised() {
    let node = Program::file("node.py", "#!/usr/bin/env python3\r\nprint()\r\n");
    start_failure(&node, &["Windows", "sed -i"]);
}

#[test]
fn a_missing_run_bit_comes_with_the_command_that_sets_it() {
    let node = Program::file("node.sh", SILENT);
    node.set_mode(0o644);
    start_failure(&node, &["is not executable", "chmod +x"]);
}

#[test]
fn a_missing_file_comes_with_its_likely_name() {
    let mut node = Program::file("node.sh", SILENT);
    node.path = node.dir().join("nod.sh");
    start_failure(&node, &["there is no file", "did you mean", "node.sh"]);
}

#[test]
fn a_script_without_a_first_line_is_told_which_one_it_needs() {
    let node = Program::file("node.py", "import sys\n");
    start_failure(&node, &["node.py", "#!/usr/bin/env python3"]);
}

#[test]
fn a_slow_runtime_gets_the_time_it_needs() {
    let functions = "
time.sleep(3)
def on(m): echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).with("--init-timeout", "10000").done();
    outcome.assert_valid().assert_others_judged();
}

#[test]
fn twenty_five_slow_nodes_do_not_starve_each_other() {
    // Each works for a while before it listens; started all at once they would take as long as all
    // of them together.
    let functions = "
total = sum(i * i for i in range(200_000))
def on(m): echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node)
        .with("--node-count", "25")
        .with("--rate", "200")
        .done();
    outcome.assert_valid().assert_others_judged();
    let starts = outcome.document["nodes"].as_array().expect("nodes").iter();
    assert_eq!(starts.filter(|node| node["starts"] == 1).count(), 25);
}

#[test]
fn an_error_in_answer_to_init_is_quoted_and_the_run_goes_on() {
    let functions = "
def on_init(m):
    reply(m, {'type': 'error', 'code': 10, 'text': 'what is init?'})
def on(m):
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    let parts = ["`error` where `init_ok` was expected", "what is init?"];
    outcome.assert_says("progress", "init-refused", &parts);
}

/// A node that answers init like this, and echo well.
fn init_answered_by(answer: &str) -> Option<Program> {
    python(&format!(
        "def on_init(m):\n    send(m['src'], {answer})\ndef on(m):\n    echo(m)"
    ))
}

#[test]
fn an_init_ok_without_in_reply_to_is_a_violation_and_the_run_goes_on() {
    let Some(node) = init_answered_by("{'type': 'init_ok'}") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says(
        "protocol",
        "missing-in-reply-to",
        &["init_ok", "in_reply_to"],
    );
    assert_eq!(outcome.check("progress")["verdict"], "valid", "{outcome}");
}

#[test]
fn an_init_ok_with_the_in_reply_to_of_another_node_is_a_violation_and_the_run_goes_on() {
    let Some(node) = init_answered_by("{'type': 'init_ok', 'in_reply_to': 1}") else {
        return;
    };
    let outcome = two_nodes(&node).done();
    outcome.assert_invalid().assert_others_judged();
    let parts = [
        "n1 answered a request of c0 that it was never sent",
        "must be the msg_id",
    ];
    outcome.assert_says("protocol", "reply-to-nobody", &parts);
    assert_eq!(outcome.check("progress")["verdict"], "valid", "{outcome}");
}

#[test]
fn a_node_that_never_reads_is_waited_for_no_longer_than_init_may_take() {
    let node = Program::file("node.sh", "#!/bin/sh\nexec sleep 1000\n");
    let outcome = Run::echo(&node).with("--init-timeout", "300").done();
    outcome.assert_invalid();
    outcome.assert_says("progress", "no-init-ok", &["n0", "0.3 s"]);
}
