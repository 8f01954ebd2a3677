//! How reports look, kept as they were found good.

use super::super::style::Style;
use super::super::text::width_of;
use super::*;
use crate::document::{Evidence, GradeDocument, ItemResult, NodeReport, VerdictDocument, sample};

const PLAIN: Style = Style {
    colour: false,
    width: 80,
};
const COLOUR: Style = Style {
    colour: true,
    width: 80,
};

#[test]
fn a_run_that_failed() {
    insta::assert_snapshot!(run_report(&sample::invalid(), PLAIN));
}

#[test]
fn a_run_that_failed_in_colour() {
    insta::assert_snapshot!(run_report(&sample::invalid(), COLOUR));
}

#[test]
fn a_run_that_passed() {
    insta::assert_snapshot!(run_report(&sample::valid(), PLAIN));
}

#[test]
fn a_cluster_that_failed() {
    insta::assert_snapshot!(run_report(&sample::cluster(), PLAIN));
}

#[test]
fn a_suite() {
    insta::assert_snapshot!(grade_report(&sample::grade(), PLAIN));
}

#[test]
fn a_suite_in_colour() {
    insta::assert_snapshot!(grade_report(&sample::grade(), COLOUR));
}

/// A document as a hostile program would have it: wide characters, escapes, endless lines.
fn nasty() -> VerdictDocument {
    let mut run = sample::invalid();
    let check = &mut run.checks[1];
    check.summary = format!(
        "値は{}で、\u{1b}[2J期待は\"é\"\nnext line",
        "長い".repeat(60)
    );
    check.anomalies[0].summary = "x".repeat(300);
    run.checks[0].name = "a-check-with-a-name-that-does-not-want-to-end".to_owned();
    let body = format!(
        "{{\"value\":\"{}\u{7}\",\"s\":\"{}\"}}",
        "日本".repeat(30),
        "y".repeat(120)
    );
    run.evidence.messages[3].body = body;
    run.evidence.ops[0].end = None;
    run.nodes[2].stderr_tail = vec!["😀".repeat(70), "\u{1b}[31mred\u{1b}[0m".to_owned()];
    run.interrupted = true;
    run.error = Some("the disk is full".to_owned());
    run
}

#[test]
fn wide_characters_escapes_and_endless_lines() {
    insta::assert_snapshot!(run_report(&nasty(), PLAIN));
}

#[test]
fn nothing_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 120] {
        let style = Style {
            colour: false,
            width,
        };
        let grade = GradeDocument {
            items: nasty_items(),
            ..sample::grade()
        };
        let text = run_report(&nasty(), style) + &grade_report(&grade, style);
        // Commands and paths are not broken, so that they can be copied.
        let is_copied = |line: &str| {
            ["record ", "again ", "  splitbrain "]
                .iter()
                .any(|w| line.starts_with(w))
        };
        for line in text.lines().filter(|line| !is_copied(line)) {
            assert!(
                width_of(line) <= width,
                "{} > {width}: {line}",
                width_of(line)
            );
            assert!(!line.contains('\u{1b}'), "{line:?}");
        }
    }
}

fn nasty_items() -> Vec<ItemResult> {
    let mut items = sample::grade().items;
    items[1].note = "日本語の説明 ".repeat(20);
    items[1].title = "題".repeat(100);
    items[1].details.clear();
    items[2].runs.push(nasty());
    items
}

/// Colour must not move anything: without its codes the text is the same.
#[test]
fn colour_changes_nothing_but_colour() {
    for run in [sample::invalid(), sample::valid(), nasty()] {
        let colourful = run_report(&run, COLOUR);
        assert!(colourful.contains("\u{1b}["));
        let stripped = anstyle_free(&colourful);
        assert_eq!(stripped, run_report(&run, PLAIN));
    }
}

/// The text without escape sequences, and without the spaces that stood before them at the end of
/// a line.
fn anstyle_free(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.find(|c| *c == 'm');
        } else {
            out.push(c);
        }
    }
    out.lines()
        .map(|line| line.trim_end().to_owned() + "\n")
        .collect()
}

#[test]
fn what_lacks_evidence_is_shown_by_its_sentence() {
    let mut run = sample::invalid();
    run.evidence = Evidence::default();
    run.nodes.clear();
    let text = run_report(&run, PLAIN);
    assert!(
        text.contains("\ncounter: lost-add on n2, n0\n\nrecord"),
        "{text}"
    );
}

#[test]
fn nodes_that_wrote_the_same_are_shown_once() {
    let mut run = sample::invalid();
    let failed = run.nodes[2].clone();
    run.nodes = (0..5)
        .map(|n| NodeReport {
            id: format!("n{n}"),
            ..failed.clone()
        })
        .collect();
    let text = run_report(&run, PLAIN);
    assert_eq!(text.matches("KeyError").count(), 1);
    assert!(
        text.contains("n0, n1, n2, n3, n4 exited with code 1"),
        "{text}"
    );
}

#[test]
fn a_list() {
    let rows = [
        ["echo", "A node answers with what it was asked"],
        [
            "broadcast",
            "Every value reaches every node although links lose messages and nodes are cut off",
        ],
    ];
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.to_vec()).collect();
    insta::assert_snapshot!(list(&["name", "title"], &rows, PLAIN));
}
