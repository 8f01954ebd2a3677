//! A set that elements are added to and never removed from, read at several nodes.
//!
//! What is demanded:
//!
//! - The last final read of every node contains every acknowledged element (`lost-element`), and
//!   all of them contain the same (`diverged`).
//! - What a node has shown it goes on showing: a read lacks nothing that an earlier read of the
//!   same node contained (`lost-element`).
//! - A read contains nothing that nobody had added, or whose add was refused (`phantom-element`),
//!   and nothing twice (`duplicate-element`).
//!
//! A read need not contain what other nodes had acknowledged before it began. How long that takes
//! is a figure, `stable_latency_ms`: from the moment an element is known (acknowledged, or read
//! for the first time) until the last read that lacks it.

mod elements;
mod ends;
mod latency;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};
use elements::{Elements, Key, begin_of, end_of};

/// So many elements that nobody added are told apart.
const PHANTOMS_MAX: usize = 10_000;

/// The check over operations that add an element each, and reads that return a list of all.
#[derive(Debug)]
pub struct GrowSet {
    name: &'static str,
    add_f: &'static str,
    read_f: &'static str,
    elements: Elements,
    shown: FxHashMap<String, Vec<Option<Shown>>>,
    final_reads: BTreeMap<String, FinalRead>,
    reads: u64,
    not_lists: u64,
    phantoms: Findings,
    duplicates: Findings,
    vanished: Findings,
}

/// That a node has shown an element.
#[derive(Debug, Clone, Copy)]
struct Shown {
    /// When the first read that contained it was answered.
    index: u64,
    /// That read.
    op: u64,
    /// Whether a later read lacked it; told once.
    vanished: bool,
}

/// The last final read of a node.
#[derive(Debug)]
struct FinalRead {
    op: u64,
    messages: Vec<u64>,
    /// By number: whether it contains the element.
    contains: Vec<bool>,
}

impl GrowSet {
    /// The check of this name over operations of these kinds.
    #[must_use]
    pub fn new(name: &'static str, add_f: &'static str, read_f: &'static str) -> Self {
        Self {
            name,
            add_f,
            read_f,
            elements: Elements::default(),
            shown: FxHashMap::default(),
            final_reads: BTreeMap::new(),
            reads: 0,
            not_lists: 0,
            phantoms: Findings::new(),
            duplicates: Findings::new(),
            vanished: Findings::new(),
        }
    }

    fn read_ends(&mut self, op: &Operation) {
        let Some(items) = op.completion.value.as_array() else {
            self.not_lists += 1;
            return;
        };
        self.reads += 1;
        self.mark_items(op, items);
        self.compare_with_earlier(op);
        if op.invocation.is_final {
            self.keep_final(op);
        }
    }

    /// Stamps the elements that the read contains; finds phantoms and duplicates on the way.
    fn mark_items(&mut self, op: &Operation, items: &[Value]) {
        for item in items {
            let key = Key::of(item);
            let number = match self.elements.find(&key) {
                Some(number) => number,
                None => {
                    self.phantoms.add(|| phantom(op, &key));
                    if self.elements.phantoms >= PHANTOMS_MAX {
                        continue;
                    }
                    self.elements.add_phantom(key)
                }
            };
            let element = &mut self.elements.all[number];
            if element.stamp == self.reads {
                self.duplicates.add(|| duplicate(op, &element.key));
            }
            element.stamp = self.reads;
        }
    }

    /// Notes for every element whether the read contains it, and finds what has vanished.
    fn compare_with_earlier(&mut self, op: &Operation) {
        let (begin, end) = (begin_of(op), end_of(op));
        let shown = self.shown.entry(op.invocation.node.clone()).or_default();
        shown.resize(self.elements.all.len(), None);
        for (element, shown) in self.elements.all.iter_mut().zip(shown) {
            if element.stamp == self.reads {
                element.known.get_or_insert(end);
                element.present = element.present.max(Some(begin));
                shown.get_or_insert(Shown {
                    index: end.index,
                    op: begin.index,
                    vanished: false,
                });
                continue;
            }
            element.absent = element.absent.max(Some(begin));
            if let Some(shown) = shown
                && shown.index < begin.index
                && !std::mem::replace(&mut shown.vanished, true)
            {
                self.vanished.add(|| vanished(op, &element.key, shown.op));
            }
        }
    }

    fn keep_final(&mut self, op: &Operation) {
        let node = &op.invocation.node;
        let index = op.invocation.index;
        if self
            .final_reads
            .get(node)
            .is_some_and(|earlier| earlier.op > index)
        {
            return;
        }
        let stamps = self.elements.all.iter().map(|element| element.stamp);
        let read = FinalRead {
            op: index,
            messages: op.messages(),
            contains: stamps.map(|stamp| stamp == self.reads).collect(),
        };
        self.final_reads.insert(node.clone(), read);
    }
}

fn phantom(op: &Operation, key: &Key) -> Anomaly {
    let node = &op.invocation.node;
    let text = format!(
        "{node} shows {key} (operation {}), which nobody had added.",
        op.invocation.index
    );
    Anomaly::new("phantom-element", text).with_op(op)
}

fn duplicate(op: &Operation, key: &Key) -> Anomaly {
    let node = &op.invocation.node;
    let text = format!(
        "{node} lists {key} twice in one answer (operation {}). It was probably appended again \
         when it arrived a second time.",
        op.invocation.index
    );
    Anomaly::new("duplicate-element", text).with_op(op)
}

fn vanished(op: &Operation, key: &Key, earlier: u64) -> Anomaly {
    let node = &op.invocation.node;
    let text = format!(
        "{key} was there and vanished: {node} showed it (operation {earlier}) and later did not \
         (operation {}). If {node} was killed in between, it had not stored it.",
        op.invocation.index
    );
    let mut anomaly = Anomaly::new("lost-element", text);
    anomaly.ops.push(earlier);
    anomaly.with_op(op)
}

impl Check for GrowSet {
    fn name(&self) -> &'static str {
        self.name
    }

    fn on_invoke(&mut self, op: &Invocation) {
        if op.f == self.add_f {
            self.elements.add_begins(op);
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        if op.invocation.f == self.add_f {
            self.elements.add_ends(op);
        } else if op.invocation.f == self.read_f && op.is_ok() {
            self.read_ends(op);
        }
    }

    fn is_violated(&self) -> bool {
        let certain = [&self.phantoms, &self.duplicates, &self.vanished];
        certain.iter().any(|findings| !findings.is_empty())
    }

    fn finish(&mut self) -> CheckResult {
        let findings = self
            .lost()
            .then(std::mem::take(&mut self.vanished))
            .then(std::mem::take(&mut self.phantoms))
            .then(self.refused_but_shown())
            .then(std::mem::take(&mut self.duplicates))
            .then(self.diverged());
        let doubt = if self.not_lists > 0 {
            Some("Some reads are no lists, so what they contain is not known.")
        } else if self.final_reads.is_empty() {
            Some("No final read was answered, so nothing can be said about lost elements.")
        } else {
            None
        };
        let added = self.elements.all.iter().filter(|e| e.add.is_some()).count();
        let acknowledged = self.elements.all.iter().filter(|e| e.acknowledged).count();
        let result = match doubt {
            Some(doubt) if findings.count() == 0 => CheckResult::unknown(self.name, doubt),
            _ => {
                let otherwise = format!(
                    "All nodes end with the same elements, the {acknowledged} acknowledged ones \
                     among them."
                );
                findings.into_result(self.name, &otherwise)
            }
        };
        let result = result
            .with_figure("elements", added)
            .with_figure("acknowledged", acknowledged)
            .with_figure("reads", self.reads);
        match latency::stable_latency(&self.elements.all) {
            Some(latency) => result.with_figure("stable_latency_ms", latency),
            None => result,
        }
    }
}

#[cfg(test)]
mod tests;
