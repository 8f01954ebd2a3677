//! Everything that happens in a run, as one type: what the core emits and what checks, the
//! journal, the history and the progress line consume.

use std::sync::Arc;

use checker::{Invocation, Operation};
use protocol::RawValue;

use crate::options::Fault;
use crate::problem::Problem;

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// A client begins an operation.
    Invoke(Box<Invocation>),
    /// An operation ends.
    Complete(Box<Operation>),
    /// A message goes its way.
    Message(MessageEvent),
    /// The nemesis acts.
    Fault(FaultEvent),
    /// A node changes its state or causes a problem.
    Node(NodeEvent),
}

impl Event {
    /// When, in nanoseconds since the run began.
    #[must_use]
    pub fn time_ns(&self) -> u64 {
        match self {
            Self::Invoke(invocation) => invocation.time_ns,
            Self::Complete(operation) => operation.completion.time_ns,
            Self::Message(message) => message.time_ns,
            Self::Fault(fault) => fault.time_ns,
            Self::Node(node) => node.time_ns,
        }
    }
}

/// One step of one message.
#[derive(Debug, Clone)]
pub struct MessageEvent {
    /// When, in nanoseconds since the run began.
    pub time_ns: u64,
    /// The message's number in this run.
    pub id: u64,
    /// What happens to it.
    pub step: MessageStep,
    /// Who sent it.
    pub src: Arc<str>,
    /// Who shall receive it.
    pub dest: Arc<str>,
    /// Whether it is between nodes (and not from or to a client).
    pub between_nodes: bool,
    /// Its body.
    pub body: Arc<RawValue>,
    /// Why it was dropped or what happened to it on the way.
    pub why: Option<Arc<str>>,
}

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageStep {
    /// It was sent.
    Send,
    /// It was handed to its receiver.
    Deliver,
    /// It was lost.
    Drop,
}

/// The nemesis begins or ends a fault.
#[derive(Debug, Clone)]
pub struct FaultEvent {
    /// When, in nanoseconds since the run began.
    pub time_ns: u64,
    /// Which fault.
    pub fault: Fault,
    /// Whether it begins or is healed.
    pub begins: bool,
    /// What it does, for people: "partition: n0 n1 | n2 n3 n4".
    pub what: String,
    /// The nodes concerned.
    pub nodes: Vec<String>,
}

/// Something about one node.
#[derive(Debug, Clone)]
pub struct NodeEvent {
    /// When, in nanoseconds since the run began.
    pub time_ns: u64,
    /// The node's id.
    pub node: Arc<str>,
    /// What.
    pub kind: NodeEventKind,
}

/// What can be said about a node.
#[derive(Debug, Clone)]
pub enum NodeEventKind {
    /// Its process is being started, the n-th time (from 1).
    Starting(u32),
    /// It answered `init`.
    Ready,
    /// It was killed by the nemesis.
    Killed,
    /// It was stopped by the nemesis.
    Paused,
    /// It was continued.
    Resumed,
    /// It did something wrong.
    Problem(ProblemEvent),
}

/// One occurrence of a problem.
#[derive(Debug, Clone)]
pub struct ProblemEvent {
    /// Which kind.
    pub problem: Problem,
    /// What happened, in a sentence or two, with the line quoted (shortened) where there is one.
    pub what: String,
    /// What to do about it; starts from the kind's own hint.
    pub hint: String,
    /// The message concerned, if it got a number.
    pub message: Option<u64>,
    /// The operation concerned, by the index of its invocation.
    pub op: Option<u64>,
}
