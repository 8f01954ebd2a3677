//! Clients: each stays with one node, has one outstanding request, and gives up after a while.

use std::collections::BTreeSet;
use std::sync::Arc;

use checker::{Completion, EventKind, Invocation, OpError, Operation};
use protocol::Reply;
use serde_json::Value;
use workloads::event::MessageStep;
use workloads::problem::Problem;
use workloads::random::Stream;
use workloads::{Answer, Event, Op, Process};

use super::lines::quote;
use super::phases::Phase;
use super::recorder::{Details, Message};
use super::{Core, MS, TimeNs, Timer};
use crate::plan::Plan;

/// One client.
pub(super) struct Client {
    pub(super) id: Arc<str>,
    node: usize,
    /// Its number in the history: changes after an indeterminate operation.
    process: u64,
    next_msg_id: u64,
    waiting: Option<Waiting>,
    /// Requests that were given up and may still be answered.
    given_up: BTreeSet<u64>,
    next_turn_ns: TimeNs,
    timeout_armed: bool,
    /// How many operations of the main phase were drawn for it.
    drawn: u64,
    pace: Stream,
    ops: Stream,
}

struct Waiting {
    msg_id: u64,
    deadline_ns: TimeNs,
    op: Op,
    invocation: Invocation,
}

/// A client whose node is away tries again after this time, so that it does not spin.
const DOWN_PAUSE_NS: TimeNs = 50 * MS;

/// All clients of a plan.
pub(super) fn all(plan: &Plan) -> Vec<Client> {
    let client = |slot: usize| Client {
        id: format!("c{}", slot + 1).into(),
        node: slot % plan.node_ids.len(),
        process: slot as u64,
        next_msg_id: 1,
        waiting: None,
        given_up: BTreeSet::new(),
        next_turn_ns: 0,
        timeout_armed: false,
        drawn: 0,
        pace: plan.seed.stream(&format!("process/{slot}/pace")),
        ops: plan.seed.stream(&format!("process/{slot}/ops")),
    };
    (0..plan.options.client_count()).map(client).collect()
}

impl Core<'_> {
    /// Lets clients begin: each at a random moment of its first gap.
    pub(super) fn start_clients(&mut self) {
        if self.plan.options.rate == 0.0 {
            return;
        }
        for slot in 0..self.clients.len() {
            let gap_ns = self.draw_gap_ns(slot) / 2;
            self.clients[slot].next_turn_ns = self.now_ns + gap_ns;
            self.timers.at(self.now_ns + gap_ns, Timer::Client(slot));
        }
    }

    /// The time between two operations of a client: uniform between 0 and twice the mean.
    fn draw_gap_ns(&mut self, slot: usize) -> TimeNs {
        let mean_ns = self.clients.len() as f64 / self.plan.options.rate * 1e9;
        (self.clients[slot].pace.unit() * 2.0 * mean_ns) as TimeNs
    }

    /// A client's turn in the main phase.
    pub(super) fn client_turn(&mut self, slot: usize) {
        if !matches!(self.phase, Phase::Main { .. }) || self.clients[slot].waiting.is_some() {
            return;
        }
        let process = self.process_view(slot);
        let gap_ns = self.draw_gap_ns(slot);
        let client = &mut self.clients[slot];
        // A client that was late does not catch up: that would be a burst nobody asked for.
        client.next_turn_ns = client.next_turn_ns.max(self.now_ns.saturating_sub(gap_ns)) + gap_ns;
        let op = self.generator.next(process, &mut client.ops);
        match op.filter(|_| self.is_issued(slot)) {
            Some(op) => self.invoke(slot, op, false),
            None => self.next_turn(slot),
        }
    }

    /// Counts an operation that was drawn; false when the plan leaves it out. It lets the turn
    /// pass, and so moves nothing else.
    fn is_issued(&mut self, slot: usize) -> bool {
        let number = self.clients[slot].drawn;
        self.clients[slot].drawn += 1;
        !self.plan.left_out.contains(slot, number)
    }

    fn process_view(&self, slot: usize) -> Process {
        let nodes_talk = self.recorder.between_nodes > 0;
        Process {
            slot,
            node: self.clients[slot].node,
            nodes_talk,
        }
    }

    /// How a client looks to the generator; for the final phase.
    pub(super) fn final_op(&mut self, pass: u32, round: u32, slot: usize) -> Option<Op> {
        let process = self.process_view(slot);
        self.generator.final_op(pass, round, process)
    }

    fn next_turn(&mut self, slot: usize) {
        if matches!(self.phase, Phase::Main { .. }) {
            let at_ns = self.clients[slot].next_turn_ns.max(self.now_ns);
            self.timers.at(at_ns, Timer::Client(slot));
        }
    }

    /// A client begins an operation.
    pub(super) fn invoke(&mut self, slot: usize, op: Op, is_final: bool) {
        self.recorder.ops += 1;
        let index = self.recorder.index();
        let node = self.clients[slot].node;
        let mut invocation = Invocation {
            index,
            time_ns: self.now_ns,
            process: self.clients[slot].process,
            f: op.f.to_owned(),
            key: op.key.clone(),
            value: op.value.clone(),
            node: self.nodes[node].id.to_string(),
            message: None,
            is_final,
        };
        if let Some(why) = self.nodes[node].unreachable_because() {
            self.emit(Event::Invoke(Box::new(invocation.clone())));
            self.refuse(slot, op, invocation, why);
            return;
        }
        let (src, dest) = (Arc::clone(&self.clients[slot].id), self.node_id(node));
        let msg_id = self.clients[slot].next_msg_id;
        self.clients[slot].next_msg_id += 1;
        let message =
            self.recorder
                .message(&src, &dest, Arc::from(op.request.to_raw(msg_id)), false);
        invocation.message = Some(message.id);
        self.emit(Event::Invoke(Box::new(invocation.clone())));
        let deadline_ns = self.now_ns + self.plan.options.timeout * MS;
        self.clients[slot].waiting = Some(Waiting {
            msg_id,
            deadline_ns,
            op,
            invocation,
        });
        self.arm_timeout(slot, deadline_ns);
        self.record_message(MessageStep::Send, &message, None);
        self.deliver_to_node(node, &message);
    }

    /// The node is not there: the request is never sent, so it certainly has no effect.
    fn refuse(&mut self, slot: usize, op: Op, invocation: Invocation, why: &str) {
        let error = OpError {
            code: None,
            name: "node-down".to_owned(),
            text: why.to_owned(),
        };
        let process = self.process_view(slot);
        self.generator.failed(process, &op, &error);
        let value = op.value;
        self.complete(slot, invocation, EventKind::Fail, value, None, Some(error));
        let client = &mut self.clients[slot];
        client.next_turn_ns = client.next_turn_ns.max(self.now_ns + DOWN_PAUSE_NS);
        self.next_turn(slot);
    }

    fn arm_timeout(&mut self, slot: usize, deadline_ns: TimeNs) {
        if !std::mem::replace(&mut self.clients[slot].timeout_armed, true) {
            self.timers.at(deadline_ns, Timer::Timeout(slot));
        }
    }

    /// One timer serves all requests of a client: it is set again when it comes too early.
    pub(super) fn client_timeout(&mut self, slot: usize) {
        self.clients[slot].timeout_armed = false;
        let Some(deadline_ns) = self.clients[slot].waiting.as_ref().map(|w| w.deadline_ns) else {
            return;
        };
        if deadline_ns > self.now_ns {
            self.arm_timeout(slot, deadline_ns);
            return;
        }
        let text = format!("no answer within {} ms", self.plan.options.timeout);
        self.give_up(slot, "timeout", &text);
    }

    /// Ends the open operation of a client without an answer.
    fn give_up(&mut self, slot: usize, name: &str, text: &str) {
        let Some(waiting) = self.clients[slot].waiting.take() else {
            return;
        };
        self.clients[slot].given_up.insert(waiting.msg_id);
        let error = OpError {
            code: None,
            name: name.to_owned(),
            text: text.to_owned(),
        };
        let process = self.process_view(slot);
        self.generator.failed(process, &waiting.op, &error);
        let kind = if waiting.op.idempotent {
            EventKind::Fail
        } else {
            EventKind::Info
        };
        let Waiting { op, invocation, .. } = waiting;
        self.complete(slot, invocation, kind, op.value, None, Some(error));
        self.next_turn(slot);
    }

    /// Ends all open operations at a node that can no longer answer.
    pub(super) fn fail_requests_to(&mut self, node: usize, why: &str) {
        for slot in 0..self.clients.len() {
            if self.clients[slot].node == node {
                self.give_up(slot, "node-lost", why);
            }
        }
    }

    /// Ends all open operations because the run ends.
    pub(super) fn give_up_everything(&mut self, why: &str) {
        for slot in 0..self.clients.len() {
            self.give_up(slot, "interrupted", why);
        }
    }

    /// A message that answers a request of a client.
    pub(super) fn client_reply(
        &mut self,
        slot: usize,
        from: usize,
        message: &Message,
        msg_id: u64,
    ) {
        let client = &mut self.clients[slot];
        match client.waiting.take_if(|w| w.msg_id == msg_id) {
            Some(waiting) => self.answered(slot, from, message, waiting),
            None => self.unexpected_reply(slot, from, message, msg_id),
        }
    }

    fn answered(&mut self, slot: usize, from: usize, message: &Message, waiting: Waiting) {
        let Waiting { op, invocation, .. } = waiting;
        let process = self.process_view(slot);
        let answer = match serde_json::from_str(message.body.get()) {
            Ok(body) => self.generator.answer(process, &op, &Reply { body }),
            // Well-formed, but no text or not of this world: half a character, a thousand levels.
            Err(error) => Answer::Malformed(format!("a body that can be read ({error})")),
        };
        let kind = answer.kind();
        let (value, error) = match answer {
            Answer::Ok(value) => (value, None),
            Answer::Fail(error) | Answer::Info(error) => (op.value.clone(), Some(error)),
            Answer::Malformed(expected) => {
                let error = self.malformed_reply(from, message, &op, &invocation, &expected);
                self.generator.failed(process, &op, &error);
                (op.value.clone(), Some(error))
            }
        };
        self.complete(slot, invocation, kind, value, Some(message.id), error);
        self.next_turn(slot);
    }

    fn malformed_reply(
        &mut self,
        from: usize,
        message: &Message,
        op: &Op,
        invocation: &Invocation,
        expected: &str,
    ) -> OpError {
        let request = Value::Object(op.request.body.clone()).to_string();
        let what = format!(
            "{} answered {} with {}; expected {expected}.",
            self.nodes[from].id,
            quote(request.as_bytes()),
            quote(message.body.get().as_bytes()),
        );
        let details = Details {
            hint: None,
            message: Some(message.id),
            op: Some(invocation.index),
        };
        self.problem(from, Problem::MalformedReply, what, details);
        let text = format!("expected {expected}");
        OpError {
            code: None,
            name: "malformed-reply".to_owned(),
            text,
        }
    }

    fn unexpected_reply(&mut self, slot: usize, from: usize, message: &Message, msg_id: u64) {
        let client = &mut self.clients[slot];
        let problem = if client.given_up.remove(&msg_id) {
            Problem::LateReply
        } else if msg_id >= 1 && msg_id < client.next_msg_id {
            Problem::SecondReply
        } else {
            Problem::ReplyToNobody
        };
        self.report_reply(from, message, problem);
    }

    /// Reports an answer that nobody waits for.
    pub(super) fn report_reply(&mut self, from: usize, message: &Message, problem: Problem) {
        let trouble = match problem {
            Problem::LateReply => "that had been given up",
            Problem::SecondReply => "that was answered already",
            _ => "that it was never sent",
        };
        let what = format!(
            "{} answered a request of {} {trouble}: {}.",
            self.nodes[from].id,
            message.dest,
            quote(message.body.get().as_bytes())
        );
        let details = Details {
            message: Some(message.id),
            ..Details::default()
        };
        self.problem(from, problem, what, details);
    }

    /// Records the end of an operation. After an indeterminate one the client goes on under
    /// another process number: the old one may still be at it.
    fn complete(
        &mut self,
        slot: usize,
        invocation: Invocation,
        kind: EventKind,
        value: Value,
        message: Option<u64>,
        error: Option<OpError>,
    ) {
        if kind == EventKind::Info {
            self.clients[slot].process += self.clients.len() as u64;
        }
        let index = self.recorder.index();
        let completion = Completion {
            index,
            time_ns: self.now_ns,
            kind,
            value,
            message,
            error,
        };
        self.emit(Event::Complete(Box::new(Operation {
            invocation,
            completion,
        })));
    }

    /// Whether no operation is open.
    pub(super) fn all_idle(&self) -> bool {
        self.clients.iter().all(|c| c.waiting.is_none())
    }
}

#[cfg(test)]
mod tests {
    use workloads::random::Seed;
    use workloads::{Event, RunOptions, workload_by_name};

    use crate::drive::simulated;
    use crate::plan::{LeftOut, Plan};

    /// What clients asked in the main phase: client, time and argument.
    fn asked(plan: &Plan) -> Vec<(usize, u64, String)> {
        let workload = workload_by_name("g-counter").expect("a workload");
        let clients = plan.options.client_count();
        let mut asked = Vec::new();
        simulated::run(plan, workload, "g-counter", None, &mut |event| {
            if let Event::Invoke(op) = event
                && !op.is_final
            {
                let what = format!("{} {}", op.f, op.value);
                asked.push((op.process as usize % clients, op.time_ns, what));
            }
        })
        .expect("a node");
        asked
    }

    #[test]
    fn leaving_operations_out_moves_no_other() {
        let options = RunOptions {
            workload: "g-counter".to_owned(),
            node_count: 2,
            time_limit: 5.0,
            ..RunOptions::default()
        };
        let mut plan = Plan::draw(vec!["node".to_owned()], Seed(5), options).expect("a plan");
        let all = asked(&plan);
        let number_of = |i: usize| all[..i].iter().filter(|op| op.0 == all[i].0).count() as u64;
        let kept: Vec<usize> = (0..all.len()).filter(|i| i % 3 == 1).collect();
        let numbers: Vec<(usize, u64)> = kept.iter().map(|&i| (all[i].0, number_of(i))).collect();
        plan.left_out = LeftOut::all_but(&numbers, 2);
        let expected: Vec<_> = kept.iter().map(|&i| all[i].clone()).collect();
        assert!(expected.len() > 3, "{all:?}");
        // A line takes a node a microsecond: times move by a few of those.
        let rounded = |ops: &[(usize, u64, String)]| -> Vec<(usize, u64, String)> {
            let round =
                |(c, t, w): &(usize, u64, String)| (*c, (t + 500_000) / 1_000_000, w.clone());
            ops.iter().map(round).collect()
        };
        assert_eq!(rounded(&asked(&plan)), rounded(&expected));
    }
}
