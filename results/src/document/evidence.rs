//! Operations and messages quoted from the record, so that a report needs nothing else.

use checker::EventKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::schema;

/// What the anomalies of a verdict refer to, quoted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Operations, in the order in which they began.
    #[serde(default)]
    pub ops: Vec<QuotedOp>,
    /// Messages, by id.
    #[serde(default)]
    pub messages: Vec<QuotedMessage>,
}

impl Evidence {
    /// Whether there is nothing to quote.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ops.is_empty() && self.messages.is_empty()
    }

    /// The operation that began with this index.
    #[must_use]
    pub fn op(&self, index: u64) -> Option<&QuotedOp> {
        self.ops.iter().find(|op| op.index == index)
    }

    /// The message with this id.
    #[must_use]
    pub fn message(&self, id: u64) -> Option<&QuotedMessage> {
        self.messages.iter().find(|message| message.id == id)
    }
}

/// One operation, quoted from the history. Values are JSON texts, shortened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedOp {
    /// The index of its invocation.
    pub index: u64,
    /// When it began, in nanoseconds since the run began.
    pub time: u64,
    /// The logical process.
    pub process: u64,
    /// The node that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What kind of operation.
    pub f: String,
    /// The object concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The argument.
    pub value: String,
    /// The id of the request message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// Whether it belongs to the final phase.
    #[serde(default, rename = "final", skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
    /// How it ended, if the record reaches that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<QuotedEnd>,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedEnd {
    /// When, in nanoseconds since the run began.
    pub time: u64,
    /// `ok`, `fail` or `info`.
    #[serde(rename = "type")]
    #[schemars(with = "schema::EventKind")]
    pub kind: EventKind,
    /// The answer.
    pub value: String,
    /// The id of the reply message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// Why it is not `ok`, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// One message, quoted from the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedMessage {
    /// Its number in the run.
    pub id: u64,
    /// Who sent it.
    pub src: String,
    /// Who should receive it.
    pub dest: String,
    /// Its body as it was sent, shortened.
    pub body: String,
    /// What happened to it, in order.
    pub steps: Vec<QuotedStep>,
}

/// One step of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedStep {
    /// When, in nanoseconds since the run began.
    pub time: u64,
    /// `send`, `deliver` or `drop`.
    pub event: String,
    /// Why it was dropped, or what happened to it on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}
