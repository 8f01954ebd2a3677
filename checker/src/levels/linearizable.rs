//! Linearizability, key by key (it is local: Herlihy and Wing, 1990, theorem 1).

use std::hash::Hash;

use super::input::{Access, SessionOp};
use super::witness::{Flaw, Step, Witness};
use crate::model::{Register, RegisterOp};
use crate::rules::{self, Ruling, register};
use crate::timed::Timed;

/// What was found out.
pub(super) enum Found<V> {
    /// Every register is.
    Holds,
    /// One is not.
    Broken(Witness<V>),
    /// The rule does not apply.
    Unknown,
}

/// Judges all keys.
pub(super) fn judge<V: Copy + Eq + Hash>(initial: V, ops: &[SessionOp<V>]) -> Found<V> {
    let mut order: Vec<u32> = (0..ops.len() as u32).collect();
    order.retain(|op| {
        let timed = &ops[*op as usize].timed;
        !matches!(timed.op, Access::Aborted(_))
    });
    order.sort_unstable_by_key(|op| (ops[*op as usize].key, ops[*op as usize].timed.call));
    let same_key = |a: &u32, b: &u32| ops[*a as usize].key == ops[*b as usize].key;
    for numbers in order.chunk_by(same_key) {
        let part: Vec<_> = numbers
            .iter()
            .filter_map(|op| register_op(&ops[*op as usize].timed))
            .collect();
        match register::judge(&Register { initial }, &part, false) {
            Some(Ruling::Linearizable(_)) => {}
            Some(Ruling::Impossible(found)) => return Found::Broken(told(ops, numbers, &found)),
            None => return Found::Unknown,
        }
    }
    Found::Holds
}

fn register_op<V: Copy + Eq>(timed: &Timed<Access<V>>) -> Option<Timed<RegisterOp<V>>> {
    let op = match timed.op {
        Access::Read(value) => RegisterOp::Read(value),
        Access::Write(value) => RegisterOp::Write(value),
        Access::Update { found, written } => RegisterOp::Cas {
            from: found,
            to: written,
            succeeded: (!timed.is_indeterminate()).then_some(true),
        },
        Access::Aborted(_) => return None,
    };
    let (call, ret) = (timed.call, timed.ret);
    Some(Timed { call, ret, op })
}

/// What the rule found, in our terms.
fn told<V: Copy + Eq>(
    ops: &[SessionOp<V>],
    numbers: &[u32],
    found: &rules::Witness<RegisterOp<V>>,
) -> Witness<V> {
    let mut all: Vec<u32> = Vec::new();
    let mut proof = Vec::new();
    for timed in &found.proof {
        let is_it = |op: &&u32| {
            let known = &ops[**op as usize].timed;
            known.call == timed.call && known.ret == timed.ret
        };
        let Some(&number) = numbers.iter().find(is_it) else {
            continue;
        };
        all.push(number);
        let mut op = ops[number as usize];
        if let (RegisterOp::Write(value), Access::Update { .. }) = (timed.op, op.timed.op) {
            op.timed.op = Access::Write(value);
        }
        proof.push(op);
    }
    Witness {
        flaw: Flaw::Register(found.kind),
        steps: steps(&all, &proof),
        ops: found.ops.iter().map(|op| numbers[*op as usize]).collect(),
        proof,
    }
}

/// What was read, and what was over before what began, without what follows.
fn steps<V: Copy + Eq>(numbers: &[u32], ops: &[SessionOp<V>]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (read, op) in numbers.iter().zip(ops) {
        let Some(value) = op.timed.op.found() else {
            continue;
        };
        let wrote = |op: &SessionOp<V>| op.timed.op.written() == Some(value);
        steps.push(match ops.iter().position(wrote) {
            Some(at) => Step::ReadFrom {
                write: numbers[at],
                read: *read,
            },
            None => Step::FoundInitial { read: *read },
        });
    }
    for (a, first) in numbers.iter().zip(ops) {
        for (b, then) in numbers.iter().zip(ops) {
            let is_between =
                |c: &SessionOp<V>| first.timed.precedes(&c.timed) && c.timed.precedes(&then.timed);
            if first.timed.precedes(&then.timed) && !ops.iter().any(is_between) {
                let (first, then) = (*a, *b);
                steps.push(Step::RealTime { first, then });
            }
        }
    }
    let count = ops.len() as u32;
    steps.push(Step::NoOrder { count });
    steps
}
