//! For tests: a workload's clients against small nodes in memory, interleaved by a seed, with
//! operations that fail, time out and take effect late.

use checker::{Check, CheckResult, Completion, EventKind, Invocation, OpError, Operation, Verdict};
use proptest::test_runner::Config as ProptestConfig;
use protocol::{Body, RawValue, Reply};
use serde_json::{Value, json};

use crate::Event;
use crate::event::{MessageEvent, MessageStep};
use crate::options::{Concurrency, RunOptions};
use crate::random::{Seed, Stream};
use crate::workload::{Answer, Generator, Op, Process, Setup, Workload};

/// A node in memory.
pub(crate) trait Model {
    /// Answers a request.
    fn handle(&mut self, request: &Body) -> Value;

    /// What it tells other nodes; nothing by default.
    fn gossip(&self) -> Option<Value> {
        None
    }

    /// Hears what another node tells.
    fn hear(&mut self, news: &Value) {
        let _ = news;
    }
}

/// How to run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    pub(crate) seed: u64,
    pub(crate) nodes: usize,
    pub(crate) clients_per_node: usize,
    pub(crate) ops: usize,
    /// Whether some operations fail or time out.
    pub(crate) trouble: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            seed: 1,
            nodes: 3,
            clients_per_node: 1,
            ops: 400,
            trouble: false,
        }
    }
}

/// How many random runs a test tries: a few, or what `CASES` said when it was compiled.
pub(crate) fn cases(few: u32) -> ProptestConfig {
    let cases = option_env!("CASES").and_then(|n| n.parse().ok());
    ProptestConfig::with_cases(cases.unwrap_or(few))
}

/// What the workload's checks say.
pub(crate) struct Outcome {
    pub(crate) results: Vec<CheckResult>,
}

impl Outcome {
    pub(crate) fn verdict(&self) -> Verdict {
        Verdict::merge(self.results.iter().map(|r| r.verdict))
    }

    /// The types of all anomalies.
    pub(crate) fn kinds(&self) -> Vec<String> {
        let anomalies = self.results.iter().flat_map(|r| &r.anomalies);
        let mut kinds: Vec<String> = anomalies.map(|a| a.kind.clone()).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }

    /// All anomalies in words, for messages of tests.
    pub(crate) fn words(&self) -> String {
        let anomalies = self.results.iter().flat_map(|r| &r.anomalies);
        let words = anomalies
            .take(5)
            .map(|a| format!("{}: {}", a.kind, a.summary));
        let unknown = self
            .results
            .iter()
            .filter(|r| r.verdict == Verdict::Unknown);
        let unknown = unknown.map(|r| format!("{}: {}", r.name, r.summary));
        words.chain(unknown).collect::<Vec<_>>().join("\n")
    }
}

/// What a client is doing.
enum Client {
    Idle,
    /// Its request is on the way.
    Asked(Invocation, Op),
    /// The answer is on the way.
    Answered(Invocation, Op, Reply),
}

struct Simulation<'a> {
    run: Run,
    models: Vec<Box<dyn Model + 'a>>,
    generator: Box<dyn Generator>,
    clients: Vec<Client>,
    processes: Vec<u64>,
    streams: Vec<Stream>,
    dice: Stream,
    events: Vec<Event>,
    index: u64,
    nodes_talk: bool,
    late: Vec<(usize, Body)>,
}

/// Runs a workload against these nodes.
pub(crate) fn simulate<'a, M: Model + 'a>(
    workload: &dyn Workload,
    run: Run,
    mut node: impl FnMut(usize) -> M,
) -> Outcome {
    let options = RunOptions {
        node_count: run.nodes,
        concurrency: Concurrency::PerNode(run.clients_per_node),
        ..RunOptions::default()
    };
    let node_ids = options.node_ids();
    let setup = Setup {
        options: &options,
        node_ids: &node_ids,
    };
    let clients = options.client_count();
    let seed = Seed(run.seed);
    let mut simulation = Simulation {
        run,
        models: (0..run.nodes)
            .map(|i| Box::new(node(i)) as Box<dyn Model + 'a>)
            .collect(),
        generator: workload.generator(&setup),
        clients: (0..clients).map(|_| Client::Idle).collect(),
        processes: (0..clients as u64).collect(),
        streams: (0..clients)
            .map(|slot| seed.stream(&format!("process/{slot}")))
            .collect(),
        dice: seed.stream("simulation"),
        events: Vec::new(),
        index: 0,
        nodes_talk: false,
        late: Vec::new(),
    };
    simulation.main_phase();
    simulation.final_phase();
    let mut results = judge(&simulation.events, workload.checks(&setup));
    let mut run_checks = workload.run_checks(&setup);
    for check in &mut run_checks {
        for event in &simulation.events {
            check.on_event(event);
        }
        results.push(check.finish());
    }
    Outcome { results }
}

/// What checks say about events.
fn judge(events: &[Event], checks: Vec<Box<dyn Check>>) -> Vec<CheckResult> {
    let judge_one = |mut check: Box<dyn Check>| {
        for event in events {
            match event {
                Event::Invoke(op) => check.on_invoke(op),
                Event::Complete(op) => check.on_complete(op),
                _ => {}
            }
        }
        check.finish()
    };
    checks.into_iter().map(judge_one).collect()
}

impl Simulation<'_> {
    fn main_phase(&mut self) {
        let mut invoked = 0;
        while invoked < self.run.ops {
            let slot = self.dice.below(self.clients.len() as u64) as usize;
            if self.dice.chance(1, 8) {
                self.gossip();
            }
            if self.dice.chance(1, 16) {
                self.handle_late();
            }
            if matches!(self.clients[slot], Client::Idle) {
                let process = self.process(slot);
                let drawn = self.generator.next(process, &mut self.streams[slot]);
                invoked += 1;
                if let Some(op) = drawn {
                    self.invoke(slot, op, false);
                }
            } else {
                self.step(slot);
            }
        }
        for slot in 0..self.clients.len() {
            self.finish(slot);
        }
        while !self.late.is_empty() {
            self.handle_late();
        }
    }

    fn final_phase(&mut self) {
        self.run.trouble = false;
        for pass in 0..20 {
            for round in 0.. {
                let mut any = false;
                for slot in 0..self.clients.len() {
                    if let Some(op) = self.generator.final_op(pass, round, self.process(slot)) {
                        any = true;
                        self.invoke(slot, op, true);
                    }
                }
                for slot in 0..self.clients.len() {
                    self.finish(slot);
                }
                if !any {
                    break;
                }
            }
            if self.generator.settled() || (pass > 0 && !self.nodes_talk) {
                return;
            }
            for _ in 0..10 * self.models.len() {
                self.gossip();
            }
        }
    }

    fn process(&self, slot: usize) -> Process {
        Process {
            slot,
            node: slot % self.models.len(),
            nodes_talk: self.nodes_talk,
        }
    }

    fn next_index(&mut self) -> u64 {
        self.index += 1;
        self.index - 1
    }

    fn invoke(&mut self, slot: usize, op: Op, is_final: bool) {
        let index = self.next_index();
        let invocation = Invocation {
            index,
            time_ns: index * 1000,
            process: self.processes[slot],
            f: op.f.to_owned(),
            key: op.key.clone(),
            value: op.value.clone(),
            node: format!("n{}", slot % self.models.len()),
            message: Some(index),
            is_final,
        };
        self.events
            .push(Event::Invoke(Box::new(invocation.clone())));
        self.message(slot, index, false, &op.request.body);
        self.clients[slot] = Client::Asked(invocation, op);
    }

    fn finish(&mut self, slot: usize) {
        while !matches!(self.clients[slot], Client::Idle) {
            self.step(slot);
        }
    }

    /// Takes a client's operation one step further.
    fn step(&mut self, slot: usize) {
        match std::mem::replace(&mut self.clients[slot], Client::Idle) {
            Client::Idle => {}
            Client::Asked(invocation, op) => {
                if self.run.trouble && self.dice.chance(1, 20) {
                    self.trouble(slot, invocation, &op);
                    return;
                }
                let body = self.ask(slot, &op);
                self.clients[slot] = Client::Answered(invocation, op, Reply { body });
            }
            Client::Answered(invocation, op, reply) => {
                self.message(slot, invocation.index, true, &reply.body);
                let answer = self.generator.answer(self.process(slot), &op, &reply);
                self.complete(slot, invocation, answer);
            }
        }
    }

    fn ask(&mut self, slot: usize, op: &Op) -> Body {
        let node = slot % self.models.len();
        let answer = self.models[node].handle(&op.request.body);
        answer.as_object().cloned().unwrap_or_default()
    }

    /// An operation without an answer: it failed, never happens, happened, or happens later.
    fn trouble(&mut self, slot: usize, invocation: Invocation, op: &Op) {
        let fate = self.dice.below(4);
        let error = OpError {
            code: None,
            name: if fate == 0 { "node-down" } else { "timeout" }.to_owned(),
            text: String::new(),
        };
        match fate {
            2 => _ = self.ask(slot, op),
            3 => self
                .late
                .push((slot % self.models.len(), op.request.body.clone())),
            _ => {}
        }
        self.generator.failed(self.process(slot), op, &error);
        let answer = match fate {
            0 => Answer::Fail(error),
            _ if op.idempotent => Answer::Fail(error),
            _ => Answer::Info(error),
        };
        self.complete(slot, invocation, answer);
    }

    fn complete(&mut self, slot: usize, invocation: Invocation, answer: Answer) {
        let index = self.next_index();
        let kind = answer.kind();
        let (value, error) = match answer {
            Answer::Ok(value) => (value, None),
            Answer::Fail(error) | Answer::Info(error) => (invocation.value.clone(), Some(error)),
            Answer::Malformed(text) => panic!("expected {text}"),
        };
        if kind == EventKind::Info {
            self.processes[slot] += self.clients.len() as u64;
        }
        self.events.push(Event::Complete(Box::new(Operation {
            invocation,
            completion: Completion {
                index,
                time_ns: index * 1000,
                kind,
                value,
                message: Some(index),
                error,
            },
        })));
    }

    fn handle_late(&mut self) {
        if let Some((node, body)) = self.late.pop() {
            self.models[node].handle(&body);
        }
    }

    /// One node tells another one what it has.
    fn gossip(&mut self) {
        let nodes = self.models.len() as u64;
        let (from, to) = (self.dice.below(nodes), self.dice.below(nodes));
        let news = self.models[from as usize].gossip();
        let Some(news) = news.filter(|_| from != to) else {
            return;
        };
        self.nodes_talk = true;
        let (src, dest) = (format!("n{from}"), format!("n{to}"));
        self.push_message(&src, &dest, &json!({"type": "gossip"}));
        self.models[to as usize].hear(&news);
    }

    fn message(&mut self, slot: usize, msg_id: u64, reply: bool, body: &Body) {
        let (client, node) = (format!("c{slot}"), format!("n{}", slot % self.models.len()));
        let mut body = body.clone();
        if reply {
            body.insert("in_reply_to".to_owned(), msg_id.into());
            self.push_message(&node, &client, &body.into());
        } else {
            body.insert("msg_id".to_owned(), msg_id.into());
            self.push_message(&client, &node, &body.into());
        }
    }

    fn push_message(&mut self, src: &str, dest: &str, body: &Value) {
        let body: Box<RawValue> = serde_json::value::to_raw_value(body).expect("json");
        self.events.push(Event::Message(MessageEvent {
            time_ns: self.index * 1000,
            id: self.events.len() as u64,
            step: MessageStep::Send,
            src: src.into(),
            dest: dest.into(),
            between_nodes: src.starts_with('n') && dest.starts_with('n'),
            body: body.into(),
            why: None,
        }));
    }
}
