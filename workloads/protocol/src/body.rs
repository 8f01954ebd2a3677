//! Bodies: the fields that all of them share, requests of clients, replies to clients.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// A body opened as a JSON object.
pub type Body = Map<String, Value>;

/// The fields that any body may have; everything else is skipped without being built.
///
/// `msg_id` and `in_reply_to` stay raw because between nodes they may be anything.
#[derive(Debug, Default)]
pub struct BodyHead<'a> {
    /// What the message is: `echo`, `read_ok`, ...; nothing if it is no string.
    pub kind: Option<Cow<'a, str>>,
    /// The sender's number for this message.
    pub msg_id: Option<&'a RawValue>,
    /// The `msg_id` of the request that this answers.
    pub in_reply_to: Option<&'a RawValue>,
}

/// The fields of a head as they stand in the body.
#[derive(Default, Deserialize)]
struct RawHead<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    msg_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    in_reply_to: Option<&'a RawValue>,
}

/// A string that is borrowed when nothing in it is escaped.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'a> BodyHead<'a> {
    /// Reads the head of a body. A field that is not as expected reads as missing, and a field
    /// given twice makes all of them missing: between nodes that is nobody's business.
    #[must_use]
    pub fn of(body: &'a RawValue) -> Self {
        let raw: RawHead<'a> = serde_json::from_str(body.get()).unwrap_or_default();
        let text = |raw: &'a RawValue| serde_json::from_str::<Text<'a>>(raw.get()).ok();
        Self {
            kind: raw.kind.and_then(text).map(|text| text.0),
            msg_id: raw.msg_id,
            in_reply_to: raw.in_reply_to,
        }
    }
}

/// What a client sends: the body without `msg_id`, which the client adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The body; it always has a string `type`.
    pub body: Body,
}

impl Request {
    /// A request of this type without further fields.
    #[must_use]
    pub fn new(kind: &str) -> Self {
        let mut body = Body::new();
        body.insert("type".to_owned(), kind.into());
        Self { body }
    }

    /// Adds a field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.body.insert(field.to_owned(), value.into());
        self
    }

    /// The request's type.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.body
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The body as it goes over the wire, with this `msg_id`.
    #[must_use]
    pub fn to_raw(&self, msg_id: u64) -> Box<RawValue> {
        let mut body = self.body.clone();
        body.insert("msg_id".to_owned(), msg_id.into());
        serde_json::value::to_raw_value(&body).unwrap_or_default()
    }
}

/// The `init` request: the first message that every node receives.
#[must_use]
pub fn init_request(node_id: &str, node_ids: &[String]) -> Request {
    Request::new("init")
        .with("node_id", node_id)
        .with("node_ids", node_ids.to_vec())
}

/// What a client received in answer to its request.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The whole body, also `in_reply_to` and whatever else the node put there.
    pub body: Body,
}

impl Reply {
    /// The reply's type; empty when the field is missing or not a string.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.body
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The code of an error reply: `None` for other types, 13 (crash, indefinite) when an error
    /// has no usable code, because nothing can then be said about whether the request took effect.
    #[must_use]
    pub fn error_code(&self) -> Option<i64> {
        (self.kind() == "error")
            .then(|| self.body.get("code").and_then(Value::as_i64).unwrap_or(13))
    }

    /// A field of the reply.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.body.get(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).expect("json")
    }

    #[test]
    fn a_head_takes_whatever_nodes_put_there() {
        let body = raw(r#"{"type":"gossip","msg_id":null,"in_reply_to":99999999999999999999}"#);
        let head = BodyHead::of(&body);
        assert_eq!(head.kind.as_deref(), Some("gossip"));
        assert_eq!(
            head.in_reply_to.map(RawValue::get),
            Some("99999999999999999999")
        );
        let body = raw(r#"{"type":3,"in_reply_to":7}"#);
        let head = BodyHead::of(&body);
        assert!(head.kind.is_none());
        assert_eq!(head.in_reply_to.map(RawValue::get), Some("7"));
    }

    #[test]
    fn a_request_carries_its_fields_and_its_number() {
        let request = Request::new("add").with("delta", 5);
        assert_eq!(request.kind(), "add");
        assert_eq!(
            request.to_raw(2).get(),
            r#"{"delta":5,"msg_id":2,"type":"add"}"#
        );
    }

    #[test]
    fn an_error_without_a_code_is_indefinite() {
        let reply = |text: &str| Reply {
            body: serde_json::from_str(text).expect("json"),
        };
        assert_eq!(
            reply(r#"{"type":"error","code":20}"#).error_code(),
            Some(20)
        );
        assert_eq!(
            reply(r#"{"type":"error","code":"20"}"#).error_code(),
            Some(13)
        );
        assert_eq!(reply(r#"{"type":"add_ok"}"#).error_code(), None);
    }
}
