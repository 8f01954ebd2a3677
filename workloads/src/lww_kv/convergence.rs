//! The check `convergence`: in the end every node returns the write with the greatest timestamp.

use std::collections::{BTreeMap, BTreeSet};

use checker::{Anomaly, Check, CheckResult, Findings, Operation};

use super::entry::Entry;
use super::keys::is_tie;
use super::ledger::{answered, key_of, merged};

/// See the module. It looks at the last read of each key on each node in the final phase.
#[derive(Debug, Default)]
pub(super) struct ConvergenceCheck {
    nodes: Vec<String>,
    /// By key: what was acknowledged.
    acknowledged: BTreeMap<String, Vec<Acknowledged>>,
    /// By key and node: the last final read.
    last: BTreeMap<String, BTreeMap<String, Operation>>,
    /// Nodes that did not acknowledge the last merge of the final phase.
    unmerged: BTreeSet<String>,
    findings: Findings,
    undecided: BTreeSet<String>,
    lost_later_writes: u64,
    writes: u64,
}

/// An entry that a node acknowledged.
#[derive(Debug)]
struct Acknowledged {
    entry: Entry,
    is_write: bool,
    /// Indexes of invocation and completion.
    begin: u64,
    end: u64,
}

impl ConvergenceCheck {
    pub(super) fn new(nodes: &[String]) -> Self {
        Self {
            nodes: nodes.to_vec(),
            ..Self::default()
        }
    }

    fn acknowledge(&mut self, op: &Operation, key: &str, entry: Entry) {
        let acknowledged = Acknowledged {
            entry,
            is_write: op.invocation.f == "write",
            begin: op.invocation.index,
            end: op.completion.index,
        };
        self.acknowledged
            .entry(key.to_owned())
            .or_default()
            .push(acknowledged);
    }

    fn on_write(&mut self, op: &Operation) {
        let Some(mut entry) = answered(op) else {
            return;
        };
        let value = op.invocation.value.clone();
        entry.fields.insert("value".to_owned(), value);
        self.writes += 1;
        self.acknowledge(op, key_of(&op.invocation), entry);
    }

    fn on_merge(&mut self, op: &Operation) {
        if op.invocation.is_final {
            self.unmerged.remove(&op.invocation.node);
            if !op.is_ok() {
                self.unmerged.insert(op.invocation.node.clone());
            }
        }
        if op.is_ok() {
            for (key, entry) in merged(&op.invocation) {
                self.acknowledge(op, key, entry);
            }
        }
    }

    /// Judges one key: everybody must have the newest entry, and the same.
    fn judge(&mut self, key: &str, acknowledged: &[Acknowledged]) {
        let reads = self.last.remove(key).unwrap_or_default();
        let mut finals: Vec<(&String, &Operation, Option<Entry>)> = Vec::new();
        for node in &self.nodes {
            match reads.get(node) {
                Some(op) if counts(op) && !self.unmerged.contains(node) => {
                    finals.push((node, op, answered(op)));
                }
                _ => _ = self.undecided.insert(node.clone()),
            }
        }
        let best = acknowledged
            .iter()
            .max_by(|a, b| a.entry.ts.cmp(&b.entry.ts));
        let shown = finals
            .iter()
            .filter_map(|(_, op, entry)| Some((*op, entry.as_ref()?)))
            .max_by(|a, b| a.1.ts.cmp(&b.1.ts));
        let Some(newest) = newest(best, shown.map(|(_, entry)| entry)) else {
            return;
        };
        self.lost_later_writes += lost_later(acknowledged, &newest);
        let holder = shown.filter(|(_, entry)| entry.ts == newest.ts);
        for (node, op, entry) in &finals {
            let has = entry.as_ref();
            let behind = has.is_none_or(|entry| entry.ts < newest.ts);
            let anomaly = match (holder, best) {
                (None, Some(best)) => lost(op, node, key, has, best),
                (Some((other, entry)), _) if behind || !is_tie(key) && !same(has, entry) => {
                    diverged(op, key, has, other, entry)
                }
                _ => continue,
            };
            self.findings.note(anomaly);
            return;
        }
    }
}

impl Check for ConvergenceCheck {
    fn name(&self) -> &'static str {
        "convergence"
    }

    fn on_complete(&mut self, op: &Operation) {
        match op.invocation.f.as_str() {
            "write" if op.is_ok() => self.on_write(op),
            "kv_merge" => self.on_merge(op),
            "kv_read" if op.invocation.is_final => {
                self.last
                    .entry(key_of(&op.invocation).to_owned())
                    .or_default()
                    .insert(op.invocation.node.clone(), op.clone());
            }
            _ => {}
        }
    }

    fn finish(&mut self) -> CheckResult {
        let acknowledged = std::mem::take(&mut self.acknowledged);
        let keys = acknowledged.len();
        for (key, entries) in &acknowledged {
            self.judge(key, entries);
        }
        let result = if self.findings.is_empty() && !self.undecided.is_empty() {
            let nodes: Vec<&str> = self.undecided.iter().map(String::as_str).collect();
            let what = format!(
                "{} did not answer all final requests, so it cannot be told whether the nodes agree.",
                nodes.join(", ")
            );
            CheckResult::unknown(self.name(), what)
        } else {
            let otherwise =
                format!("In the end all nodes returned the newest entry of all {keys} keys.");
            let findings = std::mem::take(&mut self.findings);
            findings.into_result(self.name(), &otherwise)
        };
        result
            .with_figure("keys", keys)
            .with_figure("acknowledged_writes", self.writes)
            .with_figure("lost_later_writes", self.lost_later_writes)
    }
}

/// Whether a final read says what the node has: an entry, or that there is none.
fn counts(op: &Operation) -> bool {
    let code = op.completion.error.as_ref().and_then(|error| error.code);
    op.is_ok() || code == Some(20)
}

fn newest(best: Option<&Acknowledged>, shown: Option<&Entry>) -> Option<Entry> {
    let entries = best.map(|best| &best.entry).into_iter().chain(shown);
    entries.max_by(|a, b| a.ts.cmp(&b.ts)).cloned()
}

fn same(has: Option<&Entry>, other: &Entry) -> bool {
    has.is_some_and(|entry| entry.same(other))
}

/// How many acknowledged writes lost although they began after the winner was complete.
fn lost_later(acknowledged: &[Acknowledged], winner: &Entry) -> u64 {
    let won = acknowledged
        .iter()
        .filter(|a| a.is_write && a.entry.same(winner));
    let Some(end) = won.map(|a| a.end).min() else {
        return 0;
    };
    let later = acknowledged
        .iter()
        .filter(|a| a.is_write && a.begin > end && a.entry.ts < winner.ts);
    later.count() as u64
}

fn told(key: &str, has: Option<&Entry>) -> String {
    has.map_or_else(
        || format!("nothing for {key:?}"),
        |entry| format!("{key:?} = {entry}"),
    )
}

fn lost(
    op: &Operation,
    node: &str,
    key: &str,
    has: Option<&Entry>,
    best: &Acknowledged,
) -> Anomaly {
    let what = format!(
        "In the end no node returns {}, the newest entry acknowledged for {key:?} (operation {}); \
         {node} has {}. The entry with the greatest timestamp must win on every node.",
        best.entry,
        best.begin,
        told(key, has),
    );
    let mut anomaly = Anomaly::new("lost-write", what).with_op(op);
    anomaly.ops.push(best.begin);
    anomaly
}

fn diverged(
    op: &Operation,
    key: &str,
    has: Option<&Entry>,
    other: &Operation,
    entry: &Entry,
) -> Anomaly {
    let tied = has.is_some_and(|has| has.ts == entry.ts);
    let hint = if tied {
        "When timestamps are equal, decide by something that is the same everywhere, for example \
         keep the greater value."
    } else {
        "On merge keep the entry with the greater timestamp; nodes that replicate themselves must \
         repeat what may have been lost."
    };
    let what = format!(
        "In the end {} has {}, but {} has {}. {hint}",
        op.invocation.node,
        told(key, has),
        other.invocation.node,
        told(key, Some(entry)),
    );
    Anomaly::new("diverged", what).with_op(op).with_op(other)
}
