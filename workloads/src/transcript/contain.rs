//! Whether one JSON value is contained in another, and in which fields it is not.

use std::fmt;

use protocol::number;
use serde::Serialize;
use serde_json::Value;

/// One field in which a line differs from what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where: `body.value`; empty for the whole line.
    pub path: String,
    /// What was expected, as JSON.
    pub expected: String,
    /// What was there, as JSON; nothing if the field was missing.
    pub got: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the line"
        } else {
            &self.path
        };
        match &self.got {
            Some(got) => write!(f, "{path}: expected {}, got {got}", self.expected),
            None => write!(f, "{path}: expected {}, but it is missing", self.expected),
        }
    }
}

/// Whether everything expected is there.
pub(super) fn contains(expected: &Value, actual: &Value, strict: bool) -> bool {
    differences(expected, actual, strict).is_empty()
}

/// Every expected field that is missing or different.
pub(super) fn differences(expected: &Value, actual: &Value, strict: bool) -> Vec<Difference> {
    fields(expected, actual, strict)
        .into_iter()
        .filter(|field| !field.same)
        .map(|field| Difference {
            path: field.path,
            expected: field.expected.to_string(),
            got: field.got.map(Value::to_string),
        })
        .collect()
}

/// One expected field that is no object, and what stands in its place.
pub(super) struct Field<'a> {
    pub(super) path: String,
    pub(super) expected: &'a Value,
    pub(super) got: Option<&'a Value>,
    pub(super) same: bool,
}

/// All expected fields that count, in the order of their paths.
pub(super) fn fields<'a>(expected: &'a Value, actual: &'a Value, strict: bool) -> Vec<Field<'a>> {
    let mut found = Vec::new();
    walk(String::new(), expected, Some(actual), strict, &mut found);
    found
}

fn walk<'a>(
    path: String,
    expected: &'a Value,
    actual: Option<&'a Value>,
    strict: bool,
    found: &mut Vec<Field<'a>>,
) {
    let (Value::Object(wanted), Some(Value::Object(there))) = (expected, actual) else {
        found.push(Field {
            same: actual.is_some_and(|actual| number::same(expected, actual)),
            path,
            expected,
            got: actual,
        });
        return;
    };
    let is_reply = wanted.contains_key("in_reply_to") || there.contains_key("in_reply_to");
    let is_body = path == "body" || (path.is_empty() && !wanted.contains_key("body"));
    for (field, value) in wanted {
        if field == "msg_id" && is_body && is_reply && !strict {
            continue;
        }
        walk(join(&path, field), value, there.get(field), strict, found);
    }
}

fn join(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differ(expected: &str, actual: &str, strict: bool) -> Vec<String> {
        let json = |text| serde_json::from_str(text).expect("json");
        differences(&json(expected), &json(actual), strict)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_difference_says_where_and_what() {
        let expected = r#"{"dest":"c1","body":{"type":"read_ok","value":5,"ts":1.5}}"#;
        let actual = r#"{"dest":"c1","body":{"type":"read_ok","value":3},"src":"n1"}"#;
        assert_eq!(
            differ(expected, actual, false),
            [
                "body.ts: expected 1.5, but it is missing",
                "body.value: expected 5, got 3"
            ]
        );
    }

    #[test]
    fn numbers_count_by_value_and_lists_as_a_whole() {
        assert!(differ(r#"{"a":[1,2]}"#, r#"{"a":[1.0,2e0],"b":1}"#, false).is_empty());
        assert_eq!(
            differ(r#"{"a":[1]}"#, r#"{"a":[1,2]}"#, false),
            ["a: expected [1], got [1,2]"]
        );
        // Inside a list nothing may be added either.
        let more = differ(r#"{"a":[{"x":1}]}"#, r#"{"a":[{"x":1,"y":2}]}"#, false);
        assert_eq!(more.len(), 1);
    }

    #[test]
    fn the_msg_id_of_a_reply_counts_only_when_strict() {
        let expected = r#"{"body":{"in_reply_to":1,"msg_id":0}}"#;
        let actual = r#"{"body":{"in_reply_to":1,"msg_id":7}}"#;
        assert!(differ(expected, actual, false).is_empty());
        assert_eq!(
            differ(expected, actual, true),
            ["body.msg_id: expected 0, got 7"]
        );
        // A body without an envelope is a body, too.
        assert!(
            differ(
                r#"{"in_reply_to":1,"msg_id":0}"#,
                r#"{"in_reply_to":1}"#,
                false
            )
            .is_empty()
        );
        // A message that is no reply has a number that somebody may count on.
        let no_reply = differ(
            r#"{"body":{"msg_id":0}}"#,
            r#"{"body":{"msg_id":1}}"#,
            false,
        );
        assert_eq!(no_reply, ["body.msg_id: expected 0, got 1"]);
    }

    #[test]
    fn an_object_is_not_contained_in_anything_else() {
        assert_eq!(differ("{}", "[]", false), ["the line: expected {}, got []"]);
        assert_eq!(
            differ(r#"{"body":{}}"#, r#"{"body":null}"#, false),
            ["body: expected {}, got null"]
        );
    }
}
