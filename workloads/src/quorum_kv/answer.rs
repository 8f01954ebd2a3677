//! What an answer, or none, says about its operation.

use checker::{EventKind, OpError};
use serde_json::Value;

use super::clients::Op;
use super::mapping::{Mapping, Place};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// An answer.
    Answer(HttpAnswer),
    /// None.
    Nothing(Silence),
}

/// An answer as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpAnswer {
    /// 200, ...
    pub status: u16,
    /// Names, in any case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Silence {
    /// There was no connection, so nothing was sent.
    Refused,
    /// It did not come in time.
    Late {
        /// In so many milliseconds.
        timeout_ms: u64,
    },
    /// The connection broke.
    Broken,
    /// What came is not HTTP.
    NotHttp,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// `Ok`, `Fail` or `Info`.
    pub kind: EventKind,
    /// What was read (null if there is nothing), or what was to be written.
    pub value: Value,
    /// Its version, where the answer has it.
    pub version: Option<Value>,
    /// Why it is not `Ok`.
    pub error: Option<OpError>,
}

/// Answers of a server that gave up waiting: it may go on all the same.
const MAY_GO_ON: [u16; 2] = [408, 499];

impl Mapping {
    /// What was heard says how the operation ended.
    ///
    /// A write that was answered 2xx happened; one that was answered 4xx, or never sent, did not;
    /// all others may have. A read that has no answer says nothing, so it failed.
    #[must_use]
    pub fn end(&self, op: &Op, heard: &Heard) -> End {
        let answer = match heard {
            Heard::Answer(answer) => answer,
            Heard::Nothing(silence) => return without(op, silence),
        };
        match &op.value {
            Some(value) => self.written(value, answer),
            None => self.read(answer),
        }
    }

    fn written(&self, value: &str, answer: &HttpAnswer) -> End {
        let value = Value::from(value);
        match answer.status {
            200..300 => End {
                kind: EventKind::Ok,
                value,
                version: self.write.version.as_ref().and_then(|at| answer.at(at)),
                error: None,
            },
            status @ 400..500 if !MAY_GO_ON.contains(&status) => {
                ended(EventKind::Fail, value, answer.refusal())
            }
            _ => ended(EventKind::Info, value, answer.refusal()),
        }
    }

    fn read(&self, answer: &HttpAnswer) -> End {
        let nothing = End {
            kind: EventKind::Ok,
            value: Value::Null,
            version: None,
            error: None,
        };
        let mapping = &self.read;
        match answer.status {
            status if status == mapping.missing_status => nothing,
            200..300 => match answer.at(&mapping.value) {
                Some(Value::Null) => nothing,
                Some(value) => End {
                    value,
                    version: mapping.version.as_ref().and_then(|at| answer.at(at)),
                    ..nothing
                },
                None => ended(
                    EventKind::Fail,
                    Value::Null,
                    answer.without_value(&mapping.value),
                ),
            },
            _ => ended(EventKind::Fail, Value::Null, answer.refusal()),
        }
    }
}

fn ended(kind: EventKind, value: Value, error: OpError) -> End {
    End {
        kind,
        value,
        version: None,
        error: Some(error),
    }
}

fn without(op: &Op, silence: &Silence) -> End {
    let (name, text) = match silence {
        Silence::Refused => ("refused", "nobody accepted the connection".to_owned()),
        Silence::Late { timeout_ms } => ("timeout", format!("no answer within {timeout_ms} ms")),
        Silence::Broken => ("reset", "the connection broke before the answer".to_owned()),
        Silence::NotHttp => ("malformed-answer", "what came is not HTTP".to_owned()),
    };
    let error = OpError {
        code: None,
        name: name.to_owned(),
        text,
    };
    match &op.value {
        None => ended(EventKind::Fail, Value::Null, error),
        Some(value) if *silence == Silence::Refused => {
            ended(EventKind::Fail, Value::from(value.as_str()), error)
        }
        Some(value) => ended(EventKind::Info, Value::from(value.as_str()), error),
    }
}

impl HttpAnswer {
    /// What stands at a place; null where the body is empty.
    fn at(&self, place: &Place) -> Option<Value> {
        let text = || String::from_utf8_lossy(&self.body);
        match place {
            Place::Body => Some(match text().trim() {
                "" => Value::Null,
                text => Value::from(text),
            }),
            Place::Header(name) => {
                let mut headers = self.headers.iter();
                let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name))?;
                Some(Value::from(header.1.trim()))
            }
            Place::Pointer(pointer) => {
                let body: Value = serde_json::from_slice(&self.body).ok()?;
                body.pointer(pointer).cloned()
            }
        }
    }

    fn refusal(&self) -> OpError {
        OpError {
            code: Some(i64::from(self.status)),
            name: "status".to_owned(),
            text: format!("answered {}{}", self.status, self.quoted()),
        }
    }

    fn without_value(&self, place: &Place) -> OpError {
        let what = match place {
            Place::Body => "without a body".to_owned(),
            Place::Header(name) => format!("without a header {name}"),
            Place::Pointer(pointer) => format!("without {pointer} in its JSON"),
        };
        OpError {
            code: Some(i64::from(self.status)),
            name: "malformed-answer".to_owned(),
            text: format!("answered {}{} {what}", self.status, self.quoted()),
        }
    }

    /// The beginning of the body.
    fn quoted(&self) -> String {
        const SHOWN: usize = 60;
        let text = String::from_utf8_lossy(&self.body);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.char_indices().nth(SHOWN) {
            _ if text.is_empty() => String::new(),
            Some((end, _)) => format!(" `{}...`", &text[..end]),
            None => format!(" `{text}`"),
        }
    }
}
