//! Numbers that do not fit into a float.

use std::fs;

use crate::program::python;
use crate::run::Run;

#[test]
fn ids_of_forty_digits_are_told_apart_and_kept_to_the_last_digit() {
    let Some(node) = python("def on(m): reply(m, {'type': 'generate_ok', 'id': 10**39 + count})")
    else {
        return;
    };
    let outcome = Run::of("unique-ids", &node).done();
    outcome.assert_valid();
    let history = fs::read_to_string(outcome.dir.join("history.jsonl")).expect("a history");
    for count in 1..=outcome.ok() {
        let id = format!(":1{count:039}");
        assert!(history.contains(&id), "{id} is not in: {history}");
    }
}

#[test]
fn large_ids_that_are_the_same_number_are_duplicates() {
    for (one, other) in [
        ("9223372036854775809", "9223372036854775809"),
        ("1000000000000000000000000000000000000000", "1e39"),
        ("0.10", "0.1"),
    ] {
        let functions = format!(
            "
def on(m):
    i = {{3: '{one}', 7: '{other}'}}.get(count, str(count))
    write('{{\"src\":\"n0\",\"dest\":\"%s\",\"body\":{{\"type\":\"generate_ok\",\"id\":%s,'
          '\"in_reply_to\":%d}}}}\\n' % (m['src'], i, m['body']['msg_id']))"
        );
        let Some(node) = python(&functions) else {
            return;
        };
        let outcome = Run::of("unique-ids", &node).done();
        outcome.assert_invalid();
        outcome.assert_says("unique-ids", "duplicate-id", &["returned twice"]);
    }
}
