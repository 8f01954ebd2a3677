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
    parts.extend(failed.map(|item| details_of(item, style)));
    if !grade.replay.is_empty() {
        let word = style.paint(Tone::Faint, "the whole suite again");
        parts.push(format!("{word}\n  {}\n", grade.replay));
    }
    join(parts)
}

fn head_of(grade: &GradeDocument, style: Style) -> String {
    let title = match grade.title.as_str() {
        "" => &grade.suite,
        title => title,
    };
    let mut text = style.paint(Tone::Strong, title);
    if !grade.bin.is_empty() {
        text += &format!(": {}", grade.bin.join(" "));
    }
    text + "\n"
}

fn table_of(grade: &GradeDocument, style: Style) -> String {
    let head = ["item", "result", "points", "time", "note"];
    let mut grid = Grid::new(&head).right(2).right(3);
    for item in &grade.items {
        let mark = if item.weak { WEAK } else { "" };
        let result = format!("{}{mark}", item.verdict);
        grid.push(vec![
            item.id.as_str().into(),
            Cell::new(Tone::of(item.verdict), result),
            points(item.points, item.max_points).into(),
            seconds(item.time_s).into(),
            note_of(item).into(),
        ]);
    }
    let time_s: f64 = grade.items.iter().map(|item| item.time_s).sum();
    grid.push_sum(vec![
        Cell::new(Tone::Strong, "sum"),
        Cell::new(Tone::of(grade.verdict), grade.verdict.word()),
        Cell::new(Tone::Strong, points(grade.points, grade.max_points)),
        seconds(time_s).into(),
        sum_note_of(grade).into(),
    ]);
    let mut text = grid.render(style, 0);
    if grade.items.iter().any(|item| item.weak) {
        let legend = format!(
            "{WEAK} weakly checked: the case expects so little that nearly every program passes it"
        );
        text += &paragraph(&legend, 0, style.columns());
    }
    text
}

fn points(reached: u32, max: u32) -> String {
    format!("{reached} / {max}")
}

fn seconds(time_s: f64) -> String {
    if time_s < 1.0 {
        format!("{time_s:.2} s")
    } else {
        format!("{time_s:.1} s")
    }
}

/// Why it failed; or what it is, if there is nothing to say.
fn note_of(item: &ItemResult) -> &str {
    match item.note.as_str() {
        "" => &item.title,
        note => note,
    }
}

fn sum_note_of(grade: &GradeDocument) -> String {
    let is_valid = |item: &&ItemResult| item.verdict == Verdict::Valid;
    let passed = grade.items.iter().filter(is_valid).count();
    let all = counted(grade.items.len() as u64, "item");
    let stopped = match grade.interrupted {
        true => ", stopped before its end",
        false => "",
    };
    format!("{passed} of {all} passed{stopped}")
}

fn details_of(item: &ItemResult, style: Style) -> String {
    let run = item.runs.iter().find(|run| run.verdict != Verdict::Valid);
    // These are ready to print; only what could disturb a terminal is made visible.
    let lines = item.details.iter().map(|line| visible(line).into());
    let lines: Vec<String> = lines.collect();
    let mut parts = vec![head_of_item(item, run, style), indented(&lines, 0)];
    if !item.stderr_tail.is_empty() {
        let columns = style.columns() - 2;
        let lines = item.stderr_tail.iter().flat_map(|line| wrap(line, columns));
        let lines: Vec<String> = lines.collect();
        parts.push(format!("the last lines of stderr\n{}", indented(&lines, 2)));
    }
    if let Some(run) = run {
        parts.push(failure_report(run, style));
        parts.push(footer_of(run, style));
    }
    join(parts)
}

/// The title, why it failed, and how many of its runs did.
fn head_of_item(item: &ItemResult, run: Option<&VerdictDocument>, style: Style) -> String {
    let title = match item.title.as_str() {
        "" => item.id.clone(),
        title => format!("{}: {title}", item.id),
    };
    let mut head = heading_of(&title, style);
    // The sentence of a run stands in the table of its checks.
    if !item.note.is_empty() && run.is_none_or(|run| run.summary != item.note) {
        head += &paragraph(&item.note, 0, style.columns());
    }
    if let Some(run) = run.filter(|_| item.runs.len() > 1) {
        head += &spread_of(&item.runs, run);
    }
    head
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
    let is_valid = |run: &&VerdictDocument| run.verdict == Verdict::Valid;
    let passed = runs.iter().filter(is_valid).count();
    let all = runs.len();
    format!(
        "{passed} of {all} runs passed; this is about seed {}.\n",
        shown.seed
    )
}
