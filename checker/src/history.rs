//! Operations as they were invoked and completed, and their lines in `history.jsonl`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The beginning of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Invocation {
    /// Position of this event in the history; identifies the operation in evidence.
    pub index: u64,
    /// When, in nanoseconds since the run began.
    pub time_ns: u64,
    /// The logical process. It has at most one open operation; after an indeterminate one it never
    /// invokes again and another process takes its place.
    pub process: u64,
    /// What kind of operation: `read`, `add`, ...
    pub f: String,
    /// The object concerned, where the workload has several.
    pub key: Option<Value>,
    /// The argument; null where there is none.
    pub value: Value,
    /// The node that was asked.
    pub node: String,
    /// The id of the request message, once it was sent.
    pub message: Option<u64>,
    /// Whether this belongs to the final phase, after all faults were healed.
    pub is_final: bool,
}

/// How an event stands in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EventKind {
    /// The operation begins.
    Invoke,
    /// It certainly happened.
    Ok,
    /// It certainly did not happen.
    Fail,
    /// It may have happened, or may still.
    Info,
}

/// Why an operation did not end with `ok`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpError {
    /// The protocol's error code, if the node answered with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<i64>,
    /// A short name: `timeout`, `key-does-not-exist`, `malformed-reply`, `node-down`, ...
    pub name: String,
    /// The node's own words, or ours.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// The end of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Position of this event in the history.
    pub index: u64,
    /// When, in nanoseconds since the run began.
    pub time_ns: u64,
    /// `Ok`, `Fail` or `Info`; never `Invoke`.
    pub kind: EventKind,
    /// What was answered; for operations without an answer the argument again.
    pub value: Value,
    /// The id of the reply message.
    pub message: Option<u64>,
    /// Why it is not `ok`.
    pub error: Option<OpError>,
}

/// An operation from beginning to end.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// How it began.
    pub invocation: Invocation,
    /// How it ended.
    pub completion: Completion,
}

impl Operation {
    /// Whether it certainly happened.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.completion.kind == EventKind::Ok
    }

    /// Whether it certainly did not happen.
    #[must_use]
    pub fn is_fail(&self) -> bool {
        self.completion.kind == EventKind::Fail
    }

    /// Whether it may have happened.
    #[must_use]
    pub fn is_info(&self) -> bool {
        self.completion.kind == EventKind::Info
    }

    /// The messages of this operation that are known: request, reply.
    #[must_use]
    pub fn messages(&self) -> Vec<u64> {
        self.invocation
            .message
            .into_iter()
            .chain(self.completion.message)
            .collect()
    }
}

/// One line of `history.jsonl`; the field names are Jepsen's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryLine {
    /// Position in the history.
    pub index: u64,
    /// Nanoseconds since the run began.
    pub time: u64,
    /// The logical process.
    pub process: u64,
    /// Invocation or kind of completion.
    #[serde(rename = "type")]
    pub kind: EventKind,
    /// What kind of operation.
    pub f: String,
    /// The object concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Value>,
    /// Argument or answer.
    pub value: Value,
    /// The node that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// The id of the request or reply message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u64>,
    /// Whether the operation belongs to the final phase.
    #[serde(default, rename = "final", skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
    /// Why the operation did not end with `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<OpError>,
}

impl From<&Invocation> for HistoryLine {
    fn from(op: &Invocation) -> Self {
        Self {
            index: op.index,
            time: op.time_ns,
            process: op.process,
            kind: EventKind::Invoke,
            f: op.f.clone(),
            key: op.key.clone(),
            value: op.value.clone(),
            node: Some(op.node.clone()),
            message: op.message,
            is_final: op.is_final,
            error: None,
        }
    }
}

impl From<&Operation> for HistoryLine {
    fn from(op: &Operation) -> Self {
        Self {
            index: op.completion.index,
            time: op.completion.time_ns,
            kind: op.completion.kind,
            value: op.completion.value.clone(),
            message: op.completion.message,
            error: op.completion.error.clone(),
            ..Self::from(&op.invocation)
        }
    }
}
