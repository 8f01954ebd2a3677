//! What the history says about every key so far: the attempted writes, and for each node the
//! entry below which it must not fall any more.

use std::collections::{BTreeMap, BTreeSet};

use checker::lww_register::LwwRegister;
use checker::{Invocation, Operation};
use serde_json::Value;

use super::entry::{Entry, Timestamp};

/// An entry that a node certainly had: its key cannot be older there afterwards.
#[derive(Debug, Clone)]
pub(super) struct Floor {
    pub(super) ts: Timestamp,
    pub(super) value: Value,
    /// The operation that showed it, by the index of its invocation.
    pub(super) op: u64,
    /// Its `f`.
    pub(super) f: String,
}

/// Floors of the keys of one operation, as they were when it began.
pub(super) type Floors = BTreeMap<String, Floor>;

/// The writes and floors of all keys; a fold over the history.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    keys: BTreeMap<String, LwwRegister<Timestamp>>,
    floors: BTreeMap<String, Floors>,
    open: BTreeMap<u64, Floors>,
    /// Node, key and value of every write.
    written: BTreeSet<(String, String, String)>,
    /// Node, key and value of every merged entry.
    merged: BTreeSet<(String, String, String)>,
}

/// The key of an operation on one key.
pub(super) fn key_of(op: &Invocation) -> &str {
    op.key.as_ref().and_then(Value::as_str).unwrap_or_default()
}

/// The entries of a merge, by key.
pub(super) fn merged(op: &Invocation) -> impl Iterator<Item = (&str, Entry)> {
    let entries = op.value.as_object().into_iter().flatten();
    entries.filter_map(|(key, entry)| Some((key.as_str(), Entry::of(entry.as_object()?)?)))
}

/// The entry in the answer to a write or read; a write's answer lacks nothing but the value.
pub(super) fn answered(op: &Operation) -> Option<Entry> {
    Entry::of(op.completion.value.as_object()?)
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // Clients only write strings; anything else is found nowhere.
        other => format!("{other} "),
    }
}

impl Ledger {
    /// An operation begins.
    pub(super) fn on_invoke(&mut self, op: &Invocation) {
        let touched: Vec<String> = match op.f.as_str() {
            "kv_merge" => merged(op).map(|(key, _)| key.to_owned()).collect(),
            _ => vec![key_of(op).to_owned()],
        };
        if let Some(floors) = self.floors.get(&op.node) {
            let known = |key: String| Some((key.clone(), floors.get(&key)?.clone()));
            let held = touched.into_iter().filter_map(known).collect();
            self.open.insert(op.process, held);
        }
        match op.f.as_str() {
            "write" => {
                let value = text(&op.value);
                let place = (op.node.clone(), key_of(op).to_owned(), value.clone());
                self.written.insert(place);
                self.register(key_of(op)).attempt(op.index, &value, None);
            }
            "kv_merge" => {
                for (key, entry) in merged(op) {
                    let value = text(entry.value());
                    let place = (op.node.clone(), key.to_owned(), value.clone());
                    self.merged.insert(place);
                    self.register(key)
                        .attempt(op.index, &value, Some(entry.ts.clone()));
                }
            }
            _ => {}
        }
    }

    /// An operation ends; gives the floors of its keys when it began. An acknowledged write whose
    /// timestamp a read had shown differently is an error: the timestamp shown.
    pub(super) fn on_complete(&mut self, op: &Operation) -> (Floors, Result<(), Timestamp>) {
        let floors = self.open.remove(&op.invocation.process).unwrap_or_default();
        let acknowledged = match op.invocation.f.as_str() {
            "write" => self.on_write(op),
            "kv_merge" => {
                self.on_merge(op);
                Ok(())
            }
            _ => Ok(()),
        };
        (floors, acknowledged)
    }

    fn on_write(&mut self, op: &Operation) -> Result<(), Timestamp> {
        let key = key_of(&op.invocation);
        let value = text(&op.invocation.value);
        let index = op.invocation.index;
        if op.is_fail() {
            self.register(key).withdraw(index, &value);
        }
        match answered(op) {
            Some(entry) if op.is_ok() => {
                self.raise(op, key, &entry);
                self.register(key).acknowledge(index, &value, &entry.ts)
            }
            _ => Ok(()),
        }
    }

    fn on_merge(&mut self, op: &Operation) {
        for (key, entry) in merged(&op.invocation) {
            let value = text(entry.value());
            let index = op.invocation.index;
            if op.is_fail() {
                self.register(key).withdraw(index, &value);
            } else if op.is_ok() {
                self.raise(op, key, &entry);
                // The timestamp is the client's own: there is nothing that could differ.
                _ = self.register(key).acknowledge(index, &value, &entry.ts);
            }
        }
    }

    /// A node has shown that it has an entry at least as new as this one.
    pub(super) fn raise(&mut self, op: &Operation, key: &str, entry: &Entry) {
        let floors = self.floors.entry(op.invocation.node.clone()).or_default();
        if floors.get(key).is_some_and(|floor| floor.ts >= entry.ts) {
            return;
        }
        let floor = Floor {
            ts: entry.ts.clone(),
            value: entry.value().clone(),
            op: op.invocation.index,
            f: op.invocation.f.clone(),
        };
        floors.insert(key.to_owned(), floor);
    }

    /// Whether an entry can have come to a node by a merge only or also by one, and not just by
    /// a write there.
    pub(super) fn came_by_merge(&self, node: &str, key: &str, entry: &Entry) -> bool {
        let place = (node.to_owned(), key.to_owned(), text(entry.value()));
        self.merged.contains(&place) || !self.written.contains(&place)
    }

    /// The writes of a key.
    pub(super) fn register(&mut self, key: &str) -> &mut LwwRegister<Timestamp> {
        self.keys.entry(key.to_owned()).or_default()
    }

    /// Whether an entry that was read can be explained.
    pub(super) fn explain(
        &mut self,
        key: &str,
        entry: &Entry,
    ) -> Result<(), checker::lww_register::Misread<Timestamp>> {
        self.register(key).explain(&text(entry.value()), &entry.ts)
    }
}
