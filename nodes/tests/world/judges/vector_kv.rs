//! Vector clocks: what nothing dominates stands in the end.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use serde_json::json;

use super::{Anomalies, Judge};
use crate::world::World;

/// All clocks that were put, by key; the value is the clock's text, so equal clocks carry equal
/// values.
#[derive(Default)]
pub(super) struct VectorKv {
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
