//! The report of a suite: one row an item, the sum, and below it what failed.

use checker::Verdict;

use super::super::style::{Style, Tone};
use super::super::text::{counted, indented, paragraph, width_of, wrap};
use super::grid::{Cell, Grid};
use super::run::{failure_report, footer_of, join};
use crate::document::{GradeDocument, ItemResult, VerdictDocument};
use crate::quote::visible;

/// The mark of an item that passed without meaning much.
const WEAK: &str = "*";

/// The table of a suite with its points, and the details of every item that failed.
#[must_use]
pub fn grade_report(grade: &GradeDocument, style: Style) -> String {
    let mut parts = vec![head_of(grade, style), table_of(grade, style)];
    let failed = grade
        .items
        .iter()
        .filter(|item| item.verdict != Verdict::Valid);
    if let Some(run) = failed {
        parts.push(failure_report(run, style));
        parts.push(footer_of(run, style));
    }
    join(parts)
}

fn first_failure_of(item: &ItemResult) -> Option<&VerdictDocument> {
    item.runs.iter().find(|run| run.verdict != Verdict::Valid)
}

/// A title with a line up to the margin.
fn heading_of(title: &str, style: Style) -> String {
    let lines = wrap(title, style.columns() - 4);
    let last = lines.last().map_or(0, |line| width_of(line));
    let line = "─".repeat(style.columns().saturating_sub(last + 1));
    let title = style.paint(Tone::Strong, &lines.join("\n"));
    format!("{title} {}\n", style.paint(Tone::Faint, &line))
}

/// How many of several runs passed, and which is shown.
fn spread_of(runs: &[VerdictDocument], shown: &VerdictDocument) -> String {
    let passed = runs
        .iter()
        .filter(|run| run.verdict == Verdict::Valid)
        .count();
    format!(
        "{passed} of {} runs passed; this is about seed {}.\n",
        runs.len(),
        shown.seed
    )
}
