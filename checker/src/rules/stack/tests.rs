//! The rule agrees with the definition, and proves what it says.

use ContainerOp::{Put, Take, TakeUnseen};

use super::*;
use crate::model::{Container, Discipline};
use crate::oracle::Random;
use crate::rules::Kind;
use crate::rules::agreement::{assert_all_met, compare, container_history, fair};
use crate::timed::NEVER;

const DISCIPLINE: Discipline = Discipline::Last;

fn history(random: &mut Random) -> Vec<Timed<ContainerOp<u8>>> {
    container_history(random, DISCIPLINE)
}

#[test]
fn stacks_agree_with_the_definition() {
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
            "out-of-order",
            "lost-value",
            "missed-value",
        ],
    );
    assert!(
        counts["left to the search"] * 20 < counts["linearizable"],
        "{counts:?}"
    );
}

fn timed(call: u32, ret: u32, op: ContainerOp<u8>) -> Timed<ContainerOp<u8>> {
    Timed { call, ret, op }
}

#[test]
fn what_was_pushed_first_came_out_first() {
    let ops = [
        timed(0, 1, Put(1)),
        timed(2, 3, Put(2)),
        timed(4, 5, Take(1)),
        timed(6, 7, Take(2)),
        timed(8, 9, Put(3)),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("2 lay on 1");
    };
    assert_eq!(
        (witness.kind, &witness.ops[..]),
        (Kind::OutOfOrder, &[0, 2, 1, 3][..])
    );
}

#[test]
fn who_popped_what_nobody_saw_may_matter() {
    let mut ops = vec![
        timed(0, 1, Put(1)),
        timed(2, 3, Put(2)),
        timed(6, 7, Take(1)),
    ];
    assert!(matches!(judge(&ops, false), Some(Ruling::Impossible(_))));
    // Called too late to have popped 2.
    ops.push(timed(8, NEVER, TakeUnseen));
    assert!(matches!(judge(&ops, false), Some(Ruling::Impossible(_))));
    ops[3] = ops[2];
    ops[2] = timed(4, NEVER, TakeUnseen);
    assert_eq!(judge(&ops, false), None);
}

#[test]
fn a_chain_of_values_that_lie_on_each_other_is_no_deeper_than_a_loop() {
    let count = 20_000;
    let put = |n: u32| Timed {
        call: 2 * n,
        ret: 2 * n + 1,
        op: Put(n),
    };
    let take = |n: u32| {
        let call = 2 * (count + n);
        Timed {
            call,
            ret: call + 1,
            op: Take(n),
        }
    };
    let turned = |n: u32| Timed {
        op: Take(count - 1 - n),
        ..take(n)
    };
    let good: Vec<_> = (0..count).map(put).chain((0..count).map(turned)).collect();
    let order: Vec<u32> = (0..2 * count).collect();
    assert_eq!(judge(&good, true), Some(Ruling::Linearizable(order)));
    let bad: Vec<_> = (0..count).map(put).chain((0..count).map(take)).collect();
    let Some(Ruling::Impossible(witness)) = judge(&bad, true) else {
        panic!("it is a queue");
    };
    assert_eq!(witness.proof.len(), 4);
}
