//! Values that must never be given out twice.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;

use rustc_hash::FxHashMap;

use crate::{Anomaly, Check, CheckResult, Findings, Operation, canonical};

/// No two acknowledged operations of one kind return the same value. Any JSON value will do;
/// numbers count by value.
#[derive(Debug)]
pub struct Unique {
    name: &'static str,
    f: &'static str,
    first_of: FxHashMap<u128, First>,
    nodes: Vec<String>,
    acknowledged: u64,
    duplicates: Findings,
}

/// Where a value was returned first; kept small, because there is one for every value.
#[derive(Debug, Clone, Copy)]
struct First {
    op: u64,
    node: u32,
}

impl Unique {
    /// The check of this name over the results of operations of kind `f`.
    #[must_use]
    pub fn new(name: &'static str, f: &'static str) -> Self {
        Self {
            name,
            f,
            first_of: FxHashMap::default(),
            nodes: Vec::new(),
            acknowledged: 0,
            duplicates: Findings::new(),
        }
    }

    fn node_number(&mut self, node: &str) -> u32 {
        let known = self.nodes.iter().position(|known| known == node);
        let number = known.unwrap_or_else(|| {
            self.nodes.push(node.to_owned());
            self.nodes.len() - 1
        });
        number as u32
    }

    fn duplicate(&mut self, op: &Operation, first: First) {
        let first_node = &self.nodes[first.node as usize];
        self.duplicates.add(|| {
            let (node, value) = (&op.invocation.node, &op.completion.value);
            let summary = format!(
                "{value} was returned twice: operation {} got it from {node}, operation {} had \
                 got it from {first_node}.",
                op.invocation.index, first.op
            );
            let mut anomaly = Anomaly::new("duplicate-id", summary);
            anomaly.ops.push(first.op);
            anomaly.nodes.push(first_node.clone());
            anomaly.with_op(op)
        });
    }
}

impl Check for Unique {
    fn name(&self) -> &'static str {
        self.name
    }

    fn on_complete(&mut self, op: &Operation) {
        if !op.is_ok() || op.invocation.f != self.f {
            return;
        }
        self.acknowledged += 1;
        let key = fingerprint(&canonical(&op.completion.value));
        let node = self.node_number(&op.invocation.node);
        match self.first_of.get(&key).copied() {
            Some(first) => self.duplicate(op, first),
            None => {
                let op = op.invocation.index;
                self.first_of.insert(key, First { op, node });
            }
        }
    }

    fn is_violated(&self) -> bool {
        !self.duplicates.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let duplicates = self.duplicates.count();
        let otherwise = format!("All {} returned values are different.", self.acknowledged);
        std::mem::take(&mut self.duplicates)
            .into_result(self.name, &otherwise)
            .with_figure("acknowledged", self.acknowledged)
            .with_figure("duplicates", duplicates)
    }
}

/// 128 bits that stand for a text, so that a million long texts need not be kept. Two runs of the
/// standard hasher with different beginnings: among a million texts two share a fingerprint with a
/// probability below 2^-88.
fn fingerprint(text: &str) -> u128 {
    let half = |prefix: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(prefix);
        hasher.write(text.as_bytes());
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_history::{Step, TestHistory};
    use serde_json::Value;

    fn judge(answers: &[(&str, &str)]) -> CheckResult {
        let mut history = TestHistory::new();
        for (node, answer) in answers {
            let answer: Value = serde_json::from_str(answer).expect("json");
            history.ok(node, "generate", (), answer);
        }
        history.judge(&mut Unique::new("unique-ids", "generate"))
    }

    #[test]
    fn different_values_of_any_type_pass() {
        let answers = [("n0", "1"), ("n1", "\"1\""), ("n0", "[1]"), ("n1", "1.5")];
        let result = judge(&answers);
        assert_eq!(result.summary, "All 4 returned values are different.");
    }

    #[test]
    fn the_same_value_twice_names_both() {
        let result = judge(&[("n0", "7"), ("n1", "8"), ("n2", "7.0"), ("n0", "7")]);
        assert_eq!(result.anomalies.len(), 2);
        assert_eq!(result.anomalies[0].kind, "duplicate-id");
        assert_eq!(result.anomalies[0].ops, [0, 4]);
        assert_eq!(result.anomalies[0].nodes, ["n0", "n2"]);
        assert_eq!(
            result.anomalies[0].summary,
            "7.0 was returned twice: operation 4 got it from n2, operation 0 had got it from n0."
        );
        assert_eq!(result.figures["duplicates"], 2);
    }

    #[test]
    fn who_had_returned_it_first_is_told() {
        let result = judge(&[("n0", "1"), ("n1", "2"), ("n2", "3"), ("n1", "3")]);
        assert_eq!(result.anomalies[0].nodes, ["n2", "n1"]);
        assert_eq!(result.anomalies[0].messages, [6, 7]);
    }

    #[test]
    fn a_duplicate_is_certain_at_once() {
        let mut check = Unique::new("unique-ids", "generate");
        assert_eq!((check.name(), check.is_violated()), ("unique-ids", false));
        let mut history = TestHistory::new();
        history.ok("n0", "generate", (), 1);
        history.ok("n0", "generate", (), 1);
        assert!(!history.judge(&mut check).anomalies.is_empty());
        let mut check = Unique::new("unique-ids", "generate");
        for (n, is_violated) in [(1, false), (2, false), (1, true)] {
            let mut history = TestHistory::new();
            history.ok("n0", "generate", (), n);
            for step in history.into_steps() {
                if let Step::Complete(op) = step {
                    check.on_complete(&op);
                }
            }
            assert_eq!(check.is_violated(), is_violated);
        }
    }

    #[test]
    fn what_was_not_acknowledged_does_not_count() {
        let mut history = TestHistory::new();
        history.ok("n0", "generate", (), 1);
        history.info("n0", "generate", 1);
        let result = history.judge(&mut Unique::new("unique-ids", "generate"));
        assert_eq!(result.figures["acknowledged"], 1);
        assert!(result.anomalies.is_empty());
    }
}
