//! What clients of `vector-kv` do: put with clocks of all relations, get, and resolve.

use std::collections::{BTreeMap, VecDeque};

use checker::OpError;
use checker::mv_register::Clock;
use protocol::{Reply, Request, number};
use serde_json::{Value, json};

use super::clocks::Clocks;
use super::keys::{KeyState, Keys, is_shared};
use super::wire::{Sibling, says_rejected};
use crate::random::{Seed, Stream};
use crate::rounds::{Hands, Rounds};
use crate::workload::{Answer, Generator, Op, Process, Setup, understand};

/// See the module.
pub(super) struct Clients {
    nodes: usize,
    clients: usize,
    keys: Keys,
    known: BTreeMap<String, KeyState>,
    slots: Vec<Slot>,
    rounds: Rounds<FinalOp>,
    final_draws: Stream,
    in_final: bool,
    /// Whether the current final pass resolves anything.
    resolving: bool,
    /// By key and node: what the current final pass has read last.
    read: BTreeMap<(String, usize), Vec<Clock>>,
}

/// One client.
#[derive(Debug, Default)]
struct Slot {
    turn: u64,
    /// The key that it shall resolve next.
    to_resolve: Option<String>,
    /// The key that it shall get next.
    to_get: Option<String>,
}

#[derive(Debug, Clone)]
enum FinalOp {
    Get(String),
    Resolve(String),
}

impl Clients {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        let clients = setup.options.client_count();
        let nodes = setup.node_ids.len();
        Self {
            nodes,
            clients,
            keys: Keys::new(clients, nodes),
            known: BTreeMap::new(),
            slots: (0..clients).map(|_| Slot::default()).collect(),
            rounds: Rounds::default(),
            // Which clock of several good ones resolves a key decides nothing.
            final_draws: Seed(0).stream("vector-kv/final"),
            in_final: false,
            resolving: false,
            read: BTreeMap::new(),
        }
    }

    fn draw_key(&self, process: Process, random: &mut Stream) -> String {
        let share = random.below(100);
        let keys = match share {
            0..50 => Keys::private(process.slot),
            50..75 if process.nodes_talk => Keys::shared(),
            _ => self.keys.of_node(process.node),
        };
        random.pick(&keys).cloned().unwrap_or_default()
    }

    fn clocks(&self, slot: usize) -> Clocks {
        Clocks::new(slot, self.clients)
    }

    fn put(&mut self, key: &str, slot: usize, turn: u64, random: &mut Stream) -> Op {
        let clocks = self.clocks(slot);
        let state = self.known.entry(key.to_owned()).or_default();
        let clock = clocks.draw(state, random);
        state.attempt(&clock);
        write(
            "kv_put",
            "kv_put_ok",
            key,
            &format!("v{slot}-{turn}"),
            &clock,
        )
    }

    fn resolve(&mut self, key: &str, slot: usize, turn: u64, random: Option<&mut Stream>) -> Op {
        let clocks = self.clocks(slot);
        let state = self.known.entry(key.to_owned()).or_default();
        let random = random.unwrap_or(&mut self.final_draws);
        let clock = clocks.above_all(state, random);
        state.attempt(&clock);
        let value = format!("r{slot}-{turn}");
        write("kv_resolve", "kv_resolve_ok", key, &value, &clock)
    }

    /// The keys that a client reads in the final phase: its own; the first client of each node
    /// also the node's and those of all.
    fn final_keys(&self, slot: usize) -> Vec<String> {
        let mut keys = Keys::private(slot);
        if slot < self.readers() {
            keys.extend(self.keys.of_node(slot));
            keys.extend(Keys::shared());
        }
        keys.retain(|key| self.known.contains_key(key));
        keys
    }

    fn readers(&self) -> usize {
        self.nodes.min(self.clients)
    }

    /// What clients do in a phase of a final pass: get everything, resolve what has siblings, get
    /// everything again.
    fn deal(&mut self, phase: u32) -> Option<Hands<FinalOp>> {
        let slots = 0..self.clients;
        let gets = |slot| {
            self.final_keys(slot)
                .into_iter()
                .map(FinalOp::Get)
                .collect()
        };
        match phase {
            0 => Some(slots.map(gets).collect()),
            1 => {
                let hands: Hands<FinalOp> = slots.map(|slot| self.resolves(slot)).collect();
                self.resolving = hands.iter().any(|hand| !hand.is_empty());
                Some(hands)
            }
            2 if self.resolving => Some(slots.map(gets).collect()),
            _ => None,
        }
    }

    /// What a client resolves: keys with siblings, on which all nodes that have them agree.
    fn resolves(&self, slot: usize) -> VecDeque<FinalOp> {
        let shared = Keys::shared();
        let mine = |key: &String| {
            let place = shared.iter().position(|other| other == key);
            place.is_none_or(|place| place % self.readers() == slot)
        };
        let node = slot % self.nodes;
        let has_siblings = |key: &String| {
            let read = self.read.get(&(key.clone(), node));
            read.is_some_and(|clocks| clocks.len() > 1) && self.agreed(key)
        };
        let keys = self.final_keys(slot).into_iter().filter(mine);
        keys.filter(has_siblings).map(FinalOp::Resolve).collect()
    }

    /// Whether all nodes that were to be asked for a key returned the same clocks.
    fn agreed(&self, key: &str) -> bool {
        if !is_shared(key) {
            return true;
        }
        let mut read = (0..self.readers()).map(|node| self.read.get(&(key.to_owned(), node)));
        let first = read.next().flatten();
        first.is_some() && read.all(|other| other == first)
    }

    fn take_get(&mut self, process: Process, key: &str, siblings: &[Sibling]) {
        let state = self.known.entry(key.to_owned()).or_default();
        for sibling in siblings {
            state.learn(&sibling.clock);
        }
        if self.in_final {
            let mut clocks: Vec<Clock> = siblings.iter().map(|s| s.clock.clone()).collect();
            clocks.sort();
            self.read.insert((key.to_owned(), process.node), clocks);
        } else if siblings.len() > 1 && Keys::private(process.slot).iter().any(|k| k == key) {
            self.slots[process.slot].to_resolve = Some(key.to_owned());
        }
    }
}

impl Generator for Clients {
    fn next(&mut self, process: Process, random: &mut Stream) -> Option<Op> {
        let slot = &mut self.slots[process.slot];
        slot.turn += 1;
        let turn = slot.turn;
        let (to_resolve, to_get) = (slot.to_resolve.take(), slot.to_get.take());
        if let Some(key) = to_get {
            return Some(get(&key));
        }
        if let Some(key) = to_resolve
            && random.chance(1, 2)
        {
            self.slots[process.slot].to_get = Some(key.clone());
            return Some(self.resolve(&key, process.slot, turn, Some(random)));
        }
        let key = self.draw_key(process, random);
        Some(match random.below(10) {
            0..4 => get(&key),
            _ => self.put(&key, process.slot, turn, random),
        })
    }

    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        self.in_final = true;
        if round == 0 && process.slot == 0 {
            self.read.clear();
        }
        let mut rounds = std::mem::take(&mut self.rounds);
        let dealt = rounds.next((pass, round), process.slot, |phase| self.deal(phase));
        self.rounds = rounds;
        Some(match dealt? {
            FinalOp::Get(key) => get(&key),
            FinalOp::Resolve(key) => {
                let turn = u64::from(pass) << 32 | u64::from(round);
                self.resolve(&key, process.slot, turn, None)
            }
        })
    }

    /// Every key was read wherever it should be, has one value, and the same everywhere.
    fn settled(&self) -> bool {
        (0..self.clients).all(|slot| {
            self.final_keys(slot).iter().all(|key| {
                let read = self.read.get(&(key.clone(), slot % self.nodes));
                read.is_some_and(|clocks| clocks.len() <= 1) && self.agreed(key)
            })
        })
    }

    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String> {
        let key = op.key.as_ref().and_then(Value::as_str).unwrap_or_default();
        match op.f {
            "kv_put" => {
                let answer = put_answer(reply)?;
                if let (Some(sibling), true) = (Sibling::of(&op.value), answer.1) {
                    let state = self.known.entry(key.to_owned()).or_default();
                    state.learn(&sibling.clock);
                }
                Ok(answer.0)
            }
            "kv_get" => {
                let siblings = get_answer(reply)?;
                self.take_get(process, key, &siblings);
                Ok(siblings.iter().map(Sibling::to_value).collect())
            }
            _ => {
                if reply.get("status").and_then(Value::as_str) != Some("resolved") {
                    return Err("the status \"resolved\"".to_owned());
                }
                if let Some(sibling) = Sibling::of(&op.value) {
                    let state = self.known.entry(key.to_owned()).or_default();
                    state.stored = vec![sibling.clock];
                }
                Ok(json!({"status": "resolved"}))
            }
        }
    }

    fn failed(&mut self, process: Process, op: &Op, error: &OpError) {
        let key = op.key.as_ref().and_then(Value::as_str).unwrap_or_default();
        if op.f == "kv_get" && error.code == Some(20) {
            self.take_get(process, key, &[]);
        } else if op.f == "kv_put"
            && error.code.is_none()
            && let Some(sibling) = Sibling::of(&op.value)
        {
            // It may be there, so that later clocks should take it into account.
            let state = self.known.entry(key.to_owned()).or_default();
            state.learn(&sibling.clock);
        }
    }

    /// An error that answers a put is a rejection unless its code says that it is none: the
    /// exercise does not say with which code to reject.
    fn answer(&mut self, process: Process, op: &Op, reply: &Reply) -> Answer {
        match reply.error_code() {
            Some(code) if op.f == "kv_put" && says_rejected(code) => {
                let text = reply
                    .get("text")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                let error = OpError {
                    code: Some(code),
                    name: "rejected".to_owned(),
                    text: text.to_owned(),
                };
                self.failed(process, op, &error);
                Answer::Fail(error)
            }
            _ => understand(self, process, op, reply),
        }
    }
}

/// The answer to a put as it stands in the history, and whether the value is stored.
fn put_answer(reply: &Reply) -> Result<(Value, bool), String> {
    let status = reply
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match status {
        "written" => Ok((json!({"status": "written"}), true)),
        "conflict" => {
            let siblings = reply.get("siblings").and_then(number::whole);
            let siblings = siblings.ok_or("the number of `siblings` beside the status conflict")?;
            Ok((json!({"status": "conflict", "siblings": siblings}), true))
        }
        _ if status.contains("stale") || status.starts_with("reject") => {
            Ok((json!({"status": status}), false))
        }
        _ => Err("a `status`: written, conflict, rejected or stale".to_owned()),
    }
}

fn get_answer(reply: &Reply) -> Result<Vec<Sibling>, String> {
    match reply.get("values") {
        Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => {
            let siblings: Option<Vec<Sibling>> = values.iter().map(Sibling::of).collect();
            siblings.ok_or_else(|| "a `value` and a `clock` in each of the values".to_owned())
        }
        _ => Err("a list `values`".to_owned()),
    }
}

fn write(f: &'static str, reply_kind: &'static str, key: &str, value: &str, clock: &Clock) -> Op {
    let sibling = Sibling {
        value: value.into(),
        clock: clock.clone(),
    };
    let request = Request::new(f).with("key", key).with("value", value);
    Op {
        f,
        key: Some(key.into()),
        value: sibling.to_value(),
        request: request.with("clock", clock.0.clone()),
        reply_kind,
        idempotent: false,
    }
}

fn get(key: &str) -> Op {
    Op {
        f: "kv_get",
        key: Some(key.into()),
        value: Value::Null,
        request: Request::new("kv_get").with("key", key),
        reply_kind: "kv_get_ok",
        idempotent: true,
    }
}
