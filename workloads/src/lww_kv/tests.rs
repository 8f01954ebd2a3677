//! Correct nodes pass whatever happens, and each broken one is caught.

use std::collections::BTreeMap;

use checker::Verdict;
use proptest::prelude::*;
use protocol::{Body, number};
use serde_json::{Value, json};

use super::LwwKv;
use crate::simulation::{Model, Outcome, Run, cases, simulate};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bug {
    KeepsFirst,
    KeepsLast,
    TieKeepsMine,
    CountsAll,
    CountsNone,
    NullForMissing,
    StampsMerges,
    ForgetsWrites,
    NoGossip,
    /// Knows only one key.
    OneKeyForAll,
}

/// How a node tells the time.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Clock {
    /// One clock for all, in seconds with a fraction.
    Wall,
    /// A counter for each node that follows what it hears.
    Lamport,
    /// A wall clock in whole seconds: many writes have the same timestamp.
    Coarse,
}

struct Store {
    now: std::rc::Rc<std::cell::Cell<u64>>,
    counter: u64,
    clock: Clock,
    gossips: bool,
    bug: Option<Bug>,
    entries: BTreeMap<String, Value>,
}

impl Store {
    fn stamp(&mut self) -> Value {
        self.now.set(self.now.get() + 1);
        self.counter += 1;
        match self.clock {
            Clock::Wall => json!(1_704_067_200.5 + self.now.get() as f64 / 1024.0),
            Clock::Coarse => json!(1_704_067_200 + self.now.get() / 20),
            Clock::Lamport => json!(self.counter),
        }
    }

    fn beats(&self, new: &Value, old: &Value) -> bool {
        match self.bug {
            Some(Bug::KeepsFirst) => return false,
            Some(Bug::KeepsLast) => return true,
            _ => {}
        }
        let ts = |entry: &Value| entry["ts"].as_number().expect("a ts").clone();
        let order = number::compare(&ts(new), &ts(old));
        let text = |entry: &Value| entry["value"].to_string();
        if self.bug == Some(Bug::TieKeepsMine) {
            return order.is_gt();
        }
        order.then_with(|| text(new).cmp(&text(old))).is_gt()
    }

    fn merge(&mut self, entries: &Value) -> usize {
        let mut updated = 0;
        for (key, entry) in entries.as_object().expect("entries") {
            let mut entry = entry.clone();
            if self.bug == Some(Bug::StampsMerges) {
                entry["ts"] = self.stamp();
            }
            let old = self.entries.get(key);
            if old.is_none_or(|old| self.beats(&entry, old)) {
                updated += 1;
                self.counter = self.counter.max(number::whole(&entry["ts"]).unwrap_or(0));
                self.entries.insert(key.clone(), entry);
            }
        }
        updated
    }
}

impl Model for Store {
    fn handle(&mut self, request: &Body) -> Value {
        let key = request
            .get("key")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let key = match self.bug {
            Some(Bug::OneKeyForAll) => "the only one",
            _ => key,
        };
        match request["type"].as_str().expect("a type") {
            "write" => {
                let ts = self.stamp();
                let forgets =
                    self.bug == Some(Bug::ForgetsWrites) && self.now.get().is_multiple_of(16);
                if !forgets {
                    let entry = json!({"value": request["value"], "ts": ts});
                    self.entries.insert(key.to_owned(), entry);
                }
                json!({"type": "write_ok", "ts": ts})
            }
            "kv_read" => match self.entries.get(key) {
                Some(entry) => {
                    json!({"type": "kv_read_ok", "value": entry["value"], "ts": entry["ts"]})
                }
                None if self.bug == Some(Bug::NullForMissing) => {
                    json!({"type": "kv_read_ok", "key": key, "value": null, "ts": 0})
                }
                None => json!({"type": "error", "code": 20, "text": "Key not found"}),
            },
            _ => {
                let updated = self.merge(&request["entries"]);
                let updated = match self.bug {
                    Some(Bug::CountsAll) => request["entries"].as_object().expect("map").len(),
                    Some(Bug::CountsNone) => 0,
                    _ => updated,
                };
                json!({"type": "kv_merge_ok", "updated": updated})
            }
        }
    }

    fn gossip(&self) -> Option<Value> {
        if self.bug == Some(Bug::NoGossip) {
            return Some(json!({}));
        }
        self.gossips.then(|| json!(self.entries))
    }

    fn hear(&mut self, news: &Value) {
        self.merge(news);
    }
}

fn run(run: Run, clock: Clock, gossips: bool, bug: Option<Bug>) -> Outcome {
    let now = std::rc::Rc::new(std::cell::Cell::new(0));
    simulate(&LwwKv, run, |_| Store {
        now: now.clone(),
        counter: 0,
        clock,
        gossips,
        bug,
        entries: BTreeMap::new(),
    })
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn correct_nodes_pass(
        seed: u64,
        nodes in 1usize..6,
        clients_per_node in 1usize..4,
        ops in 1usize..400,
        trouble: bool,
        gossips: bool,
        clock in prop::sample::select(vec![Clock::Wall, Clock::Lamport, Clock::Coarse]),
    ) {
        let outcome = run(
            Run { seed, nodes, clients_per_node, ops, trouble },
            clock,
            gossips,
            None,
        );
        prop_assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
    }
}

/// A write without an answer got the same second as an entry that was merged again.
#[test]
fn a_write_without_an_answer_may_have_the_same_timestamp() {
    let trouble = Run {
        seed: 13_022_188_099_173_775_172,
        nodes: 3,
        clients_per_node: 3,
        ops: 196,
        trouble: true,
    };
    let outcome = run(trouble, Clock::Coarse, true, None);
    assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
}

#[test]
fn broken_nodes_are_caught_alone_and_in_clusters() {
    let cases = [
        (1, false, Bug::KeepsFirst, "wrong-updated"),
        (3, false, Bug::KeepsFirst, "diverged"),
        (1, false, Bug::KeepsLast, "backwards-merge"),
        (3, true, Bug::KeepsLast, "backwards-merge"),
        (2, false, Bug::TieKeepsMine, "diverged"),
        (3, true, Bug::TieKeepsMine, "diverged"),
        (1, false, Bug::CountsAll, "wrong-updated"),
        (3, true, Bug::CountsAll, "wrong-updated"),
        (1, false, Bug::CountsNone, "wrong-updated"),
        (1, false, Bug::NullForMissing, "missing-key"),
        (1, false, Bug::StampsMerges, "wrong-timestamp"),
        (1, false, Bug::ForgetsWrites, "lost-write"),
        (3, true, Bug::NoGossip, "diverged"),
        (1, false, Bug::OneKeyForAll, "phantom-value"),
    ];
    for (nodes, gossips, bug, expected) in cases {
        for seed in 0..4 {
            let outcome = run(
                Run {
                    seed,
                    nodes,
                    ..Run::default()
                },
                Clock::Wall,
                gossips,
                Some(bug),
            );
            assert_eq!(outcome.verdict(), Verdict::Invalid, "{bug:?}, seed {seed}");
            assert!(
                outcome.kinds().iter().any(|kind| kind == expected),
                "{bug:?}, seed {seed}:\n{}",
                outcome.words()
            );
        }
    }
}
