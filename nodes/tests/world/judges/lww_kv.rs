//! Last writer wins: the greatest timestamp ever given stands in the end.

use std::collections::BTreeMap;

use protocol::number;
use rand::RngExt;
use serde_json::{Map, Number, Value, json};

use super::{Anomalies, Judge, one_of};
use crate::world::World;

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

pub(super) struct LwwKv {
    seen: Anomalies,
    values: u64,
    all: BTreeMap<String, Vec<Entry>>,
    least: Vec<BTreeMap<String, Entry>>,
}

impl LwwKv {
    pub(super) fn new(nodes: usize) -> Self {
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
