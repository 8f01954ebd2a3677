//! Answers to clients that say the wrong thing, or say it to the wrong one.

use crate::program::{Program, python};
use crate::run::{Outcome, Run};

/// A node whose second and later odd answers are made by `wrong(m)`; the others are right.
fn every_other_answer(wrong: &str) -> Option<Program> {
    let on = "def on(m):\n    wrong(m) if count % 2 else echo(m)";
    python(&format!("def wrong(m):\n    {wrong}\n{on}"))
}

/// Many clients, so that one that waits in vain does not hold up the others.
fn run(node: &Program) -> Outcome {
    let run = Run::echo(node)
        .with("--concurrency", "10")
        .with("--timeout", "700");
    run.with("--rate", "100").done()
}

#[test]
fn an_in_reply_to_that_is_a_string_is_quoted() {
    let wrong = "send(m['src'], {'type': 'echo_ok', 'echo': m['body']['echo'], \
                 'in_reply_to': str(m['body']['msg_id'])})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = [r#""in_reply_to": "1""#, r#"3, not "3""#];
    outcome.assert_says("protocol", "bad-in-reply-to", &parts);
}

#[test]
fn an_in_reply_to_of_another_request_is_an_answer_to_nobody() {
    let wrong = "send(m['src'], {'type': 'echo_ok', 'echo': '', 'in_reply_to': 4711})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = ["never sent", "4711", "must be the msg_id"];
    outcome.assert_says("protocol", "reply-to-nobody", &parts);
}

#[test]
fn a_missing_in_reply_to_is_said() {
    let wrong = "send(m['src'], {'type': 'echo_ok', 'echo': m['body']['echo']})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = ["echo_ok", "Copy the request's msg_id"];
    outcome.assert_says("protocol", "missing-in-reply-to", &parts);
    let unanswered = outcome.anomalies("progress", "no-answer");
    assert!(
        unanswered[0].contains("n0 did not answer a request (echo)"),
        "{outcome}"
    );
}

#[test]
fn an_answer_to_a_client_that_never_asked_is_an_answer_to_nobody() {
    let wrong = "echo(m); send('c10', {'type': 'echo_ok', 'in_reply_to': 999}); \
                 send('c10', {'type': 'echo_ok', 'in_reply_to': 10 ** 30})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "reply-to-nobody", &["c10", "999", "never sent"]);
    let number = format!("1{:030}", 0);
    outcome.assert_says("protocol", "bad-in-reply-to", &["c10", &number]);
}

#[test]
fn messages_to_unknown_clients_and_nodes_are_named() {
    let wrong = "echo(m); send('c99', {'type': 'echo_ok', 'in_reply_to': 1}); \
                 send('n7', {'type': 'gossip'})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = ["`c99`", "nobody of this name", "more like it"];
    outcome.assert_says("protocol", "unknown-destination", &parts);
}

#[test]
fn late_and_second_answers_are_noted_and_not_judged() {
    let functions = "
late = []
def on(m):
    if count == 5:
        late.append(m)
        return
    echo(m)
    if count % 10 == 0:
        echo(m)
    if late and time.time() - begun > 1.5:
        echo(late.pop())
begun = time.time()";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node)
        .with("--concurrency", "3")
        .with("--time-limit", "2.5")
        .with("--timeout", "200")
        .done();
    assert_eq!(outcome.check("protocol")["verdict"], "valid", "{outcome}");
    assert_eq!(outcome.noted("late-reply"), 1, "{outcome}");
    assert!(outcome.noted("second-reply") >= 2, "{outcome}");
    // The request that was given up is the node's fault all the same.
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says(
        "progress",
        "no-answer",
        &["did not answer a request (echo)"],
    );
}

#[test]
fn second_answers_alone_leave_a_run_valid() {
    let Some(node) = python("def on(m): echo(m); echo(m)") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_valid().assert_others_judged();
    assert!(outcome.noted("second-reply") > 5, "{outcome}");
}

#[test]
fn an_answer_of_the_wrong_type_is_quoted_beside_its_request() {
    let wrong = "reply(m, {'type': 'echo', 'echo': m['body']['echo']})";
    let Some(node) = every_other_answer(wrong) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = [
        r#"{"echo":""#,
        r#"{"type": "echo""#,
        "expected an answer of type `echo_ok`",
    ];
    outcome.assert_says("protocol", "malformed-reply", &parts);
}

#[test]
fn an_answer_whose_type_is_no_string_is_malformed() {
    let Some(node) = every_other_answer("reply(m, {'type': 3})") else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = [r#""type": 3"#, "expected an answer of type `echo_ok`"];
    outcome.assert_says("protocol", "malformed-reply", &parts);
    assert_eq!(
        outcome.anomalies("protocol", "missing-in-reply-to").len(),
        0
    );
}

#[test]
fn an_answer_that_lacks_a_field_is_malformed() {
    let Some(node) = every_other_answer("reply(m, {'type': 'echo_ok'})") else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "malformed-reply", &["expected a field `echo`"]);
}

#[test]
fn an_answer_with_half_a_character_is_malformed_and_says_so() {
    let Some(node) = every_other_answer(r"reply(m, {'type': 'echo_ok', 'echo': '\ud800'})") else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says(
        "protocol",
        "malformed-reply",
        &["a body that can be read", "hex escape"],
    );
}

#[test]
fn nothing_acknowledged_is_never_valid() {
    let Some(node) = python("def on(m): reply(m, {'type': 'error', 'code': 10})") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid();
    assert_eq!(outcome.ok(), 0);
    assert_eq!(outcome.check("protocol")["verdict"], "valid");
    let parts = ["No echo was ever acknowledged", "not-supported"];
    outcome.assert_says("progress", "no-answer", &parts);
}

#[test]
fn nothing_asked_is_never_valid() {
    let outcome = Run::echo(&Program::reference("echo"))
        .with("--rate", "0")
        .done();
    outcome.assert_invalid();
    outcome.assert_says("progress", "nothing-asked", &["raise the rate"]);
}

#[test]
fn a_fixed_name_as_src_is_quoted() {
    let functions = "
def on(m):
    body = {'type': 'echo_ok', 'echo': m['body']['echo'], 'in_reply_to': m['body']['msg_id']}
    sys.stdout.write(json.dumps({'src': 'node1', 'dest': m['src'], 'body': body}) + '\\n')
    sys.stdout.flush()";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = run(&node);
    outcome.assert_invalid().assert_others_judged();
    let parts = ["src `node1`", "echo_ok", "the node_id of init"];
    outcome.assert_says("protocol", "unknown-source", &parts);
}
