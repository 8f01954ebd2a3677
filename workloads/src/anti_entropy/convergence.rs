//! The check `convergence`: in the end all nodes have everything that was acknowledged, and equal
//! digests.

use std::collections::{BTreeMap, BTreeSet};

use checker::{Anomaly, CheckResult, Findings, Operation, canonical};
use serde_json::Value;

use super::elements::Set;
use super::knowledge::{Knowledge, elements};
use crate::Event;
use crate::run_checks::RunCheck;

/// See the module. It looks at the last digest and the last list of each node in the final phase.
#[derive(Debug, Default)]
pub(super) struct ConvergenceCheck {
    nodes: Vec<String>,
    knowledge: Knowledge,
    digests: BTreeMap<String, Operation>,
    lists: BTreeMap<String, Operation>,
    /// Nodes that did not answer the last request that gave them elements.
    unmerged: BTreeSet<String>,
}

impl ConvergenceCheck {
    pub(super) fn new(nodes: &[String]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            ..Self::default()
        }
    }

    fn on_final(&mut self, op: &Operation) {
        let node = op.invocation.node.clone();
        if op.invocation.f == "digest" {
            self.digests.insert(node, op.clone());
            return;
        }
        let gives = op.invocation.value["remote_messages"].as_array();
        if gives.is_some_and(|list| !list.is_empty()) {
            self.unmerged.remove(&node);
            if !op.is_ok() {
                self.unmerged.insert(node);
            }
        } else if gives.is_some() {
            self.lists.insert(node, op.clone());
        }
    }

    /// What a node listed last, if it answered everything that counts.
    fn list_of(&self, node: &str) -> Option<(&Operation, Set)> {
        let op = self.lists.get(node)?;
        let answered = op.is_ok() && self.digests.get(node)?.is_ok();
        let told = op.completion.value.get("local_messages")?;
        let numbers = elements(told).filter_map(|e| self.knowledge.names.get(e?));
        (answered && !self.unmerged.contains(node)).then(|| (op, numbers.collect()))
    }

    /// What is wrong, and the nodes of which it cannot be told.
    fn judge(&self) -> (Findings, Vec<&str>) {
        let mut findings = Findings::new();
        let mut undecided = Vec::new();
        let mut first: Option<(&Operation, Set)> = None;
        for node in &self.nodes {
            let Some((op, list)) = self.list_of(node) else {
                undecided.push(node.as_str());
                continue;
            };
            let lost = self.knowledge.acknowledged.minus(&list);
            if !lost.is_empty() {
                findings.note(self.lost(op, &lost));
            }
            match &first {
                Some(first) => findings.extend(self.differ(first, (op, &list))),
                None => first = Some((op, list)),
            }
        }
        (findings, undecided)
    }

    fn lost(&self, op: &Operation, lost: &Set) -> Anomaly {
        let what = format!(
            "In the end {} does not have {}, which was acknowledged. Every difference must be \
             found by the digests and carried over, again and again until both sides match.",
            op.invocation.node,
            self.knowledge.names.words(lost),
        );
        Anomaly::new("lost-element", what).with_op(op)
    }

    fn differ(&self, a: &(&Operation, Set), b: (&Operation, &Set)) -> Option<Anomaly> {
        let (a_node, b_node) = (&a.0.invocation.node, &b.0.invocation.node);
        let names = &self.knowledge.names;
        if a.1 != *b.1 {
            let what = format!(
                "In the end {a_node} and {b_node} have different sets: only {a_node} has {}, only \
                 {b_node} has {}.",
                names.words(&a.1.minus(b.1)),
                names.words(&b.1.minus(&a.1)),
            );
            return Some(Anomaly::new("diverged", what).with_op(a.0).with_op(b.0));
        }
        let (a, b) = (self.digests.get(a_node)?, self.digests.get(b_node)?);
        let digest = |op: &Operation| canonical(&op.completion.value["digest"]);
        (digest(a) != digest(b)).then(|| {
            let what = format!(
                "In the end {a_node} and {b_node} have the same set, but their digests are {} and \
                 {}.",
                digest(a),
                digest(b),
            );
            Anomaly::new("digest-mismatch", what).with_op(a).with_op(b)
        })
    }
}

impl RunCheck for ConvergenceCheck {
    fn name(&self) -> &'static str {
        "convergence"
    }

    fn on_event(&mut self, event: &Event) {
        self.knowledge.on_event(event);
        if let Event::Complete(op) = event
            && op.invocation.is_final
        {
            self.on_final(op);
        }
    }

    fn finish(&mut self) -> CheckResult {
        let (findings, undecided) = self.judge();
        let elements = self.knowledge.acknowledged.len();
        let result = if findings.is_empty() && !undecided.is_empty() {
            let what = format!(
                "{} did not answer all final requests, so it cannot be told whether the nodes agree.",
                undecided.join(", ")
            );
            CheckResult::unknown(self.name(), what)
        } else {
            let otherwise = format!(
                "In the end all nodes had all {elements} acknowledged elements and the same digest."
            );
            findings.into_result(self.name(), &otherwise)
        };
        result.with_figure("elements", Value::from(elements))
    }
}
