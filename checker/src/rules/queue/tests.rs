//! The rule agrees with the definition, and proves what it says.

use std::collections::VecDeque;

use rand::RngExt;

use super::*;
use crate::model::{Container, Discipline};
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in, pick};
use crate::rules::agreement::fair;
use crate::search::verify;

fn history(random: &mut Random) -> Vec<Timed<ContainerOp<u8>>> {
    let (mut queue, mut put) = (VecDeque::new(), 0);
    let pending = one_in(random, 3);
    let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
        if one_in(random, 2) {
            put += 1;
            queue.extend(has_effect.then_some(put));
            return ContainerOp::Put(put);
        }
        if !is_known && !pending {
            return ContainerOp::FindNothing;
        }
        let taken = if has_effect { queue.pop_front() } else { None };
        match taken {
            _ if !is_known => ContainerOp::TakeUnseen,
            Some(taken) => ContainerOp::Take(taken),
            None => ContainerOp::FindNothing,
        }
    });
    if one_in(random, 2) {
        let takes: Vec<usize> = (0..ops.len())
            .filter(|at| !ops[*at].is_indeterminate())
            .filter(|at| matches!(ops[*at].op, ContainerOp::Take(_) | ContainerOp::FindNothing))
            .collect();
        if let Some(at) = pick(random, &takes) {
            ops[*at].op = match random.random_range(0..=put + 1) {
                0 => ContainerOp::FindNothing,
                value => ContainerOp::Take(value),
            };
        }
    }
    ops.sort_by_key(|timed| timed.call);
    ops
}

#[test]
fn queues_agree_with_the_definition() {
    let queue = Container::new(Discipline::First);
    let counts = std::cell::RefCell::new(std::collections::BTreeMap::new());
    for_each_case(|seed, random| {
        let ops = history(random);
        let expected = is_linearizable(&queue, &ops);
        let kind = match fair(&ops, judge(&ops, false)) {
            None => "left to the search",
            Some(Ruling::Linearizable(_)) => {
                assert!(expected, "seed {seed}: {ops:#?}");
                match judge(&ops, true) {
                    Some(Ruling::Linearizable(order)) => {
                        let flaw = verify(&queue, &ops, &order);
                        assert_eq!(flaw, Ok(()), "seed {seed}: {order:?} {ops:#?}");
                        "linearizable"
                    }
                    _ => "without an order",
                }
            }
            Some(Ruling::Impossible(witness)) => {
                assert!(!expected, "seed {seed}: {witness:?} of {ops:#?}");
                let proof = &witness.proof;
                assert!(
                    !is_linearizable(&queue, proof),
                    "seed {seed}: {witness:#?}, {ops:#?}"
                );
                witness.kind.word()
            }
        };
        *counts.borrow_mut().entry(kind).or_insert(0u64) += 1;
    });
    let counts = counts.into_inner();
    // Every way to be impossible was met, and few orders were not found.
    for kind in [
        "never-put",
        "taken-twice",
        "taken-early",
        "out-of-order",
        "lost-value",
        "missed-value",
    ] {
        assert!(counts.contains_key(kind), "{counts:?}");
    }
    assert!(
        counts
            .get("without an order")
            .is_none_or(|n| n * 50 < counts["linearizable"]),
        "{counts:?}"
    );
}

#[test]
fn a_queue_is_emptied_only_when_all_of_it_can_be_taken() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let ops = [
        timed(0, 1, ContainerOp::Put(1)),
        timed(2, 20, ContainerOp::FindNothing),
        timed(3, 4, ContainerOp::Put(2)),
        timed(5, 21, ContainerOp::Take(1)),
        timed(6, 22, ContainerOp::Take(2)),
    ];
    let order = vec![0, 2, 3, 4, 1];
    assert_eq!(
        verify(&Container::new(Discipline::First), &ops, &order),
        Ok(())
    );
    assert_eq!(judge(&ops, true), Some(Ruling::Linearizable(order)));
}
