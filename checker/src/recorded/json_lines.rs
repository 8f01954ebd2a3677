//! Histories in JSON Lines: an event a line, with Jepsen's field names.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Error, Value};

use super::{Event, Pairing, Read, ReadError, Val, Values};
use crate::history::EventKind;

/// An event as it stands in a line. Numbers and texts are looked at where they stand.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    process: &'a RawValue,
    #[serde(rename = "type")]
    kind: EventKind,
    #[serde(borrow)]
    f: Cow<'a, str>,
    #[serde(borrow, default)]
    key: Option<&'a RawValue>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(default)]
    time: Option<u64>,
}

/// Reads a whole history. Lines that are empty are passed over; so are events of processes that are
/// no numbers, which are not operations (Jepsen's nemesis).
///
/// Takes time in proportion to the bytes.
#[must_use]
pub fn read_json_lines(bytes: &[u8]) -> Read {
    let mut pairing = Pairing::default();
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        if let Err(error) = take(&mut pairing, number, line.trim_ascii()) {
            return (pairing.finish(), Some(error));
        }
    }
    (pairing.finish(), None)
}

fn take(pairing: &mut Pairing, number: u32, text: &[u8]) -> Result<(), ReadError> {
    if text.is_empty() {
        return Ok(());
    }
    let line: Line<'_> =
        serde_json::from_slice(text).map_err(|error| malformed(number, text, &error))?;
    if !line
        .process
        .get()
        .starts_with(|c: char| c == '-' || c.is_ascii_digit())
    {
        return Ok(());
    }
    let mut value =
        |raw: Option<&RawValue>| raw.map_or(Val::NULL, |raw| valued(pairing.values(), raw));
    let event = Event {
        line: number,
        process: value(Some(line.process)),
        kind: line.kind,
        function: &line.f,
        key: value(line.key),
        value: value(line.value),
        time_ns: line.time,
    };
    pairing.take(&event).map_err(|problem| ReadError {
        line: number,
        column: None,
        quote: quoted(text),
        what: problem.explain(),
    })
}

/// Most values are small integers: these are read without building anything.
fn valued(values: &mut Values, raw: &RawValue) -> Val {
    let text = raw.get();
    if text.len() < 18
        && let Some(small) = text.parse().ok().and_then(Val::small)
    {
        return small;
    }
    match text {
        "null" => Val::NULL,
        // It was found to be JSON when the line was read.
        _ => values.number(&serde_json::from_str::<Value>(text).unwrap_or_default()),
    }
}

fn malformed(number: u32, text: &[u8], error: &Error) -> ReadError {
    let what = if error.is_data() {
        format!(
            "{}. An event has the fields `process` (a number), `type` (invoke, ok, fail or info), \
             `f` and `value`, and may have `key` and `time`.",
            without_place(&error.to_string())
        )
    } else if text.first() == Some(&b'{') && text.last() != Some(&b'}') {
        "The line ends in the middle: the program that wrote it was stopped, or the line was \
         wrapped. An event is one JSON object in one line."
            .to_owned()
    } else {
        format!(
            "This is not JSON: {}. An event is one JSON object in one line.",
            without_place(&error.to_string())
        )
    };
    ReadError {
        line: number,
        column: u32::try_from(error.column())
            .ok()
            .filter(|column| *column > 0),
        quote: quoted(text),
        what,
    }
}

/// The reader's message without its own idea of lines.
fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

/// As much of a line as helps.
pub(super) fn quoted(text: &[u8]) -> String {
    const SHOWN: usize = 120;
    let text = String::from_utf8_lossy(text);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        let (_, error) = read_json_lines(text.as_bytes());
        error.expect("a mistake").to_string()
    }

    const BEGIN: &str = r#"{"process":0,"type":"invoke","f":"write","value":1}"#;

    #[test]
    fn operations_are_paired_and_the_rest_passed_over() {
        let text = format!(
            "{BEGIN}\n\n{}\n{}\n{}",
            r#"{"process":"nemesis","type":"info","f":"kill","value":null}"#,
            r#"{"index":7,"process":1,"type":"invoke","f":"read","key":"x","time":5,"value":null}"#,
            r#"{"process":1,"type":"ok","f":"read","key":"x","time":9,"value":[1,"a"],"node":"n1"}"#,
        );
        let (history, error) = read_json_lines(text.as_bytes());
        assert_eq!(error, None);
        let [write, read] = history.ops[..] else {
            panic!("{history:?}");
        };
        assert!(write.is_indeterminate());
        assert_eq!((read.call, read.ret), (1, 2));
        assert_eq!((read.call_line, read.ret_line), (4, 5));
        assert_eq!((read.call_ns, read.ret_ns), (5, 9));
        assert_eq!(history.values.show(read.answer), r#"[1,"a"]"#);
        assert_eq!(history.values.show(read.key), r#""x""#);
    }

    #[test]
    fn what_stands_before_a_mistake_is_kept() {
        let (history, error) = read_json_lines(format!("{BEGIN}\nand then").as_bytes());
        assert_eq!(history.ops.len(), 1);
        assert_eq!(error.map(|error| error.line), Some(2));
    }

    #[test]
    fn mistakes_are_told_with_their_place_and_what_to_do() {
        let twice = error(&format!("{BEGIN}\n{BEGIN}"));
        assert!(
            twice.starts_with("line 2: This process begins an operation although"),
            "{twice}"
        );
        assert!(twice.contains("began in line 1"), "{twice}");
        let alone = error(r#"{"process":0,"type":"ok","f":"read","value":1}"#);
        assert!(
            alone.contains("ends an operation that it did not begin"),
            "{alone}"
        );
        let other = error(&format!(
            "{BEGIN}\n{}",
            r#"{"process":0,"type":"ok","f":"read","value":1}"#
        ));
        assert!(other.contains("line 1 has another `f`"), "{other}");
        let cut = error(r#"{"process":0,"type":"in"#);
        assert!(cut.contains("ends in the middle"), "{cut}");
        let word = error(r#"{"process":0,"type":"begin","f":"read"}"#);
        assert!(word.contains("unknown variant `begin`"), "{word}");
        assert!(word.contains("invoke, ok, fail or info"), "{word}");
        assert!(error("write 1").contains("line 1, column 1: This is not JSON"));
    }
}
