//! The rule says nothing wrong, and what it finds is impossible by itself.

use rand::RngExt;

use super::judge;
use crate::model::{Counter, CounterOp};
use crate::oracle::{Shape, for_each_case, is_linearizable, one_in};
use crate::rules::Ruling;
use crate::timed::Timed;

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
