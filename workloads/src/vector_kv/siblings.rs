//! The check `siblings`: every status and every list of siblings is right for some order of the
//! concurrent operations.

use std::collections::{BTreeMap, BTreeSet};

use checker::mv_register::{Action, Clock, MvRegister, Outcome, admit, is_possible};
use checker::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};

use super::keys::is_shared;
use super::wire::{Sibling, outcome, returned};
use super::{reports, wire};

/// See the module. A key that only the clients of one node use is one register, whose answers are
/// judged together. For a key that is used at several nodes an answer may depend on what has
/// reached the node.
#[derive(Debug, Default)]
pub(super) struct SiblingsCheck {
    nodes: Vec<String>,
    keys: BTreeMap<String, Key>,
    /// By process: what was certain when its open operation began.
    open: BTreeMap<u64, Certain>,
    findings: Findings,
    figures: Relations,
    siblings_max: usize,
    gets: u64,
}

/// What is known about a key.
#[derive(Debug, Default)]
struct Key {
    register: MvRegister,
    /// By value: the operation that wrote it, and its clock.
    written: BTreeMap<String, (u64, Clock)>,
    /// Clocks that may be on their way between nodes.
    floating: Vec<(u64, Clock)>,
    /// At least every clock that was ever written.
    top: Option<Clock>,
    /// By node: what it certainly has.
    certain: BTreeMap<String, Certain>,
}

/// What a node certainly has, or something that dominates it.
#[derive(Debug, Clone, Default)]
struct Certain {
    /// Clocks with their operations, of which none dominates another.
    stored: Vec<(u64, Clock)>,
    /// The resolve after which nothing else was put, if there is one.
    resolved: Option<u64>,
}

/// How often the clock of a put had which relation to what was there.
#[derive(Debug, Default)]
struct Relations {
    first: u64,
    dominating: u64,
    dominated: u64,
    concurrent: u64,
}

impl SiblingsCheck {
    pub(super) fn new(nodes: &[String]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            ..Self::default()
        }
    }

    fn on_written(&mut self, op: &Operation, sibling: &Sibling) {
        let index = op.invocation.index;
        let before = self.open.remove(&op.invocation.process).unwrap_or_default();
        let key = self.keys.entry(name(&op.invocation)).or_default();
        if op.invocation.f == "kv_resolve" {
            if op.is_ok() {
                if !is_shared(&name(&op.invocation)) {
                    // Every order allows this answer.
                    _ = key.register.end(index, &Outcome::Resolved);
                }
                key.store(op, index, &sibling.clock);
                key.note_resolve(op, &sibling.clock);
            } else {
                key.give_up(op, sibling);
            }
            return;
        }
        let Some(answer) = outcome(op) else {
            key.give_up(op, sibling);
            return;
        };
        self.figures.count(&before, &sibling.clock);
        let possible = if is_shared(&name(&op.invocation)) {
            key.judge_replicated(index, sibling, &answer, &before)
        } else {
            key.register.end(index, &answer)
        };
        if answer != Outcome::Rejected {
            key.store(op, index, &sibling.clock);
        }
        if let Err(possible) = possible {
            let reason = reports::reason(&before.stored, &sibling.clock);
            self.findings.note(reports::wrong_status(
                op, sibling, &answer, &possible, &reason,
            ));
        }
    }

    fn on_get(&mut self, op: &Operation) {
        let before = self.open.remove(&op.invocation.process).unwrap_or_default();
        let key = self.keys.entry(name(&op.invocation)).or_default();
        let index = op.invocation.index;
        let Some(siblings) = returned(op) else {
            key.register.withdraw(index);
            return;
        };
        self.gets += 1;
        self.siblings_max = self.siblings_max.max(siblings.len());
        if let Some(anomaly) = key.judge_list(op, &siblings, &before) {
            key.register.withdraw(index);
            self.findings.note(anomaly);
            return;
        }
        let mut ops = BTreeSet::new();
        for sibling in &siblings {
            // Every sibling has a writer, or the list would have been judged already.
            let writer = key.writer(sibling).unwrap_or(index);
            ops.insert(writer);
            key.store(op, writer, &sibling.clock);
        }
        if is_shared(&name(&op.invocation)) {
            key.register.withdraw(index);
        } else if let Err(possible) = key.register.end(index, &Outcome::Siblings(ops.clone())) {
            self.findings
                .note(reports::no_order(op, &siblings, &ops, &possible));
        }
    }
}

impl Key {
    /// The operation that wrote this sibling, with this clock.
    fn writer(&self, sibling: &Sibling) -> Option<u64> {
        let (op, clock) = self.written.get(sibling.value.as_str()?)?;
        (*clock == sibling.clock).then_some(*op)
    }

    fn begin(&mut self, op: &Invocation, sibling: &Sibling) {
        let value = sibling.value.as_str().unwrap_or_default().to_owned();
        let clock = sibling.clock.clone();
        self.written.insert(value, (op.index, clock.clone()));
        if is_shared(&name(op)) {
            self.floating.push((op.index, clock.clone()));
        } else if op.f == "kv_put" {
            self.register.begin(op.index, Action::Put(clock.clone()));
        } else {
            self.register
                .begin(op.index, Action::Resolve(clock.clone()));
        }
        match &mut self.top {
            Some(top) => top.join(&clock),
            None => self.top = Some(clock),
        }
        if op.f == "kv_put" {
            for certain in self.certain.values_mut() {
                certain.resolved = None;
            }
        }
    }

    /// A write was not answered: it certainly did not happen, or it may.
    fn give_up(&mut self, op: &Operation, sibling: &Sibling) {
        let index = op.invocation.index;
        if op.is_fail() {
            self.written
                .remove(sibling.value.as_str().unwrap_or_default());
            self.floating.retain(|(other, _)| *other != index);
            self.register.withdraw(index);
        } else {
            self.register.abandon(index);
        }
    }

    /// A node has shown that it has this clock or one that dominates it.
    fn store(&mut self, op: &Operation, writer: u64, clock: &Clock) {
        let certain = self.certain.entry(op.invocation.node.clone()).or_default();
        admit(&mut certain.stored, (writer, clock.clone()), |(_, c)| c);
    }

    /// After a resolve whose clock dominates all that was ever written, nothing else is there.
    fn note_resolve(&mut self, op: &Operation, clock: &Clock) {
        if self.top.as_ref() == Some(clock) {
            let certain = self.certain.entry(op.invocation.node.clone()).or_default();
            certain.resolved = Some(op.invocation.index);
        }
    }

    fn judge_replicated(
        &mut self,
        index: u64,
        sibling: &Sibling,
        answer: &Outcome,
        before: &Certain,
    ) -> Result<(), BTreeSet<Outcome>> {
        let definite: Vec<Clock> = before.stored.iter().map(|(_, c)| c.clone()).collect();
        let others = self.floating.iter().filter(|(op, _)| *op != index);
        let others: Vec<Clock> = others.map(|(_, c)| c.clone()).collect();
        let is_right = |answer: &Outcome| is_possible(&sibling.clock, answer, &definite, &others);
        if is_right(answer) {
            return Ok(());
        }
        let most = (definite.len() + others.len() + 1) as u64;
        let conflicts = (2..=most.min(20)).map(Outcome::Conflict);
        let all = [Outcome::Written, Outcome::Rejected].into_iter();
        Err(all.chain(conflicts).filter(is_right).collect())
    }

    /// Forgets clocks that every node certainly has something newer than.
    fn sweep(&mut self, nodes: &[String]) {
        let certain = &self.certain;
        let is_old = |clock: &Clock| {
            nodes.iter().all(|node| {
                let stored = certain.get(node).map(|certain| &certain.stored);
                stored.is_some_and(|stored| stored.iter().any(|(_, c)| c.dominates(clock)))
            })
        };
        self.floating.retain(|(_, clock)| !is_old(clock));
    }

    /// What is wrong with a list of siblings, whatever the order of operations.
    fn judge_list(&self, op: &Operation, list: &[Sibling], before: &Certain) -> Option<Anomaly> {
        if let Some(resolve) = before.resolved.filter(|_| list.len() > 1) {
            return Some(reports::unresolved(op, list, resolve));
        }
        for (i, sibling) in list.iter().enumerate() {
            if self.writer(sibling).is_none() {
                let value = sibling.value.as_str().unwrap_or_default();
                return Some(reports::phantom(op, sibling, self.written.get(value)));
            }
            if list[..i].contains(sibling) {
                return Some(reports::duplicate(op, sibling));
            }
            let certain = before.stored.iter().map(|(op, clock)| (Some(*op), clock));
            let listed = list.iter().map(|other| (self.writer(other), &other.clock));
            let mut newer = certain.chain(listed);
            if let Some((by, clock)) = newer.find(|(_, c)| c.dominates(&sibling.clock)) {
                return Some(reports::dominated(op, sibling, by, clock));
            }
        }
        let lost = before.stored.iter().find(|(_, clock)| {
            let covers = |s: &Sibling| {
                s.clock
                    .compare(clock)
                    .is_some_and(std::cmp::Ordering::is_ge)
            };
            !list.iter().any(covers)
        });
        lost.map(|(writer, clock)| reports::lost(op, list, *writer, clock))
    }
}

impl Relations {
    fn count(&mut self, before: &Certain, clock: &Clock) {
        let mut stored = before
            .stored
            .iter()
            .map(|(_, old)| old.compare(clock))
            .peekable();
        let is_first = stored.peek().is_none();
        let orders: Vec<_> = stored.collect();
        let counter = if is_first {
            &mut self.first
        } else if orders.iter().any(|order| order.is_some_and(|o| o.is_ge())) {
            &mut self.dominated
        } else if orders.iter().all(Option::is_some) {
            &mut self.dominating
        } else {
            &mut self.concurrent
        };
        *counter += 1;
    }
}

fn name(op: &Invocation) -> String {
    super::key_of(op).to_owned()
}

impl Check for SiblingsCheck {
    fn name(&self) -> &'static str {
        "siblings"
    }

    fn on_invoke(&mut self, op: &Invocation) {
        let key = self.keys.entry(name(op)).or_default();
        let certain = key.certain.get(&op.node).cloned().unwrap_or_default();
        self.open.insert(op.process, certain);
        match Sibling::of(&op.value) {
            Some(sibling) if op.f != "kv_get" => {
                key.begin(op, &sibling);
                if key.floating.len().is_multiple_of(256) {
                    key.sweep(&self.nodes);
                }
            }
            _ => key.register.begin(op.index, Action::Get),
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        match Sibling::of(&op.invocation.value) {
            Some(sibling) if op.invocation.f != "kv_get" => self.on_written(op, &sibling),
            _ => self.on_get(op),
        }
    }

    fn is_violated(&self) -> bool {
        !self.findings.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let undecided = self.keys.values().filter(|key| key.register.is_undecided());
        let undecided = undecided.count();
        let findings = std::mem::take(&mut self.findings);
        let puts = self.figures.total();
        let result = if findings.is_empty() && undecided > 0 {
            let what = format!(
                "So many operations on the same key were open at once that not all of their orders \
                 could be tried ({undecided} keys)."
            );
            CheckResult::unknown(self.name(), what)
        } else {
            let otherwise = format!(
                "All {puts} statuses and {} lists of siblings were right for some order of the \
                 concurrent operations.",
                self.gets
            );
            findings.into_result(self.name(), &otherwise)
        };
        result
            .with_figure("puts_first", self.figures.first)
            .with_figure("puts_dominating", self.figures.dominating)
            .with_figure("puts_dominated", self.figures.dominated)
            .with_figure("puts_concurrent", self.figures.concurrent)
            .with_figure("siblings_max", self.siblings_max)
    }
}

impl Relations {
    fn total(&self) -> u64 {
        self.first + self.dominating + self.dominated + self.concurrent
    }
}

/// Possible answers as a sentence has them.
pub(super) fn listed(possible: &BTreeSet<Outcome>) -> String {
    let words: Vec<String> = possible.iter().map(wire::words).collect();
    words.join(" or ")
}
