//! One line of a history in JSON Lines.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Error;
use serde_json::value::RawValue;

use super::{ReadError, Val};
use crate::history::EventKind;

/// An event as it stands in a line. Keys and values are looked at where they stand.
pub(super) struct Line<'a> {
    pub(super) process: Process<'a>,
    pub(super) kind: EventKind,
    pub(super) f: Cow<'a, str>,
    pub(super) key: Option<&'a RawValue>,
    pub(super) value: Option<&'a RawValue>,
    pub(super) time: Option<u64>,
}

/// Who did it.
pub(super) enum Process<'a> {
    Number(Val),
    Other(&'a RawValue),
}

/// A line as most are: its process is a number, and its texts have no escapes.
#[derive(Deserialize)]
struct Plain<'a> {
    process: i64,
    #[serde(rename = "type")]
    kind: &'a str,
    f: &'a str,
    #[serde(borrow, default)]
    key: Option<&'a RawValue>,
    #[serde(borrow, default)]
    value: Option<&'a RawValue>,
    #[serde(default)]
    time: Option<u64>,
}

/// Any line.
#[derive(Deserialize)]
struct Any<'a> {
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

impl<'a> Plain<'a> {
    /// `None` if it is not that plain.
    fn line(self) -> Option<Line<'a>> {
        Some(Line {
            process: Process::Number(Val::small(self.process)?),
            kind: match self.kind {
                "invoke" => EventKind::Invoke,
                "ok" => EventKind::Ok,
                "fail" => EventKind::Fail,
                "info" => EventKind::Info,
                _ => return None,
            },
            f: Cow::Borrowed(self.f),
            key: self.key,
            value: self.value,
            time: self.time,
        })
    }
}

impl<'a> From<Any<'a>> for Line<'a> {
    fn from(any: Any<'a>) -> Self {
        Self {
            process: Process::Other(any.process),
            kind: any.kind,
            f: any.f,
            key: any.key,
            value: any.value,
            time: any.time,
        }
    }
}

/// The event in a line, if it is not empty; `text` has the same bytes, if they are text.
pub(super) fn event<'a>(
    bytes: &'a [u8],
    text: Option<&'a str>,
) -> Result<Option<Line<'a>>, Box<Mistake>> {
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let plain = text.and_then(|text| serde_json::from_str::<Plain<'a>>(text).ok());
    if let Some(line) = plain.and_then(Plain::line) {
        return Ok(Some(line));
    }
    let line: Result<Any<'a>, Error> = match text {
        Some(text) => serde_json::from_str(text),
        None => serde_json::from_slice(bytes),
    };
    let line = line.map_err(|error| malformed(bytes, &error))?;
    Ok(Some(line.into()))
}

/// What is wrong with a line whose number is not known yet.
pub(super) struct Mistake {
    column: Option<u32>,
    quote: String,
    what: String,
}

impl Mistake {
    pub(super) fn at(&self, line: u32) -> ReadError {
        ReadError {
            line,
            column: self.column,
            quote: self.quote.clone(),
            what: self.what.clone(),
        }
    }
}

fn malformed(text: &[u8], error: &Error) -> Box<Mistake> {
    let text = text.trim_ascii();
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
    Box::new(Mistake {
        column: u32::try_from(error.column())
            .ok()
            .filter(|column| *column > 0),
        quote: quoted(text),
        what,
    })
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
