//! `splitbrain/verdict/1`: what is known about one run.

use checker::{CheckResult, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Evidence, Stats, schema};

/// The verdict of one run: `verdict.json`, and what `--format json` prints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VerdictDocument {
    /// The name and version of this format.
    pub schema: String,
    /// All checks together.
    #[schemars(with = "schema::Verdict")]
    pub verdict: Verdict,
    /// The verdict in one sentence.
    #[serde(default)]
    pub summary: String,
    /// Which workload.
    pub workload: String,
    /// The program that was tested, and its arguments.
    pub bin: Vec<String>,
    /// The seed, as it is given to `--seed`.
    pub seed: String,
    /// Which clock the run had.
    pub time_mode: TimeMode,
    /// How far the run can be trusted to repeat.
    #[serde(default)]
    pub level: Level,
    /// Why the level is not higher.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub level_why: Vec<String>,
    /// What else was noticed about how the programs ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Whether a replay must give the same journal.
    pub replayable: bool,
    /// The hash of the uncompressed journal: `blake3:...`.
    pub journal_hash: String,
    /// The command that does this run again.
    pub replay: String,
    /// The options of the run.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schemars(with = "Option<std::collections::BTreeMap<String, Value>>")]
    pub options: Value,
    /// What each check decided.
    #[schemars(with = "Vec<schema::CheckResult>")]
    pub checks: Vec<CheckResult>,
    /// What was counted and measured.
    pub stats: Stats,
    /// What became of the nodes.
    pub nodes: Vec<NodeReport>,
    /// The operations and messages that anomalies refer to.
    #[serde(default, skip_serializing_if = "Evidence::is_empty")]
    pub evidence: Evidence,
    /// Whether the run was stopped before its end (Ctrl-C, SIGTERM).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// What went wrong in the harness itself, if something did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Where the record is.
    pub run_dir: String,
}

impl VerdictDocument {
    /// The name of the format.
    pub const SCHEMA: &'static str = "splitbrain/verdict/1";

    /// The checks that did not pass, the worst first, otherwise in their order.
    #[must_use]
    pub fn failed_checks(&self) -> Vec<&CheckResult> {
        let of = |verdict| {
            self.checks
                .iter()
                .filter(move |check| check.verdict == verdict)
        };
        of(Verdict::Invalid).chain(of(Verdict::Unknown)).collect()
    }

    /// One sentence for these checks: that of the worst check, or that all passed. That something
    /// was not asked is often a consequence of what another check found, which is then told.
    #[must_use]
    pub fn summarize(checks: &[CheckResult]) -> String {
        let verdict = Verdict::merge(checks.iter().map(|check| check.verdict));
        let failed = || {
            let worst = move |c: &&CheckResult| c.verdict == verdict && verdict != Verdict::Valid;
            checks.iter().filter(worst)
        };
        let consequence = |c: &&CheckResult| {
            let first = c.anomalies.first();
            first.is_some_and(|anomaly| anomaly.kind == "nothing-asked")
        };
        let at_fault = failed().find(|c| !consequence(c)).or(failed().next());
        match (at_fault, checks.len()) {
            (Some(check), _) => check.summary.clone(),
            (None, 0) => "nothing was checked".to_owned(),
            (None, 1) => "the only check passed".to_owned(),
            (None, n) => format!("all {n} checks passed"),
        }
    }
}

/// Which clock a run had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TimeMode {
    /// The machine's.
    Real,
    /// One of its own, which stands still while nodes compute.
    Virtual,
}

/// How far a run can be trusted to repeat.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not at all: it ran by the machine's clock.
    #[default]
    Real,
    /// Time was simulated and the order of threads seeded, but something may differ.
    Virtual,
    /// The same seed gives the same bytes.
    Exact,
}

impl Level {
    /// The word that people and documents use.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Virtual => "virtual",
            Self::Exact => "exact",
        }
    }
}

/// What became of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeReport {
    /// The node's id.
    pub id: String,
    /// How it ended by itself; null if it was still running when the run ended.
    pub exit: Option<NodeExit>,
    /// How often its process was started.
    #[serde(default)]
    pub starts: u32,
    /// Where its stderr is, relative to the run directory.
    pub stderr: String,
    /// Whether its stderr was longer than what was kept.
    pub stderr_truncated: bool,
    /// The last lines of its stderr.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stderr_tail: Vec<String>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NodeExit {
    /// The code that it exited with.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
}

impl std::fmt::Display for NodeExit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.code, self.signal) {
            (Some(code), _) => write!(f, "exited with code {code}"),
            (None, Some(signal)) => write!(f, "ended by signal {signal}"),
            (None, None) => f.write_str("ended"),
        }
    }
}

#[cfg(test)]
mod tests {
    use checker::Anomaly;

    use super::*;

    #[test]
    fn the_sentence_is_that_of_the_worst_check() {
        let valid = CheckResult::valid("protocol", "all messages were well formed");
        let unknown = CheckResult::unknown("linear", "the search ran out of budget");
        let anomalies = vec![Anomaly::new("lost-add", "an add of 3 is missing")];
        let invalid = CheckResult::from_anomalies("counter", anomalies, "");
        let checks = [valid.clone(), unknown, invalid];
        assert_eq!(
            VerdictDocument::summarize(&checks),
            "an add of 3 is missing"
        );
        assert_eq!(
            VerdictDocument::summarize(&checks[..2]),
            "the search ran out of budget"
        );
        assert_eq!(
            VerdictDocument::summarize(&[valid.clone(), valid]),
            "all 2 checks passed"
        );
    }

    #[test]
    fn what_was_not_asked_is_not_the_headline_when_something_else_is_wrong() {
        let invalid = |name: &str, kind: &str, text: &str| {
            CheckResult::invalid(name, text, vec![Anomaly::new(kind, text)])
        };
        let checks = [
            invalid("progress", "nothing-asked", "nobody asked"),
            invalid("siblings", "lost-sibling", "one is missing"),
        ];
        assert_eq!(VerdictDocument::summarize(&checks), "one is missing");
        assert_eq!(VerdictDocument::summarize(&checks[..1]), "nobody asked");
    }
}
