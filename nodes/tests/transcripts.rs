//! The sample dialogues of the tasks, line by line, as a process would see them.

use nodes::{Setup, build};

/// Feeds lines to a lone node and compares with what it wrote.
fn dialogue(name: &str, requests: &[&str], replies: &[&str]) {
    let mut node = build(name, None, Setup::default()).expect("a reference node");
    let mut lines = vec![r#"{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}"#];
    lines.extend(requests);
    let mut written = Vec::new();
    for (now_ns, body) in (0..).zip(lines) {
        let line = format!(r#"{{"src":"c1","dest":"n1","body":{body}}}"#);
        written.extend(node.on_line(now_ns, line.as_bytes()).stdout);
    }
    let written = String::from_utf8(written).expect("UTF-8");
    let mut expected = vec![r#"{"type":"init_ok","msg_id":0,"in_reply_to":1}"#];
    expected.extend(replies);
    let envelope = |body| format!("{{\"src\":\"n1\",\"dest\":\"c1\",\"body\":{body}}}\n");
    let expected: String = expected.into_iter().map(envelope).collect();
    assert_eq!(written, expected);
}

#[test]
fn last_writer_wins() {
    dialogue(
        "lww-kv",
        &[
            r#"{"type":"write","msg_id":2,"key":"x","value":"hi"}"#,
            r#"{"type":"kv_read","msg_id":3,"key":"x"}"#,
            r#"{"type":"kv_merge","msg_id":4,"entries":{"x":{"value":"world","ts":1704067201.0}}}"#,
            r#"{"type":"kv_merge","msg_id":5,"entries":{"x":{"value":"world","ts":1704067201.0}}}"#,
            r#"{"type":"kv_merge","msg_id":6,"entries":{"x":{"value":"a","ts":1704067201}}}"#,
            r#"{"type":"kv_read","msg_id":7,"key":"x"}"#,
            r#"{"type":"kv_read","msg_id":8,"key":"missing"}"#,
            r#"{"type":"write","msg_id":9,"key":"x","value":"later"}"#,
        ],
        &[
            r#"{"type":"write_ok","msg_id":1,"in_reply_to":2,"ts":0.000000}"#,
            r#"{"type":"kv_read_ok","msg_id":2,"in_reply_to":3,"key":"x","ts":0.000000,"value":"hi"}"#,
            r#"{"type":"kv_merge_ok","msg_id":3,"in_reply_to":4,"updated":1}"#,
            r#"{"type":"kv_merge_ok","msg_id":4,"in_reply_to":5,"updated":0}"#,
            r#"{"type":"kv_merge_ok","msg_id":5,"in_reply_to":6,"updated":0}"#,
            r#"{"type":"kv_read_ok","msg_id":6,"in_reply_to":7,"key":"x","ts":1704067201.0,"value":"world"}"#,
            r#"{"type":"error","msg_id":7,"in_reply_to":8,"code":20,"text":"Key not found"}"#,
            r#"{"type":"write_ok","msg_id":8,"in_reply_to":9,"ts":1704067201.000001}"#,
        ],
    );
}

#[test]
fn vector_clocks() {
    dialogue(
        "vector-kv",
        &[
            r#"{"type":"kv_get","msg_id":2,"key":"user:1"}"#,
            r#"{"type":"kv_put","msg_id":3,"key":"user:1","value":"Alice","clock":[1,0]}"#,
            r#"{"type":"kv_put","msg_id":4,"key":"user:1","value":"Bob","clock":[0,1]}"#,
            r#"{"type":"kv_get","msg_id":5,"key":"user:1"}"#,
            r#"{"type":"kv_resolve","msg_id":6,"key":"user:1","value":"Alice+Bob","clock":[1,1]}"#,
            r#"{"type":"kv_put","msg_id":7,"key":"user:1","value":"Eve","clock":[1]}"#,
            r#"{"type":"kv_get","msg_id":8,"key":"user:1"}"#,
        ],
        &[
            r#"{"type":"kv_get_ok","msg_id":1,"in_reply_to":2,"values":[]}"#,
            r#"{"type":"kv_put_ok","msg_id":2,"in_reply_to":3,"status":"written"}"#,
            r#"{"type":"kv_put_ok","msg_id":3,"in_reply_to":4,"siblings":2,"status":"conflict"}"#,
            r#"{"type":"kv_get_ok","msg_id":4,"in_reply_to":5,"values":[{"clock":[1,0],"value":"Alice"},{"clock":[0,1],"value":"Bob"}]}"#,
            r#"{"type":"kv_resolve_ok","msg_id":5,"in_reply_to":6,"status":"resolved"}"#,
            r#"{"type":"kv_put_ok","msg_id":6,"in_reply_to":7,"status":"rejected"}"#,
            r#"{"type":"kv_get_ok","msg_id":7,"in_reply_to":8,"values":[{"clock":[1,1],"value":"Alice+Bob"}]}"#,
        ],
    );
}

#[test]
fn a_counter() {
    dialogue(
        "g-counter",
        &[
            r#"{"type":"add","msg_id":2,"delta":3}"#,
            r#"{"type":"add","msg_id":3,"delta":2}"#,
            r#"{"type":"read","msg_id":4}"#,
            r#"{"type":"add","msg_id":5,"delta":-1}"#,
        ],
        &[
            r#"{"type":"add_ok","msg_id":1,"in_reply_to":2}"#,
            r#"{"type":"add_ok","msg_id":2,"in_reply_to":3}"#,
            r#"{"type":"read_ok","msg_id":3,"in_reply_to":4,"value":5}"#,
            r#"{"type":"error","msg_id":4,"in_reply_to":5,"code":12,"text":"Malformed request: invalid value: integer `-1`, expected u64 at line 1 column 35"}"#,
        ],
    );
}

#[test]
fn digests() {
    dialogue(
        "anti-entropy",
        &[
            r#"{"type":"digest","msg_id":2}"#,
            r#"{"type":"broadcast","msg_id":3,"message":5}"#,
            r#"{"type":"broadcast","msg_id":4,"message":4}"#,
            r#"{"type":"digest_sync","msg_id":5,"remote_digest":"xyz789","remote_messages":[1,2,3]}"#,
            r#"{"type":"digest","msg_id":6}"#,
            r#"{"type":"digest_sync","msg_id":7,"remote_digest":"8a5e236726062dfa","remote_messages":null}"#,
        ],
        &[
            r#"{"type":"digest_ok","msg_id":1,"in_reply_to":2,"count":0,"digest":"cbf29ce484222325"}"#,
            r#"{"type":"broadcast_ok","msg_id":2,"in_reply_to":3}"#,
            r#"{"type":"broadcast_ok","msg_id":3,"in_reply_to":4}"#,
            r#"{"type":"digest_sync_ok","msg_id":4,"in_reply_to":5,"local_messages":[1,2,3,4,5],"match":false,"transferred":2}"#,
            r#"{"type":"digest_ok","msg_id":5,"in_reply_to":6,"count":5,"digest":"8a5e236726062dfa"}"#,
            r#"{"type":"digest_sync_ok","msg_id":6,"in_reply_to":7,"match":true,"transferred":0}"#,
        ],
    );
}

#[test]
fn echo_broadcast_and_ids() {
    dialogue(
        "echo",
        &[
            r#"{"type":"echo","msg_id":2,"echo":{"b":1.50, "a":[]}}"#,
            r#"{"type":"sing","msg_id":3}"#,
        ],
        &[
            r#"{"type":"echo_ok","msg_id":1,"in_reply_to":2,"echo":{"b":1.50, "a":[]}}"#,
            r#"{"type":"error","msg_id":2,"in_reply_to":3,"code":10,"text":"Requests of type \"sing\" are not supported"}"#,
        ],
    );
    dialogue(
        "unique-ids",
        &[r#"{"type":"generate","msg_id":2}"#],
        &[r#"{"type":"generate_ok","msg_id":1,"in_reply_to":2,"id":"n1-1-1"}"#],
    );
    dialogue(
        "broadcast",
        &[
            r#"{"type":"topology","msg_id":2,"topology":{"n1":[]}}"#,
            r#"{"type":"broadcast","msg_id":3,"message":1000}"#,
            r#"{"type":"read","msg_id":4}"#,
        ],
        &[
            r#"{"type":"topology_ok","msg_id":1,"in_reply_to":2}"#,
            r#"{"type":"broadcast_ok","msg_id":2,"in_reply_to":3}"#,
            r#"{"type":"read_ok","msg_id":3,"in_reply_to":4,"messages":[1000]}"#,
        ],
    );
}
