//! A counter that is added to and read at several nodes.
//!
//! What is demanded:
//!
//! - The last final read of a node is the sum of all acknowledged adds and of some subset of those
//!   whose fate is unknown; and it is the same on every node.
//! - A read contains what the node that answers it had acknowledged before the read began, and
//!   nothing that nobody had asked for when it ended.
//! - Where nothing is subtracted, what a node shows never goes down.
//!
//! A read need not contain what *other* nodes had acknowledged before it began: a replicated
//! counter under a partition cannot know. Such reads are counted as a figure, `stale_reads`. Where
//! all operations name the same node, that is the same demand, as for a single counter.

mod explain;
mod sums;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde_json::{Map, Number, Value};

use crate::words::{listed, natural_order};
use crate::{Anomaly, Check, CheckResult, Findings, Invocation, Operation, integer};
use sums::Sums;

/// The check over operations `add` (its argument is the difference) and `read`.
#[derive(Debug)]
pub struct Counter {
    name: &'static str,
    attempted: Span,
    acknowledged: Span,
    by_node: FxHashMap<String, NodeState>,
    adds: Vec<Add>,
    unknown_adds: Vec<Add>,
    open_reads: FxHashMap<u64, Begun>,
    final_reads: BTreeMap<String, FinalRead>,
    reads: u64,
    not_integers: u64,
    stale_reads: u64,
    stale_worst: i128,
    misreads: Findings,
    regressions: Findings,
}

/// A sum of differences, the positive and the negative ones apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    up: i128,
    down: i128,
}

impl Span {
    fn add(&mut self, delta: i128) {
        self.up = self.up.saturating_add(delta.max(0));
        self.down = self.down.saturating_add(delta.min(0));
    }

    fn remove(&mut self, delta: i128) {
        self.up = self.up.saturating_sub(delta.max(0));
        self.down = self.down.saturating_sub(delta.min(0));
    }

    fn sum(self) -> i128 {
        self.up.saturating_add(self.down)
    }
}

/// An add that happened or may have.
#[derive(Debug, Clone)]
struct Add {
    op: u64,
    delta: i128,
    node: u32,
}

/// What is remembered about a node.
#[derive(Debug, Default)]
struct NodeState {
    number: u32,
    acknowledged: Span,
    /// The greatest value that it has shown, and the operation that read it.
    greatest: Option<(i128, u64)>,
}

/// What a read was bound to when it began.
#[derive(Debug, Clone, Copy)]
struct Begun {
    here: Span,
    anywhere: Span,
    floor: Option<(i128, u64)>,
}

#[derive(Debug)]
struct FinalRead {
    value: i128,
    op: Operation,
}

impl Counter {
    /// The check under this name.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attempted: Span::default(),
            acknowledged: Span::default(),
            by_node: FxHashMap::default(),
            adds: Vec::new(),
            unknown_adds: Vec::new(),
            open_reads: FxHashMap::default(),
            final_reads: BTreeMap::new(),
            reads: 0,
            not_integers: 0,
            stale_reads: 0,
            stale_worst: 0,
            misreads: Findings::new(),
            regressions: Findings::new(),
        }
    }

    fn node(&mut self, name: &str) -> &mut NodeState {
        if !self.by_node.contains_key(name) {
            let number = self.by_node.len() as u32;
            let state = NodeState {
                number,
                ..NodeState::default()
            };
            self.by_node.insert(name.to_owned(), state);
        }
        self.by_node.entry(name.to_owned()).or_default()
    }

    fn add_ends(&mut self, op: &Operation) {
        let Some(delta) = integer(&op.invocation.value) else {
            return;
        };
        if op.is_fail() {
            self.attempted.remove(delta);
            return;
        }
        let node = self.node(&op.invocation.node);
        let add = Add {
            op: op.invocation.index,
            delta,
            node: node.number,
        };
        if op.is_ok() {
            node.acknowledged.add(delta);
            self.acknowledged.add(delta);
            self.adds.push(add);
        } else {
            self.unknown_adds.push(add);
        }
    }

    fn read_ends(&mut self, op: &Operation) {
        let begun = self.open_reads.remove(&op.invocation.index);
        let (Some(begun), true) = (begun, op.is_ok()) else {
            return;
        };
        let Some(value) = integer(&op.completion.value) else {
            self.not_integers += 1;
            return;
        };
        self.reads += 1;
        self.judge_bounds(op, begun, value);
        self.judge_direction(op, begun, value);
        if op.invocation.is_final {
            self.keep_final(op, value);
        }
    }

    fn judge_bounds(&mut self, op: &Operation, begun: Begun, value: i128) {
        let low = begun.here.up.saturating_add(self.attempted.down);
        let high = self.attempted.up.saturating_add(begun.here.down);
        let node = &op.invocation.node;
        let read = format!("{node} read {value} (operation {})", op.invocation.index);
        if value < low {
            self.misreads.add(|| {
                let text =
                    format!("{read}, less than the {low} that it had acknowledged itself before.");
                Anomaly::new("lost-add", text).with_op(op)
            });
        } else if value > high {
            self.misreads.add(|| {
                let text = format!("{read}, more than the {high} that had been asked for by then.");
                Anomaly::new("phantom-add", text).with_op(op)
            });
        }
        let expected = begun.anywhere.up.saturating_add(self.attempted.down);
        if value < expected {
            self.stale_reads += 1;
            self.stale_worst = self.stale_worst.max(expected.saturating_sub(value));
        }
    }

    fn judge_direction(&mut self, op: &Operation, begun: Begun, value: i128) {
        let only_grows = self.attempted.down == 0;
        if let Some((floor, earlier)) = begun.floor.filter(|(floor, _)| value < *floor)
            && only_grows
        {
            self.regressions.add(|| {
                let node = &op.invocation.node;
                let text = format!(
                    "{node} went back from {floor} (operation {earlier}) to {value} (operation \
                     {}). A counter that is only added to never shrinks; if {node} was killed in \
                     between, it had not stored what it showed.",
                    op.invocation.index
                );
                let mut anomaly = Anomaly::new("counter-regress", text);
                anomaly.ops.push(earlier);
                anomaly.with_op(op)
            });
        }
        let node = self.node(&op.invocation.node);
        if node.greatest.is_none_or(|(greatest, _)| value > greatest) {
            node.greatest = Some((value, op.invocation.index));
        }
    }

    fn keep_final(&mut self, op: &Operation, value: i128) {
        let earlier = self.final_reads.get(&op.invocation.node);
        if earlier.is_none_or(|earlier| earlier.op.invocation.index < op.invocation.index) {
            let op = op.clone();
            let node = op.invocation.node.clone();
            self.final_reads.insert(node, FinalRead { value, op });
        }
    }

    /// The final reads, those with the same value together, smallest value first.
    fn final_groups(&self) -> BTreeMap<i128, Vec<&Operation>> {
        let mut groups: BTreeMap<i128, Vec<&Operation>> = BTreeMap::new();
        for read in self.final_reads.values() {
            groups.entry(read.value).or_default().push(&read.op);
        }
        for reads in groups.values_mut() {
            reads.sort_by(|a, b| natural_order(&a.invocation.node, &b.invocation.node));
        }
        groups
    }

    /// Judges the last final reads; also says how many of them could not be decided.
    fn judge_final(&self) -> (Findings, u64) {
        let groups = self.final_groups();
        let unknown = Sums::of(self.unknown_adds.iter().map(|add| add.delta));
        let sum = self.acknowledged.sum();
        let (mut findings, mut undecided) = (Findings::new(), 0);
        for (value, reads) in &groups {
            match unknown.contains(value.saturating_sub(sum)) {
                Some(true) => {}
                Some(false) => findings.add(|| self.explain(*value, reads, &unknown)),
                None => undecided += 1,
            }
        }
        let mut disagreement = Findings::new();
        if groups.len() > 1 {
            disagreement.add(|| diverged(&groups));
        }
        (findings.then(disagreement), undecided)
    }

    fn figures(&self, result: CheckResult) -> CheckResult {
        let values: Map<String, Value> = self
            .final_reads
            .iter()
            .map(|(node, read)| (node.clone(), number(read.value)))
            .collect();
        result
            .with_figure("acknowledged_sum", number(self.acknowledged.sum()))
            .with_figure("unknown_adds", self.unknown_adds.len())
            .with_figure("final_values", values)
            .with_figure("reads", self.reads)
            .with_figure("stale_reads", self.stale_reads)
            .with_figure("stale_worst", number(self.stale_worst))
    }
}

/// Nodes that end with different values.
fn diverged(groups: &BTreeMap<i128, Vec<&Operation>>) -> Anomaly {
    let ends: Vec<String> = groups
        .iter()
        .map(|(value, reads)| format!("{} with {value}", explain::nodes_of(reads)))
        .collect();
    let text = format!("The nodes do not agree in the end: {}.", listed(&ends));
    let reads = groups.values().flatten();
    reads.fold(Anomaly::new("diverged", text), |anomaly, op| {
        anomaly.with_op(op)
    })
}

fn number(n: i128) -> Value {
    Number::from_i128(n).map_or(Value::Null, Value::Number)
}

impl Check for Counter {
    fn name(&self) -> &'static str {
        self.name
    }

    fn on_invoke(&mut self, op: &Invocation) {
        match op.f.as_str() {
            "add" => match integer(&op.value) {
                Some(delta) => self.attempted.add(delta),
                None => self.not_integers += 1,
            },
            "read" => {
                let anywhere = self.acknowledged;
                let node = self.node(&op.node);
                let begun = Begun {
                    here: node.acknowledged,
                    anywhere,
                    floor: node.greatest,
                };
                self.open_reads.insert(op.index, begun);
            }
            _ => {}
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        match op.invocation.f.as_str() {
            "add" => self.add_ends(op),
            "read" => self.read_ends(op),
            _ => {}
        }
    }

    fn is_violated(&self) -> bool {
        !self.misreads.is_empty() || !self.regressions.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let (finals, undecided) = self.judge_final();
        let findings = finals
            .then(std::mem::take(&mut self.misreads))
            .then(std::mem::take(&mut self.regressions));
        let doubt = if self.not_integers > 0 {
            Some("Some values are no integers, so the sums are not known.")
        } else if self.final_reads.is_empty() {
            Some("No final read was answered, so nothing can be said about lost adds.")
        } else if undecided > 0 {
            Some("Too many different sums are possible to say whether an add was lost.")
        } else {
            None
        };
        let result = match doubt {
            Some(doubt) if findings.count() == 0 => CheckResult::unknown(self.name, doubt),
            _ => {
                let otherwise = format!(
                    "All nodes end with the sum of what was added ({} acknowledged).",
                    self.acknowledged.sum()
                );
                findings.into_result(self.name, &otherwise)
            }
        };
        self.figures(result)
    }
}

#[cfg(test)]
mod tests;
