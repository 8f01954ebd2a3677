//! The rule agrees with the definition, and proves what it says.

use super::*;
use crate::model::{Container, Discipline};
use crate::oracle::Random;
use crate::rules::agreement::{assert_all_met, compare, container_history, fair};

const DISCIPLINE: Discipline = Discipline::Greatest;

fn history(random: &mut Random) -> Vec<Timed<ContainerOp<u8>>> {
    container_history(random, DISCIPLINE)
}

#[test]
fn priority_queues_agree_with_the_definition() {
    let counts = compare(&Container::new(DISCIPLINE), history, |ops, with_order| {
        fair(ops, judge(ops, with_order))
    });
    assert_all_met(
        &counts,
        &[
            "left to the search",
            "linearizable",
            "never-put",
            "taken-twice",
            "taken-early",
            "not-greatest",
            "missed-value",
        ],
    );
    assert!(
        counts["left to the search"] * 20 < counts["linearizable"],
        "{counts:?}"
    );
}

#[test]
fn a_greater_value_was_there() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let mut ops = [
        timed(0, 1, ContainerOp::Put(1)),
        timed(2, 3, ContainerOp::Put(2)),
        timed(4, 5, ContainerOp::Take(1)),
        timed(6, 7, ContainerOp::Take(2)),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("2 is greater");
    };
    assert_eq!(
        (witness.kind, &witness.ops[..]),
        (Kind::NotGreatest, &[2, 1, 3, 0][..])
    );
    // Their takes overlap: 2 can have come out first.
    (ops[2].ret, ops[3].call) = (6, 5);
    assert_eq!(
        judge(&ops, true),
        Some(Ruling::Linearizable(vec![0, 1, 3, 2]))
    );
}
