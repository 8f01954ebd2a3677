//! What clients of `lww-kv` do: write, read, and carry entries between nodes.

use std::collections::BTreeMap;

use checker::OpError;
use protocol::{Reply, Request, number};
use serde_json::{Map, Value};

use super::entry::{Entry, Timestamp};
use super::keys::{DRAWN_TIES, Keys, TIES};
use super::pool::Pool;
use crate::random::Stream;
use crate::rounds::{Hands, Rounds};
use crate::workload::{Generator, Op, Process, Setup};

/// Fields of a read's answer that do not belong to the entry.
const NOT_OF_THE_ENTRY: &[&str] = &["type", "msg_id", "in_reply_to", "key"];
/// Timestamps made by clients are whole numbers above this one: long past for every clock.
const FIRST_TS: u64 = 1000;
/// So many steps back a client's timestamp may be drawn.
const LAG: u64 = 16;

/// See the module.
pub(super) struct Clients {
    nodes: usize,
    clients: usize,
    keys: Keys,
    /// By slot: how many operations it has drawn.
    turns: Vec<u64>,
    pool: Pool,
    /// By number of the tied key: its two entries, once they are made.
    ties: BTreeMap<usize, [Entry; 2]>,
    /// By tied key and node: how many merges of it were sent there.
    tied: BTreeMap<(usize, usize), usize>,
    rounds: Rounds<FinalOp>,
    in_final: bool,
    /// Whether nodes talked when the current final pass began.
    nodes_talk: bool,
    /// By node and key: what the current final pass has read.
    read: BTreeMap<(usize, String), Option<Entry>>,
}

#[derive(Debug, Clone)]
enum FinalOp {
    Read(String),
    Merge(Map<String, Value>),
}

impl Clients {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        let clients = setup.options.client_count();
        Self {
            nodes: setup.node_ids.len(),
            clients,
            keys: Keys::new(setup.options.key_count),
            turns: vec![0; clients],
            pool: Pool::default(),
            ties: BTreeMap::new(),
            tied: BTreeMap::new(),
            rounds: Rounds::default(),
            in_final: false,
            nodes_talk: false,
            read: BTreeMap::new(),
        }
    }

    fn draw_read(&self, random: &mut Stream) -> Op {
        let share = random.below(10);
        let keys = match share {
            0 => &self.keys.never,
            1..=2 => &self.keys.merged,
            3..=4 => &self.keys.ties,
            _ => &self.keys.written,
        };
        read(pick(keys, random))
    }

    /// A merge of entries that somebody learnt before: late, repeated, in any order. While nodes
    /// replicate themselves, clients carry nothing between them, but a node may get its own
    /// entries again.
    fn draw_carry(&self, process: Process, random: &mut Stream) -> Option<Op> {
        let mut entries = Map::new();
        for _ in 0..random.between(1, 3) {
            let from_others = !process.nodes_talk && random.chance(4, 5);
            if let Some(seen) = self.pool.draw(process.node, from_others, random)
                && self.may_get(process.node, &seen.key)
            {
                entries.insert(seen.key.clone(), seen.entry.fields.clone().into());
            }
        }
        (!entries.is_empty()).then(|| merge(entries))
    }

    /// Whether an entry of this key may be carried to a node: a tie only where one was made.
    fn may_get(&self, node: usize, key: &str) -> bool {
        let tie = self.keys.ties.iter().position(|tie| tie == key);
        tie.is_none_or(|tie| self.tied.contains_key(&(tie, node)))
    }

    /// A merge of an entry of the client's own, for a key that nobody writes otherwise. Its
    /// timestamp is unique and grows slowly, so that older and newer ones take turns.
    fn draw_own(&self, slot: usize, turn: u64, random: &mut Stream) -> Op {
        let lag = random.below(LAG);
        let unique = (turn + lag) * LAG + lag;
        let ts = FIRST_TS + unique * self.clients as u64 + slot as u64;
        let entry = Entry::new(&format!("m{slot}-{turn}"), ts);
        let key = pick(&self.keys.merged, random).to_owned();
        merge(Map::from_iter([(key, entry.fields.into())]))
    }

    /// A merge of one of two entries with the same timestamp. Nodes get them in different orders.
    fn draw_tie(&mut self, node: usize, random: &mut Stream) -> Option<Op> {
        let tie = random.below(DRAWN_TIES as u64) as usize;
        self.make_pair(tie)?;
        let before = self.tied.entry((tie, node)).or_default();
        let which = match *before {
            0 => (node + tie) % 2,
            1 => (node + tie + 1) % 2,
            _ => random.below(2) as usize,
        };
        *before += 1;
        let entry = self.ties.get(&tie)?[which].fields.clone();
        let key = self.keys.ties[tie].clone();
        Some(merge(Map::from_iter([(key, entry.into())])))
    }

    /// Makes the two entries of a tied key, if it is known how.
    fn make_pair(&mut self, tie: usize) -> Option<&[Entry; 2]> {
        if !self.ties.contains_key(&tie) {
            let pair = pair_of(tie, self.pool.two_origins(self.nodes)?);
            self.ties.insert(tie, pair);
        }
        self.ties.get(&tie)
    }

    /// What clients do in a phase of a final pass: the first client of each node reads every key;
    /// if nodes do not talk, it then merges what the others have, and reads again. The first pass
    /// begins with ties.
    fn deal(&mut self, pass: u32, phase: u32) -> Option<Hands<FinalOp>> {
        let nodes = 0..self.nodes.min(self.clients);
        match phase {
            0 if pass == 0 => Some(nodes.map(|node| self.tie_at_once(node)).collect()),
            0 => Some(Hands::new()),
            1 => Some(nodes.map(|_| self.read_all()).collect()),
            2 if !self.nodes_talk => Some(nodes.map(|node| self.exchange(node)).collect()),
            3 if !self.nodes_talk && self.nodes > 1 => {
                Some(nodes.map(|_| self.read_all()).collect())
            }
            _ => None,
        }
    }

    /// A merge of ties that all nodes get in the same moment, so that nodes that replicate
    /// themselves cannot have told each other the one entry before the other comes.
    fn tie_at_once<C: FromIterator<FinalOp>>(&mut self, node: usize) -> C {
        let mut entries = Map::new();
        for tie in DRAWN_TIES..TIES {
            if let Some(pair) = self.make_pair(tie) {
                let entry = pair[(node + tie) % 2].fields.clone();
                entries.insert(self.keys.ties[tie].clone(), entry.into());
            }
        }
        let merge = (!entries.is_empty()).then_some(FinalOp::Merge(entries));
        merge.into_iter().collect()
    }

    fn read_all<C: FromIterator<FinalOp>>(&self) -> C {
        self.keys.all().cloned().map(FinalOp::Read).collect()
    }

    /// Merges that bring a node everything newest that it has not shown; several if entries are
    /// tied, because a merge has one entry a key.
    fn exchange<C: FromIterator<FinalOp>>(&self, node: usize) -> C {
        let mut merges: Vec<Map<String, Value>> = Vec::new();
        for key in self.keys.all() {
            let has = self.read.get(&(node, key.clone())).and_then(Option::as_ref);
            let lacking = self.pool.newest(key).iter();
            let lacking = lacking.filter(|entry| !has.is_some_and(|has| has.same(entry)));
            for (layer, entry) in lacking.enumerate() {
                if merges.len() == layer {
                    merges.push(Map::new());
                }
                merges[layer].insert(key.clone(), entry.fields.clone().into());
            }
        }
        merges.into_iter().map(FinalOp::Merge).collect()
    }
}

impl Generator for Clients {
    fn next(&mut self, process: Process, random: &mut Stream) -> Option<Op> {
        let turn = self.turns[process.slot];
        self.turns[process.slot] += 1;
        let key = pick(&self.keys.written, random).to_owned();
        let drawn = match random.below(100) {
            0..30 => Some(self.draw_read(random)),
            30..52 => self.draw_carry(process, random),
            52..61 => Some(self.draw_own(process.slot, turn, random)),
            61..70 => self.draw_tie(process.node, random),
            _ => None,
        };
        Some(drawn.unwrap_or_else(|| write(&key, &format!("v{}-{turn}", process.slot))))
    }

    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        self.in_final = true;
        if round == 0 && process.slot == 0 {
            self.read.clear();
            self.nodes_talk = process.nodes_talk;
        }
        let mut rounds = std::mem::take(&mut self.rounds);
        let dealt = rounds.next((pass, round), process.slot, |phase| self.deal(pass, phase));
        self.rounds = rounds;
        Some(match dealt? {
            FinalOp::Read(key) => read(&key),
            FinalOp::Merge(entries) => merge(entries),
        })
    }

    /// All nodes were read, and all have the newest entry of every key, and the same.
    fn settled(&self) -> bool {
        self.keys.all().all(|key| {
            let newest = self.pool.newest(key).first();
            let first = self.read.get(&(0, key.clone())).and_then(Option::as_ref);
            (0..self.nodes.min(self.clients)).all(|node| {
                match self.read.get(&(node, key.clone())) {
                    Some(Some(entry)) => {
                        newest.is_none_or(|newest| entry.ts >= newest.ts)
                            && first.is_some_and(|first| first.same(entry))
                    }
                    Some(None) => newest.is_none(),
                    None => false,
                }
            })
        })
    }

    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String> {
        let key = op.key.as_ref().and_then(Value::as_str).unwrap_or_default();
        match op.f {
            "write" => {
                let ts = Timestamp::of(reply.get("ts")).ok_or("a field `ts` with a number")?;
                let mut fields = Map::new();
                fields.insert("value".to_owned(), op.value.clone());
                fields.insert("ts".to_owned(), Value::Number(ts.0));
                if let Some(entry) = Entry::of(&fields) {
                    self.pool.learn(process.node, key, &entry);
                }
                Ok(fields.into())
            }
            "kv_read" => self.take_read(process, key, reply),
            _ => {
                let updated = reply.get("updated").and_then(number::whole);
                let updated = updated.ok_or("a field `updated` with a whole number")?;
                self.take_merge(process, op);
                Ok(Map::from_iter([("updated".to_owned(), updated.into())]).into())
            }
        }
    }

    fn failed(&mut self, process: Process, op: &Op, error: &OpError) {
        if self.in_final && op.f == "kv_read" && error.code == Some(20) {
            let key = op.key.as_ref().and_then(Value::as_str).unwrap_or_default();
            self.read.insert((process.node, key.to_owned()), None);
        }
    }
}

impl Clients {
    fn take_read(&mut self, process: Process, key: &str, reply: &Reply) -> Result<Value, String> {
        if reply.get("key").is_some_and(|k| k.as_str() != Some(key)) {
            return Err(format!("the key that was asked for, {key:?}"));
        }
        let mut fields = reply.body.clone();
        fields.retain(|name, _| !NOT_OF_THE_ENTRY.contains(&name.as_str()));
        let value = fields.get("value").unwrap_or(&Value::Null);
        match Entry::of(&fields) {
            Some(entry) if !value.is_null() => {
                self.pool.learn(process.node, key, &entry);
                self.pool.learn_fields(process.node, &fields);
                if self.in_final {
                    self.read
                        .insert((process.node, key.to_owned()), Some(entry));
                }
            }
            None if !value.is_null() => {
                return Err("a field `ts` with a number beside the value".to_owned());
            }
            // A null for a missing key is well-formed; that it is wrong is for the checks to say.
            _ => {}
        }
        Ok(fields.into())
    }

    fn take_merge(&mut self, process: Process, op: &Op) {
        for (key, fields) in op.value.as_object().into_iter().flatten() {
            if let Some(entry) = fields.as_object().and_then(Entry::of) {
                self.pool.learn(process.node, key, &entry);
            }
        }
    }
}

/// Two entries for a tied key: the same timestamp, different values.
fn pair_of(tie: usize, origins: [Map<String, Value>; 2]) -> [Entry; 2] {
    let mut which = ["left", "right"].into_iter();
    origins.map(|extras| {
        let value = format!("{}-{tie}", which.next().unwrap_or_default());
        let mut entry = Entry::new(&value, FIRST_TS + tie as u64);
        entry.fields.extend(extras);
        entry
    })
}

fn pick<'a>(keys: &'a [String], random: &mut Stream) -> &'a str {
    random.pick(keys).map_or("", String::as_str)
}

fn write(key: &str, value: &str) -> Op {
    Op {
        f: "write",
        key: Some(key.into()),
        value: value.into(),
        request: Request::new("write").with("key", key).with("value", value),
        reply_kind: "write_ok",
        idempotent: false,
    }
}

fn read(key: &str) -> Op {
    Op {
        f: "kv_read",
        key: Some(key.into()),
        value: Value::Null,
        request: Request::new("kv_read").with("key", key),
        reply_kind: "kv_read_ok",
        idempotent: true,
    }
}

fn merge(entries: Map<String, Value>) -> Op {
    Op {
        f: "kv_merge",
        key: None,
        value: entries.clone().into(),
        request: Request::new("kv_merge").with("entries", entries),
        reply_kind: "kv_merge_ok",
        idempotent: false,
    }
}
