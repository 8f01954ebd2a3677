//! The check `ties`: of two entries with the same timestamp all nodes keep the same one.

use std::collections::{BTreeMap, BTreeSet};

use checker::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};
use serde_json::Value;

use super::entry::{Entry, Timestamp};
use super::keys::is_tie;
use super::ledger::{answered, key_of, merged};

/// See the module. It looks at the keys that clients write only by merging entries with equal
/// timestamps. A read counts if its node had acknowledged both entries before, or if it is the
/// node's last word in the final phase.
#[derive(Debug, Default)]
pub(super) struct TiesCheck {
    /// By node and key: the values acknowledged.
    known: BTreeMap<(String, String), BTreeSet<String>>,
    /// By process: whether its open read counts.
    open: BTreeMap<u64, bool>,
    /// By key: the entry that won, and the read that showed it.
    winners: BTreeMap<String, (Entry, Operation)>,
    /// By node and key: the last final read.
    last: BTreeMap<(String, String), Operation>,
    /// Keys of which two entries were acknowledged somewhere.
    tied: BTreeSet<String>,
    /// Nodes that did not acknowledge their last merge.
    unmerged: BTreeSet<String>,
    findings: Findings,
}

impl Check for TiesCheck {
    fn name(&self) -> &'static str {
        "ties"
    }

    fn on_invoke(&mut self, op: &Invocation) {
        if op.f == "kv_read" && is_tie(key_of(op)) {
            let place = (op.node.clone(), key_of(op).to_owned());
            let counts = self.known.get(&place).is_some_and(|known| known.len() > 1);
            self.open.insert(op.process, counts);
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        match op.invocation.f.as_str() {
            "kv_merge" => self.on_merge(op),
            "kv_read" if is_tie(key_of(&op.invocation)) => {
                let counts = self.open.remove(&op.invocation.process) == Some(true);
                if counts && op.is_ok() {
                    self.compare(op);
                }
                if op.invocation.is_final {
                    let key = key_of(&op.invocation).to_owned();
                    self.last
                        .insert((op.invocation.node.clone(), key), op.clone());
                }
            }
            _ => {}
        }
    }

    fn finish(&mut self) -> CheckResult {
        for ((_, key), op) in std::mem::take(&mut self.last) {
            let merged = !self.unmerged.contains(&op.invocation.node);
            if op.is_ok() && merged && self.tied.contains(&key) {
                self.compare(&op);
            }
        }
        let otherwise = format!(
            "All nodes kept the same entry wherever two had the same timestamp ({} keys).",
            self.tied.len()
        );
        let findings = std::mem::take(&mut self.findings);
        findings
            .into_result(self.name(), &otherwise)
            .with_figure("ties", self.tied.len())
    }
}

impl TiesCheck {
    fn on_merge(&mut self, op: &Operation) {
        self.unmerged.remove(&op.invocation.node);
        if !op.is_ok() {
            self.unmerged.insert(op.invocation.node.clone());
            return;
        }
        for (key, entry) in merged(&op.invocation) {
            if !is_tie(key) {
                continue;
            }
            let place = (op.invocation.node.clone(), key.to_owned());
            let value = entry.value().to_string();
            let anywhere = |known: &BTreeSet<String>| known.iter().any(|other| *other != value);
            let of_key = self.known.iter().filter(|((_, k), _)| k == key);
            if of_key.map(|(_, known)| known).any(anywhere) {
                self.tied.insert(key.to_owned());
            }
            self.known.entry(place).or_default().insert(value);
        }
    }

    fn compare(&mut self, op: &Operation) {
        let key = key_of(&op.invocation);
        let Some(entry) = answered(op) else { return };
        let Some((winner, first)) = self.winners.get(key) else {
            let won = (entry, op.clone());
            self.winners.insert(key.to_owned(), won);
            return;
        };
        // An entry that is older or was never written is the business of `register`.
        if entry.ts == winner.ts && entry.value() != winner.value() {
            self.findings
                .note(differently(op, &entry, first, winner.value(), &winner.ts));
        }
    }
}

fn differently(
    op: &Operation,
    entry: &Entry,
    first: &Operation,
    winner: &Value,
    ts: &Timestamp,
) -> Anomaly {
    let same = op.invocation.node == first.invocation.node;
    let what = format!(
        "Two entries for {:?} have the same ts {ts}: {} keeps {winner} (operation {}), but {}{} keeps \
         {} (operation {}). When timestamps are equal, decide by something that is the same \
         everywhere and stands in the entry, for example keep the greater value.",
        key_of(&op.invocation),
        first.invocation.node,
        first.invocation.index,
        if same { "later " } else { "" },
        op.invocation.node,
        entry.value(),
        op.invocation.index,
    );
    Anomaly::new("diverged", what).with_op(first).with_op(op)
}
