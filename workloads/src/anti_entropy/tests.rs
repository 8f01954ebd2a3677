//! Correct nodes pass whatever happens, and each broken one is caught.

use std::collections::BTreeSet;

use checker::Verdict;
use proptest::prelude::*;
use protocol::{Body, number};
use serde_json::{Value, json};

use super::AntiEntropy;
use crate::simulation::{Model, Outcome, Run, cases, simulate};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Bug {
    DigestOfOrder,
    DigestOfCount,
    AlwaysMatches,
    NeverMatches,
    CountsReceived,
    TakesNothing,
    CountsOffered,
    TellsDifference,
    ForgetsBroadcasts,
    NoGossip,
    TellsOther,
}

/// Freedoms of correct nodes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Style {
    gossips: bool,
    numeric: bool,
    /// What a sync with null tells when digests differ.
    tells_null: bool,
    /// Whether `local_messages` is the union or what was there before.
    after: bool,
}

struct Replica {
    bug: Option<Bug>,
    style: Style,
    set: BTreeSet<u64>,
    arrivals: Vec<u64>,
    offered: usize,
}

fn hash<'a>(elements: impl Iterator<Item = &'a u64>) -> u64 {
    elements.fold(0xcbf2_9ce4_8422_2325, |hash, e| {
        (hash ^ e).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
    })
}

impl Replica {
    fn digest(&self) -> Value {
        let hash = match self.bug {
            Some(Bug::DigestOfOrder) => hash(self.arrivals.iter()),
            Some(Bug::DigestOfCount) => self.set.len() as u64,
            _ => hash(self.set.iter()),
        };
        match self.style.numeric {
            true => json!(hash >> 12),
            false => json!(format!("{hash:x}")),
        }
    }

    fn add(&mut self, element: u64) {
        self.offered += 1;
        let forgets = self.bug == Some(Bug::ForgetsBroadcasts) && self.offered.is_multiple_of(10);
        if !forgets && self.set.insert(element) {
            self.arrivals.push(element);
        }
    }

    fn sync(&mut self, request: &Body) -> Value {
        let own = self.digest();
        let same = match self.bug {
            Some(Bug::AlwaysMatches) => true,
            Some(Bug::NeverMatches) => false,
            _ => own == request["remote_digest"],
        };
        if same {
            return json!({"type": "digest_sync_ok", "match": true, "transferred": 0});
        }
        let told = &request["remote_messages"];
        if told.is_null() && !self.style.tells_null {
            return json!({"type": "digest_sync_ok", "match": false, "transferred": 0});
        }
        let list = told
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(number::whole);
        let remote: BTreeSet<u64> = list.collect();
        let before = self.set.clone();
        let transferred = match self.bug {
            Some(Bug::CountsReceived) => remote.difference(&before).count(),
            _ => before.difference(&remote).count(),
        };
        if self.bug != Some(Bug::TakesNothing) {
            for element in &remote {
                self.add(*element);
            }
        }
        let local: BTreeSet<u64> = match self.bug {
            Some(Bug::TellsDifference) => before.difference(&remote).copied().collect(),
            Some(Bug::TellsOther) => before.iter().map(|e| e + 1_000_000).collect(),
            _ if self.style.after => self.set.clone(),
            _ => before,
        };
        json!({
            "type": "digest_sync_ok", "match": false,
            "transferred": transferred, "local_messages": local,
        })
    }
}

impl Model for Replica {
    fn handle(&mut self, request: &Body) -> Value {
        match request["type"].as_str().expect("a type") {
            "broadcast" => {
                self.add(number::whole(&request["message"]).expect("a number"));
                json!({"type": "broadcast_ok"})
            }
            "digest" => {
                let count = match self.bug {
                    Some(Bug::CountsOffered) => self.offered,
                    _ => self.set.len(),
                };
                json!({"type": "digest_ok", "digest": self.digest(), "count": count})
            }
            _ => self.sync(request),
        }
    }

    fn gossip(&self) -> Option<Value> {
        match self.bug {
            Some(Bug::NoGossip) => Some(json!([])),
            _ => self.style.gossips.then(|| json!(self.set)),
        }
    }

    fn hear(&mut self, news: &Value) {
        for element in news.as_array().expect("a list") {
            self.add(number::whole(element).expect("a number"));
        }
    }
}

fn run(run: Run, style: Style, bug: Option<Bug>) -> Outcome {
    simulate(&AntiEntropy, run, |_| Replica {
        bug,
        style,
        set: BTreeSet::new(),
        arrivals: Vec::new(),
        offered: 0,
    })
}

const PLAIN: Style = Style {
    gossips: false,
    numeric: false,
    tells_null: true,
    after: true,
};

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn correct_nodes_pass(
        seed: u64,
        nodes in 1usize..5,
        clients_per_node in 1usize..4,
        ops in 1usize..300,
        trouble: bool,
        style in prop::array::uniform4(any::<bool>()),
    ) {
        let [gossips, numeric, tells_null, after] = style;
        let outcome = run(
            Run { seed, nodes, clients_per_node, ops, trouble },
            Style { gossips, numeric, tells_null, after },
            None,
        );
        prop_assert_eq!(outcome.verdict(), Verdict::Valid, "{}", outcome.words());
    }
}

#[test]
fn broken_nodes_are_caught_alone_and_in_clusters() {
    let cases = [
        (2, false, Bug::DigestOfOrder, "digest-mismatch"),
        (3, true, Bug::DigestOfOrder, "digest-mismatch"),
        (2, false, Bug::DigestOfCount, "digest-mismatch"),
        (3, false, Bug::DigestOfCount, "digest-mismatch"),
        (1, false, Bug::AlwaysMatches, "wrong-match"),
        (3, true, Bug::AlwaysMatches, "wrong-match"),
        (1, false, Bug::NeverMatches, "wrong-match"),
        (1, false, Bug::CountsReceived, "wrong-transferred"),
        (3, true, Bug::CountsReceived, "wrong-transferred"),
        (1, false, Bug::TakesNothing, "missing-union"),
        (3, false, Bug::TakesNothing, "missing-union"),
        (1, false, Bug::CountsOffered, "wrong-count"),
        (1, false, Bug::TellsDifference, "wrong-local-messages"),
        (1, false, Bug::ForgetsBroadcasts, "lost-element"),
        (3, true, Bug::NoGossip, "lost-element"),
        (1, false, Bug::TellsOther, "phantom-element"),
    ];
    for (nodes, gossips, bug, expected) in cases {
        for seed in 0..4 {
            let run_of = Run {
                seed,
                nodes,
                ..Run::default()
            };
            let outcome = run(run_of, Style { gossips, ..PLAIN }, Some(bug));
            assert_eq!(outcome.verdict(), Verdict::Invalid, "{bug:?}, seed {seed}");
            assert!(
                outcome.kinds().iter().any(|kind| kind == expected),
                "{bug:?}, seed {seed}:\n{}",
                outcome.words()
            );
        }
    }
}

#[test]
fn matching_digests_save_bytes() {
    let outcome = run(Run::default(), PLAIN, None);
    let sync = outcome
        .results
        .iter()
        .find(|r| r.name == "sync")
        .expect("sync");
    let figure = |name: &str| sync.figures[name].as_i64().expect("a number");
    assert!(figure("syncs_with_match") > 0);
    let (sent, full) = (figure("bytes_sent"), figure("bytes_full_state"));
    assert!(sent > 0 && full > 0);
    assert_eq!(figure("bytes_saved"), full - sent);
}
