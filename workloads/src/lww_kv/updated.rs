//! The check `updated`: a merge counts exactly the entries that changed something.

use checker::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};
use protocol::number;
use serde_json::Value;

use super::entry::Entry;
use super::ledger::{Floor, Ledger, merged};

/// See the module. An entry is certainly old if the node has shown something at least as new, and
/// certainly new if it is newer than all that anybody ever tried to write; between these the count
/// may go either way, because nodes may replicate in between.
#[derive(Debug, Default)]
pub(super) struct UpdatedCheck {
    ledger: Ledger,
    findings: Findings,
    merges: u64,
    exact: u64,
    merged: u64,
    updated: u64,
}

impl Check for UpdatedCheck {
    fn name(&self) -> &'static str {
        "updated"
    }

    fn on_invoke(&mut self, op: &Invocation) {
        self.ledger.on_invoke(op);
    }

    fn on_complete(&mut self, op: &Operation) {
        let (floors, _) = self.ledger.on_complete(op);
        if !op.is_ok() {
            return;
        }
        match op.invocation.f.as_str() {
            "kv_read" => {
                if let Some(entry) = super::ledger::answered(op) {
                    let key = super::ledger::key_of(&op.invocation);
                    self.ledger.raise(op, key, &entry);
                    // A read may be the first to show an unknown timestamp.
                    _ = self.ledger.explain(key, &entry);
                }
            }
            "kv_merge" => self.judge(op, &floors),
            _ => {}
        }
    }

    fn is_violated(&self) -> bool {
        !self.findings.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let otherwise = format!(
            "All {} merges counted what they changed ({} of them could be checked exactly).",
            self.merges, self.exact
        );
        let findings = std::mem::take(&mut self.findings);
        findings
            .into_result(self.name(), &otherwise)
            .with_figure("merges", self.merges)
            .with_figure("entries_merged", self.merged)
            .with_figure("entries_updated", self.updated)
    }
}

impl UpdatedCheck {
    fn judge(&mut self, op: &Operation, floors: &super::ledger::Floors) {
        let Some(answer) = op.completion.value.get("updated").and_then(number::whole) else {
            return;
        };
        let entries: Vec<(&str, Entry)> = merged(&op.invocation).collect();
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (key, entry) in &entries {
            let register = self.ledger.register(key);
            if register.is_newest(&entry.ts, op.invocation.index) {
                new.push(*key);
            } else if let Some(floor) = floors.get(*key)
                && (entry.ts < floor.ts || entry.ts == floor.ts && !register.may_be_tied(&entry.ts))
            {
                old.push((*key, floor));
            }
        }
        let most = (entries.len() - old.len()) as u64;
        let least = new.len() as u64;
        self.merges += 1;
        self.exact += u64::from(least == most);
        self.merged += entries.len() as u64;
        self.updated += answer;
        if !(least..=most).contains(&answer) {
            let anomaly = miscounted(op, answer, (least, most), &new, &old);
            self.findings.note(anomaly);
        }
    }
}

fn miscounted(
    op: &Operation,
    answer: u64,
    (least, most): (u64, u64),
    new: &[&str],
    old: &[(&str, &Floor)],
) -> Anomaly {
    let expected = if least == most {
        format!("{least}")
    } else {
        format!("{least} to {most}")
    };
    let why = if answer > most {
        old.first().map(|(key, floor)| {
            format!(
                "For {key:?} the node already had {} (ts {}, operation {}), so the entry changes \
                 nothing.",
                floor.value, floor.ts, floor.op
            )
        })
    } else {
        new.first()
            .map(|key| format!("The entry for {key:?} is newer than all written before."))
    };
    let what = format!(
        "{} answered updated {answer} to the merge of {}; expected {expected}. {} Count only \
         entries whose timestamp is greater than the stored one, or whose key is new.",
        op.invocation.node,
        shortened(&op.invocation.value),
        why.unwrap_or_default(),
    );
    let mut anomaly = Anomaly::new("wrong-updated", what).with_op(op);
    if answer > most {
        anomaly.ops.extend(old.iter().map(|(_, floor)| floor.op));
    }
    anomaly
}

fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}
