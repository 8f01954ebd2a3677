//! What is told of the levels of a recorded history.

use super::*;
use crate::recorded::{read_json_lines, read_notation};

fn of(picture: &str) -> Ladder {
    let (history, error) = read_notation(picture);
    assert_eq!(error, None);
    ladder(&history, Val::NULL).expect("operations of a register")
}

#[test]
fn a_read_that_is_late_breaks_the_strongest_level_only() {
    let ladder = of("
        0: |- write 1 -|
        1:                |- read null -|  |- read 1 -|
    ");
    assert_eq!(ladder.unknown, None);
    let holds = |level| ladder.rung(level).expect("a rung").holds;
    assert_eq!(holds(Level::Linearizable), Some(false));
    assert_eq!(holds(Level::Regular), Some(false));
    assert_eq!(holds(Level::Sequential), Some(true));
    assert_eq!(holds(Level::Causal), Some(true));
    assert_eq!(ladder.strongest, [Level::Sequential]);
    let staleness = ladder.staleness.expect("reads");
    assert_eq!((staleness.reads, staleness.stale_reads), (2, 1));
}

#[test]
fn why_a_level_does_not_hold_is_told_in_lines_of_the_history() {
    let lines = r#"
        {"process":7,"type":"invoke","f":"write","key":"x","value":1}
        {"process":7,"type":"ok","f":"write","key":"x","value":1}
        {"process":7,"type":"invoke","f":"write","key":"x","value":2}
        {"process":7,"type":"ok","f":"write","key":"x","value":2}
        {"process":8,"type":"invoke","f":"read","key":"x","value":null}
        {"process":8,"type":"ok","f":"read","key":"x","value":2}
        {"process":8,"type":"invoke","f":"read","key":"x","value":null}
        {"process":8,"type":"ok","f":"read","key":"x","value":1}
    "#;
    let (history, error) = read_json_lines(lines.as_bytes());
    assert_eq!(error, None);
    let ladder = ladder(&history, Val::NULL).expect("operations of a register");
    let rung = ladder.rung(Level::MonotonicReads).expect("a rung");
    let violation = rung.violation.as_ref().expect("it does not hold");
    let told = [
        &violation.steps[..],
        std::slice::from_ref(&violation.summary),
    ]
    .concat();
    insta::assert_snapshot!(told.join("\n").replace(", ", ",\n  "), @r#"
    Process 7 wrote 1 of "x" (line 2),
      and then,
      in the same session,
      process 7 wrote 2 of "x" (line 4).
    Process 7 wrote 2 of "x" (line 4),
      and process 8 read 2 of "x" (line 6),
      which is that value.
    Process 8 read 2 of "x" (line 6),
      and then,
      in the same session,
      process 8 read 1 of "x" (line 8).
    Process 7 wrote 1 of "x" (line 2),
      and process 8 read 1 of "x" (line 8),
      which is that value.
    Process 8 read 1 of "x" (line 8),
      though it came after this,
      whose value or a newer one was due: process 7 wrote 2 of "x" (line 4).
    "#);
    assert_eq!(violation.proof, [0, 1, 2, 3]);
}

#[test]
fn without_an_end_there_is_nothing_to_converge_to() {
    let ladder = of("
        0: |- write 1 -|  |- write 2 -|                                |- write 3 -|
        1:                               |- read 2 -|  |- read 1 -|
    ");
    let rung = ladder.rung(Level::Eventual).expect("a rung");
    assert_eq!(rung.holds, None, "{rung:?}");
    let why = "no reads after the last writes would show it";
    assert_eq!(rung.unknown.as_deref(), Some(why));
}

#[test]
fn of_values_that_are_written_twice_nothing_is_known() {
    let ladder = of("
        0: |- write 1 -|  |- write 1 -|
        1: |- read 1 -|
    ");
    assert_eq!((ladder.rungs.len(), ladder.strongest.len()), (0, 0));
    let why = "reads do not tell which write they saw: 1 was written more than once, or was there \
               before (lines 2 and 2)";
    assert_eq!(ladder.unknown.as_deref(), Some(why));
}
