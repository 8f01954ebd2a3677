//! Numbers for messages and history events, and the events themselves.

use std::sync::Arc;

use protocol::RawValue;
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
}

impl Recorder {
    pub(super) fn new() -> Self {
        Self {
            next_message: 0,
            next_index: 0,
            ops: 0,
            between_nodes: 0,
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

    /// The number of the next message.
    pub(super) fn coming_message(&self) -> u64 {
        self.next_message
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
