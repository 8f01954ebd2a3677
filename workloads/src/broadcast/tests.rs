//! Broadcast against nodes in memory: a right one, and wrong ones that must be found out.

use checker::Verdict;
use protocol::Body;
use serde_json::{Value, json};

use super::*;
use crate::RunOptions;
use crate::random::Seed;
use crate::simulation::{Model, Outcome, Run, simulate};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    KeepsToItself,
    DropsEveryTenth,
    ForgetsEverythingOnce,
    ListNotSet,
    MakesUpValues,
}

struct Node {
    flaw: Flaw,
    seen: Vec<u64>,
    requests: u64,
}

impl Node {
    fn accept(&mut self, value: u64) {
        if self.flaw == Flaw::ListNotSet || !self.seen.contains(&value) {
            self.seen.push(value);
        }
    }
}

impl Model for Node {
    fn handle(&mut self, request: &Body) -> Value {
        self.requests += 1;
        if self.flaw == Flaw::ForgetsEverythingOnce && self.requests == 50 {
            self.seen.clear();
        }
        if request["type"] == "read" {
            let mut messages = self.seen.clone();
            messages.extend((self.flaw == Flaw::MakesUpValues).then_some(1_000_000));
            return json!({"type": "read_ok", "messages": messages});
        }
        if self.flaw != Flaw::DropsEveryTenth || !self.requests.is_multiple_of(10) {
            self.accept(request["message"].as_u64().expect("a number"));
        }
        json!({"type": "broadcast_ok"})
    }

    fn gossip(&self) -> Option<Value> {
        (self.flaw != Flaw::KeepsToItself).then(|| json!(self.seen))
    }

    fn hear(&mut self, news: &Value) {
        for value in news.as_array().into_iter().flatten() {
            let value = value.as_u64().expect("a number");
            // A list would double with every message; once is enough to be wrong.
            if self.seen.iter().filter(|seen| **seen == value).count() < 2 {
                self.accept(value);
            }
        }
    }
}

fn play(run: Run, flaw: Flaw) -> Outcome {
    simulate(&Broadcast, run, |_| Node {
        flaw,
        seen: Vec::new(),
        requests: 0,
    })
}

#[test]
fn a_right_node_passes_whatever_happens() {
    for seed in 0..8 {
        let run = Run {
            seed,
            ops: 500,
            clients_per_node: 1 + seed as usize % 2,
            trouble: seed % 3 != 0,
            ..Run::default()
        };
        let outcome = play(run, Flaw::None);
        assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
    }
}

#[test]
fn wrong_nodes_are_found_out() {
    for (flaw, expected) in [
        (Flaw::KeepsToItself, vec!["diverged", "lost-element"]),
        (Flaw::DropsEveryTenth, vec!["lost-element"]),
        (Flaw::ForgetsEverythingOnce, vec!["lost-element"]),
        (Flaw::ListNotSet, vec!["duplicate-element"]),
        (Flaw::MakesUpValues, vec!["phantom-element"]),
    ] {
        let outcome = play(Run::default(), flaw);
        let kinds = outcome.kinds();
        for kind in expected {
            assert!(
                kinds.iter().any(|k| k == kind),
                "{flaw:?}: {}",
                outcome.words()
            );
        }
    }
}

#[test]
fn clients_never_give_the_same_value_and_draw_alone() {
    let options = RunOptions {
        node_count: 3,
        ..RunOptions::default()
    };
    let node_ids = options.node_ids();
    let setup = Setup {
        options: &options,
        node_ids: &node_ids,
    };
    let values_of = |slots: &[usize]| -> Vec<Value> {
        let mut clients = BroadcastClients::new(&setup);
        let mut streams: Vec<Stream> = (0..3).map(|s| Seed(1).stream(&s.to_string())).collect();
        let drawn = slots.iter().filter_map(|slot| {
            let process = Process {
                slot: *slot,
                node: *slot,
                nodes_talk: false,
            };
            clients.next(process, &mut streams[*slot])
        });
        drawn.map(|op| op.value).filter(Value::is_number).collect()
    };
    let together = values_of(&[0, 1, 2].repeat(50));
    let different: BTreeSet<String> = together.iter().map(Value::to_string).collect();
    assert_eq!(different.len(), together.len());
    let alone = values_of(&[1].repeat(50));
    let among_others: Vec<Value> = together
        .into_iter()
        .filter(|value| value.as_u64().is_some_and(|n| n % 3 == 1))
        .collect();
    assert_eq!(alone, among_others);
}

#[test]
fn every_node_is_told_all_neighbours() {
    let options = RunOptions {
        node_count: 5,
        ..RunOptions::default()
    };
    let node_ids = options.node_ids();
    let setup = Setup {
        options: &options,
        node_ids: &node_ids,
    };
    let (request, reply_kind) = BroadcastClients::new(&setup).setup(3).expect("a request");
    assert_eq!(reply_kind, "topology_ok");
    assert_eq!(request.body["topology"]["n1"], json!(["n0", "n2", "n4"]));
}
