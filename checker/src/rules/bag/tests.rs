//! The rule agrees with the definition, and proves what it says.

use super::*;
use crate::model::{Container, Discipline};
use crate::oracle::Random;
use crate::rules::agreement::{assert_all_met, compare, container_history, fair};

const DISCIPLINE: Discipline = Discipline::Any;

fn history(random: &mut Random) -> Vec<Timed<ContainerOp<u8>>> {
    container_history(random, DISCIPLINE)
}

#[test]
fn bags_agree_with_the_definition() {
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
            "missed-value",
        ],
    );
    assert!(
        counts["left to the search"] * 20 < counts["linearizable"],
        "{counts:?}"
    );
}
