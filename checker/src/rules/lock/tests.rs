//! The rule agrees with the definition, and proves what it says.

use rand::RngExt;

use super::*;
use crate::model::Model;
use crate::oracle::{Random, Shape, one_in};
use crate::rules::agreement::{assert_all_met, compare};

type Op = LockOp<u8>;

/// Processes acquire and release; some do so when they cannot, some tokens are wrong.
fn history(random: &mut Random, lock: Lock<u8>) -> Vec<Timed<Op>> {
    let mut held = lock.initial();
    let mut ops: Vec<Timed<Op>> = Vec::new();
    let (has_tokens, mut last) = (one_in(random, 2), 0);
    for (call, ret, has_effect) in Shape::draw(random).in_order() {
        let timed = |op| Timed { call, ret, op };
        let is_busy = |by: u8, ops: &[Timed<Op>]| {
            let others = ops.iter().filter(|other| who(&other.op) == by);
            others
                .into_iter()
                .any(|other| !other.precedes(&timed(other.op)) && other.call < ret)
        };
        let is_full = held.by.len() >= lock.permits as usize;
        let acquires = one_in(random, if is_full { 12 } else { 3 });
        let idle = held.by.iter().copied().find(|by| !is_busy(*by, &ops));
        // Where nobody else can, somebody who is busy releases at once.
        let busy = held
            .by
            .first()
            .copied()
            .filter(|_| is_full && one_in(random, 20));
        let holder = idle.or(busy);
        if is_full && holder.is_none() && !one_in(random, 12) {
            continue;
        }
        let token = has_tokens && ret != NEVER && !one_in(random, 8);
        let op = match holder.filter(|_| !acquires) {
            Some(by) => LockOp::Release { by },
            None => {
                last += 1;
                let by = (0..20).find(|by| !is_busy(*by, &ops)).unwrap_or(20);
                let token = token.then_some(last);
                LockOp::Acquire { by, token }
            }
        };
        if has_effect {
            held = lock.step(&held, &op).unwrap_or(held);
        }
        ops.push(timed(op));
    }
    if one_in(random, 3) && !ops.is_empty() {
        let at = random.random_range(0..ops.len());
        ops[at].op = match ops[at].op {
            LockOp::Acquire { by, token } if token.is_none() => LockOp::Release { by },
            LockOp::Acquire { by, .. } => LockOp::Acquire {
                by,
                token: Some(random.random_range(0..=last + 1)),
            },
            LockOp::Release { by } => LockOp::Acquire { by, token: None },
        };
    }
    ops
}

fn who(op: &Op) -> u8 {
    match *op {
        LockOp::Acquire { by, .. } | LockOp::Release { by } => by,
    }
}

#[test]
fn locks_agree_with_the_definition() {
    for permits in 1..=3 {
        let lock = Lock::semaphore(permits);
        let judge = |ops: &[Timed<Op>], with_order| judge(&lock, ops, with_order);
        let counts = compare(&lock, |random| history(random, lock), judge);
        assert_all_met(
            &counts,
            &[
                "left to the search",
                "linearizable",
                "released-unheld",
                "too-many-holders",
                "token-backwards",
            ],
        );
        assert!(
            counts["left to the search"] < counts["linearizable"],
            "{counts:?}"
        );
    }
}

#[test]
fn two_who_hold_a_mutex() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let acquire = |by, token| LockOp::Acquire { by, token };
    let mut ops = [
        timed(0, 1, acquire(1, Some(7))),
        timed(2, 4, LockOp::Release { by: 1 }),
        timed(3, 5, acquire(2, Some(6))),
    ];
    let kind = |ops: &[Timed<Op>]| match judge(&Lock::mutex(), ops, false) {
        Some(Ruling::Impossible(witness)) => Some((witness.kind, witness.ops)),
        _ => None,
    };
    assert_eq!(kind(&ops), Some((Kind::TokenBackwards, vec![0, 1, 2])));
    ops[2].op = acquire(2, Some(8));
    assert_eq!(kind(&ops), None);
    // The second one had the lock before the first one let go of it.
    (ops[1].call, ops[2].call, ops[2].ret) = (6, 3, 5);
    ops[1].ret = 7;
    ops.swap(1, 2);
    assert_eq!(kind(&ops), Some((Kind::TooManyHolders, vec![0, 1, 2])));
}
