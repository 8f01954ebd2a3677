//! The check `convergence`: keys that are written at several nodes end alike on all of them, with
//! exactly the acknowledged values that nothing dominates.

use std::collections::{BTreeMap, BTreeSet};

use checker::mv_register::{Clock, Outcome, admit};
use checker::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};

use super::key_of;
use super::keys::is_shared;
use super::wire::{Sibling, outcome, returned};

/// See the module. It looks at the last get of each key on each node, at the end and before a key
/// is resolved in the final phase. Such keys only exist when nodes talk to each other.
#[derive(Debug, Default)]
pub(super) struct ConvergenceCheck {
    nodes: Vec<String>,
    keys: BTreeMap<String, Key>,
    undecided: BTreeSet<String>,
    findings: Findings,
}

#[derive(Debug, Default)]
struct Key {
    /// Acknowledged clocks that no acknowledged clock dominates, with their operations.
    acknowledged: Vec<(u64, Clock)>,
    /// By node: its last final get.
    last: BTreeMap<String, Operation>,
}

impl ConvergenceCheck {
    pub(super) fn new(nodes: &[String]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            ..Self::default()
        }
    }

    fn judge(&mut self, name: &str) {
        let Some(key) = self.keys.get(name) else {
            return;
        };
        let mut lists: Vec<(&Operation, Vec<Sibling>)> = Vec::new();
        for node in &self.nodes {
            let last = key.last.get(node);
            match last.and_then(|op| Some((op, returned(op)?))) {
                Some(list) => lists.push(list),
                None => _ = self.undecided.insert(node.clone()),
            }
        }
        let different = lists
            .windows(2)
            .find(|pair| clocks(&pair[0].1) != clocks(&pair[1].1));
        let anomaly = match different {
            Some(pair) => Some(diverged(&pair[0], &pair[1])),
            None => lists.first().and_then(|(op, list)| key.judge(op, list)),
        };
        self.findings.extend(anomaly);
    }
}

impl Key {
    fn judge(&self, op: &Operation, list: &[Sibling]) -> Option<Anomaly> {
        let said = format!("In the end {} has", told(op, list));
        for (writer, clock) in &self.acknowledged {
            let covers = |s: &&Sibling| {
                s.clock
                    .compare(clock)
                    .is_some_and(std::cmp::Ordering::is_ge)
            };
            if !list.iter().any(|s| covers(&s)) {
                let what = format!(
                    "{said}, but operation {writer} with clock {:?} was acknowledged and nothing \
                     there dominates it.",
                    clock.0
                );
                return Some(with(
                    Anomaly::new("lost-sibling", what).with_op(op),
                    *writer,
                ));
            }
            if let Some(old) = list.iter().find(|s| clock.dominates(&s.clock)) {
                let what = format!(
                    "{said}; clock {:?} of operation {writer} dominates {old}.",
                    clock.0
                );
                let anomaly = Anomaly::new("dominated-sibling", what);
                return Some(with(anomaly.with_op(op), *writer));
            }
        }
        None
    }
}

impl Check for ConvergenceCheck {
    fn name(&self) -> &'static str {
        "convergence"
    }

    fn on_invoke(&mut self, op: &Invocation) {
        // Clients resolve a key when its nodes agree: this is what they had agreed on.
        if op.is_final && op.f == "kv_resolve" && is_shared(key_of(op)) {
            self.judge(key_of(op));
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        let name = key_of(&op.invocation);
        let is_get = op.invocation.f == "kv_get";
        // A key that nobody wrote is not read in the end: to have asked for it once is nothing.
        if !is_shared(name) || is_get && !op.invocation.is_final {
            return;
        }
        let key = self.keys.entry(name.to_owned()).or_default();
        if is_get {
            key.last.insert(op.invocation.node.clone(), op.clone());
            return;
        }
        let accepted = op.is_ok() && outcome(op) != Some(Outcome::Rejected);
        if let Some(sibling) = Sibling::of(&op.invocation.value)
            && (accepted || op.is_ok() && op.invocation.f == "kv_resolve")
        {
            let written = (op.invocation.index, sibling.clock);
            admit(&mut key.acknowledged, written, |(_, clock)| clock);
        }
    }

    fn finish(&mut self) -> CheckResult {
        let names: Vec<String> = self.keys.keys().cloned().collect();
        for name in &names {
            self.judge(name);
        }
        let keys = names.len();
        let result = if self.findings.is_empty() && !self.undecided.is_empty() {
            let nodes: Vec<&str> = self.undecided.iter().map(String::as_str).collect();
            let what = format!(
                "{} did not answer all final gets, so it cannot be told whether the nodes agree.",
                nodes.join(", ")
            );
            CheckResult::unknown(self.name(), what)
        } else {
            let otherwise = match keys {
                0 => "Nodes do not replicate, so no key was written at several of them.".to_owned(),
                _ => format!("In the end all nodes had the same values of all {keys} shared keys."),
            };
            let findings = std::mem::take(&mut self.findings);
            findings.into_result(self.name(), &otherwise)
        };
        result.with_figure("shared_keys", keys)
    }
}

fn clocks(list: &[Sibling]) -> BTreeSet<&Clock> {
    list.iter().map(|sibling| &sibling.clock).collect()
}

fn told(op: &Operation, list: &[Sibling]) -> String {
    let all: Vec<String> = list.iter().map(Sibling::to_string).collect();
    let all = match all.is_empty() {
        true => "nothing".to_owned(),
        false => all.join(", "),
    };
    let node = &op.invocation.node;
    format!("{node} {all} for {:?}", key_of(&op.invocation))
}

fn diverged(a: &(&Operation, Vec<Sibling>), b: &(&Operation, Vec<Sibling>)) -> Anomaly {
    let what = format!(
        "In the end nodes disagree: {}, but {}. Nodes that replicate must repeat what may have \
         been lost, and store what they hear by the same rule as puts.",
        told(a.0, &a.1),
        told(b.0, &b.1),
    );
    Anomaly::new("diverged", what).with_op(a.0).with_op(b.0)
}

fn with(mut anomaly: Anomaly, op: u64) -> Anomaly {
    anomaly.ops.push(op);
    anomaly
}
