//! One line of the wire: who, to whom, and a body that stays raw.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// One message as it stands on a line.
///
/// Further top-level fields (Maelstrom adds `id`) are ignored. Parsing borrows from the line and
/// does not look into the body beyond finding where it ends: O(length), no allocation unless an
/// address contains an escape.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope<'a> {
    /// Who sent it: a node (`n0`), a client (`c1`) or a service.
    #[serde(borrow)]
    pub src: Cow<'a, str>,
    /// Who shall receive it.
    #[serde(borrow)]
    pub dest: Cow<'a, str>,
    /// The body, byte for byte.
    #[serde(borrow)]
    pub body: &'a RawValue,
}

/// Why a line is not an [`Envelope`], in the order in which the reasons are looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// The bytes are not UTF-8; the position is that of the first bad byte.
    #[error("byte {0} is not valid UTF-8")]
    NotUtf8(usize),
    /// The line is not JSON at all: most often logging that belongs on stderr.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// It is JSON, but not an object.
    #[error("JSON, but {0} instead of an object")]
    NotObject(&'static str),
    /// `src`, `dest` or `body` is missing or has the wrong type.
    #[error("`{field}` {problem}")]
    Field {
        /// The field concerned.
        field: &'static str,
        /// What is wrong with it, to be read after the field's name.
        problem: String,
    },
}

impl<'a> Envelope<'a> {
    /// Parses one line (without its newline).
    ///
    /// # Errors
    /// The most specific [`EnvelopeError`] that applies; the slow path that finds it runs only for
    /// bad lines.
    pub fn parse(line: &'a [u8]) -> Result<Self, EnvelopeError> {
        let text =
            std::str::from_utf8(line).map_err(|e| EnvelopeError::NotUtf8(e.valid_up_to()))?;
        match serde_json::from_str::<Self>(text) {
            Ok(envelope) if envelope.body.get().starts_with('{') => Ok(envelope),
            _ => Err(diagnose(text)),
        }
    }

    /// The line as it goes to a node's stdin, with Splitbrain's message id and a newline.
    #[must_use]
    pub fn line(id: u64, src: &str, dest: &str, body: &RawValue) -> Vec<u8> {
        let raw = body.get();
        let mut line = Vec::with_capacity(raw.len() + src.len() + dest.len() + 48);
        line.extend_from_slice(b"{\"id\":");
        line.extend_from_slice(id.to_string().as_bytes());
        for (field, text) in [("src", src), ("dest", dest)] {
            line.extend_from_slice(b",\"");
            line.extend_from_slice(field.as_bytes());
            line.extend_from_slice(b"\":");
            // Writing a string into a vector cannot fail.
            let _ = serde_json::to_writer(&mut line, text);
        }
        line.extend_from_slice(b",\"body\":");
        line.extend_from_slice(raw.as_bytes());
        line.extend_from_slice(b"}\n");
        line
    }
}

/// Finds out what exactly is wrong with a line that did not parse.
fn diagnose(text: &str) -> EnvelopeError {
    let value: serde_json::Value = match serde_json::from_str(text) {
        Ok(value) => value,
        // There is but one line.
        Err(e) => return EnvelopeError::NotJson(e.to_string().replace("line 1 column", "column")),
    };
    let Some(object) = value.as_object() else {
        return EnvelopeError::NotObject(kind_of(&value));
    };
    for field in ["src", "dest", "body"] {
        let problem = match object.get(field) {
            None => "is missing".to_owned(),
            Some(v) if field == "body" && !v.is_object() => {
                format!("is {} instead of an object", kind_of(v))
            }
            Some(v) if field != "body" && !v.is_string() => {
                format!("is {} instead of a string", kind_of(v))
            }
            Some(_) => continue,
        };
        return EnvelopeError::Field { field, problem };
    }
    // Every field is there and has the right type: only a repeated field is left.
    EnvelopeError::Field {
        field: "src",
        problem: "or `dest` or `body` is given twice".to_owned(),
    }
}

fn kind_of(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "a boolean",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parsed_and_its_body_stays_as_it_was() {
        let line =
            br#"{"dest":"n1", "body": {"z":1,"a" : 18446744073709551617}, "src":"c1","id":7}"#;
        let envelope = Envelope::parse(line).expect("well-formed");
        assert_eq!((&*envelope.src, &*envelope.dest), ("c1", "n1"));
        assert_eq!(envelope.body.get(), r#"{"z":1,"a" : 18446744073709551617}"#);
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        let body = RawValue::from_string(r#"{"type":"x","t":"\u00e9"}"#.to_owned()).expect("json");
        let line = Envelope::line(3, "n0", "we\"ird", &body);
        assert_eq!(line.last(), Some(&b'\n'));
        let envelope = Envelope::parse(&line[..line.len() - 1]).expect("well-formed");
        assert_eq!((&*envelope.src, &*envelope.dest), ("n0", "we\"ird"));
        assert_eq!(envelope.body.get(), body.get());
    }

    #[test]
    fn every_mistake_is_named() {
        let message = |line: &[u8]| Envelope::parse(line).expect_err("malformed").to_string();
        assert_eq!(message(b"{\"a\":\"\xff\"}"), "byte 6 is not valid UTF-8");
        assert_eq!(message(b"hello"), "not JSON: expected value at column 1");
        assert_eq!(message(b"[1]"), "JSON, but a list instead of an object");
        assert_eq!(message(br#"{"dest":"n0","body":{}}"#), "`src` is missing");
        assert_eq!(
            message(br#"{"src":"n0","dest":null,"body":{}}"#),
            "`dest` is null instead of a string"
        );
        assert_eq!(
            message(br#"{"src":"n0","dest":"n1","body":"x"}"#),
            "`body` is a string instead of an object"
        );
        assert_eq!(
            message(br#"{"src":"n0","src":"n0","dest":"n1","body":{}}"#),
            "`src` or `dest` or `body` is given twice"
        );
    }
}
