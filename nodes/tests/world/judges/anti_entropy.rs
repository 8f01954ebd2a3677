//! Anti-entropy: a broadcast whose sets are the same if and only if their digests are.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt;
use serde_json::{Map, Value, json};

use super::broadcast::Broadcast;
use super::{Anomalies, Judge, one_of};
use crate::world::World;

pub(super) struct AntiEntropy {
    sets: Broadcast,
    digests: BTreeMap<String, BTreeSet<u64>>,
}

impl AntiEntropy {
    pub(super) fn new(nodes: usize) -> Self {
        Self {
            sets: Broadcast::new(nodes),
            digests: BTreeMap::new(),
        }
    }

    /// Reads the set and the digest of a node at the same moment.
    fn look(&mut self, world: &mut World, node: usize) -> Option<(BTreeSet<u64>, String)> {
        self.sets.read(world, node);
        let reply: Map<String, Value> = world.ask(node, json!({"type": "digest"}))?;
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
