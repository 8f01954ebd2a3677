//! What clients of `anti-entropy` do: broadcast, ask for digests, and play the other side of syncs.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Reply, Request, number};
use serde_json::{Map, Value, json};

use crate::random::Stream;
use crate::rounds::{Hands, Rounds};
use crate::workload::{Generator, Op, Process, Setup};

/// Numbers that no digest is likely to be, for nodes whose digests are numbers. They fit a float.
const NO_DIGEST: u64 = 9_007_199_254_000_000;
/// First all clients ask for digests, and one of each node also broadcasts: so there are digests of
/// the empty set, of {0}, and of small sets with the same sum or the same number of elements.
const EARLY_TURNS: u64 = 6;
/// So many digests of each node are remembered.
const REMEMBERED: usize = 8;

/// See the module.
pub(super) struct Clients {
    nodes: usize,
    clients: usize,
    slots: Vec<Slot>,
    /// What each node certainly has.
    known: Vec<BTreeSet<u64>>,
    /// The last digests of each node.
    digests: Vec<Vec<Value>>,
    made_up: u64,
    rounds: Rounds<FinalOp>,
    /// Whether nodes talked when the current final pass began.
    nodes_talk: bool,
    in_final: bool,
    /// By node: what the current final pass has shown last.
    shown: BTreeMap<usize, Shown>,
}

/// One client.
#[derive(Debug, Default)]
struct Slot {
    turn: u64,
    /// How many numbers it made up; those of different clients differ.
    numbers: u64,
}

/// What a node showed in the final phase.
#[derive(Debug, Default)]
struct Shown {
    digest: Option<Value>,
    list: Option<BTreeSet<u64>>,
}

#[derive(Debug, Clone)]
enum FinalOp {
    /// Ask for everything.
    List,
    /// Give this.
    Give(BTreeSet<u64>),
    Digest,
    /// Compare with the digest of this node, without a list.
    Compare(usize),
}

impl Clients {
    pub(super) fn new(setup: &Setup<'_>) -> Self {
        let (nodes, clients) = (setup.node_ids.len(), setup.options.client_count());
        Self {
            nodes,
            clients,
            slots: (0..clients).map(|_| Slot::default()).collect(),
            known: vec![BTreeSet::new(); nodes],
            digests: vec![Vec::new(); nodes],
            made_up: 0,
            rounds: Rounds::default(),
            nodes_talk: false,
            in_final: false,
            shown: BTreeMap::new(),
        }
    }

    fn readers(&self) -> usize {
        self.nodes.min(self.clients)
    }

    /// A number that nobody gave before.
    fn new_number(&mut self, slot: usize) -> u64 {
        self.slots[slot].numbers += 1;
        self.number(slot, self.slots[slot].numbers - 1)
    }

    fn number(&self, slot: usize, n: u64) -> u64 {
        n * self.clients as u64 + slot as u64
    }

    /// A number that this client gave before, or a new one.
    fn old_number(&mut self, slot: usize, random: &mut Stream) -> u64 {
        let given = self.slots[slot].numbers;
        match given {
            0 => self.new_number(slot),
            _ => self.number(slot, random.below(given)),
        }
    }

    /// A digest that no node has told, of the type that nodes use. Its owner is a replica played
    /// by the client.
    fn made_up_digest(&mut self) -> Value {
        self.made_up += 1;
        let mut told = self.digests.iter().flatten();
        match told.next() {
            Some(Value::Number(_)) => json!(NO_DIGEST + self.made_up),
            _ => json!(format!("replica-of-a-client-{}", self.made_up)),
        }
    }

    fn draw_sync(&mut self, process: Process, random: &mut Stream) -> Op {
        let other = random.below(self.nodes as u64) as usize;
        let told = random.pick(&self.digests[other]).cloned();
        match random.below(10) {
            // First only the digest, as the exercise has it.
            0..4 => {
                let digest = told.unwrap_or_else(|| self.made_up_digest());
                sync(&digest, None)
            }
            // Another node's digest with its list. While nodes replicate, clients carry nothing.
            4..7 if !process.nodes_talk || other == process.node => {
                let digest = self.digests[other].last().cloned();
                let digest = digest.unwrap_or_else(|| self.made_up_digest());
                let list = self.known[other].clone();
                sync(&digest, Some(&list))
            }
            // A replica of the client's own: it has some of the node's elements and some new.
            4..9 => {
                let mut list = self.known[process.node].clone();
                list.retain(|_| random.chance(1, 2));
                for _ in 0..random.below(3) {
                    list.insert(self.new_number(process.slot));
                }
                sync(&self.made_up_digest(), Some(&list))
            }
            _ => sync(&self.made_up_digest(), Some(&BTreeSet::new())),
        }
    }

    /// What clients do in a phase of a final pass. The first client of each node asks for
    /// everything; if nodes do not talk, it gives the node what the others have. Then all ask for
    /// digests, compare them, and ask for everything once more.
    fn deal(&self, phase: u32) -> Option<Hands<FinalOp>> {
        let everyone = |op: FinalOp| (0..self.readers()).map(|_| [op.clone()].into()).collect();
        match phase {
            0 => Some(everyone(FinalOp::List)),
            1 if self.nodes_talk => Some(Hands::new()),
            1 => Some(
                (0..self.readers())
                    .map(|n| self.give(n).collect())
                    .collect(),
            ),
            2 => Some(everyone(FinalOp::Digest)),
            3 => {
                let next = |n: usize| (n + 1) % self.readers().max(1);
                let compare = |n| [FinalOp::Compare(next(n))].into();
                Some((0..self.readers()).map(compare).collect())
            }
            4 => Some(everyone(FinalOp::List)),
            _ => None,
        }
    }

    /// What others have shown and this node has not.
    fn give(&self, node: usize) -> impl Iterator<Item = FinalOp> {
        let mut lacking: BTreeSet<u64> = self.known.iter().flatten().copied().collect();
        let shown = self.shown.get(&node).and_then(|shown| shown.list.as_ref());
        let has = shown.cloned().unwrap_or_default();
        lacking.retain(|element| !has.contains(element));
        if !lacking.is_empty() {
            // Also some that it has, so that this is not always just the difference.
            lacking.extend(has.iter().copied().step_by(2));
        }
        (!lacking.is_empty())
            .then_some(FinalOp::Give(lacking))
            .into_iter()
    }

    fn take_sync(&mut self, node: usize, op: &Op, reply: &Reply) -> Result<Value, String> {
        let matched = reply.get("match").and_then(Value::as_bool);
        let matched = matched.ok_or("a field `match` with true or false")?;
        let mut answer = Map::new();
        answer.insert("match".to_owned(), matched.into());
        let transferred = reply.get("transferred").filter(|t| !t.is_null());
        match transferred.map(|told| (told, number::whole(told))) {
            Some((_, Some(n))) => _ = answer.insert("transferred".to_owned(), n.into()),
            Some((told, None)) => return Err(format!("a whole number `transferred`, not {told}")),
            // Whether something is to be counted when only digests were compared is left open.
            None if op.value["remote_messages"].is_null() => {}
            None => return Err("a whole number `transferred`".to_owned()),
        }
        let list = reply.get("local_messages").filter(|list| !list.is_null());
        match list.map(|list| (list, list.is_array())) {
            Some((list, true)) => _ = answer.insert("local_messages".to_owned(), list.clone()),
            Some((_, false)) => return Err("a list `local_messages`".to_owned()),
            None if matched || op.value["remote_messages"].is_null() => {}
            None => return Err("a list `local_messages` because match is false".to_owned()),
        }
        if !matched {
            self.learn(node, op.value.get("remote_messages"));
            self.learn(node, list);
        }
        if let Some(list) = list.filter(|_| self.in_final) {
            let list = numbers(list).collect();
            self.shown.entry(node).or_default().list = Some(list);
        }
        Ok(answer.into())
    }

    fn learn(&mut self, node: usize, list: Option<&Value>) {
        self.known[node].extend(list.into_iter().flat_map(numbers));
    }
}

impl Generator for Clients {
    fn next(&mut self, process: Process, random: &mut Stream) -> Option<Op> {
        let slot = process.slot;
        self.slots[slot].turn += 1;
        match self.slots[slot].turn {
            turn if turn > EARLY_TURNS => {}
            turn if turn % 2 == 0 && slot < self.nodes => {
                return Some(broadcast(self.new_number(slot)));
            }
            _ => return Some(digest()),
        }
        Some(match random.below(100) {
            0..38 => broadcast(self.new_number(slot)),
            38..46 => broadcast(self.old_number(slot, random)),
            46..66 => digest(),
            _ => self.draw_sync(process, random),
        })
    }

    fn final_op(&mut self, pass: u32, round: u32, process: Process) -> Option<Op> {
        if round == 0 && process.slot == 0 {
            self.in_final = true;
            self.nodes_talk = process.nodes_talk;
            self.shown.clear();
        }
        let mut rounds = std::mem::take(&mut self.rounds);
        let dealt = rounds.next((pass, round), process.slot, |phase| self.deal(phase));
        self.rounds = rounds;
        Some(match dealt? {
            FinalOp::List => sync(&self.made_up_digest(), Some(&BTreeSet::new())),
            FinalOp::Give(list) => sync(&self.made_up_digest(), Some(&list)),
            FinalOp::Digest => digest(),
            FinalOp::Compare(node) => {
                let shown = self.shown.get(&node);
                let digest = shown.and_then(|shown| shown.digest.clone());
                sync(&digest.unwrap_or_else(|| self.made_up_digest()), None)
            }
        })
    }

    /// All nodes have shown the same list, with everything known, and the same digest.
    fn settled(&self) -> bool {
        let all: BTreeSet<u64> = self.known.iter().flatten().copied().collect();
        let first = self.shown.get(&0).and_then(|shown| shown.digest.as_ref());
        (0..self.readers()).all(|node| {
            self.shown.get(&node).is_some_and(|shown| {
                let same = |(a, b)| number::same(a, b);
                shown.list.as_ref() == Some(&all)
                    && shown.digest.as_ref().zip(first).is_some_and(same)
            })
        })
    }

    fn value(&mut self, process: Process, op: &Op, reply: &Reply) -> Result<Value, String> {
        let node = process.node;
        match op.f {
            "broadcast" => {
                self.known[node].extend(number::whole(&op.value));
                Ok(op.value.clone())
            }
            "digest" => {
                let told = reply.get("digest").filter(|digest| !digest.is_null());
                let told = told.ok_or("a field `digest`")?.clone();
                let count = reply.get("count").and_then(number::whole);
                let count = count.ok_or("a whole number `count`")?;
                if self.in_final {
                    self.shown.entry(node).or_default().digest = Some(told.clone());
                }
                let digests = &mut self.digests[node];
                if digests.len() == REMEMBERED {
                    digests.remove(0);
                }
                digests.push(told.clone());
                Ok(json!({"digest": told, "count": count}))
            }
            _ => self.take_sync(node, op, reply),
        }
    }
}

fn numbers(list: &Value) -> impl Iterator<Item = u64> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(number::whole)
}

fn broadcast(number: u64) -> Op {
    Op {
        f: "broadcast",
        key: None,
        value: number.into(),
        request: Request::new("broadcast").with("message", number),
        reply_kind: "broadcast_ok",
        idempotent: false,
    }
}

fn digest() -> Op {
    Op {
        f: "digest",
        key: None,
        value: Value::Null,
        request: Request::new("digest"),
        reply_kind: "digest_ok",
        idempotent: true,
    }
}

fn sync(remote_digest: &Value, remote_messages: Option<&BTreeSet<u64>>) -> Op {
    let list = json!(remote_messages);
    let request = Request::new("digest_sync").with("remote_digest", remote_digest.clone());
    Op {
        f: "digest_sync",
        key: None,
        value: json!({"remote_digest": remote_digest, "remote_messages": list}),
        request: request.with("remote_messages", list),
        reply_kind: "digest_sync_ok",
        // Also an answer to an empty list changes nothing, but a list may be taken over.
        idempotent: remote_messages.is_none_or(BTreeSet::is_empty),
    }
}
