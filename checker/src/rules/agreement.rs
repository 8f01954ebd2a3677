//! Rules agree with the definition, and prove what they say.

use std::collections::BTreeMap;
use std::fmt::Debug;

use rand::RngExt;

use super::Ruling;
use crate::model::{Container, ContainerOp, Discipline, Model};
use crate::oracle::{Random, Shape, for_each_case, is_linearizable, one_in, pick};
use crate::search::verify;
use crate::timed::Timed;

/// How often a rule said what.
pub(crate) type Counts = BTreeMap<&'static str, u64>;

/// Compares what a rule says of random histories with the definition, and counts its answers.
pub(crate) fn compare<M: Model>(
    model: &M,
    history: impl Fn(&mut Random) -> Vec<Timed<M::Op>>,
    judge: impl Fn(&[Timed<M::Op>], bool) -> Option<Ruling<M::Op>>,
) -> Counts
where
    M::Op: Debug,
{
    let counts = std::cell::RefCell::new(Counts::new());
    for_each_case(|seed, random| {
        let mut ops = history(random);
        ops.sort_by_key(|timed| timed.call);
        let word = answer(model, &ops, &judge, seed);
        *counts.borrow_mut().entry(word).or_insert(0) += 1;
    });
    counts.into_inner()
}

fn answer<M: Model>(
    model: &M,
    ops: &[Timed<M::Op>],
    judge: impl Fn(&[Timed<M::Op>], bool) -> Option<Ruling<M::Op>>,
    seed: u64,
) -> &'static str
where
    M::Op: Debug,
{
    let expected = is_linearizable(model, ops);
    let brief = judge(ops, false);
    match judge(ops, true) {
        None => {
            assert_eq!(brief, None);
            "left to the search"
        }
        Some(Ruling::Linearizable(order)) => {
            assert!(expected, "seed {seed}: {ops:#?}");
            let flaw = verify(model, ops, &order);
            assert_eq!(flaw, Ok(()), "seed {seed}: {order:?} {ops:#?}");
            assert_eq!(brief, Some(Ruling::Linearizable(Vec::new())));
            "linearizable"
        }
        Some(Ruling::Impossible(witness)) => {
            assert!(!expected, "seed {seed}: {witness:?} of {ops:#?}");
            let proof = &witness.proof;
            assert!(
                proof.is_sorted_by_key(|timed| timed.call) && !is_linearizable(model, proof),
                "seed {seed}: {witness:#?}, {ops:#?}"
            );
            assert!(witness.ops.iter().all(|op| (*op as usize) < ops.len()));
            assert!(proof.len() <= ops.len());
            let word = witness.kind.word();
            assert_eq!(brief, Some(Ruling::Impossible(witness)), "seed {seed}");
            word
        }
    }
}

/// Every one of these was said at least once, and nothing else.
pub(crate) fn assert_all_met(counts: &Counts, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let met: Vec<&str> = counts.keys().copied().collect();
    assert_eq!(met, expected, "{counts:?}");
}

/// Different values are put in, in no order of theirs, and taken out; some answers are wrong.
pub(crate) fn container_history(
    random: &mut Random,
    discipline: Discipline,
) -> Vec<Timed<ContainerOp<u8>>> {
    let container = Container::new(discipline);
    let mut fresh: Vec<u8> = (1..=9).collect();
    let mut inside = container.initial();
    let is_unseen = one_in(random, 3);
    let puts = random.random_range(2..=3);
    let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
        if one_in(random, puts) || !is_known && !is_unseen {
            let value = fresh.swap_remove(random.random_range(0..fresh.len()));
            if has_effect {
                inside = container.step(&inside, &ContainerOp::Put(value)).remove(0);
            }
            return ContainerOp::Put(value);
        }
        let mut next = container.step(&inside, &ContainerOp::TakeUnseen);
        let left = next.swap_remove(random.random_range(0..next.len()));
        let taken = inside.iter().find(|value| !left.contains(value)).copied();
        if has_effect {
            inside = left;
        }
        match taken {
            _ if !is_known => ContainerOp::TakeUnseen,
            Some(taken) => ContainerOp::Take(taken),
            None => ContainerOp::FindNothing,
        }
    });
    if one_in(random, 2) {
        falsify(random, &mut ops);
    }
    ops
}

/// Two takes change places, or one gets any answer.
fn falsify(random: &mut Random, ops: &mut [Timed<ContainerOp<u8>>]) {
    let is_take = |op| matches!(op, ContainerOp::Take(_) | ContainerOp::FindNothing);
    let takes = (0..ops.len()).filter(|at| !ops[*at].is_indeterminate() && is_take(ops[*at].op));
    let takes: Vec<usize> = takes.collect();
    let (Some(&one), Some(&other)) = (pick(random, &takes), pick(random, &takes)) else {
        return;
    };
    if one != other && !one_in(random, 3) {
        (ops[one].op, ops[other].op) = (ops[other].op, ops[one].op);
        return;
    }
    let puts = ops.iter().filter_map(|timed| match timed.op {
        ContainerOp::Put(value) => Some(value),
        _ => None,
    });
    let mut answers: Vec<u8> = puts.collect();
    answers.push(10);
    ops[one].op = match pick(random, &answers) {
        Some(value) if !one_in(random, 4) => ContainerOp::Take(*value),
        _ => ContainerOp::FindNothing,
    };
}

/// No proof leaves out who put in what was taken out, nor changes any operation.
pub(crate) fn fair(
    ops: &[Timed<ContainerOp<u8>>],
    ruling: Option<Ruling<ContainerOp<u8>>>,
) -> Option<Ruling<ContainerOp<u8>>> {
    if let Some(Ruling::Impossible(witness)) = &ruling {
        let puts = |ops: &[Timed<_>], value| {
            let put = ContainerOp::Put(value);
            ops.iter().any(|timed| timed.op == put)
        };
        for timed in &witness.proof {
            assert!(ops.contains(timed), "{timed:?} of {ops:#?}");
            if let ContainerOp::Take(value) = timed.op {
                let is_fair = !puts(ops, value) || puts(&witness.proof, value);
                assert!(is_fair, "{timed:?} in {witness:#?} of {ops:#?}");
            }
        }
    }
    ruling
}
