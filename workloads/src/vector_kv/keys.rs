//! The keys of a run: who writes them, and what is known of their clocks.

use std::collections::{BTreeMap, BTreeSet};

use checker::mv_register::{Clock, admit};

/// So many keys that only one client writes.
const PRIVATE: usize = 3;
/// So many keys that clients of all nodes write.
const SHARED: usize = 3;

/// The names of the keys.
#[derive(Debug)]
pub(super) struct Keys {
    of_node: usize,
}

impl Keys {
    /// At least two keys for each node, and about as many as it has clients, so that the number of
    /// concurrent operations on a key stays small.
    pub(super) fn new(clients: usize, nodes: usize) -> Self {
        Self {
            of_node: clients.div_ceil(nodes.max(1)).max(2),
        }
    }

    /// The keys of one client.
    pub(super) fn private(slot: usize) -> Vec<String> {
        (0..PRIVATE).map(|i| format!("p{slot}-{i}")).collect()
    }

    /// The keys of the clients of one node.
    pub(super) fn of_node(&self, node: usize) -> Vec<String> {
        (0..self.of_node).map(|i| format!("n{node}-{i}")).collect()
    }

    /// The keys of all clients.
    pub(super) fn shared() -> Vec<String> {
        (0..SHARED).map(|i| format!("shared-{i}")).collect()
    }
}

/// Whether clients of several nodes write this key.
pub(super) fn is_shared(key: &str) -> bool {
    key.starts_with("shared-")
}

/// What clients know about the clocks of one key.
#[derive(Debug, Default)]
pub(super) struct KeyState {
    /// The clocks that are probably stored.
    pub(super) stored: Vec<Clock>,
    /// At least every clock that was ever put.
    pub(super) top: Option<Clock>,
    /// By slot: its own entries in the clocks that it put.
    pub(super) used: BTreeMap<usize, BTreeSet<u64>>,
}

impl KeyState {
    /// A clock is being put.
    pub(super) fn attempt(&mut self, clock: &Clock) {
        match &mut self.top {
            Some(top) => top.join(clock),
            None => self.top = Some(clock.clone()),
        }
    }

    /// A clock was seen, or probably is there.
    pub(super) fn learn(&mut self, clock: &Clock) {
        admit(&mut self.stored, clock.clone(), |c| c);
        self.attempt(clock);
    }
}
