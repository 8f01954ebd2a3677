//! What clients have learnt from answers: entries to carry to other nodes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::Body;

use super::entry::Entry;
use crate::random::Stream;

/// So many entries are remembered for carrying; older ones are forgotten.
const CAPACITY: usize = 256;
/// So many of the last entries count as new.
const RECENT: usize = 16;

/// An entry and where it was seen.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) key: String,
    pub(super) entry: Entry,
    pub(super) node: usize,
}

/// The entries seen so far.
#[derive(Debug, Default)]
pub(super) struct Pool {
    seen: VecDeque<Seen>,
    /// By key: the newest entries, several if they are tied.
    newest: BTreeMap<String, Vec<Entry>>,
    /// By node: the fields that it tells beside `value` and `ts`.
    extras: BTreeMap<usize, Body>,
}

impl Pool {
    /// A node has shown an entry.
    pub(super) fn learn(&mut self, node: usize, key: &str, entry: &Entry) {
        let newest = self.newest.entry(key.to_owned()).or_default();
        if newest.first().is_some_and(|best| best.ts < entry.ts) {
            newest.clear();
        }
        let equal = newest.first().is_none_or(|best| best.ts == entry.ts);
        if equal && !newest.iter().any(|known| known.same(entry)) {
            newest.push(entry.clone());
        }
        let known = |s: &Seen| s.node == node && s.key == key && s.entry.same(entry);
        if self.seen.iter().any(known) {
            return;
        }
        let seen = Seen {
            key: key.to_owned(),
            entry: entry.clone(),
            node,
        };
        if self.seen.len() == CAPACITY {
            self.seen.pop_front();
        }
        self.seen.push_back(seen);
    }

    /// A node has answered a read: it tells these fields.
    pub(super) fn learn_fields(&mut self, node: usize, fields: &Body) {
        let mut extras = fields.clone();
        extras.remove("value");
        extras.remove("ts");
        self.extras.insert(node, extras);
    }

    /// The newest entries of a key: more than one if they have the same timestamp.
    pub(super) fn newest(&self, key: &str) -> &[Entry] {
        self.newest.get(key).map_or(&[], Vec::as_slice)
    }

    /// Draws an entry to carry to a node: from other nodes, or only from the node itself.
    pub(super) fn draw(&self, to: usize, from_others: bool, random: &mut Stream) -> Option<&Seen> {
        let fits = |s: &&Seen| (s.node != to) == from_others;
        let mut candidates: Vec<&Seen> = self.seen.iter().filter(fits).collect();
        if random.chance(1, 2) && candidates.len() > RECENT {
            candidates.drain(..candidates.len() - RECENT);
        }
        random.pick(&candidates).copied()
    }

    /// Fields for two entries that shall differ as if two nodes had written them. `None` while it
    /// is unknown what nodes tell, or if one node would have to be both.
    pub(super) fn two_origins(&self, nodes: usize) -> Option<[Body; 2]> {
        if self.extras.len() < nodes.min(2) {
            return None;
        }
        let all: Vec<&Body> = self.extras.values().collect();
        if all.iter().all(|extras| extras.is_empty()) {
            return Some([Body::new(), Body::new()]);
        }
        let distinct: BTreeSet<String> = all
            .iter()
            .filter_map(|extras| serde_json::to_string(extras).ok())
            .collect();
        match all.as_slice() {
            [first, second, ..] if distinct.len() == all.len() => {
                Some([(*first).clone(), (*second).clone()])
            }
            _ => None,
        }
    }
}
