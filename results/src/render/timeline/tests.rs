//! Pictures are read back; drawings and pages stay small and need nothing else.

use checker::Verdict;
use checker::recorded::read_notation;

use super::{picture, svg};
use crate::document::{CheckDocument, CheckedOp, check};
use crate::render::history_page;

fn op(line: u32, end_line: Option<u32>, process: &str, op: &str) -> CheckedOp {
    CheckedOp {
        line,
        end_line,
        process: process.to_owned(),
        op: op.to_owned(),
        has_failed: op == "write 0",
        is_told: op.starts_with("read"),
    }
}

fn some() -> Vec<CheckedOp> {
    vec![
        op(1, Some(2), "3", "write 0"),
        op(3, Some(7), "0", "write 1"),
        op(5, None, "12", "write 2"),
        op(8, Some(30), "0", "read 2"),
        op(9, Some(10), "3", "read 1"),
    ]
}

#[test]
fn a_picture_is_read_back_as_the_same_history() {
    let picture = picture(&some(), 80).expect("room");
    insta::assert_snapshot!(picture, @r"
    3:  |- write 0 --x                |- read 1 -|
    0:                |- write 1 -| |- read 2 -----|
    12:                 |- write 2 --------------------...
    ");
    let (history, error) = read_notation(&picture);
    assert_eq!(error, None);
    let times: Vec<(u32, u32)> = history.ops().iter().map(|op| (op.call, op.ret)).collect();
    assert_eq!(times, [(0, 1), (2, 4), (3, u32::MAX), (5, 8), (6, 7)]);
}

#[test]
fn what_does_not_fit_is_no_picture() {
    assert_eq!(picture(&some(), 30), None);
}

#[test]
fn every_operation_is_drawn_with_its_lines() {
    let drawing = svg(&some()).into_string();
    assert_eq!(drawing.matches("<rect").count(), 5);
    assert_eq!(drawing.matches("class=\"told\"").count(), 2);
    assert!(drawing.contains("process 12: write 2 (line 5, no end: it may have happened or not)"));
}

#[test]
fn a_page_is_small_and_escaped_however_long_the_history_is() {
    let many = (0..10_000).map(|n| op(2 * n + 1, Some(2 * n + 2), "0", "write \"<b>\""));
    let violation = check::Violation {
        kind: "no-order".to_owned(),
        key: None,
        summary: "a < b".to_owned(),
        steps: Vec::new(),
        ops: many.collect(),
    };
    let page = history_page(&CheckDocument {
        schema: CheckDocument::SCHEMA.to_owned(),
        verdict: Verdict::Invalid,
        summary: "No.".to_owned(),
        file: "h.jsonl".to_owned(),
        model: "register".to_owned(),
        level: "linearizable".to_owned(),
        operations: 10_000,
        judged: 10_000,
        objects: 1,
        methods: [].into(),
        coverage: check::Coverage::default(),
        violations: vec![violation; 3],
        undecided: Vec::new(),
        levels: Vec::new(),
        strongest: Vec::new(),
        staleness: None,
        broken_off: None,
        read_s: 0.0,
        check_s: 0.0,
    });
    assert!(page.len() < 60_000, "{}", page.len());
    assert!(page.contains("9976 earlier operations"), "{page}");
    assert!(page.contains("a &lt; b") && !page.contains("<b>"));
    let elsewhere = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!elsewhere.contains("http") && !elsewhere.contains("<script"));
}
