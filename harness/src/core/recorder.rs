//! Numbers for messages and history events, and the events themselves.

use std::sync::Arc;

use protocol::{BodyHead, RawValue};
use rustc_hash::FxHashMap;
use workloads::Event;
use workloads::event::{
    FaultEvent, MessageEvent, MessageStep, NodeEvent, NodeEventKind, ProblemEvent,
};
use workloads::problem::Problem;

use super::{Core, Output, TimeNs};
use crate::plan::PlannedFault;

/// A message on its way.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: u64,
    pub(super) src: Arc<str>,
    pub(super) dest: Arc<str>,
    pub(super) body: Arc<RawValue>,
    pub(super) between_nodes: bool,
}

impl Message {
    /// About how much memory it takes while it waits: small bodies are not all of it.
    pub(super) fn bytes(&self) -> usize {
        const BESIDE_THE_BODY: usize = 192;
        self.body.get().len() + BESIDE_THE_BODY
    }
}

/// Counts what needs a number.
pub(super) struct Recorder {
    next_message: u64,
    next_index: u64,
    /// Operations begun.
    pub(super) ops: u64,
    /// Messages that nodes sent to nodes.
    pub(super) between_nodes: u64,
    storm: Storm,
}

/// Whether nodes send far more messages than operations can explain, and of which type.
enum Storm {
    /// Nothing suspicious.
    Calm,
    /// The next messages are counted by type, until so many are left.
    Sampling {
        left: u64,
        kinds: FxHashMap<String, u64>,
    },
    /// It was said.
    Reported,
}

/// A storm is so many messages between nodes for one operation, and at least `STORM_MESSAGES`.
const STORM_PER_OP: u64 = 5_000;
const STORM_MESSAGES: u64 = 20_000;
const STORM_SAMPLE: u64 = 1_000;

impl Recorder {
    pub(super) fn new() -> Self {
        Self {
            next_message: 0,
            next_index: 0,
            ops: 0,
            between_nodes: 0,
            storm: Storm::Calm,
        }
    }

    /// The index of the next history event.
    pub(super) fn index(&mut self) -> u64 {
        self.next_index += 1;
        self.next_index - 1
    }

    /// A message with the next number.
    pub(super) fn message(
        &mut self,
        src: &Arc<str>,
        dest: &Arc<str>,
        body: Arc<RawValue>,
        between_nodes: bool,
    ) -> Message {
        self.next_message += 1;
        self.between_nodes += u64::from(between_nodes);
        let (src, dest) = (Arc::clone(src), Arc::clone(dest));
        Message {
            id: self.next_message - 1,
            src,
            dest,
            body,
            between_nodes,
        }
    }

    /// Looks at one more message between nodes; says once that there is a storm.
    fn watch_storm(&mut self, message: &Message) -> Option<String> {
        match &mut self.storm {
            Storm::Calm => {
                let many = self.between_nodes >= STORM_MESSAGES - STORM_SAMPLE;
                if many && self.between_nodes / self.ops.max(1) >= STORM_PER_OP {
                    self.storm = Storm::Sampling {
                        left: STORM_SAMPLE,
                        kinds: FxHashMap::default(),
                    };
                }
                None
            }
            Storm::Sampling { left, kinds } => {
                let kind = BodyHead::of(&message.body)
                    .kind
                    .unwrap_or_default()
                    .into_owned();
                *kinds.entry(kind).or_default() += 1;
                *left -= 1;
                if *left > 0 {
                    return None;
                }
                // The most frequent type; of equals the first by name.
                let (kind, count) = kinds
                    .iter()
                    .max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)))
                    .map(|(kind, count)| (kind.clone(), *count))
                    .unwrap_or_default();
                let (messages, ops) = (self.between_nodes, self.ops);
                self.storm = Storm::Reported;
                let operations = if ops == 1 { "operation" } else { "operations" };
                Some(format!(
                    "A storm of messages: nodes have sent each other {messages} messages for \
                     {ops} {operations}, {}% of them of type `{kind}`.",
                    count * 100 / STORM_SAMPLE
                ))
            }
            Storm::Reported => None,
        }
    }
}

impl Core<'_> {
    /// Records one step of a message.
    pub(super) fn record_message(
        &mut self,
        step: MessageStep,
        message: &Message,
        why: Option<Arc<str>>,
    ) {
        self.emit(Event::Message(MessageEvent {
            time_ns: self.now_ns,
            id: message.id,
            step,
            src: Arc::clone(&message.src),
            dest: Arc::clone(&message.dest),
            between_nodes: message.between_nodes,
            body: Arc::clone(&message.body),
            why,
        }));
    }

    /// Records that a message was lost, and why.
    pub(super) fn record_drop(&mut self, message: &Message, why: impl Into<Arc<str>>) {
        self.record_message(MessageStep::Drop, message, Some(why.into()));
    }

    /// Records a message between nodes as sent, and notices storms.
    pub(super) fn record_send_between_nodes(&mut self, from: usize, message: &Message) {
        self.record_message(MessageStep::Send, message, None);
        if let Some(what) = self.recorder.watch_storm(message) {
            let details = Details {
                message: Some(message.id),
                ..Details::default()
            };
            self.problem(from, Problem::MessageStorm, what, details);
        }
    }

    /// Records a change of a node's state.
    pub(super) fn record_node(&mut self, node: usize, kind: NodeEventKind) {
        let id = Arc::clone(&self.nodes[node].id);
        self.emit(Event::Node(NodeEvent {
            time_ns: self.now_ns,
            node: id,
            kind,
        }));
    }

    /// Records that a node did something wrong.
    pub(super) fn problem(
        &mut self,
        node: usize,
        problem: Problem,
        what: String,
        details: Details,
    ) {
        let hint = details
            .hint
            .unwrap_or_else(|| problem.def().hint.to_owned());
        let (message, op) = (details.message, details.op);
        let event = ProblemEvent {
            problem,
            what,
            hint,
            message,
            op,
        };
        self.record_node(node, NodeEventKind::Problem(event));
    }

    /// Records that a fault begins or ends.
    pub(super) fn record_fault(&mut self, fault: &PlannedFault, begins: bool) {
        let ids = &self.plan.node_ids;
        let nodes = fault
            .action
            .nodes()
            .into_iter()
            .map(|i| ids[i].clone())
            .collect();
        let what = format!("{}: {}", fault.fault, fault.what);
        let time_ns: TimeNs = self.now_ns;
        let fault = fault.fault;
        self.out.push(Output::Event(Event::Fault(FaultEvent {
            time_ns,
            fault,
            begins,
            what,
            nodes,
        })));
    }
}

/// What belongs to a problem beside its sentence.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// Instead of the problem's own hint.
    pub(super) hint: Option<String>,
    /// The message concerned.
    pub(super) message: Option<u64>,
    /// The operation concerned.
    pub(super) op: Option<u64>,
}
