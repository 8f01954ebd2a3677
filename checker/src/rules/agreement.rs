//! Rules agree with the definition, and prove what they say.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::Ruling;
use crate::model::Model;
use crate::oracle::{Random, for_each_case, is_linearizable};
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
