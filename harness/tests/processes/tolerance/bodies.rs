//! Messages between nodes are the nodes' own business: every body arrives as it was sent.

use crate::program::{Program, python, python_file};
use crate::run::{Outcome, Run};

/// A node whose n0 writes `BODIES`, each in a message to n1, when it gets its first request, and
/// answers that one when n1 has them all; n1 keeps every line of n0 in the file `received`.
fn sender(bodies: &str) -> Option<Program> {
    let text = format!(
        r#"
import json, sys
out = sys.stdout.buffer
{bodies}
def send(dest, body):
    out.write(json.dumps({{"src": me, "dest": dest, "body": body}}).encode() + b"\n")
    out.flush()
def reply(m, kind, **more):
    send(m["src"], dict(more, type=kind, in_reply_to=m["body"]["msg_id"]))
first, received = None, 0
for line in sys.stdin.buffer:
    if b'"src":"n0"' in line:
        with open("received", "ab") as file:
            file.write(line)
        received += 1
        if received == len(BODIES):
            send("n0", {{"type": "done"}})
        continue
    m = json.loads(line)
    body = m["body"]
    if body["type"] == "init":
        me = body["node_id"]
        reply(m, "init_ok")
    elif body["type"] == "done":
        reply(first, "echo_ok", echo=first["body"]["echo"])
    elif me == "n0" and first is None:
        first = m
        for body in BODIES:
            out.write(b'{{"src":"n0","dest":"n1","body":' + body + b"}}\n")
        out.flush()
    else:
        reply(m, "echo_ok", echo=body["echo"])
"#
    );
    python_file("node.py", &text)
}

/// A run that gives slow machines the time to carry all of them.
fn run(node: &Program) -> Outcome {
    let run = Run::echo(node).with("--node-count", "2");
    run.with("--timeout", "30000").done()
}

/// The bodies that n1 received, byte for byte.
fn received(outcome: &Outcome) -> Vec<Vec<u8>> {
    let file = outcome.node_file("n1", "received").unwrap_or_default();
    let lines = file.split(|byte| *byte == b'\n').filter(|l| !l.is_empty());
    let body = |line: &[u8]| {
        let text = std::str::from_utf8(line).expect("text");
        let (_, body) = text.split_once(r#""body":"#).expect("a body");
        body.strip_suffix('}').expect("a brace").as_bytes().to_vec()
    };
    lines.map(body).collect()
}

const ODD: &[&str] = &[
    "{}",
    r#"{"type":"gossip","msg_id":"one"}"#,
    r#"{"type":"gossip","msg_id":1}"#,
    r#"{"type":"gossip","msg_id":1}"#,
    r#"{"type":"gossip","msg_id":123456789012345678901234567890}"#,
    r#"{"type":"gossip","msg_id":null,"in_reply_to":null}"#,
    r#"{"in_reply_to":-1,"type":"gossip","msg_id":{"a":[1]}}"#,
    r#"{"type":null}"#,
    r#"{"type":7,"type":"twice","type":[]}"#,
    r#"{"z":1,"a":2,"m":3,"a":4}"#,
    "{ \"a\" :\t[ 1 , 2 ],  \"b\" : { }  }",
    r#"{"n":[9007199254740993,18446744073709551617,-0,-0.0,1.0,1e400,0.1000]}"#,
    r#"{"t":"\u00e9 \ud834\udd1e \ud800 \/ é 𝄞 <&>"}"#,
    r#"{"src":"n9","dest":"n9","body":{"body":{}}}"#,
];

#[test]
fn odd_bodies_pass_between_nodes_byte_for_byte() {
    let literals: Vec<String> = ODD.iter().map(|body| python_bytes(body)).collect();
    let deep = r#"b'{"d":' + b'[' * 500 + b']' * 500 + b'}'"#;
    let bodies = format!("BODIES = [{}, {deep}]", literals.join(", "));
    let Some(node) = sender(&bodies) else { return };
    let outcome = run(&node);
    outcome.assert_valid().assert_others_judged();
    let received: Vec<String> = received(&outcome)
        .into_iter()
        .map(|body| String::from_utf8(body).expect("text"))
        .collect();
    let deep = format!(r#"{{"d":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    let expected: Vec<&str> = ODD.iter().copied().chain([deep.as_str()]).collect();
    assert_eq!(received, expected);
}

/// The bytes of a text as Python writes them.
fn python_bytes(text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("b'{escaped}'")
}

#[test]
fn lines_of_five_megabytes_pass_whole() {
    let bodies = r#"BODIES = [b'{"x":"' + b'%d' % i * (5 << 20) + b'"}' for i in range(4)]"#;
    let Some(node) = sender(bodies) else { return };
    let outcome = run(&node);
    outcome.assert_valid().assert_others_judged();
    let received = received(&outcome);
    assert_eq!(received.len(), 4);
    for (i, body) in received.iter().enumerate() {
        let digit = b'0' + u8::try_from(i).expect("a digit");
        let expected = [&br#"{"x":""#[..], &vec![digit; 5 << 20], br#""}"#].concat();
        assert!(*body == expected, "message {i} has {} bytes", body.len());
    }
}

#[test]
fn an_answer_of_five_megabytes_is_an_answer() {
    let functions = "
def on(m):
    reply(m, {'type': 'echo_ok', 'echo': m['body']['echo'], 'more': 'x' * (5 << 20)})";
    let Some(node) = python(functions) else {
        return;
    };
    let outcome = Run::echo(&node).with("--rate", "20").done();
    outcome.assert_valid();
    assert!(outcome.ok() > 0);
}
