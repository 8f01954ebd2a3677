//! The page on a recorded history.

use maud::{Markup, html};

use super::{badge, page};
use crate::document::CheckDocument;
use crate::document::check::{Undecided, Violation};
use crate::render::coverage::{coverage, staleness};
use crate::render::text::counted;
use crate::render::timeline::svg;

/// So many violations are shown; there is one for each object.
const SHOWN: usize = 3;
/// So many operations of each are listed.
const LISTED: usize = 24;

/// What a person wants to know about a history, with a drawing of what is wrong. At most 200 kB,
/// however long the history is.
#[must_use]
pub fn history_page(check: &CheckDocument) -> String {
    let more = check.violations.len().saturating_sub(SHOWN);
    let body = html! {
        h1 { (badge(check.verdict)) " " (check.summary) }
        p.soft {
            code { (check.file) } ", judged as " (check.model) ": "
            (counted(check.operations, "operation")) " of "
            (counted(check.objects, "object")) "."
        }
        @for violation in check.violations.iter().take(SHOWN) { (violation_of(violation)) }
        @if more > 0 { p { (more) " more violations are in the JSON document." } }
        @for undecided in check.undecided.iter().take(SHOWN) { (undecided_of(undecided)) }
        @if !check.levels.is_empty() { (levels_of(check)) }
        @if let Some(error) = &check.broken_off {
            p { "The history could not be read to its end. " (error) }
        }
        p.soft { (coverage(check)) }
    };
    page(&format!("{}: {}", check.verdict.word(), check.file), &body)
}

fn levels_of(check: &CheckDocument) -> Markup {
    html! {
        section {
            h2 { "Levels of consistency" }
            table {
                tr { th { "level" } th { "holds" } th { "why not" } }
                @for row in &check.levels {
                    tr { td { (row.level) } td { (badge(row.verdict)) } td { (row.why) } }
                }
            }
            @if let Some(stale) = &check.staleness { p { (staleness(stale)) } }
        }
    }
}

fn violation_of(violation: &Violation) -> Markup {
    html! {
        section {
            h2 {
                (violation.kind)
                @if let Some(key) = &violation.key { " of " code { (key) } }
            }
            p { (violation.summary) }
            ol { @for step in &violation.steps { li { (step) } } }
            div.scroll { (svg(&violation.ops)) }
            div.scroll { (table(violation)) }
        }
    }
}

fn table(violation: &Violation) -> Markup {
    let hidden = violation.ops.len().saturating_sub(LISTED);
    html! {
        @if hidden > 0 { p.soft { (hidden) " earlier operations are in the JSON document." } }
        table {
            tr { th { "lines" } th { "process" } th { "operation" } }
            @for op in &violation.ops[hidden..] {
                tr class=(if op.is_told { "told" } else { "" }) {
                    td { (op.line) "–" @if let Some(end) = op.end_line { (end) } }
                    td { (op.process) }
                    td { (clipped(&op.op)) }
                }
            }
        }
    }
}

fn undecided_of(undecided: &Undecided) -> Markup {
    html! {
        p {
            "Not decided" @if let Some(key) = &undecided.key { " of " code { (key) } } ": "
            (undecided.lacking) ". Up to line " (undecided.fits_to_line) " of "
            (undecided.last_line) " everything fits."
            @for sentence in undecided.proved.iter().chain(&undecided.needed) { " " (sentence) }
        }
    }
}

/// As much of a long operation as helps.
fn clipped(op: &str) -> String {
    const LETTERS: usize = 160;
    match op.char_indices().nth(LETTERS) {
        Some((end, _)) => format!("{}…", &op[..end]),
        None => op.to_owned(),
    }
}
