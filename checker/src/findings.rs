//! Violations as a check finds them: counted all, kept the first few.

use crate::{Anomaly, CheckResult};

/// Violations in the order in which they shall be told. A broken node can cause millions; only
/// the first [`CheckResult::MAX_ANOMALIES`] are built and kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    kept: Vec<Anomaly>,
    count: u64,
}

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a violation, and builds it if it will be kept.
    pub fn add(&mut self, anomaly: impl FnOnce() -> Anomaly) {
        self.count += 1;
        if self.kept.len() < CheckResult::MAX_ANOMALIES {
            self.kept.push(anomaly());
        }
    }

    /// These, and after them other, less telling ones.
    #[must_use]
    pub fn then(mut self, less_telling: Self) -> Self {
        self.count += less_telling.count;
        self.kept.extend(less_telling.kept);
        self.kept.truncate(CheckResult::MAX_ANOMALIES);
        self
    }

    /// How many there are, kept or not.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The check's result: invalid with these, or valid with the given sentence when there are
    /// none. The summary of an invalid result is its first anomaly and how many more there are.
    #[must_use]
    pub fn into_result(self, name: &str, otherwise: &str) -> CheckResult {
        let Some(first) = self.kept.first() else {
            return CheckResult::valid(name, otherwise);
        };
        let summary = match self.count {
            1 => first.summary.clone(),
            n => format!("{} ({} more)", first.summary, n - 1),
        };
        CheckResult::invalid(name, summary, self.kept)
    }
}

impl From<Vec<Anomaly>> for Findings {
    fn from(anomalies: Vec<Anomaly>) -> Self {
        let count = anomalies.len() as u64;
        let mut kept = anomalies;
        kept.truncate(CheckResult::MAX_ANOMALIES);
        Self { kept, count }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn all_are_counted_and_the_first_few_kept() {
        let mut findings = Findings::new();
        for n in 0..50 {
            findings.add(|| Anomaly::new("odd", format!("number {n}")));
        }
        let result = findings.into_result("odds", "none");
        assert_eq!(result.verdict, Verdict::Invalid);
        assert_eq!(result.summary, "number 0 (49 more)");
        assert_eq!(result.anomalies.len(), CheckResult::MAX_ANOMALIES);
    }

    #[test]
    fn no_findings_are_a_pass() {
        let result = Findings::new().into_result("odds", "All are even.");
        assert_eq!(result, CheckResult::valid("odds", "All are even."));
    }
}
