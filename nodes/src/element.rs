//! An element of a set: any JSON value, in an order that every node agrees on.

use std::cmp::Ordering;

use protocol::number;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A JSON value with a total order: numbers by value, before everything else by its text. Two
/// elements are the same when they are written alike.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Element(pub(crate) Value);

/// An order of values that every node agrees on: that of their texts.
pub(crate) fn by_text(a: &Value, b: &Value) -> Ordering {
    a.to_string().cmp(&b.to_string())
}

impl Ord for Element {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Number(a), Value::Number(b)) => {
                number::compare(a, b).then_with(|| a.as_str().cmp(b.as_str()))
            }
            (Value::Number(_), _) => Ordering::Less,
            (_, Value::Number(_)) => Ordering::Greater,
            (a, b) => by_text(a, b),
        }
    }
}

impl PartialOrd for Element {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Element {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Element {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn numbers_come_first_and_by_value() {
        let text = r#"["b",10,9,"a",null,9.0,18446744073709551617,9]"#;
        let set: BTreeSet<Element> = serde_json::from_str(text).expect("elements");
        assert_eq!(
            serde_json::to_string(&set).expect("elements"),
            r#"[9,9.0,10,18446744073709551617,"a","b",null]"#
        );
    }
}
