//! The rule agrees with the definition, and proves what it says.

use rand::RngExt;

use super::*;
use crate::model::GrowingSet;
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in};
use crate::search::verify;

fn history(random: &mut Random) -> Vec<Timed<GrowingSetOp<u8>>> {
    let (mut set, mut added) = (Vec::new(), 0);
    let mut ops = Shape::draw(random).fill(random, |random, _, has_effect| {
        if one_in(random, 2) {
            return GrowingSetOp::Read(set.clone().into());
        }
        added += 1;
        set.extend(has_effect.then_some(added));
        GrowingSetOp::Add(added)
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        if let GrowingSetOp::Read(found) = &mut ops[at].op {
            *found = (1..=added + 1).filter(|_| one_in(random, 2)).collect();
        }
    }
    ops.sort_by_key(|timed| timed.call);
    ops
}

#[test]
fn sets_agree_with_the_definition() {
    let set = GrowingSet::default();
    let counts = std::cell::RefCell::new(std::collections::BTreeMap::new());
    for_each_case(|seed, random| {
        let ops = history(random);
        let expected = is_linearizable(&set, &ops);
        let kind = match judge(&ops, true).expect("values that are all different") {
            Ruling::Linearizable(order) => {
                assert!(expected, "seed {seed}: {ops:#?}");
                let flaw = verify(&set, &ops, &order);
                assert_eq!(flaw, Ok(()), "seed {seed}: {order:?} {ops:#?}");
                "linearizable"
            }
            Ruling::Impossible(witness) => {
                assert!(!expected, "seed {seed}: {witness:?} of {ops:#?}");
                let proof = &witness.proof;
                assert!(
                    !is_linearizable(&set, proof),
                    "seed {seed}: {witness:#?}, {ops:#?}"
                );
                assert!(proof.len() <= 5, "{proof:?}");
                witness.kind.word()
            }
        };
        *counts.borrow_mut().entry(kind).or_insert(0u64) += 1;
    });
    // Every way to be impossible was met.
    assert_eq!(counts.borrow().len(), 5, "{:?}", counts.borrow());
}

#[test]
fn values_that_are_added_twice_are_left_to_the_search() {
    let add = |call, ret| Timed {
        call,
        ret,
        op: GrowingSetOp::Add(1),
    };
    assert_eq!(judge(&[add(0, 1), add(2, 3)], false), None);
}

#[test]
fn the_read_between_two_adds_is_part_of_the_proof() {
    use GrowingSetOp::{Add, Read};
    let timed = |call, ret, op| Timed { call, ret, op };
    let ops = [
        timed(1, 6, Read([].into())),
        timed(2, 3, Add(1)),
        timed(4, 8, Read([3].into())),
        timed(7, 10, Add(3)),
        timed(9, 11, Read([1, 3].into())),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("1 was added before 3, and a read has 3 alone");
    };
    assert_eq!(witness.proof, ops[1..4]);
    // One that never returned shows nothing.
    let mut ops = ops.to_vec();
    ops[2].ret = NEVER;
    assert!(matches!(judge(&ops, false), Some(Ruling::Linearizable(_))));
}
