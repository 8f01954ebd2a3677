//! JUnit XML, for continuous integration.
//!
//! One test case a check or an item. `invalid` is a failure and `unknown` an error, because neither
//! may look green. Only the first failure of a case is shown by some readers, so a case has one,
//! with everything in it.

use std::time::Duration;

use checker::{CheckResult, Verdict};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::Style;
use super::table::{evidence_of, failure_report};
use crate::document::{Evidence, GradeDocument, ItemResult, VerdictDocument};
use crate::quote::visible;

/// Evidence is laid out for this width.
const STYLE: Style = Style {
    colour: false,
    width: 100,
};

/// A run as a test suite: one case a check.
pub fn run_as_junit(run: &VerdictDocument) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new(run.workload.as_str());
    suite.set_time(duration(run.stats.wall_s));
    add_properties(&mut suite, run);
    for check in &run.checks {
        suite.add_test_case(check_case(check, run));
    }
    if let Some(error) = &run.error {
        let status = status(Verdict::Unknown, error, "harness", error);
        suite.add_test_case(TestCase::new("harness", status));
    }
    report(suite)
}

/// A suite as a test suite: one case an item.
pub fn grade_as_junit(grade: &GradeDocument) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new(grade.suite.as_str());
    suite.set_time(duration(grade.items.iter().map(|item| item.time_s).sum()));
    suite.add_property(("points", grade.points.to_string().as_str()));
    suite.add_property(("max_points", grade.max_points.to_string().as_str()));
    suite.add_property(("bin", grade.bin.join(" ").as_str()));
    for item in &grade.items {
        suite.add_test_case(item_case(item, grade));
    }
    report(suite)
}

fn report(suite: TestSuite) -> Result<String, SerializeError> {
    let mut report = Report::new("splitbrain");
    if let Some(time) = suite.time {
        report.set_time(time);
    }
    report.add_test_suite(suite);
    report.to_string()
}

fn add_properties(suite: &mut TestSuite, run: &VerdictDocument) {
    suite.add_property(("seed", run.seed.as_str()));
    suite.add_property(("node_count", run.nodes.len().to_string().as_str()));
    suite.add_property(("bin", run.bin.join(" ").as_str()));
    suite.add_property(("replay", run.replay.as_str()));
    suite.add_property(("run_dir", run.run_dir.as_str()));
}

fn check_case(check: &CheckResult, run: &VerdictDocument) -> TestCase {
    let text = check_text(check, &run.evidence);
    let kind = check
        .anomalies
        .first()
        .map_or("undecided", |anomaly| &anomaly.kind);
    let status = status(check.verdict, &check.summary, kind, &text);
    let mut case = TestCase::new(check.name.as_str(), status);
    case.set_classname(run.workload.as_str());
    case
}

fn check_text(check: &CheckResult, evidence: &Evidence) -> String {
    let found = evidence_of(check, evidence, STYLE);
    format!("{}\n\n{found}", check.summary)
}

fn item_case(item: &ItemResult, grade: &GradeDocument) -> TestCase {
    let failed = item.runs.iter().find(|run| run.verdict != Verdict::Valid);
    let mut text = format!("{}\n{}\n", item.note, item.details.join("\n"));
    let mut kind = "mismatch";
    if let Some(run) = failed {
        let report = failure_report(run, STYLE);
        text = format!(
            "{}\n\n{report}\nseed {}\n{}\n",
            item.note, run.seed, run.replay
        );
        kind = first_kind_of(run);
    }
    let status = status(item.verdict, &item.note, kind, &text);
    let name = if item.title.is_empty() {
        &item.id
    } else {
        &item.title
    };
    let mut case = TestCase::new(name.as_str(), status);
    case.set_classname(format!("{}.{}", grade.suite, item.id));
    case.set_time(duration(item.time_s));
    if let Some(run) = failed.or(item.runs.first()) {
        case.add_property(("seed", run.seed.as_str()));
        case.add_property(("node_count", run.nodes.len().to_string().as_str()));
    }
    case.add_property((
        "points",
        format!("{} / {}", item.points, item.max_points).as_str(),
    ));
    case
}

fn first_kind_of(run: &VerdictDocument) -> &str {
    let failed = run.failed_checks().into_iter();
    let mut anomalies = failed.flat_map(|check| &check.anomalies);
    anomalies
        .next()
        .map_or("undecided", |anomaly| &anomaly.kind)
}

fn status(verdict: Verdict, message: &str, kind: &str, text: &str) -> TestCaseStatus {
    let mut status = match verdict {
        Verdict::Valid => return TestCaseStatus::success(),
        Verdict::Invalid => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Unknown => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let lines: Vec<_> = text.trim_end().lines().map(visible).collect();
    status
        .set_message(visible(message))
        .set_type(kind)
        .set_description(lines.join("\n"));
    status
}

/// A length of time from a document, which may hold anything.
fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::sample;

    #[test]
    fn a_run() {
        insta::assert_snapshot!(run_as_junit(&sample::invalid()).expect("XML"));
    }

    #[test]
    fn a_suite() {
        insta::assert_snapshot!(grade_as_junit(&sample::grade()).expect("XML"));
    }

    #[test]
    fn control_characters_do_not_reach_the_file() {
        let mut run = sample::invalid();
        run.checks[1].summary = "bell \u{7} & escape \u{1b}[31m <tag> ]]> \u{fffe}".to_owned();
        run.evidence.messages[0].body = "nul \u{0}".to_owned();
        run.error = Some("\u{1}".to_owned());
        let xml = run_as_junit(&run).expect("XML");
        let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{fffe}';
        assert!(!xml.contains(bad), "{xml}");
        assert!(
            xml.contains("bell \\u{7} &amp; escape \\u{1b}[31m &lt;tag"),
            "{xml}"
        );
    }

    #[test]
    fn times_that_make_no_sense_are_no_panic() {
        for time in [f64::NAN, -1.0, f64::INFINITY, 1e300] {
            assert_eq!(duration(time), Duration::ZERO);
        }
    }
}
