//! The check `digest`: equal sets have equal digests, different sets different ones, and counts
//! are right.

use checker::{Anomaly, CheckResult, Findings, Operation, canonical};
use protocol::number;

use super::digests::{Digests, Told};
use super::knowledge::{Bounds, Knowledge};
use crate::Event;
use crate::run_checks::RunCheck;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct DigestCheck {
    knowledge: Knowledge,
    digests: Digests,
    findings: Findings,
    told: u64,
    exact: u64,
}

impl DigestCheck {
    fn judge(&mut self, op: &Operation, bounds: &Bounds) {
        let Some(count) = op.completion.value.get("count").and_then(number::whole) else {
            return;
        };
        self.told += 1;
        if !(bounds.certain.len()..=bounds.possible.len()).contains(&count) {
            let anomaly = self.wrong_count(op, count, bounds);
            self.findings.note(anomaly);
            return;
        }
        let told = Told {
            op: op.invocation.index,
            node: op.invocation.node.clone(),
            digest: canonical(&op.completion.value["digest"]),
            bounds: bounds.with_count(count),
        };
        self.exact += u64::from(told.bounds.exact().is_some());
        self.findings.extend(self.mismatch(op, &told));
        self.digests.remember(told);
    }

    fn mismatch(&self, op: &Operation, told: &Told) -> Option<Anomaly> {
        let words = |bounds: &Bounds| self.knowledge.names.words(&bounds.certain);
        let same = self
            .digests
            .same_digest_other_set(&told.digest, &told.bounds);
        let other = same.or_else(|| {
            let other = self.digests.of_set(told.bounds.exact()?)?;
            (other.digest != told.digest).then_some(other)
        })?;
        let both = match other.node == told.node {
            true => told.node.clone(),
            false => format!("{} and {}", other.node, told.node),
        };
        let what = if other.digest == told.digest {
            format!(
                "{both} told the same digest {} for different sets: operation {} for one with {}, \
                 operation {} for one with {}. The digest must depend on every element, not only \
                 on how many there are or on their sum.",
                told.digest,
                other.op,
                words(&other.bounds),
                told.op,
                words(&told.bounds),
            )
        } else {
            format!(
                "{both} told different digests for the same set {}: {} in operation {}, {} in \
                 operation {}. Sort the elements before hashing them, so that the order in which \
                 they came does not matter; and use a hash that is the same in every process.",
                words(&told.bounds),
                other.digest,
                other.op,
                told.digest,
                told.op,
            )
        };
        let mut anomaly = Anomaly::new("digest-mismatch", what).with_op(op);
        anomaly.ops.push(other.op);
        if other.node != told.node {
            anomaly.nodes.push(other.node.clone());
        }
        Some(anomaly)
    }

    fn wrong_count(&self, op: &Operation, count: u64, bounds: &Bounds) -> Anomaly {
        let (least, most) = (bounds.certain.len(), bounds.possible.len());
        let expected = match least == most {
            true => format!("{least}"),
            false => format!("{least} to {most}"),
        };
        let node = &op.invocation.node;
        let synced = self.knowledge.synced(node);
        let without = bounds.certain.minus(&synced).len();
        let (kind, hint) = if count < least && count >= without && !synced.is_empty() {
            let hint = "It has taken over elements in a sync that are not counted: after \
                        digest_sync the node must have the union of both sides.";
            ("missing-union", hint)
        } else if count < least {
            let hint = "Elements that it acknowledged are gone. If the node was killed: it must \
                        find its data again in its working directory.";
            ("wrong-count", hint)
        } else {
            let hint = "An element that arrives twice is still one element.";
            ("wrong-count", hint)
        };
        let what = format!("{node} told count {count}; expected {expected}. {hint}");
        Anomaly::new(kind, what).with_op(op)
    }
}

impl RunCheck for DigestCheck {
    fn name(&self) -> &'static str {
        "digest"
    }

    fn on_event(&mut self, event: &Event) {
        let bounds = self.knowledge.on_event(event);
        if let (Event::Complete(op), Some(bounds)) = (event, bounds)
            && op.invocation.f == "digest"
            && op.is_ok()
        {
            self.judge(op, &bounds);
        }
    }

    fn finish(&mut self) -> CheckResult {
        let otherwise = format!(
            "Equal sets had equal digests and different sets different ones, in {} answers.",
            self.told
        );
        let findings = std::mem::take(&mut self.findings);
        findings
            .into_result(self.name(), &otherwise)
            .with_figure("digests", self.told)
            .with_figure("digests_of_known_sets", self.exact)
    }
}
