//! Nodes as the core sees them: start, `init`, set-up, the barrier, death and restart.
//!
//! No message of a client or a peer is delivered before every node has answered `init`. A node
//! that cannot be started or does not answer is left out and the run goes on without it.

use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::{Reply, Request, init_request};
use workloads::event::{MessageStep, NodeEventKind};
use workloads::problem::Problem;

use super::advice::exit_hint;
use super::lines::quote;
use super::phases::Phase;
use super::recorder::{Details, Message};
use super::{Core, MS, Output, Timer};

/// One node.
pub(super) struct Node {
    pub(super) id: Arc<str>,
    state: State,
    paused: bool,
    /// How many times its process was started.
    pub(super) incarnation: u32,
    held: Vec<Message>,
    held_bytes: usize,
    /// The first line that it wrote while an answer to `init` was expected, quoted.
    pub(super) said: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its turn to be started has not come.
    Waiting,
    /// Its process is being started.
    Starting,
    /// `init` was sent.
    Initialising,
    /// `init` was answered; operations wait for the others or for the set-up request.
    Initialised,
    /// It takes part.
    Up,
    /// It did not get ready in time; it still may.
    Unready,
    /// The nemesis killed it and will start it again.
    Down,
    /// It could not be started or ended by itself, and stays away.
    Gone,
}

/// When so many bytes wait for a node that is paused or not ready, no more are kept.
const MAX_HELD_BYTES: usize = 16 << 20;

impl Node {
    pub(super) fn new(id: &str) -> Self {
        Self {
            id: id.into(),
            state: State::Waiting,
            paused: false,
            incarnation: 0,
            held: Vec::new(),
            held_bytes: 0,
            said: None,
        }
    }

    /// Remembers what it wrote while an answer to `init` was expected.
    pub(super) fn note_line(&mut self, line: &[u8]) {
        if self.state == State::Initialising && self.said.is_none() {
            self.said = Some(quote(line));
        }
    }

    /// Why nothing can be delivered to it, if so. Before the barrier messages wait instead.
    pub(super) fn unreachable_because(&self) -> Option<&'static str> {
        match self.state {
            State::Down => Some("the node is down"),
            State::Gone => Some("the node has ended"),
            State::Unready => Some("the node has not answered init"),
            State::Starting | State::Initialising if self.incarnation > 1 => {
                Some("the node is starting")
            }
            _ => None,
        }
    }

    /// Keeps a message for later; false when too much waits already.
    pub(super) fn hold(&mut self, message: &Message) -> bool {
        if self.held_bytes >= MAX_HELD_BYTES {
            return false;
        }
        self.held_bytes += message.bytes();
        self.held.push(message.clone());
        true
    }

    /// Whether its process is wanted and on its way to being ready.
    fn is_getting_ready(&self) -> bool {
        matches!(
            self.state,
            State::Waiting | State::Starting | State::Initialising | State::Initialised
        )
    }

    /// Whether it takes part or may take part again.
    pub(super) fn is_lost(&self) -> bool {
        matches!(self.state, State::Gone | State::Unready)
    }

    fn is_running(&self) -> bool {
        matches!(
            self.state,
            State::Initialising | State::Initialised | State::Up | State::Unready
        )
    }

    /// The nemesis kills it; false when there is nothing to kill.
    pub(super) fn kill(&mut self) -> bool {
        let alive = self.is_running() || self.state == State::Starting;
        if alive {
            self.state = State::Down;
            self.paused = false;
        }
        alive
    }

    /// The nemesis stops it; false when there is nothing to stop.
    pub(super) fn pause(&mut self) -> bool {
        let can = self.is_running() && !self.paused;
        self.paused |= can;
        can
    }

    /// The nemesis continues it; false when it is not stopped.
    pub(super) fn resume(&mut self) -> bool {
        std::mem::take(&mut self.paused)
    }
}

/// The client `c0`: the harness itself, which sends `init` and set-up requests.
pub(super) struct Admin {
    id: Arc<str>,
    /// To whom each request went; the first one has the msg_id 1.
    sent_to: Vec<usize>,
    pending: BTreeMap<u64, Pending>,
}

struct Pending {
    node: usize,
    incarnation: u32,
    is_init: bool,
    reply_kind: &'static str,
}

impl Admin {
    pub(super) fn new() -> Self {
        Self {
            id: "c0".into(),
            sent_to: Vec::new(),
            pending: BTreeMap::new(),
        }
    }
}

impl Core<'_> {
    /// Starts nodes whose turn has come: only so many at a time are between start and `init_ok`.
    pub(super) fn start_waiting_nodes(&mut self) {
        let busy = |n: &&Node| matches!(n.state, State::Starting | State::Initialising);
        let mut starting = self.nodes.iter().filter(busy).count();
        for node in 0..self.nodes.len() {
            if starting >= self.surroundings.starting_at_once {
                return;
            }
            if self.nodes[node].state == State::Waiting {
                self.start_node(node);
                starting += 1;
            }
        }
    }

    fn start_node(&mut self, node: usize) {
        self.nodes[node].state = State::Starting;
        self.nodes[node].incarnation += 1;
        self.nodes[node].said = None;
        let incarnation = self.nodes[node].incarnation;
        self.record_node(node, NodeEventKind::Starting(incarnation));
        self.out.push(Output::Start(node));
        let limit_ns = self.plan.options.init_timeout * MS;
        self.timers
            .at(self.now_ns + limit_ns, Timer::Ready(node, incarnation));
    }

    /// The nemesis starts a node again that it killed.
    pub(super) fn restart_node(&mut self, node: usize) {
        if self.nodes[node].state == State::Down {
            self.start_node(node);
        }
    }

    pub(super) fn node_started(&mut self, node: usize) {
        if self.nodes[node].state == State::Starting {
            self.nodes[node].state = State::Initialising;
            let request = init_request(&self.nodes[node].id, &self.plan.node_ids);
            self.ask_node(node, &request, true, "init_ok");
        }
    }

    pub(super) fn node_start_failed(&mut self, node: usize, what: &str, hint: &str) {
        self.nodes[node].state = State::Gone;
        let id = &self.nodes[node].id;
        let what = format!("{id} could not be started: {what}.");
        let hint = (!hint.is_empty()).then(|| format!("What to do: {hint}"));
        let details = Details {
            hint,
            ..Details::default()
        };
        self.problem(node, Problem::StartFailed, what, details);
        self.drop_held(node, "the node could not be started");
        self.start_waiting_nodes();
    }

    pub(super) fn node_exited(&mut self, node: usize, how: &str) {
        if matches!(
            self.nodes[node].state,
            State::Down | State::Gone | State::Waiting
        ) {
            return;
        }
        let when = match self.nodes[node].state {
            State::Starting | State::Initialising => "before it answered init",
            _ => "in the middle of the run",
        };
        let what = format!("{} ended by itself {when}: {how}.", self.nodes[node].id);
        self.nodes[node].state = State::Gone;
        self.nodes[node].paused = false;
        let details = Details {
            hint: exit_hint(how),
            ..Details::default()
        };
        self.problem(node, Problem::Exited, what, details);
        self.drop_held(node, "the node has ended");
        self.fail_requests_to(node, "the node ended before it answered");
        self.start_waiting_nodes();
    }

    pub(super) fn node_not_reading(&mut self, node: usize) {
        let what = format!(
            "{} does not read its stdin fast enough: too much waits for it, and messages to it \
             were dropped.",
            self.nodes[node].id
        );
        self.problem(node, Problem::NotReading, what, Details::default());
    }

    /// The time within which a node should have become ready is over.
    pub(super) fn node_ready_deadline(&mut self, node: usize, incarnation: u32) {
        if self.nodes[node].incarnation != incarnation {
            return;
        }
        let id = Arc::clone(&self.nodes[node].id);
        let limit_s = self.plan.options.init_timeout as f64 / 1000.0;
        match self.nodes[node].state {
            State::Starting | State::Initialising => {
                self.nodes[node].state = State::Unready;
                let (what, hint) = self.no_init_ok(node);
                let details = Details {
                    hint: Some(hint),
                    ..Details::default()
                };
                self.problem(node, Problem::NoInitOk, what, details);
                self.start_waiting_nodes();
            }
            State::Initialised if self.admin.is_waiting_for(node, incarnation) => {
                // Its answer to the set-up request is missing: go on without it.
                let what = format!("{id} did not answer the set-up request within {limit_s} s.");
                self.problem(node, Problem::NoSetupOk, what, Details::default());
                self.node_is_up(node);
            }
            _ => {}
        }
    }

    /// Sends a request of the harness itself.
    fn ask_node(
        &mut self,
        node: usize,
        request: &Request,
        is_init: bool,
        reply_kind: &'static str,
    ) {
        self.admin.sent_to.push(node);
        let msg_id = self.admin.sent_to.len() as u64;
        let incarnation = self.nodes[node].incarnation;
        self.admin.pending.insert(
            msg_id,
            Pending {
                node,
                incarnation,
                is_init,
                reply_kind,
            },
        );
        let (src, dest) = (Arc::clone(&self.admin.id), self.node_id(node));
        let body = Arc::from(request.to_raw(msg_id));
        let message = self.recorder.message(&src, &dest, body, false);
        self.record_message(MessageStep::Send, &message, None);
        self.hand_over(node, &message);
    }

    /// A node answers the harness itself.
    pub(super) fn admin_reply(&mut self, from: usize, message: &Message, in_reply_to: Option<u64>) {
        let Some(Pending {
            node,
            incarnation,
            is_init,
            reply_kind,
        }) = self.request_answered_by(from, message, in_reply_to)
        else {
            return;
        };
        if self.nodes[node].incarnation != incarnation {
            return;
        }
        // What cannot be read has no type, which is said below.
        let body = serde_json::from_str(message.body.get()).unwrap_or_default();
        let reply = Reply { body };
        if reply.kind() != reply_kind && (is_init || reply.kind() != "error") {
            let what = format!(
                "{} answered `{}` where `{reply_kind}` was expected: {}.",
                self.nodes[node].id,
                reply.kind(),
                quote(message.body.get().as_bytes()),
            );
            let problem = if is_init {
                Problem::InitRefused
            } else {
                Problem::MalformedReply
            };
            let details = Details {
                message: Some(message.id),
                ..Details::default()
            };
            self.problem(node, problem, what, details);
        }
        if is_init {
            self.node_initialised(node);
        } else {
            self.node_is_up(node);
        }
    }

    /// The open request that an answer belongs to. A wrong or missing in_reply_to is reported, and
    /// taken for the right one as long as there is no doubt: a node is not left out for it.
    fn request_answered_by(
        &mut self,
        from: usize,
        message: &Message,
        in_reply_to: Option<u64>,
    ) -> Option<Pending> {
        if let Some(msg_id) = in_reply_to {
            let is_own = self.admin.sent_to(msg_id) == Some(from);
            if !is_own {
                self.report_reply(from, message, Problem::ReplyToNobody);
            } else if let Some(pending) = self.admin.pending.remove(&msg_id) {
                return Some(pending);
            } else {
                self.report_reply(from, message, Problem::SecondReply);
                return None;
            }
        }
        let incarnation = self.nodes[from].incarnation;
        let only = self.admin.only_pending(from, incarnation)?;
        self.admin.pending.remove(&only)
    }

    fn node_initialised(&mut self, node: usize) {
        if matches!(self.nodes[node].state, State::Initialising | State::Unready) {
            self.nodes[node].state = State::Initialised;
            self.start_waiting_nodes();
            if !matches!(self.phase, Phase::Boot) {
                self.set_up(node);
            }
        }
    }

    /// Sends the workload's set-up request, or lets the node take part when there is none.
    fn set_up(&mut self, node: usize) {
        match self.generator.setup(node) {
            Some((request, reply_kind)) => {
                let limit_ns = self.plan.options.init_timeout * MS;
                let incarnation = self.nodes[node].incarnation;
                self.timers
                    .at(self.now_ns + limit_ns, Timer::Ready(node, incarnation));
                self.ask_node(node, &request, false, reply_kind);
            }
            None => self.node_is_up(node),
        }
    }

    fn node_is_up(&mut self, node: usize) {
        if self.nodes[node].state == State::Initialised {
            self.nodes[node].state = State::Up;
            self.record_node(node, NodeEventKind::Ready);
            self.release_held(node);
        }
    }

    /// Whether a message to this node must wait: it is paused, or not all nodes are there yet.
    pub(super) fn holds_messages(&self, node: usize) -> bool {
        self.nodes[node].paused || matches!(self.phase, Phase::Boot)
    }

    /// Delivers what was held for a node.
    pub(super) fn release_held(&mut self, node: usize) {
        if self.holds_messages(node) {
            return;
        }
        self.nodes[node].held_bytes = 0;
        for message in std::mem::take(&mut self.nodes[node].held) {
            self.deliver_to_node(node, &message);
        }
    }

    /// Loses what was held for a node.
    pub(super) fn drop_held(&mut self, node: usize, why: &'static str) {
        self.nodes[node].held_bytes = 0;
        for message in std::mem::take(&mut self.nodes[node].held) {
            self.record_drop(&message, why);
        }
    }

    /// Whether every node has answered `init` or is lost.
    pub(super) fn all_initialised_or_lost(&self) -> bool {
        let settled = |n: &Node| n.is_lost() || n.state == State::Initialised;
        self.nodes.iter().all(settled)
    }

    /// Whether no node is on its way to being ready.
    pub(super) fn nobody_is_getting_ready(&self) -> bool {
        !self
            .nodes
            .iter()
            .any(|n| n.is_getting_ready() || n.state == State::Down)
    }

    /// Whether there is no node left to talk to.
    pub(super) fn all_lost(&self) -> bool {
        self.nodes.iter().all(Node::is_lost)
    }

    /// The barrier is passed: all nodes that are there get their set-up request.
    pub(super) fn set_up_all(&mut self) {
        for node in 0..self.nodes.len() {
            if self.nodes[node].state == State::Initialised {
                self.set_up(node);
            }
            self.release_held(node);
        }
    }
}

impl Admin {
    /// To which node the request with this number went.
    fn sent_to(&self, msg_id: u64) -> Option<usize> {
        let position = usize::try_from(msg_id.checked_sub(1)?).ok()?;
        self.sent_to.get(position).copied()
    }

    /// The only open request to this node in its present life, if there is exactly one.
    pub(super) fn only_pending(&self, node: usize, incarnation: u32) -> Option<u64> {
        let mut ids = self
            .pending
            .iter()
            .filter(|(_, p)| p.node == node && p.incarnation == incarnation)
            .map(|(id, _)| *id);
        ids.next().filter(|_| ids.next().is_none())
    }

    fn is_waiting_for(&self, node: usize, incarnation: u32) -> bool {
        self.pending
            .values()
            .any(|p| p.node == node && p.incarnation == incarnation && !p.is_init)
    }
}
