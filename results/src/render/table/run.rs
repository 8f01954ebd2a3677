//! The report of one run.

use checker::{CheckResult, Verdict};

use super::super::style::{Style, Tone};
use super::super::text::paragraph;
use super::anomaly::evidence_of;
use super::grid::{Cell, Grid};
use super::nodes::stderr_of;
use super::stats::stats_of;
use crate::document::{Level, VerdictDocument};

/// Everything about one run that a person wants to know: the verdict, the checks, the numbers, and
/// if it failed why, and how to do it again.
#[must_use]
pub fn run_report(run: &VerdictDocument, style: Style) -> String {
    let checks = checks_table(run.checks.iter(), style);
    let stats = stats_of(&run.stats, style) + &time_of(run, style);
    let mut parts = vec![
        headline_of(run, style),
        checks,
        stats,
        findings_of(run, style),
    ];
    parts.push(footer_of(run, style));
    join(parts)
}

/// Only what failed in a run: the checks, their evidence, stderr.
pub(in super::super) fn failure_report(run: &VerdictDocument, style: Style) -> String {
    let failed = checks_table(run.failed_checks().into_iter(), style);
    join(vec![failed, findings_of(run, style)])
}

fn findings_of(run: &VerdictDocument, style: Style) -> String {
    if run.verdict == Verdict::Valid {
        return String::new();
    }
    let failed = run.failed_checks();
    let mut parts: Vec<String> = failed
        .iter()
        .map(|check| evidence_of(check, &run.evidence, style))
        .collect();
    parts.push(stderr_of(run, style));
    join(parts)
}

/// Paragraphs with a blank line between them; empty ones are left out.
pub(super) fn join(parts: Vec<String>) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n")
}

fn headline_of(run: &VerdictDocument, style: Style) -> String {
    let word = run.verdict.word();
    let text = paragraph(&format!("{word}: {}", run.summary), 0, style.columns());
    let painted = style.paint(Tone::of(run.verdict), word);
    let mut text = text.replacen(word, &painted, 1);
    if run.interrupted {
        let stopped = "The run was stopped before its end: this is about what was recorded.";
        text += &paragraph(stopped, 0, style.columns());
    }
    if let Some(error) = &run.error {
        let error = format!("The harness itself had a problem: {error}");
        text += &paragraph(&error, 0, style.columns());
    }
    text
}

fn checks_table<'a>(checks: impl Iterator<Item = &'a CheckResult>, style: Style) -> String {
    let mut grid = Grid::new(&["check", "verdict", "what"]);
    for check in checks {
        grid.push(vec![
            check.name.as_str().into(),
            Cell::new(Tone::of(check.verdict), check.verdict.word()),
            check.summary.as_str().into(),
        ]);
    }
    grid.render(style, 0)
}

/// Which clock the run had, and whether it repeats.
fn time_of(run: &VerdictDocument, style: Style) -> String {
    let text = match (run.level, run.stats.virtual_s) {
        (Level::Exact, Some(_)) => {
            format!("virtual time, exact: it took {:.1} s", run.stats.wall_s)
        }
        (_, Some(_)) => format!(
            "virtual time, but not exact (it took {:.1} s): {}",
            run.stats.wall_s,
            run.level_why.join("; ")
        ),
        (_, None) if run.level_why.is_empty() => "real time".to_owned(),
        (_, None) => format!("real time: {}", run.level_why.join("; ")),
    };
    paragraph(&text, 0, style.columns())
}

/// Commands and paths are not broken, so that they can be copied.
pub(super) fn footer_of(run: &VerdictDocument, style: Style) -> String {
    let mut text = String::new();
    for (word, value) in [("record", &run.run_dir), ("again", &run.replay)] {
        if !value.is_empty() {
            text += &format!(
                "{}  {value}\n",
                style.paint(Tone::Faint, &format!("{word:<6}"))
            );
        }
    }
    text
}
