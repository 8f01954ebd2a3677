//! The rule says nothing wrong, and what it finds is impossible by itself.

use rand::RngExt;

use super::judge;
use crate::model::{Counter, CounterOp};
use crate::oracle::{Shape, for_each_case, is_linearizable, one_in};
use crate::rules::{Kind, Ruling, Witness};
use crate::timed::{NEVER, Timed};

fn op(call: u32, ret: u32, op: CounterOp) -> Timed<CounterOp> {
    Timed { call, ret, op }
}

#[test]
fn what_single_reads_do_not_show() {
    use CounterOp::{Add, Read};
    let ops = [
        op(0, 20, Add(1)),
        op(2, 3, Read(1)),
        op(4, 6, Add(1)),
        op(8, 9, Read(1)),
    ];
    assert!(!is_linearizable(&Counter, &ops));
    // Nor do pairs, by their bounds: the search finds it.
    assert_eq!(judge(&ops), None);
    let ops = [op(0, 1, Add(2)), op(2, 3, Read(1))];
    assert!(matches!(judge(&ops), Some(Ruling::Impossible(_))));
}

#[test]
fn the_rule_finds_no_violation_where_there_is_none() {
    let found = std::cell::Cell::new(0);
    for_each_case(|seed, random| {
        let signed = one_in(random, 3);
        let shape = Shape::draw(random);
        let mut sum = 0;
        let ops = shape.fill(random, |random, is_known, has_effect| {
            if random.random_range(0..3) == 0 && is_known {
                let slip = i64::from(one_in(random, 4)) * random.random_range(-2..=2);
                return CounterOp::Read(sum + slip);
            }
            let number = random.random_range(if signed { -2..=3 } else { 1..=3 });
            if has_effect {
                sum += number;
            }
            CounterOp::Add(number)
        });
        let mut ops = ops;
        ops.sort_by_key(|timed| timed.call);
        let Some(ruling) = judge(&ops) else { return };
        let Ruling::Impossible(witness) = ruling else {
            panic!("seed {seed}: the rule cannot know that");
        };
        found.set(found.get() + 1);
        assert!(!is_linearizable(&Counter, &ops), "seed {seed}: {ops:?}");
        let proof = &witness.proof;
        assert!(!is_linearizable(&Counter, proof), "seed {seed}: {proof:?}");
    });
    assert!(found.get() > 300, "{}", found.get());
}

fn witness(ops: &[Timed<CounterOp>]) -> Witness<CounterOp> {
    match judge(ops) {
        Some(Ruling::Impossible(witness)) => witness,
        other => panic!("{other:?}"),
    }
}

#[test]
fn one_read_finds_too_much_or_too_little() {
    use CounterOp::{Add, Read};
    let begun = [op(0, 1, Add(2)), op(2, 9, Add(4)), op(10, NEVER, Add(8))];
    for (found, kind) in [
        (1, Some(Kind::MissedAdd)),
        (2, None),
        (6, None),
        (7, Some(Kind::PhantomAdd)),
    ] {
        let mut ops = begun.to_vec();
        ops.insert(2, op(3, 4, Read(found)));
        let ruling = judge(&ops);
        assert_eq!(ruling.is_some(), kind.is_some(), "{found}: {ruling:?}");
        let Some(kind) = kind else { continue };
        let witness = witness(&ops);
        assert_eq!((witness.kind, &witness.ops[..]), (kind, &[2][..]));
        // What must have been there, or what can have been.
        let proof: &[_] = match kind {
            Kind::MissedAdd => &[ops[0], ops[2]],
            _ => &[ops[0], ops[1], ops[2]],
        };
        assert_eq!(witness.proof, proof);
    }
}

#[test]
fn subtractions_leave_room_below_and_take_it_above() {
    use CounterOp::{Add, Read};
    let ops = |found| {
        [
            op(0, 1, Add(5)),
            op(2, 3, Add(-1)),
            op(4, 9, Add(-2)),
            op(5, 6, Read(found)),
        ]
    };
    let kinds = [1, 2, 4, 5].map(|found| {
        let ruling = judge(&ops(found));
        ruling.map(|_| witness(&ops(found)).kind)
    });
    let (missed, phantom) = (Some(Kind::MissedAdd), Some(Kind::PhantomAdd));
    assert_eq!(kinds, [missed, None, None, phantom]);
    assert_eq!(witness(&ops(1)).proof, ops(1));
    let [one, other, _, read] = ops(5);
    assert_eq!(witness(&ops(5)).proof, [one, other, read]);
}

#[test]
fn two_reads_are_proof_with_all_adds_that_may_count() {
    use CounterOp::{Add, Read};
    let ops = [
        op(0, 20, Add(1)),
        op(1, 21, Add(1)),
        op(2, 3, Read(2)),
        op(4, 5, Read(1)),
        op(6, 7, Add(1)),
    ];
    let found = witness(&ops);
    assert_eq!((found.kind, &found.ops[..]), (Kind::StaleRead, &[2, 3][..]));
    assert_eq!(found.proof, ops[..4]);
    let ops = [
        op(0, 1, Add(2)),
        op(2, 30, Add(3)),
        op(3, 4, Read(2)),
        op(5, 6, Read(5)),
        op(7, 8, Add(1)),
        op(9, 10, Read(6)),
        op(11, 12, Add(1)),
    ];
    assert_eq!(judge(&ops), None);
    let more = [
        op(0, 30, Add(1)),
        op(1, 2, Add(5)),
        op(3, 4, Read(6)),
        op(5, 6, Read(6)),
        op(7, 8, Add(1)),
    ];
    assert_eq!(judge(&more), None);
}

#[test]
fn a_read_is_compared_with_the_one_before_that_found_most() {
    use CounterOp::{Add, Read};
    let ops = [
        op(0, 50, Add(4)),
        op(1, 51, Add(1)),
        op(2, 3, Read(0)),
        op(4, 5, Read(4)),
        op(6, 9, Read(4)),
        op(8, 52, Read(5)),
        op(10, 11, Read(1)),
    ];
    let found = witness(&ops);
    assert_eq!((found.kind, &found.ops[..]), (Kind::StaleRead, &[3, 6][..]));
    // One that overlaps may have come before.
    let mut ops = ops;
    ops[6] = op(7, 11, Read(4));
    ops.swap(5, 6);
    assert_eq!(judge(&ops), None);
}
