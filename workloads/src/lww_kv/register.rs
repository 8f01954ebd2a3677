//! The check `register`: every read can be explained, and no key moves backwards on a node.

use checker::lww_register::Misread;
use checker::{Anomaly, Check, CheckResult, Findings, Invocation, Operation};
use serde_json::Value;

use super::entry::{Entry, Timestamp};
use super::ledger::{Floor, Ledger, answered, key_of};

/// Codes that say nothing about the key: the node does not serve the request at all.
const REFUSALS: &[i64] = &[0, 11];
const KEY_DOES_NOT_EXIST: i64 = 20;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct RegisterCheck {
    ledger: Ledger,
    findings: Findings,
    reads: u64,
}

impl Check for RegisterCheck {
    fn name(&self) -> &'static str {
        "register"
    }

    fn on_invoke(&mut self, op: &Invocation) {
        self.ledger.on_invoke(op);
    }

    fn on_complete(&mut self, op: &Operation) {
        let (floors, acknowledged) = self.ledger.on_complete(op);
        if let Err(shown) = acknowledged {
            self.findings.note(contradicted(op, &shown));
        }
        if op.invocation.f != "kv_read" {
            return;
        }
        let floor = floors.get(key_of(&op.invocation));
        let found = if op.is_ok() {
            self.reads += 1;
            self.judge_answer(op, floor)
        } else {
            self.judge_error(op, floor)
        };
        self.findings.extend(found);
    }

    fn is_violated(&self) -> bool {
        !self.findings.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let otherwise = format!(
            "All {} answered reads returned a written value with its timestamp, none older than \
             what the node had before.",
            self.reads
        );
        let findings = std::mem::take(&mut self.findings);
        findings
            .into_result(self.name(), &otherwise)
            .with_figure("reads", self.reads)
    }
}

impl RegisterCheck {
    fn judge_answer(&mut self, op: &Operation, floor: Option<&Floor>) -> Option<Anomaly> {
        let key = key_of(&op.invocation);
        let answer = answered(op);
        let written = !self.ledger.register(key).is_untouched();
        let Some(entry) = answer.filter(|entry| written && !entry.value().is_null()) else {
            return Some(not_missing(op));
        };
        if let Err(misread) = self.ledger.explain(key, &entry) {
            return Some(unexplained(op, &entry, &misread));
        }
        self.ledger.raise(op, key, &entry);
        let floor = floor.filter(|floor| entry.ts < floor.ts)?;
        let merged = self.ledger.came_by_merge(&op.invocation.node, key, &entry);
        Some(backwards(op, &entry, floor, merged))
    }

    fn judge_error(&mut self, op: &Operation, floor: Option<&Floor>) -> Option<Anomaly> {
        let key = key_of(&op.invocation);
        let code = op.completion.error.as_ref()?.code?;
        if code == KEY_DOES_NOT_EXIST {
            return floor.map(|floor| vanished(op, floor));
        }
        let wrong = !REFUSALS.contains(&code) && self.ledger.register(key).is_untouched();
        wrong.then(|| {
            let what = format!(
                "{} answered kv_read of {key:?} with error {code}; nobody ever wrote that key, so \
                 error 20 (key does not exist) was expected.",
                op.invocation.node
            );
            Anomaly::new("missing-key", what).with_op(op)
        })
    }
}

fn contradicted(op: &Operation, shown: &Timestamp) -> Anomaly {
    let ts = answered(op).map(|entry| entry.ts.to_string());
    let what = format!(
        "{} acknowledged the write of {} to {:?} with ts {}, but a read had shown that value with \
         ts {shown} already. Take the time once, store it, and answer what was stored.",
        op.invocation.node,
        op.invocation.value,
        key_of(&op.invocation),
        ts.unwrap_or_default(),
    );
    Anomaly::new("wrong-timestamp", what).with_op(op)
}

fn not_missing(op: &Operation) -> Anomaly {
    let value = op.completion.value.get("value").unwrap_or(&Value::Null);
    let what = format!(
        "{} answered kv_read of {:?} with the value {value}, which nobody ever wrote; for a key \
         that is not there error 20 (key does not exist) was expected. Look whether the key is in the store before answering.",
        op.invocation.node,
        key_of(&op.invocation),
    );
    Anomaly::new("missing-key", what).with_op(op)
}

fn unexplained(op: &Operation, entry: &Entry, misread: &Misread<Timestamp>) -> Anomaly {
    let node = &op.invocation.node;
    let key = key_of(&op.invocation);
    match misread {
        Misread::Phantom => {
            let what = format!(
                "{node} answered kv_read of {key:?} with {entry}, but nobody wrote that value to \
                 that key."
            );
            Anomaly::new("phantom-value", what).with_op(op)
        }
        Misread::WrongTimestamp {
            expected,
            op: write,
        } => {
            let what = format!(
                "{node} answered kv_read of {key:?} with {entry}, but operation {write} wrote that \
                 value with ts {expected}. A value keeps the timestamp of its write for ever, also \
                 when it is merged."
            );
            let mut anomaly = Anomaly::new("wrong-timestamp", what).with_op(op);
            anomaly.ops.push(*write);
            anomaly
        }
    }
}

/// A node answers an entry that is older than one it had.
fn backwards(op: &Operation, entry: &Entry, floor: &Floor, merged: bool) -> Anomaly {
    let told = format!(
        "{} answered kv_read of {:?} with {entry}, but operation {} ({}) had shown that it has {} \
         (ts {}).",
        op.invocation.node,
        key_of(&op.invocation),
        floor.op,
        floor.f,
        floor.value,
        floor.ts,
    );
    let (kind, why) = if merged {
        let why = "A merge must never move a key back in time: keep the entry with the greater \
                   timestamp.";
        ("backwards-merge", why)
    } else {
        let why = "An entry must never be replaced by an older one, whoever sends it. If the node's \
                   clock had gone back: a write needs a greater timestamp than what it replaces, \
                   whatever the clock shows. If the node was killed in between: it must find its \
                   data again in its working directory.";
        ("lost-write", why)
    };
    let what = format!("{told} {why}");
    with_floor(Anomaly::new(kind, what).with_op(op), floor)
}

/// A node says that a key does not exist although it had it.
fn vanished(op: &Operation, floor: &Floor) -> Anomaly {
    let what = format!(
        "{} answered kv_read of {:?} with error 20, but operation {} ({}) had shown that it has {} \
         (ts {}). If the node was killed in between: it must find its data again in its working \
         directory.",
        op.invocation.node,
        key_of(&op.invocation),
        floor.op,
        floor.f,
        floor.value,
        floor.ts,
    );
    with_floor(Anomaly::new("lost-write", what).with_op(op), floor)
}

fn with_floor(mut anomaly: Anomaly, floor: &Floor) -> Anomaly {
    anomaly.ops.push(floor.op);
    anomaly
}
