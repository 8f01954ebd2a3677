//! The rule agrees with the definition, and proves what it says.

use rand::RngExt;

use super::*;
use crate::model::{Model, SetElement};
use crate::oracle::{Random, Shape, is_linearizable, one_in};
use crate::rules::agreement::{assert_all_met, compare};
use crate::timed::NEVER;

/// Up to one add, or rarely two; some answers are wrong, some are missing.
fn history(random: &mut Random) -> Vec<Timed<SetOp>> {
    let (mut is_there, mut is_added) = (false, false);
    let answers = !one_in(random, 3);
    let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
        let answer = |answer: bool| (is_known && answers).then_some(answer);
        let op = match random.random_range(0..6) {
            0..2 if !is_added || one_in(random, 20) => SetOp::Add {
                was_new: answer(!is_there),
            },
            0..3 => SetOp::Remove {
                was_there: answer(is_there),
            },
            _ => SetOp::Contains(is_there),
        };
        is_added |= matches!(op, SetOp::Add { .. });
        if has_effect {
            is_there = SetElement.step(&is_there, &op).unwrap_or(is_there);
        }
        op
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        match &mut ops[at].op {
            SetOp::Add { was_new: answer } | SetOp::Remove { was_there: answer } => {
                *answer = answer.map(|answer| !answer);
            }
            SetOp::Contains(found) => *found = !*found,
        }
    }
    ops
}

#[test]
fn sets_agree_with_the_definition() {
    let counts = compare(&SetElement, history, judge);
    assert_all_met(
        &counts,
        &[
            "left to the search",
            "linearizable",
            "thin-air-read",
            "future-read",
            "taken-early",
            "taken-twice",
            "seen-after-removal",
            "missed-value",
        ],
    );
    assert!(
        counts["left to the search"] * 5 < counts["linearizable"],
        "{counts:?}"
    );
}

fn timed(call: u32, ret: u32, op: SetOp) -> Timed<SetOp> {
    Timed { call, ret, op }
}

#[test]
fn an_element_that_was_there_and_was_missed() {
    let add = SetOp::Add {
        was_new: Some(true),
    };
    let mut ops = vec![
        timed(0, 1, add),
        timed(2, 3, SetOp::Contains(true)),
        timed(4, 5, SetOp::Contains(false)),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("it was missed");
    };
    assert_eq!(
        (witness.kind, &witness.ops[..]),
        (Kind::MissedValue, &[2, 0][..])
    );
    // Somebody may have removed it.
    ops.insert(2, timed(3, NEVER, SetOp::Remove { was_there: None }));
    assert_eq!(
        judge(&ops, true),
        Some(Ruling::Linearizable(vec![0, 1, 2, 3]))
    );
}

#[test]
fn a_removal_that_came_before_it_was_seen_last_is_proof_with_that() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let removes = |was_there| SetOp::Remove { was_there };
    let add = SetOp::Add {
        was_new: Some(true),
    };
    let ops = [
        timed(0, NEVER, removes(None)),
        timed(1, 9, removes(Some(true))),
        timed(2, 3, add),
        timed(4, 6, removes(Some(false))),
        timed(7, 11, removes(Some(false))),
        timed(8, 13, SetOp::Contains(true)),
        timed(10, 12, removes(Some(false))),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("it was there after it had been missed");
    };
    assert!(!is_linearizable(&SetElement, &witness.proof), "{witness:?}");
}

#[test]
fn an_answer_without_an_end_is_left_to_the_search() {
    let ops = [true, false].map(|answer| {
        [
            SetOp::Add {
                was_new: Some(answer),
            },
            SetOp::Remove {
                was_there: Some(answer),
            },
        ]
    });
    for op in ops.concat() {
        let timed = Timed {
            call: 0,
            ret: NEVER,
            op,
        };
        assert_eq!(judge(&[timed], false), None, "{op:?}");
    }
}
