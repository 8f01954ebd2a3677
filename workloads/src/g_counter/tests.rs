//! The counter against nodes in memory: a right one, and wrong ones that must be found out.

use checker::Verdict;
use protocol::Body;
use serde_json::{Value, json};

use super::*;
use crate::simulation::{Model, Outcome, Run, simulate};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    KeepsToItself,
    OneTotalForAll,
    AddsTotals,
    OlderReplacesNewer,
    DropsEveryTenth,
}

struct Node {
    flaw: Flaw,
    name: String,
    totals: BTreeMap<String, u64>,
    requests: u64,
}

impl Model for Node {
    fn handle(&mut self, request: &Body) -> Value {
        self.requests += 1;
        if request["type"] == "read" {
            let value: u64 = self.totals.values().sum();
            return json!({"type": "read_ok", "value": value});
        }
        let owner = match self.flaw {
            Flaw::OneTotalForAll => "all".to_owned(),
            _ => self.name.clone(),
        };
        if self.flaw != Flaw::DropsEveryTenth || !self.requests.is_multiple_of(10) {
            let delta = request["delta"].as_u64().expect("a number");
            *self.totals.entry(owner).or_default() += delta;
        }
        json!({"type": "add_ok"})
    }

    fn gossip(&self) -> Option<Value> {
        (self.flaw != Flaw::KeepsToItself).then(|| json!(self.totals))
    }

    fn hear(&mut self, news: &Value) {
        for (owner, total) in news.as_object().into_iter().flatten() {
            let theirs = total.as_u64().expect("a number");
            let ours = self.totals.entry(owner.clone()).or_default();
            *ours = match self.flaw {
                Flaw::AddsTotals => (*ours + theirs).min(1 << 40),
                Flaw::OlderReplacesNewer => theirs,
                _ => theirs.max(*ours),
            };
        }
    }
}

fn play(run: Run, flaw: Flaw) -> Outcome {
    simulate(&GCounter, run, |node| Node {
        flaw,
        name: format!("n{node}"),
        totals: BTreeMap::new(),
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
        (Flaw::KeepsToItself, vec!["lost-add", "diverged"]),
        (Flaw::OneTotalForAll, vec!["lost-add"]),
        (Flaw::AddsTotals, vec!["phantom-add"]),
        (Flaw::OlderReplacesNewer, vec!["counter-regress"]),
        (Flaw::DropsEveryTenth, vec!["lost-add"]),
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
fn a_node_that_tells_nobody_is_said_to_have_only_its_own() {
    let outcome = play(Run::default(), Flaw::KeepsToItself);
    assert!(
        outcome
            .words()
            .contains("n0 has only what was added at itself; lost there: operation"),
        "{}",
        outcome.words()
    );
}
