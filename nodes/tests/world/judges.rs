//! Clients that know what the answers should be, one for each workload.

use std::collections::{BTreeMap, BTreeSet};

use protocol::number;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Number, Value, json};

use super::{MS, World};

/// Types of anomalies that were seen.
pub(crate) type Anomalies = BTreeSet<&'static str>;
type Reply = Map<String, Value>;

/// A client of one workload, and what it remembers.
pub(crate) trait Judge {
    /// Does one operation on a node.
    fn ask(&mut self, world: &mut World, node: usize);
    /// Looks at all nodes after everything has healed.
    fn finish(&mut self, _world: &mut World) {}
    /// What was seen so far.
    fn seen(&mut self) -> &mut Anomalies;
}

/// A run: operations, some time between them, disturbances, and a look at the end.
pub(crate) fn run(world: &mut World, workload: &str, operations: usize) -> Anomalies {
    let mut judge = judge(workload, world.node_count());
    for _ in 0..operations {
        let node = world.any_node();
        judge.ask(world, node);
        let pause = world.rng.random_range(0..40 * MS);
        world.pass(pause);
        world.disturb();
    }
    world.heal();
    judge.finish(world);
    std::mem::take(judge.seen())
}

fn judge(workload: &str, nodes: usize) -> Box<dyn Judge> {
    match workload {
        "echo" => Box::new(Echo::default()),
        "unique-ids" => Box::new(UniqueIds::default()),
        "broadcast" => Box::new(Broadcast::new(nodes)),
        "g-counter" => Box::new(GCounter::new(nodes)),
        "lww-kv" => Box::new(LwwKv::new(nodes)),
        "vector-kv" => Box::new(VectorKv::default()),
        "anti-entropy" => Box::new(AntiEntropy::new(nodes)),
        other => unreachable!("no judge for {other}"),
    }
}

fn one_of(rng: &mut ChaCha8Rng, count: u64) -> bool {
    rng.random_range(0..count) == 0
}

#[derive(Default)]
struct Echo(Anomalies, u64);

impl Judge for Echo {
    fn ask(&mut self, world: &mut World, node: usize) {
        self.1 += 1;
        let text = format!("Please echo {}", self.1);
        let asleep = world.is_away(node);
        match world.ask(node, json!({"type": "echo", "echo": text})) {
            Some(reply) if reply["echo"] == *text => {}
            Some(_) => drop(self.0.insert("echo-mismatch")),
            None if asleep => {}
            None => drop(self.0.insert("no-answer")),
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.0
    }
}

#[derive(Default)]
struct UniqueIds(Anomalies, BTreeSet<String>);

impl Judge for UniqueIds {
    fn ask(&mut self, world: &mut World, node: usize) {
        // Two at once, and then a while nothing: requests come in bursts.
        for _ in 0..2 {
            if let Some(reply) = world.ask(node, json!({"type": "generate"}))
                && !self.1.insert(reply["id"].to_string())
            {
                self.0.insert("duplicate-id");
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.0
    }
}

fn set_of(messages: &Value) -> BTreeSet<u64> {
    let list = messages.as_array().into_iter().flatten();
    list.filter_map(Value::as_u64).collect()
}

/// Elements that were sent, and for each node those that it must have.
struct Broadcast {
    seen: Anomalies,
    attempted: u64,
    known: Vec<BTreeSet<u64>>,
}

impl Broadcast {
    fn new(nodes: usize) -> Self {
        Self {
            seen: Anomalies::new(),
            attempted: 0,
            known: vec![BTreeSet::new(); nodes],
        }
    }

    fn read(&mut self, world: &mut World, node: usize) {
        let Some(reply) = world.ask(node, json!({"type": "read"})) else {
            return;
        };
        let list = &reply["messages"];
        let set = set_of(list);
        if list.as_array().is_some_and(|l| l.len() > set.len()) {
            self.seen.insert("duplicate-element");
        }
        if set
            .iter()
            .any(|e| *e < 1_000_000 || *e >= 1_000_000 + self.attempted)
        {
            self.seen.insert("phantom-element");
        }
        if !self.known[node].is_subset(&set) {
            self.seen.insert("lost-element");
        }
        self.known[node] = set;
    }
}

impl Judge for Broadcast {
    fn ask(&mut self, world: &mut World, node: usize) {
        if one_of(&mut world.rng, 2) {
            return self.read(world, node);
        }
        let element = 1_000_000 + self.attempted;
        if world
            .ask(node, json!({"type": "broadcast", "message": element}))
            .is_some()
        {
            self.attempted += 1;
            self.known[node].insert(element);
        }
    }

    fn finish(&mut self, world: &mut World) {
        let all: BTreeSet<u64> = (1_000_000..1_000_000 + self.attempted).collect();
        for node in 0..world.node_count() {
            self.known[node] = all.clone();
            self.read(world, node);
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}

struct GCounter {
    seen: Anomalies,
    added: u64,
    least: Vec<u64>,
}

impl GCounter {
    fn new(nodes: usize) -> Self {
        Self {
            seen: Anomalies::new(),
            added: 0,
            least: vec![0; nodes],
        }
    }

    fn read(&mut self, world: &mut World, node: usize) {
        let Some(reply) = world.ask(node, json!({"type": "read"})) else {
            return;
        };
        let value = reply["value"].as_u64().expect("a number");
        if value > self.added {
            self.seen.insert("phantom-add");
        }
        if value < self.least[node] {
            self.seen.insert("counter-regress");
        }
        self.least[node] = value;
    }
}

impl Judge for GCounter {
    fn ask(&mut self, world: &mut World, node: usize) {
        if one_of(&mut world.rng, 2) {
            return self.read(world, node);
        }
        let delta = world.rng.random_range(0..5);
        if world
            .ask(node, json!({"type": "add", "delta": delta}))
            .is_some()
        {
            self.added += delta;
            self.least[node] += delta;
        }
    }

    fn finish(&mut self, world: &mut World) {
        for node in 0..world.node_count() {
            self.read(world, node);
            if self.least[node] < self.added {
                self.seen.insert("lost-add");
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}

#[derive(Clone, PartialEq)]
struct Entry(Number, Value);

impl Entry {
    fn of(body: &Map<String, Value>) -> Option<Self> {
        Some(Self(
            body.get("ts")?.as_number()?.clone(),
            body.get("value")?.clone(),
        ))
    }

    fn beats(&self, other: &Self) -> bool {
        let order = number::compare(&self.0, &other.0);
        order
            .then_with(|| self.1.to_string().cmp(&other.1.to_string()))
            .is_gt()
    }
}

struct LwwKv {
    seen: Anomalies,
    values: u64,
    all: BTreeMap<String, Vec<Entry>>,
    least: Vec<BTreeMap<String, Entry>>,
}

impl LwwKv {
    fn new(nodes: usize) -> Self {
        Self {
            seen: Anomalies::new(),
            values: 0,
            all: BTreeMap::new(),
            least: vec![BTreeMap::new(); nodes],
        }
    }

    fn read(&mut self, world: &mut World, node: usize, key: &str) -> Option<Entry> {
        let reply = world.ask(node, json!({"type": "kv_read", "key": key}))?;
        let least = self.least[node].get(key);
        if reply["type"] == "error" {
            assert_eq!(reply["code"], 20);
            if least.is_some() {
                self.seen.insert("missing-key");
            }
            return None;
        }
        let entry = Entry::of(&reply).expect("value and ts");
        let written = self.all.get(key).map_or(&[][..], |all| all);
        match written.iter().find(|e| e.1 == entry.1) {
            None => drop(self.seen.insert("phantom-value")),
            Some(_) if written.contains(&entry) => {}
            Some(_) => drop(self.seen.insert("wrong-timestamp")),
        }
        if least.is_some_and(|least| least.beats(&entry)) {
            self.seen.insert("backwards-merge");
        }
        self.least[node].insert(key.to_owned(), entry.clone());
        Some(entry)
    }

    fn note(&mut self, node: usize, key: &str, entry: Entry) {
        self.all
            .entry(key.to_owned())
            .or_default()
            .push(entry.clone());
        let least = &mut self.least[node];
        if least.get(key).is_none_or(|old| entry.beats(old)) {
            least.insert(key.to_owned(), entry);
        }
    }

    fn write(&mut self, world: &mut World, node: usize, key: &str) {
        self.values += 1;
        let (value, before) = (json!(self.values), self.read(world, node, key));
        let write = json!({"type": "write", "key": key, "value": value});
        let Some(reply) = world.ask(node, write) else {
            return;
        };
        let entry = Entry(reply["ts"].as_number().expect("a number").clone(), value);
        if before.is_some_and(|before| before.beats(&entry)) {
            self.seen.insert("lost-write");
        }
        self.note(node, key, entry);
    }

    /// Offers two keys; often with the same timestamp as something that was written.
    fn merge(&mut self, world: &mut World, node: usize) {
        let mut entries = Map::new();
        let mut expected = 0;
        for key in ["a", "b"] {
            let before = self.read(world, node, key);
            self.values += 1;
            let entry = match self.all.get(key) {
                Some(all) if one_of(&mut world.rng, 2) => {
                    let old = &all[world.rng.random_range(0..all.len())];
                    Entry(old.0.clone(), json!(self.values))
                }
                _ => {
                    let millis = 1_700_000_000_000_u64 + world.rng.random_range(0..30_000);
                    let ts = format!("{}.{:03}", millis / 1000, millis % 1000);
                    Entry(
                        serde_json::from_str(&ts).expect("a number"),
                        json!(self.values),
                    )
                }
            };
            expected += u64::from(before.is_none_or(|before| entry.beats(&before)));
            entries.insert(key.to_owned(), json!({"value": entry.1, "ts": entry.0}));
        }
        let merge = json!({"type": "kv_merge", "entries": entries});
        let Some(reply) = world.ask(node, merge) else {
            return;
        };
        if reply["updated"] != expected {
            self.seen.insert("wrong-updated");
        }
        for (key, entry) in &entries {
            let entry = Entry::of(entry.as_object().expect("an entry")).expect("complete");
            self.note(node, key, entry);
        }
    }
}

impl LwwKv {
    /// Offers two values with the same timestamp to two nodes at the same time.
    fn tie(&mut self, world: &mut World, node: usize) {
        let ts = Number::from(1_700_001_000 + self.values);
        for node in [node, (node + 1) % world.node_count()] {
            self.values += 1;
            let entry = Entry(ts.clone(), json!(self.values));
            let entries = json!({"tie": {"value": entry.1, "ts": entry.0}});
            let merge = json!({"type": "kv_merge", "entries": entries});
            if world.ask(node, merge).is_some() {
                self.note(node, "tie", entry);
            }
        }
    }
}

impl Judge for LwwKv {
    fn ask(&mut self, world: &mut World, node: usize) {
        let key = ["a", "b", "c", "d"][world.rng.random_range(0..4)];
        match world.rng.random_range(0..5) {
            0 => self.merge(world, node),
            1 | 2 => self.write(world, node, key),
            _ => drop(self.read(world, node, key)),
        }
        self.read(world, node, "never-written");
        if one_of(&mut world.rng, 10) {
            self.tie(world, node);
        }
    }

    fn finish(&mut self, world: &mut World) {
        for (key, all) in self.all.clone() {
            let best = all
                .iter()
                .fold(&all[0], |a, b| if b.beats(a) { b } else { a });
            for node in 0..world.node_count() {
                if self.read(world, node, &key).as_ref() != Some(best) {
                    self.seen.insert("diverged");
                }
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}

/// All clocks that were put, by key; the value is the clock's text, so equal clocks carry equal
/// values.
#[derive(Default)]
struct VectorKv {
    seen: Anomalies,
    put: BTreeMap<String, BTreeSet<Vec<u64>>>,
}

fn dominates(a: &[u64], b: &[u64]) -> bool {
    a != b && a.iter().zip(b).all(|(a, b)| a >= b)
}

impl VectorKv {
    fn get(&mut self, world: &mut World, node: usize, key: &str) -> Option<BTreeSet<Vec<u64>>> {
        let reply = world.ask(node, json!({"type": "kv_get", "key": key}))?;
        let mut clocks = BTreeSet::new();
        for sibling in reply["values"].as_array().expect("a list") {
            let clock: Vec<u64> = serde_json::from_value(sibling["clock"].clone()).expect("clock");
            let known = self.put.get(key).is_some_and(|put| put.contains(&clock));
            if !known || sibling["value"] != json!(format!("{clock:?}")) || !clocks.insert(clock) {
                self.seen.insert("phantom-sibling");
            }
        }
        if clocks
            .iter()
            .any(|a| clocks.iter().any(|b| dominates(a, b)))
        {
            self.seen.insert("dominated-sibling");
        }
        Some(clocks)
    }

    fn put(&mut self, world: &mut World, node: usize, key: &str, resolve: bool) {
        let Some(before) = self.get(world, node, key) else {
            return;
        };
        let mut clock: Vec<u64> = (0..3).map(|_| world.rng.random_range(0..12)).collect();
        if resolve {
            for other in &before {
                clock = clock.iter().zip(other).map(|(a, b)| *a.max(b)).collect();
            }
            clock[0] += 1;
        }
        let kind = if resolve { "kv_resolve" } else { "kv_put" };
        let value = format!("{clock:?}");
        let put = json!({"type": kind, "key": key, "value": value, "clock": clock});
        let Some(reply) = world.ask(node, put) else {
            return;
        };
        self.put
            .entry(key.to_owned())
            .or_default()
            .insert(clock.clone());
        let concurrent = |c: &&Vec<u64>| **c != clock && !dominates(&clock, c);
        let left = before.iter().filter(concurrent).count();
        let expected = match left {
            _ if resolve => json!("resolved"),
            _ if before.iter().any(|c| dominates(c, &clock)) => json!("rejected"),
            0 => json!("written"),
            n => json!(["conflict", n + 1]),
        };
        let status = match reply.get("siblings") {
            Some(n) => json!([reply["status"], n]),
            None => reply["status"].clone(),
        };
        if status != expected {
            self.seen.insert("wrong-status");
        }
        let after = self.get(world, node, key).unwrap_or_default();
        if resolve && after.len() != 1 {
            self.seen.insert("unresolved");
        }
    }
}

impl Judge for VectorKv {
    fn ask(&mut self, world: &mut World, node: usize) {
        let key = ["a", "b", "c"][world.rng.random_range(0..3)];
        match world.rng.random_range(0..12) {
            0 => self.put(world, node, key, true),
            1..6 => self.put(world, node, key, false),
            _ => drop(self.get(world, node, key)),
        }
    }

    fn finish(&mut self, world: &mut World) {
        for (key, put) in self.put.clone() {
            let maximal = |a: &&Vec<u64>| !put.iter().any(|b| dominates(b, a));
            let maximal: BTreeSet<_> = put.iter().filter(maximal).cloned().collect();
            for node in 0..world.node_count() {
                let left = self.get(world, node, &key).expect("awake");
                if !maximal.is_subset(&left) {
                    self.seen.insert("lost-sibling");
                }
                if !left.is_subset(&maximal) {
                    self.seen.insert("dominated-sibling");
                }
            }
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.seen
    }
}

struct AntiEntropy {
    sets: Broadcast,
    digests: BTreeMap<String, BTreeSet<u64>>,
}

impl AntiEntropy {
    fn new(nodes: usize) -> Self {
        Self {
            sets: Broadcast::new(nodes),
            digests: BTreeMap::new(),
        }
    }

    /// Reads the set and the digest of a node at the same moment.
    fn look(&mut self, world: &mut World, node: usize) -> Option<(BTreeSet<u64>, String)> {
        self.sets.read(world, node);
        let reply: Reply = world.ask(node, json!({"type": "digest"}))?;
        let set = self.sets.known[node].clone();
        let digest = reply["digest"].as_str().expect("text").to_owned();
        if reply["count"] != set.len() {
            self.sets.seen.insert("wrong-count");
        }
        self.digests
            .entry(digest.clone())
            .or_insert_with(|| set.clone());
        let other = self.digests.iter().any(|(d, s)| *s == set && *d != digest);
        if other || self.digests[&digest] != set {
            self.sets.seen.insert("digest-mismatch");
        }
        Some((set, digest))
    }

    /// Brings to a node what another one has, or half of its own set and an element more.
    fn sync(&mut self, world: &mut World, node: usize) {
        let other = world.any_node();
        let Some((mut theirs, mut digest)) = self.look(world, other) else {
            return;
        };
        let Some((ours, _)) = self.look(world, node) else {
            return;
        };
        let stranger = one_of(&mut world.rng, 2);
        if stranger {
            theirs = ours.iter().copied().filter(|e| e % 2 == 0).collect();
            theirs.insert(1_000_000 + self.sets.attempted);
            digest = "a stranger's".to_owned();
        }
        let same = theirs == ours;
        let messages = if same { Value::Null } else { json!(theirs) };
        let sync = json!({
            "type": "digest_sync", "remote_digest": digest, "remote_messages": messages
        });
        let Some(reply) = world.ask(node, sync) else {
            return;
        };
        if reply["match"] != same {
            self.sets.seen.insert("wrong-match");
        }
        let lacked = if same {
            0
        } else {
            ours.difference(&theirs).count()
        };
        if reply["transferred"] != lacked {
            self.sets.seen.insert("wrong-transferred");
        }
        let union: BTreeSet<_> = ours.union(&theirs).copied().collect();
        if !same && reply.get("local_messages") != Some(&json!(union)) {
            self.sets.seen.insert("missing-union");
        }
        self.sets.attempted += u64::from(stranger);
        self.sets.known[node] = union;
    }
}

impl Judge for AntiEntropy {
    fn ask(&mut self, world: &mut World, node: usize) {
        match world.rng.random_range(0..4) {
            0 => self.sync(world, node),
            1 => drop(self.look(world, node)),
            _ => self.sets.ask(world, node),
        }
    }

    fn finish(&mut self, world: &mut World) {
        self.sets.finish(world);
        for node in 0..world.node_count() {
            self.look(world, node);
        }
    }

    fn seen(&mut self) -> &mut Anomalies {
        &mut self.sets.seen
    }
}
