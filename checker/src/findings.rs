//! Violations as a check finds them: counted all, kept the first few.

use crate::{Anomaly, CheckResult};

/// So many of each kind are kept in any case, however many more telling ones there are.
const SHARE: usize = 3;

/// Violations in the order in which they shall be told. A broken node can cause millions; only
/// the first few of each kind are built, and [`CheckResult::MAX_ANOMALIES`] are kept in all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Findings {
    /// Kind by kind, the most telling one first.
    parts: Vec<Vec<Anomaly>>,
    count: u64,
}

impl Findings {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts a violation, and builds it if it may be kept.
    pub fn add(&mut self, anomaly: impl FnOnce() -> Anomaly) {
        self.count += 1;
        if self.parts.is_empty() {
            self.parts.push(Vec::new());
        }
        if let Some(part) = self.parts.last_mut()
            && part.len() < CheckResult::MAX_ANOMALIES
        {
            part.push(anomaly());
        }
    }

    /// Counts a violation that is built already and files it with others of its type; types come
    /// in the order in which they were first seen.
    pub fn note(&mut self, anomaly: Anomaly) {
        self.count += 1;
        let is_alike =
            |part: &&mut Vec<Anomaly>| part.first().is_some_and(|first| first.kind == anomaly.kind);
        match self.parts.iter_mut().find(is_alike) {
            Some(part) if part.len() < CheckResult::MAX_ANOMALIES => part.push(anomaly),
            Some(_) => {}
            None => self.parts.push(vec![anomaly]),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// These, and after them others of a less telling kind.
    #[must_use]
    pub fn then(mut self, less_telling: Self) -> Self {
        self.count += less_telling.count;
        self.parts.extend(less_telling.parts);
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
        let count = self.count;
        let kept = self.into_kept();
        let Some(first) = kept.first() else {
            return CheckResult::valid(name, otherwise);
        };
        let summary = match count {
            1 => first.summary.clone(),
            n => format!("{} ({} more)", first.summary, n - 1),
        };
        CheckResult::invalid(name, summary, kept)
    }

    /// The first few of each kind, and then of the most telling kinds what there is room for.
    fn into_kept(self) -> Vec<Anomaly> {
        let shares = self.parts.iter().map(|part| part.len().min(SHARE));
        let mut room = CheckResult::MAX_ANOMALIES.saturating_sub(shares.sum());
        let mut kept = Vec::new();
        for mut part in self.parts {
            let more = part.len().saturating_sub(SHARE).min(room);
            room -= more;
            part.truncate(SHARE + more);
            kept.extend(part);
        }
        kept.truncate(CheckResult::MAX_ANOMALIES);
        kept
    }
}

impl Extend<Anomaly> for Findings {
    fn extend<I: IntoIterator<Item = Anomaly>>(&mut self, anomalies: I) {
        for anomaly in anomalies {
            self.note(anomaly);
        }
    }
}

impl From<Vec<Anomaly>> for Findings {
    fn from(anomalies: Vec<Anomaly>) -> Self {
        Self {
            count: anomalies.len() as u64,
            parts: vec![anomalies],
        }
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
    fn a_frequent_type_does_not_hide_a_rare_one() {
        let mut findings = Findings::new();
        findings.extend((0..50).map(|n| Anomaly::new("odd", format!("number {n}"))));
        findings.note(Anomaly::new("rare", "one"));
        assert_eq!(findings.count(), 51);
        let result = findings.into_result("odds", "none");
        assert_eq!(result.summary, "number 0 (50 more)");
        assert_eq!(result.anomalies.len(), CheckResult::MAX_ANOMALIES);
        assert_eq!(
            result.anomalies.last().map(|a| a.kind.as_str()),
            Some("rare")
        );
    }

    #[test]
    fn what_one_kind_leaves_is_room_for_the_next() {
        let mut findings = Findings::new();
        for (kind, count) in [("few", 10), ("many", 90), ("one", 1)] {
            findings.extend((0..count).map(|_| Anomaly::new(kind, "")));
        }
        let result = findings.into_result("odds", "none");
        let of = |kind: &str| result.anomalies.iter().filter(|a| a.kind == kind).count();
        assert_eq!((of("few"), of("many"), of("one")), (10, 9, 1));
    }

    #[test]
    fn anomalies_that_are_known_already_are_findings() {
        let result = CheckResult::from_anomalies("odds", vec![Anomaly::new("odd", "3")], "none");
        assert_eq!((result.verdict, &*result.summary), (Verdict::Invalid, "3"));
        let result = CheckResult::from_anomalies("odds", Vec::new(), "none");
        assert_eq!((result.verdict, &*result.summary), (Verdict::Valid, "none"));
    }

    #[test]
    fn no_findings_are_a_pass() {
        let result = Findings::new().into_result("odds", "All are even.");
        assert_eq!(result, CheckResult::valid("odds", "All are even."));
    }

    #[test]
    fn many_of_one_kind_do_not_hide_the_others() {
        let many = |kind: &str, n: u64| {
            let mut findings = Findings::new();
            (0..n).for_each(|_| findings.add(|| Anomaly::new(kind, "")));
            findings
        };
        let findings = many("lost", 90).then(many("odd", 1)).then(many("late", 90));
        let result = findings.into_result("odds", "none");
        let kinds: Vec<&str> = result.anomalies.iter().map(|a| a.kind.as_str()).collect();
        assert_eq!(kinds.len(), CheckResult::MAX_ANOMALIES);
        let of = |kind: &str| kinds.iter().filter(|k| **k == kind).count();
        assert_eq!((of("lost"), of("odd"), of("late")), (16, 1, 3));
    }
}
