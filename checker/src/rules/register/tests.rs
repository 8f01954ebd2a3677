//! The rule agrees with the definition, and proves what it says.

use rand::RngExt;

use super::*;
use crate::model::Model;
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in};
use crate::rules::Kind;
use crate::search::verify;

const REGISTER: Register<u8> = Register { initial: 0 };

/// All written values are different; some answers are wrong.
fn history(random: &mut Random) -> Vec<Timed<RegisterOp<u8>>> {
    let (mut value, mut written) = (0, 0);
    let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
        let op = match random.random_range(0..10) {
            0..4 => return RegisterOp::Read(value),
            4..7 => {
                written += 1;
                RegisterOp::Write(written)
            }
            _ => {
                written += 1;
                let from = if is_known || one_in(random, 2) {
                    value
                } else {
                    random.random_range(0..=written)
                };
                let (to, succeeded) = (written, is_known.then_some(true));
                RegisterOp::Cas {
                    from,
                    to,
                    succeeded,
                }
            }
        };
        if has_effect {
            value = REGISTER.step(&value, &op).unwrap_or(value);
        }
        op
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        match &mut ops[at].op {
            RegisterOp::Read(found) => *found = random.random_range(0..=written + 1),
            RegisterOp::Cas { from, .. } => *from = random.random_range(0..=written),
            RegisterOp::Write(_) => {}
        }
    }
    ops.sort_by_key(|timed| timed.call);
    ops
}

/// No proof of a value that nobody wrote leaves out who wrote it, nor changes times or answers.
fn assert_fair(ops: &[Timed<RegisterOp<u8>>], proof: &[Timed<RegisterOp<u8>>], seed: u64) {
    let writes =
        |ops: &[Timed<_>], value| ops.iter().any(|timed| written(&timed.op) == Some(value));
    for timed in proof {
        let same = ops.iter().find(|op| op.call == timed.call);
        let same = same.expect("an operation of the history");
        let as_write = written(&same.op).map(RegisterOp::Write);
        let is_known = timed.op == same.op || Some(timed.op) == as_write;
        assert!(is_known && timed.ret == same.ret, "seed {seed}: {timed:?}");
        let needs = found(&timed.op).or_else(|| compared(&timed.op));
        let is_fair = needs.is_none_or(|value| !writes(ops, value) || writes(proof, value));
        assert!(is_fair, "seed {seed}: {timed:?} in {proof:#?} of {ops:#?}");
    }
}

#[test]
fn zones_agree_with_the_definition() {
    let counts = std::cell::RefCell::new(std::collections::BTreeMap::new());
    for_each_case(|seed, random| {
        let ops = history(random);
        let expected = is_linearizable(&REGISTER, &ops);
        let ruling = judge(&REGISTER, &ops, true);
        let ruling = ruling.expect("values that are all different");
        let kind = match &ruling {
            Ruling::Linearizable(order) => {
                assert!(expected, "seed {seed}: {ops:#?}");
                assert_eq!(
                    verify(&REGISTER, &ops, order),
                    Ok(()),
                    "seed {seed}: {order:?}, {ops:#?}"
                );
                "linearizable"
            }
            Ruling::Impossible(witness) => {
                assert!(!expected, "seed {seed}: {witness:?} of {ops:#?}");
                let proof = &witness.proof;
                assert!(
                    !is_linearizable(&REGISTER, proof),
                    "seed {seed}: {witness:#?}, {ops:#?}"
                );
                assert!(proof.len() <= ops.len());
                assert_fair(&ops, proof, seed);
                witness.kind.word()
            }
        };
        *counts.borrow_mut().entry(kind).or_insert(0) += 1;
    });
    // Every way to be impossible was met.
    assert_eq!(counts.borrow().len(), 6, "{:?}", counts.borrow());
}

#[test]
fn values_that_are_written_twice_are_left_to_the_search() {
    let write = |call, ret| Timed {
        call,
        ret,
        op: RegisterOp::Write(1),
    };
    assert_eq!(judge(&REGISTER, &[write(0, 1), write(2, 3)], false), None);
    let initial = Timed {
        call: 0,
        ret: 1,
        op: RegisterOp::Write(0),
    };
    assert_eq!(judge(&REGISTER, &[initial], false), None);
}

#[test]
fn a_compare_and_set_that_found_another_value_writes_nothing() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let failed = RegisterOp::Cas {
        from: 0,
        to: 1,
        succeeded: Some(false),
    };
    let ops = [
        timed(0, NEVER, failed),
        timed(1, 2, RegisterOp::Read(1)),
        timed(3, 4, RegisterOp::Write(2)),
    ];
    assert!(!is_linearizable(&REGISTER, &ops));
    let Some(Ruling::Impossible(witness)) = judge(&REGISTER, &ops, false) else {
        panic!("nobody wrote 1");
    };
    assert_eq!((witness.kind, witness.ops), (Kind::ThinAir, vec![1]));
    // Of one that certainly found another value nothing is told.
    let ops = [timed(0, 2, failed), timed(3, 4, RegisterOp::Write(1))];
    assert_eq!(judge(&REGISTER, &ops, false), None);
}
