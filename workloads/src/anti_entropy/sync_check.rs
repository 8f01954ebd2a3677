//! The check `sync`: a sync says truly whether both sides match, tells all it has, counts what the
//! other side lacked, and takes over what it lacked itself.

use checker::{Anomaly, CheckResult, Findings, Operation, canonical};
use protocol::number;
use serde_json::Value;

use super::digests::{Digests, Told};
use super::elements::Set;
use super::knowledge::{Bounds, Knowledge, elements};
use super::traffic::Traffic;
use crate::Event;
use crate::run_checks::RunCheck;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct SyncCheck {
    knowledge: Knowledge,
    digests: Digests,
    traffic: Traffic,
    findings: Findings,
    matching: u64,
    different: u64,
}

/// The list in an answer.
struct List {
    set: Set,
    /// An element that nobody named, or that is no number.
    phantom: Option<Value>,
    length: u64,
}

impl SyncCheck {
    fn on_digest(&mut self, op: &Operation, bounds: &Bounds) {
        let Some(count) = op.completion.value.get("count").and_then(number::whole) else {
            return;
        };
        self.digests.remember(Told {
            op: op.invocation.index,
            node: op.invocation.node.clone(),
            digest: canonical(&op.completion.value["digest"]),
            bounds: bounds.with_count(count),
        });
    }

    fn on_sync(&mut self, op: &Operation, bounds: &Bounds) {
        self.traffic.on_sync(op, bounds, &self.knowledge.names);
        let matched = op.completion.value.get("match") == Some(&Value::Bool(true));
        let found = if matched {
            self.matching += 1;
            self.judge_match(op, bounds)
        } else {
            self.different += 1;
            self.judge_difference(op, bounds)
        };
        self.findings.extend(found);
    }

    fn judge_match(&self, op: &Operation, bounds: &Bounds) -> Option<Anomaly> {
        let remote = &op.invocation.value["remote_digest"];
        let digest = canonical(remote);
        let node = &op.invocation.node;
        if !self.digests.is_known(&digest) {
            let what = format!(
                "{node} answered match true to the digest {remote}, which no node ever told. \
                 Compare remote_digest with the digest of your own set."
            );
            return Some(Anomaly::new("wrong-match", what).with_op(op));
        }
        if let Some(told) = self.digests.same_digest_other_set(&digest, bounds) {
            let words = |bounds: &Bounds| self.knowledge.names.words(&bounds.certain);
            let what = format!(
                "{node} answered match true to the digest {remote}, which {} told in operation {} \
                 for a set with {}; {node} itself has {}.",
                told.node,
                told.op,
                words(&told.bounds),
                words(bounds),
            );
            return Some(with(Anomaly::new("wrong-match", what).with_op(op), told.op));
        }
        let transferred = transferred(op).unwrap_or(0);
        (transferred != 0).then(|| {
            let what = format!(
                "{node} answered match true and transferred {transferred}; when both sides match, \
                 nothing is transferred: expected 0."
            );
            Anomaly::new("wrong-transferred", what).with_op(op)
        })
    }

    fn judge_difference(&self, op: &Operation, bounds: &Bounds) -> Option<Anomaly> {
        let remote = canonical(&op.invocation.value["remote_digest"]);
        let own = bounds.exact().and_then(|set| self.digests.of_set(set));
        if let Some(told) = own.filter(|told| told.digest == remote) {
            let what = format!(
                "{} answered match false to the digest {}, but that is the digest of exactly the \
                 set it has, {} (told by {} in operation {}).",
                op.invocation.node,
                op.invocation.value["remote_digest"],
                self.knowledge.names.words(&bounds.certain),
                told.node,
                told.op,
            );
            return Some(with(Anomaly::new("wrong-match", what).with_op(op), told.op));
        }
        let list = self.list(op);
        let wrong_list = list
            .as_ref()
            .and_then(|list| self.judge_list(op, bounds, list));
        wrong_list.or_else(|| self.judge_transferred(op, bounds, list.as_ref()))
    }

    fn list(&self, op: &Operation) -> Option<List> {
        let told = op.completion.value.get("local_messages")?;
        let values = told.as_array()?;
        let number_of = |element: Option<u64>| self.knowledge.names.get(element?);
        let numbers: Vec<Option<usize>> = elements(told).map(number_of).collect();
        let phantom = numbers.iter().position(Option::is_none);
        Some(List {
            set: numbers.iter().flatten().copied().collect(),
            phantom: phantom.and_then(|i| values.get(i)).cloned(),
            length: values.len() as u64,
        })
    }

    fn judge_list(&self, op: &Operation, bounds: &Bounds, list: &List) -> Option<Anomaly> {
        let node = &op.invocation.node;
        let names = &self.knowledge.names;
        let extra = list.set.minus(&bounds.possible);
        if list.phantom.is_some() || !extra.is_empty() {
            let extra = match &list.phantom {
                Some(element) => element.to_string(),
                None => names.words(&extra),
            };
            let what =
                format!("{node} told local_messages with {extra}, which nobody had given to it.");
            return Some(Anomaly::new("phantom-element", what).with_op(op));
        }
        if list.set.len() < list.length {
            let what = format!(
                "{node} told local_messages with an element twice. A set has every element once."
            );
            return Some(Anomaly::new("wrong-local-messages", what).with_op(op));
        }
        let missing = bounds.certain.minus(&list.set);
        (!missing.is_empty()).then(|| self.incomplete(op, bounds, list, &missing))
    }

    /// A list lacks something that the node certainly had.
    fn incomplete(&self, op: &Operation, bounds: &Bounds, list: &List, missing: &Set) -> Anomaly {
        let node = &op.invocation.node;
        let remote = self.remote(op).unwrap_or_default();
        let told = list.set.minus(&remote);
        let (kind, hint) = if missing.is_subset(&remote) && told == list.set && !remote.is_empty() {
            let hint = "local_messages is the whole local set, also what the other side has.";
            ("wrong-local-messages", hint)
        } else if missing.is_subset(&self.knowledge.synced(node)) {
            let hint = "It was given these in an earlier digest_sync: after a sync the node must \
                        have the union of both sides.";
            ("missing-union", hint)
        } else {
            let hint = "What is acknowledged must stay. If the node was killed: it must find its \
                        data again in its working directory.";
            ("lost-element", hint)
        };
        let what = format!(
            "{node} told local_messages without {}, although it had {}. {hint}",
            self.knowledge.names.words(missing),
            self.knowledge.names.words(&bounds.certain),
        );
        Anomaly::new(kind, what).with_op(op)
    }

    /// What the request told of the other side; `None` if it was null.
    fn remote(&self, op: &Operation) -> Option<Set> {
        let told = &op.invocation.value["remote_messages"];
        told.as_array()?;
        let numbers = elements(told).filter_map(|e| self.knowledge.names.get(e?));
        Some(numbers.collect())
    }

    fn judge_transferred(
        &self,
        op: &Operation,
        bounds: &Bounds,
        list: Option<&List>,
    ) -> Option<Anomaly> {
        let transferred = transferred(op)?;
        let remote = self.remote(op);
        // Without a list of the other side nothing may have been transferred yet.
        if remote.is_none() && transferred == 0 {
            return None;
        }
        let remote = remote.unwrap_or_default();
        let lacking = |local: &Set| local.minus(&remote).len();
        let (least, most) = match list {
            Some(list) => (lacking(&list.set), lacking(&list.set)),
            None => (lacking(&bounds.certain), lacking(&bounds.possible)),
        };
        let expected = match least == most {
            true => format!("{least}"),
            false => format!("{least} to {most}"),
        };
        (!(least..=most).contains(&transferred)).then(|| {
            let what = format!(
                "{} answered transferred {transferred} to a sync with {}; expected {expected}: the \
                 number of its own elements that the other side lacked.",
                op.invocation.node,
                self.knowledge.names.words(&remote),
            );
            Anomaly::new("wrong-transferred", what).with_op(op)
        })
    }
}

fn transferred(op: &Operation) -> Option<u64> {
    number::whole(op.completion.value.get("transferred")?)
}

fn with(mut anomaly: Anomaly, op: u64) -> Anomaly {
    anomaly.ops.push(op);
    anomaly
}

impl RunCheck for SyncCheck {
    fn name(&self) -> &'static str {
        "sync"
    }

    fn on_event(&mut self, event: &Event) {
        self.traffic.on_event(event);
        let bounds = self.knowledge.on_event(event);
        let (Event::Complete(op), Some(bounds)) = (event, bounds) else {
            return;
        };
        match op.invocation.f.as_str() {
            "digest" if op.is_ok() => self.on_digest(op, &bounds),
            "digest_sync" if op.is_ok() => self.on_sync(op, &bounds),
            _ => {}
        }
    }

    fn finish(&mut self) -> CheckResult {
        let otherwise = format!(
            "All {} syncs were answered rightly, {} of them with a match.",
            self.matching + self.different,
            self.matching
        );
        let findings = std::mem::take(&mut self.findings);
        let result = findings
            .into_result(self.name(), &otherwise)
            .with_figure("syncs_with_match", self.matching)
            .with_figure("syncs_with_difference", self.different);
        self.traffic.add_figures(result)
    }
}
