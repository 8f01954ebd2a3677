//! The report on a recorded history.

use checker::{Verdict, listed};

use super::super::coverage::{coverage, staleness};
use super::super::style::{Style, Tone};
use super::super::text::{counted, paragraph};
use super::super::timeline::picture;
use super::grid::{Cell, Grid};
use crate::document::CheckDocument;
use crate::document::check::{Undecided, Violation};

/// So many violations are shown; there is one for each object.
const SHOWN: usize = 5;

/// So many operations of a violation are listed.
const LISTED: usize = 20;

/// What a person wants to know about a history: the verdict, why, and how much was looked at.
#[must_use]
pub fn history_report(check: &CheckDocument, style: Style) -> String {
    let word = check.verdict.word();
    let head = format!("{word}: {}", check.summary);
    let painted = style.paint(Tone::of(check.verdict), word);
    let mut text = paragraph(&head, 0, style.columns()).replacen(word, &painted, 1);
    for violation in check.violations.iter().take(SHOWN) {
        text += &format!("\n{}", violation_of(violation, style));
    }
    if check.violations.len() > SHOWN {
        let more = check.violations.len() - SHOWN;
        text += &paragraph(
            &format!("\n{more} more with --format json"),
            0,
            style.columns(),
        );
    }
    for undecided in check.undecided.iter().take(SHOWN) {
        text += &format!(
            "\n{}",
            paragraph(&undecided_of(undecided), 0, style.columns())
        );
    }
    if !check.levels.is_empty() {
        text += &format!("\n{}", levels_of(check, style));
    }
    if let Some(error) = &check.broken_off {
        let error = format!("The history could not be read to its end. {error}");
        text += &format!("\n{}", paragraph(&error, 0, style.columns()));
    }
    text += &format!("\n{}", paragraph(&coverage(check), 0, style.columns()));
    text + &paragraph(&figures_of(check), 0, style.columns())
}

/// Which levels hold, and how stale reads were.
fn levels_of(check: &CheckDocument, style: Style) -> String {
    let head = match &check.strongest[..] {
        [] => "No level of consistency holds.".to_owned(),
        [only] => format!("The strongest level that holds: {only}."),
        several => format!("The strongest levels that hold: {}.", listed(several)),
    };
    let mut text = paragraph(&head, 0, style.columns());
    let mut grid = Grid::new(&["level", "holds", "why not"]);
    for row in &check.levels {
        let tone = Tone::of(row.verdict);
        let holds = match row.verdict {
            Verdict::Valid => "yes",
            Verdict::Invalid => "no",
            Verdict::Unknown => "?",
        };
        grid.push(vec![
            Cell::new(Tone::Plain, row.level.as_str()),
            Cell::new(tone, holds),
            Cell::new(Tone::Plain, row.why.as_str()),
        ]);
    }
    text += &grid.render(style, 2);
    if let Some(stale) = &check.staleness {
        text += &paragraph(&staleness(stale), 0, style.columns());
    }
    text
}

fn violation_of(violation: &Violation, style: Style) -> String {
    let key = violation.key.as_ref();
    let key = key.map(|key| format!(" of {key}")).unwrap_or_default();
    let head = format!("{}{key}: {}", violation.kind, violation.summary);
    let mut text = paragraph(&head, 0, style.columns());
    for step in &violation.steps {
        text += &paragraph(step, 2, style.columns());
    }
    let mut grid = Grid::new(&["line", "process", "operation"]);
    let hidden = violation.ops.len().saturating_sub(LISTED);
    if hidden > 0 {
        let more = format!("{hidden} earlier operations are listed with --format json.");
        text += &paragraph(&more, 2, style.columns());
    }
    for op in &violation.ops[hidden..] {
        let lines = match op.end_line {
            Some(end) => format!("{}-{end}", op.line),
            None => format!("{}-", op.line),
        };
        let tone = if op.is_told { Tone::Plain } else { Tone::Faint };
        grid.push(vec![
            Cell::new(tone, lines),
            Cell::new(tone, op.process.as_str()),
            Cell::new(tone, op.op.as_str()),
        ]);
    }
    text += &grid.render(style, 2);
    if let Some(picture) = picture(&violation.ops, style.columns().saturating_sub(2)) {
        text += "\n";
        text.extend(picture.lines().map(|line| format!("  {line}\n")));
    }
    text
}

fn undecided_of(undecided: &Undecided) -> String {
    let key = undecided.key.as_ref();
    let key = key.map(|key| format!(" of {key}")).unwrap_or_default();
    let text = format!(
        "Not decided{key}: {}. Up to line {} of {} everything fits.",
        undecided.lacking, undecided.fits_to_line, undecided.last_line
    );
    let more = undecided.proved.iter().chain(&undecided.needed);
    more.fold(text, |text, sentence| format!("{text} {sentence}"))
}

fn figures_of(check: &CheckDocument) -> String {
    let methods: Vec<String> = check
        .methods
        .iter()
        .map(|(method, objects)| format!("{objects} by {method}"))
        .collect();
    format!(
        "{} of {} ({}), read in {:.2} s, checked in {:.3} s",
        counted(check.operations, "operation"),
        counted(check.objects, "object"),
        methods.join(", "),
        check.read_s,
        check.check_s
    )
}
