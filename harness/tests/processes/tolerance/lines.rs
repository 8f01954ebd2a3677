//! Lines on stdout that are no messages, or hardly.

use crate::program::{python, python_file};
use crate::run::Run;

#[test]
fn logging_on_stdout_is_quoted_with_a_hint() {
    let Some(node) = python("def on(m): write('got a message\\n'); echo(m)") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    let parts = ["n0", "got a message", "stderr", "more like it"];
    outcome.assert_says("protocol", "not-json", &parts);
}

#[test]
fn logging_on_stdout_is_only_noted_when_that_is_asked_for() {
    let Some(node) = python("def on(m): write('got a message\\n'); echo(m)") else {
        return;
    };
    let outcome = Run::echo(&node).bare("--lenient").done();
    outcome.assert_valid().assert_others_judged();
    assert!(outcome.noted("stdout-log") >= outcome.ok(), "{outcome}");
}

#[test]
fn a_dict_as_python_prints_it_is_recognised() {
    let Some(node) = python("def on(m): write(str({'src': me}) + '\\n'); echo(m)") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "not-json", &["{'src': 'n0'}", "json.dumps"]);
}

#[test]
fn two_messages_on_one_line_are_recognised() {
    let functions = "
def on(m):
    if count == 1:
        write('{\"src\":\"n0\"}{\"src\":\"n0\"}\\n')
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "not-json", &["a line of its own"]);
}

#[test]
fn json_that_is_no_message_says_what_it_lacks() {
    let Some(node) = python("def on(m): write('{\"src\":\"n0\",\"body\":{}}\\n'); echo(m)") else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    let parts = ["`dest` is missing", r#"{"src":"n0","body":{}}"#];
    outcome.assert_says("protocol", "bad-envelope", &parts);
}

#[test]
fn bytes_that_are_no_text_are_shown_and_counted_against_nobody_else() {
    let functions = "
def on(m):
    os.write(1, b'{\"caf\\xe9\":1}\\n')
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "not-utf8", &["byte 5", "{\"caf", "UTF-8"]);
}

#[test]
fn empty_lines_and_windows_line_ends_are_no_matter() {
    let functions = r#"
def write(text):
    sys.stdout.write("\n  \r\n" + text.replace("\n", "\r\n") + "\r\n")
    sys.stdout.flush()

def on(m):
    echo(m)"#;
    let Some(node) = python(functions) else {
        return;
    };
    Run::echo(&node)
        .done()
        .assert_valid()
        .assert_others_judged();
}

#[test]
fn a_byte_order_mark_costs_no_message() {
    let functions = "
def on_init(m):
    write('\\ufeff')
    reply(m, {'type': 'init_ok'})
def on(m):
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).done();
    outcome.assert_valid().assert_others_judged();
    assert_eq!(outcome.noted("byte-order-mark"), 1, "{outcome}");
}

#[test]
fn a_line_over_the_limit_is_dropped_and_its_beginning_shown() {
    let functions = "
def on(m):
    if count == 4:
        send('c1', {'all': 'x' * (17 << 20)})
    echo(m)";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).with("--timeout", "30000").done();
    outcome.assert_invalid().assert_others_judged();
    let parts = ["16777216 bytes", r#"{"src": "n0", "dest": "c1""#];
    outcome.assert_says("protocol", "line-too-long", &parts);
}

#[test]
fn half_a_line_at_the_end_is_quoted() {
    let text = r#"
import json, sys
init = json.loads(sys.stdin.readline())
me = init["body"]["node_id"]
def reply(m, body):
    body["in_reply_to"] = m["body"]["msg_id"]
    print(json.dumps({"src": me, "dest": m["src"], "body": body}), flush=True)
reply(init, {"type": "init_ok"})
for count in range(10):
    m = json.loads(sys.stdin.readline())
    reply(m, {"type": "echo_ok", "echo": m["body"]["echo"]})
    if me == "n1" and count == 3:
        sys.stdout.write('{"src": "n1", "dest')
        sys.exit(0)
for line in sys.stdin:
    m = json.loads(line)
    reply(m, {"type": "echo_ok", "echo": m["body"]["echo"]})
"#;
    let Some(node) = python_file("node.py", text) else {
        return;
    };
    let outcome = Run::echo(&node)
        .with("--node-count", "2")
        .with("--time-limit", "1")
        .done();
    outcome.assert_invalid().assert_others_judged();
    outcome.assert_says("protocol", "half-line", &["n1", r#"{"src": "n1", "dest"#]);
    outcome.assert_says("crash", "exited", &["n1", "exit code 0"]);
}
