//! One message as a node sees it: the envelope and the head parsed, the rest on demand.

use std::borrow::Cow;

use protocol::{BodyHead, Envelope, EnvelopeError, RawValue};
use serde::Deserialize;

use crate::Failure;

/// A message that arrived.
#[derive(Debug)]
pub struct Message<'a> {
    /// Who sent it.
    pub src: Cow<'a, str>,
    /// To whom: this node.
    pub dest: Cow<'a, str>,
    /// The body's `type`; empty when it has none.
    pub kind: Cow<'a, str>,
    /// The sender's number for it, as it was written; a reply repeats it.
    pub msg_id: Option<&'a RawValue>,
    /// The number of the message that this answers, when it is a whole number.
    pub in_reply_to: Option<u64>,
    body: &'a RawValue,
}

impl<'a> Message<'a> {
    /// Parses one line.
    ///
    /// # Errors
    /// When the line is no envelope.
    pub fn parse(line: &'a [u8]) -> Result<Self, EnvelopeError> {
        let Envelope { src, dest, body } = Envelope::parse(line)?;
        let head = BodyHead::of(body);
        Ok(Self {
            src,
            dest,
            kind: head.kind.unwrap_or_default(),
            msg_id: head.msg_id,
            in_reply_to: head.in_reply_to.and_then(|raw| raw.get().parse().ok()),
            body,
        })
    }

    /// Reads the body's fields into a type; fields that the type does not have are skipped.
    ///
    /// # Errors
    /// [`Failure::malformed`] when a field is missing or has the wrong type.
    pub fn body<T: Deserialize<'a>>(&self) -> Result<T, Failure> {
        serde_json::from_str(self.body.get()).map_err(|e| Failure::malformed(&e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_into_a_type() {
        #[derive(Deserialize)]
        struct Add {
            delta: u64,
        }
        let line = br#"{"src":"c1","dest":"n0","body":{"type":"add","msg_id":1,"delta":5}}"#;
        let message = Message::parse(line).expect("well-formed");
        assert_eq!(message.kind, "add");
        assert_eq!(message.body::<Add>().expect("fields").delta, 5);

        let line = br#"{"src":"c1","dest":"n0","body":{"type":"add","msg_id":1}}"#;
        let failure = Message::parse(line).expect("well-formed").body::<Add>();
        let failure = failure.err().expect("no delta");
        assert_eq!(failure.code, 12);
        assert!(failure.text.contains("delta"), "{}", failure.text);
    }
}
