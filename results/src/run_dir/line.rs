//! The lines of the journal.

use std::borrow::Cow;
use std::io::Write;

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a line of the journal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JournalEvent {
    /// A message was sent.
    Send,
    /// A message was handed to its receiver.
    Deliver,
    /// A message was lost.
    Drop,
    /// The nemesis began or ended a fault.
    Fault,
    /// A node changed its state or caused a problem.
    Node,
}

impl JournalEvent {
    /// How it is written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Deliver => "deliver",
            Self::Drop => "drop",
            Self::Fault => "fault",
            Self::Node => "node",
        }
    }
}

/// One line of the journal. What does not apply is left out.
///
/// A message has `id`, `src` and `dest` in all of its lines, and its body only where it was sent. A
/// fault and a node have in `why` a sentence and in `body` the same as data; a node's id is `src`.
#[derive(Debug, Clone, Deserialize)]
pub struct JournalLine<'a> {
    /// When, in nanoseconds since the run began.
    pub time: u64,
    /// The message's number in the run.
    #[serde(default)]
    pub id: Option<u64>,
    /// What happened.
    pub event: JournalEvent,
    /// Who sent the message, or the node concerned.
    #[serde(default, borrow)]
    pub src: Option<Cow<'a, str>>,
    /// Who should receive the message.
    #[serde(default, borrow)]
    pub dest: Option<Cow<'a, str>>,
    /// The message's body byte for byte, or details.
    #[serde(default, borrow)]
    pub body: Option<&'a RawValue>,
    /// Why it happened, or what.
    #[serde(default, borrow)]
    pub why: Option<Cow<'a, str>>,
}

impl<'a> JournalLine<'a> {
    /// A line without anything optional.
    #[must_use]
    pub fn new(time: u64, event: JournalEvent) -> Self {
        Self {
            time,
            id: None,
            event,
            src: None,
            dest: None,
            body: None,
            why: None,
        }
    }

    /// Reads a line.
    pub fn parse(line: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// Appends the line and its newline. Written by hand because it is done twice for every
    /// message.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        put_number(out, "{\"time\":", self.time);
        if let Some(id) = self.id {
            put_number(out, ",\"id\":", id);
        }
        out.extend_from_slice(b",\"event\":\"");
        out.extend_from_slice(self.event.word().as_bytes());
        out.push(b'"');
        put_text(out, ",\"src\":", self.src.as_deref());
        put_text(out, ",\"dest\":", self.dest.as_deref());
        if let Some(body) = self.body {
            out.extend_from_slice(b",\"body\":");
            put_raw(out, body.get());
        }
        put_text(out, ",\"why\":", self.why.as_deref());
        out.extend_from_slice(b"}\n");
    }

    /// The id of the message that a line is about, without reading the rest of the line.
    pub(super) fn message_id_of(line: &[u8]) -> Option<u64> {
        let rest = line.strip_prefix(b"{\"time\":")?;
        let comma = rest.iter().position(|b| !b.is_ascii_digit())?;
        let digits = rest[comma..].strip_prefix(b",\"id\":")?;
        let end = digits.iter().position(|b| !b.is_ascii_digit())?;
        std::str::from_utf8(&digits[..end]).ok()?.parse().ok()
    }
}

fn put_number(out: &mut Vec<u8>, name: &str, number: u64) {
    out.extend_from_slice(name.as_bytes());
    // Writing to a vector cannot fail.
    let _ = write!(out, "{number}");
}

fn put_text(out: &mut Vec<u8>, name: &str, text: Option<&str>) {
    let Some(text) = text else { return };
    out.extend_from_slice(name.as_bytes());
    let needs_escape = |b: u8| b < 0x20 || b == b'"' || b == b'\\';
    if text.bytes().any(needs_escape) {
        // Nor can this: text is always serialisable.
        let _ = serde_json::to_writer(out, text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

/// JSON text is taken as it is, but a line must stay one line: between tokens, which is the only
/// place for a newline in JSON, a space does as well.
fn put_raw(out: &mut Vec<u8>, json: &str) {
    let start = out.len();
    out.extend_from_slice(json.as_bytes());
    if out[start..].contains(&b'\n') {
        for byte in &mut out[start..] {
            if *byte == b'\n' {
                *byte = b' ';
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_as_it_was_written() {
        let body = RawValue::from_string("{\"a\":1.0,\n\"b\": 9007199254740993}".to_owned())
            .expect("JSON");
        let line = JournalLine {
            id: Some(7),
            src: Some("n\"0\u{1}".into()),
            dest: Some("ü".into()),
            body: Some(&body),
            why: Some("lost".into()),
            ..JournalLine::new(12, JournalEvent::Send)
        };
        let mut bytes = Vec::new();
        line.write_to(&mut bytes);
        let text = std::str::from_utf8(&bytes).expect("text");
        assert_eq!(
            text,
            "{\"time\":12,\"id\":7,\"event\":\"send\",\"src\":\"n\\\"0\\u0001\",\"dest\":\"ü\",\
             \"body\":{\"a\":1.0, \"b\": 9007199254740993},\"why\":\"lost\"}\n"
        );
        let back = JournalLine::parse(&bytes).expect("a line");
        assert_eq!(
            (back.time, back.id, back.event),
            (12, Some(7), JournalEvent::Send)
        );
        assert_eq!(back.src.as_deref(), Some("n\"0\u{1}"));
        assert_eq!(
            back.body.map(RawValue::get),
            Some("{\"a\":1.0, \"b\": 9007199254740993}")
        );
        assert_eq!(JournalLine::message_id_of(&bytes), Some(7));
    }

    #[test]
    fn a_fault_has_no_message() {
        let mut bytes = Vec::new();
        let line = JournalLine {
            why: Some("partition: n0 | n1 n2".into()),
            ..JournalLine::new(5, JournalEvent::Fault)
        };
        line.write_to(&mut bytes);
        assert_eq!(
            bytes,
            b"{\"time\":5,\"event\":\"fault\",\"why\":\"partition: n0 | n1 n2\"}\n"
        );
        assert_eq!(JournalLine::message_id_of(&bytes), None);
    }
}
