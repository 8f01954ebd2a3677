//! Correct nodes pass whatever happens, and each broken one is caught.

use std::collections::BTreeMap;

use checker::Verdict;
use checker::mv_register::{Clock, admit};
use proptest::prelude::*;
use protocol::Body;
use serde_json::{Value, json};

use super::VectorKv;
use super::wire::Sibling;
use crate::simulation::{Model, Outcome, Run, cases, simulate};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bug {
    AcceptsStale,
    LastWriteWins,
    KeepsDominated,
    CountsOthers,
    ComparesSums,
    ResolveKeeps,
    ForgetsPuts,
    NoGossip,
    TicksClocks,
    TellsTwice,
}

/// How a node rejects a stale put.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rejection {
    Status(&'static str),
    Error(i64),
}

struct Store {
    bug: Option<Bug>,
    rejection: Rejection,
    gossips: bool,
    puts: u64,
    keys: BTreeMap<String, Vec<Sibling>>,
}

fn sum(clock: &Clock) -> u64 {
    clock.0.iter().sum()
}

impl Store {
    fn store(&mut self, key: &str, new: Sibling) -> bool {
        let stored = self.keys.entry(key.to_owned()).or_default();
        if stored.contains(&new) {
            return false;
        }
        match self.bug {
            Some(Bug::LastWriteWins) => *stored = vec![new],
            Some(Bug::AcceptsStale) => {
                stored.retain(|old| !new.clock.dominates(&old.clock));
                stored.push(new);
            }
            Some(Bug::KeepsDominated) => {
                if stored.iter().any(|old| old.clock.dominates(&new.clock)) {
                    return false;
                }
                stored.push(new);
            }
            Some(Bug::ComparesSums) => {
                if stored.iter().any(|old| sum(&old.clock) > sum(&new.clock)) {
                    return false;
                }
                stored.retain(|old| sum(&old.clock) == sum(&new.clock));
                stored.push(new);
            }
            _ => return admit(stored, new, |s| &s.clock),
        }
        true
    }

    fn put(&mut self, key: &str, new: Sibling) -> Value {
        self.puts += 1;
        if self.bug == Some(Bug::ForgetsPuts) && self.puts.is_multiple_of(10) {
            return json!({"type": "kv_put_ok", "status": "written"});
        }
        let stored = self.store(key, new);
        match (stored, self.rejection, self.keys[key].len()) {
            (false, Rejection::Status(status), _) => {
                json!({"type": "kv_put_ok", "status": status})
            }
            (false, Rejection::Error(code), _) => json!({"type": "error", "code": code}),
            (true, _, 1) => json!({"type": "kv_put_ok", "status": "written"}),
            (true, _, n) => {
                let n = n - usize::from(self.bug == Some(Bug::CountsOthers));
                json!({"type": "kv_put_ok", "status": "conflict", "siblings": n})
            }
        }
    }
}

impl Model for Store {
    fn handle(&mut self, request: &Body) -> Value {
        let key = request["key"].as_str().expect("a key");
        let sibling = Sibling::of(&Value::Object(request.clone()));
        match (request["type"].as_str().expect("a type"), sibling) {
            ("kv_put", Some(sibling)) => self.put(key, sibling),
            ("kv_resolve", Some(sibling)) => {
                if self.bug == Some(Bug::ResolveKeeps) {
                    self.keys.entry(key.to_owned()).or_default().push(sibling);
                } else {
                    self.store(key, sibling);
                }
                json!({"type": "kv_resolve_ok", "status": "resolved"})
            }
            _ => {
                let stored = self.keys.get(key).cloned().unwrap_or_default();
                let mut values: Vec<Value> = stored.iter().map(Sibling::to_value).collect();
                match (self.bug, stored.first()) {
                    (Some(Bug::TicksClocks), Some(first)) => {
                        values[0]["clock"][0] = json!(first.clock.0[0] + 1);
                    }
                    (Some(Bug::TellsTwice), Some(first)) => values.push(first.to_value()),
                    _ => {}
                }
                json!({"type": "kv_get_ok", "values": values})
            }
        }
    }

    fn gossip(&self) -> Option<Value> {
        if self.bug == Some(Bug::NoGossip) {
            return Some(json!({}));
        }
        let told = self.keys.iter().map(|(key, siblings)| {
            let values: Vec<Value> = siblings.iter().map(Sibling::to_value).collect();
            (key.clone(), Value::Array(values))
        });
        self.gossips.then(|| Value::Object(told.collect()))
    }

    fn hear(&mut self, news: &Value) {
        for (key, siblings) in news.as_object().expect("keys") {
            for sibling in siblings.as_array().expect("siblings") {
                self.store(key, Sibling::of(sibling).expect("a sibling"));
            }
        }
    }
}

fn run(run: Run, rejection: Rejection, gossips: bool, bug: Option<Bug>) -> Outcome {
    simulate(&VectorKv, run, |_| Store {
        bug,
        rejection,
        gossips,
        puts: 0,
        keys: BTreeMap::new(),
    })
}

const REJECTED: Rejection = Rejection::Status("rejected");

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn correct_nodes_pass(
        seed: u64,
        nodes in 1usize..5,
        clients_per_node in 1usize..5,
        ops in 1usize..400,
        trouble: bool,
        gossips: bool,
        rejection in prop::sample::select(vec![
            REJECTED,
            Rejection::Status("stale"),
            Rejection::Error(22),
            Rejection::Error(409),
        ]),
    ) {
        let outcome = run(
            Run { seed, nodes, clients_per_node, ops, trouble },
            rejection,
            gossips,
            None,
        );
        prop_assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
    }
}

#[test]
fn all_relations_are_frequent() {
    for (nodes, clients_per_node) in [(1, 1), (1, 3), (5, 1)] {
        let outcome = run(
            Run {
                nodes,
                clients_per_node,
                ops: 2000,
                ..Run::default()
            },
            REJECTED,
            false,
            None,
        );
        let figure = |name: &str| {
            let figures = &outcome.results[0].figures;
            figures.get(name).and_then(Value::as_f64).expect("a figure")
        };
        let names = ["puts_dominating", "puts_dominated", "puts_concurrent"];
        let puts: f64 = names.iter().map(|name| figure(name)).sum();
        for name in names {
            let share = figure(name) / puts;
            assert!((0.2..0.5).contains(&share), "{name} {share} with {nodes}");
        }
        assert!(figure("siblings_max") >= 3.0);
    }
}

/// Somebody asked once for a key of all nodes, without an answer, and nobody ever wrote it.
#[test]
fn a_key_that_was_only_asked_for_need_not_converge() {
    let trouble = Run {
        seed: 4_582_080_514_285_338_392,
        nodes: 2,
        clients_per_node: 3,
        ops: 23,
        trouble: true,
    };
    let outcome = run(trouble, REJECTED, true, None);
    assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
}

#[test]
fn broken_nodes_are_caught_alone_and_in_clusters() {
    let cases = [
        (1, false, Bug::AcceptsStale, "wrong-status"),
        (3, true, Bug::AcceptsStale, "wrong-status"),
        (1, false, Bug::LastWriteWins, "lost-sibling"),
        (3, true, Bug::LastWriteWins, "lost-sibling"),
        (1, false, Bug::KeepsDominated, "dominated-sibling"),
        (3, true, Bug::KeepsDominated, "dominated-sibling"),
        (1, false, Bug::CountsOthers, "wrong-status"),
        (3, true, Bug::CountsOthers, "wrong-status"),
        (1, false, Bug::ComparesSums, "wrong-status"),
        (1, false, Bug::ResolveKeeps, "unresolved"),
        (3, false, Bug::ResolveKeeps, "unresolved"),
        (1, false, Bug::ForgetsPuts, "lost-sibling"),
        (3, true, Bug::NoGossip, "diverged"),
        (1, false, Bug::TicksClocks, "phantom-sibling"),
        (1, false, Bug::TellsTwice, "duplicate-sibling"),
    ];
    for (nodes, gossips, bug, expected) in cases {
        for seed in 0..4 {
            let outcome = run(
                Run {
                    seed,
                    nodes,
                    ..Run::default()
                },
                REJECTED,
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
