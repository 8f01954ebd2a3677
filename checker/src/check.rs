//! What a check is, and what it ends with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Findings, Invocation, Operation, Verdict};

/// A judgement over a history, fed event by event in real-time order.
///
/// Every invocation is followed by exactly one completion: operations that are open when the run
/// ends are completed as `info` by the recorder.
pub trait Check: Send {
    /// The check's name in verdicts: `counter`, `convergence`, ...
    fn name(&self) -> &'static str;

    /// An operation begins.
    fn on_invoke(&mut self, op: &Invocation) {
        let _ = op;
    }

    /// An operation ends.
    fn on_complete(&mut self, op: &Operation);

    /// Whether a violation is certain already, whatever is to come; what only the end shows is not.
    fn is_violated(&self) -> bool {
        false
    }

    /// The history is over.
    fn finish(&mut self) -> CheckResult;
}

/// Named measurements of a check; ordered so that documents are reproducible.
pub type Figures = BTreeMap<String, Value>;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// The check's name.
    pub name: String,
    /// What it decided.
    pub verdict: Verdict,
    /// One sentence that a student understands.
    pub summary: String,
    /// The violations, most telling first; only the first few are kept.
    #[serde(default)]
    pub anomalies: Vec<Anomaly>,
    /// Measurements that are no judgement.
    #[serde(default)]
    pub figures: Figures,
}

/// One violation, as data: renderers turn it into sentences, tables and pictures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// The kind, one of those that `explain` knows: `lost-add`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// What happened, in one or two sentences with the values concerned.
    pub summary: String,
    /// The operations concerned, by the index of their invocation.
    #[serde(default)]
    pub ops: Vec<u64>,
    /// The messages concerned, by id.
    #[serde(default)]
    pub messages: Vec<u64>,
    /// The nodes concerned.
    #[serde(default)]
    pub nodes: Vec<String>,
}

impl Anomaly {
    /// An anomaly without evidence yet.
    #[must_use]
    pub fn new(kind: &str, summary: impl Into<String>) -> Self {
        Self {
            kind: kind.to_owned(),
            summary: summary.into(),
            ops: Vec::new(),
            messages: Vec::new(),
            nodes: Vec::new(),
        }
    }

    /// Adds an operation, its messages and its node.
    #[must_use]
    pub fn with_op(mut self, op: &Operation) -> Self {
        self.ops.push(op.invocation.index);
        self.messages.extend(op.messages());
        if !self.nodes.contains(&op.invocation.node) {
            self.nodes.push(op.invocation.node.clone());
        }
        self
    }
}

impl CheckResult {
    /// At most so many anomalies are kept for a check; the rest is counted in its summary.
    pub const MAX_ANOMALIES: usize = 20;

    /// A check that passed.
    #[must_use]
    pub fn valid(name: &str, summary: impl Into<String>) -> Self {
        Self {
            name: name.to_owned(),
            verdict: Verdict::Valid,
            summary: summary.into(),
            anomalies: Vec::new(),
            figures: Figures::new(),
        }
    }

    /// A check that could not decide.
    #[must_use]
    pub fn unknown(name: &str, summary: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unknown,
            ..Self::valid(name, summary)
        }
    }

    /// A check that found violations.
    #[must_use]
    pub fn invalid(name: &str, summary: impl Into<String>, anomalies: Vec<Anomaly>) -> Self {
        Self {
            verdict: Verdict::Invalid,
            anomalies,
            ..Self::valid(name, summary)
        }
    }

    /// Invalid with these anomalies, or valid with the given sentence when there are none. The
    /// summary of an invalid result is its first anomaly and how many more there are.
    #[must_use]
    pub fn from_anomalies(name: &str, anomalies: Vec<Anomaly>, otherwise: &str) -> Self {
        Findings::from(anomalies).into_result(name, otherwise)
    }

    /// Adds a figure.
    #[must_use]
    pub fn with_figure(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.figures.insert(name.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Quiet;

    impl Check for Quiet {
        fn name(&self) -> &'static str {
            "quiet"
        }

        fn on_complete(&mut self, _: &Operation) {}

        fn finish(&mut self) -> CheckResult {
            CheckResult::unknown(self.name(), "Nothing was looked at.")
        }
    }

    #[test]
    fn a_check_that_does_not_say_so_is_not_violated() {
        assert!(!Quiet.is_violated());
        assert_eq!(Quiet.finish().verdict, Verdict::Unknown);
    }
}
