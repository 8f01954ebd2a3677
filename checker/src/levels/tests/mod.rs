//! The levels agree with their definitions, with each other, and prove what they say.

mod definitions;
mod histories;
mod large;
mod literature;

use definitions::Plain;
use histories::{Op, draw, draw_sequential};
use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;
use crate::oracle::for_each_case;
use crate::timed::NEVER;
use rand::RngExt;

fn report(ops: &[Op]) -> Report<u8> {
    judge(0, ops, Limits::default()).expect("different values")
}

/// Whether a level holds; nothing if it is not known.
fn holds(report: &Report<u8>, level: Level) -> Option<bool> {
    match report.standing(level) {
        Standing::Holds => Some(true),
        Standing::Broken(_) => Some(false),
        Standing::Unknown(_) => None,
    }
}

fn all(report: &Report<u8>) -> Vec<(Level, Option<bool>)> {
    Level::ALL
        .into_iter()
        .map(|level| (level, holds(report, level)))
        .collect()
}

#[test]
fn every_level_agrees_with_its_definition() {
    let counts: RefCell<BTreeMap<(Level, bool), u64>> = RefCell::default();
    for_each_case(|seed, random| {
        let ops = draw(random);
        let report = report(&ops);
        let plain = Plain::new(&ops);
        for level in Level::ALL {
            let Some(found) = holds(&report, level) else {
                assert_eq!(level, Level::Eventual);
                assert_eq!(plain.holds(level), None, "seed {seed}: {ops:#?}");
                continue;
            };
            let expected = plain.holds(level).unwrap_or(true);
            assert_eq!(found, expected, "seed {seed}: {level:?} of {ops:?}");
            *counts.borrow_mut().entry((level, found)).or_default() += 1;
        }
    });
    for level in Level::ALL {
        for found in [true, false] {
            let count = counts.borrow().get(&(level, found)).copied().unwrap_or(0);
            assert!(count > 20, "{level:?} {found}: {count}");
        }
    }
    println!("{:?}", counts.borrow());
}

#[test]
fn stronger_levels_imply_weaker_ones() {
    let apart: RefCell<BTreeMap<(Level, Level), u64>> = RefCell::default();
    for_each_case(|seed, random| {
        let ops = draw(random);
        let report = report(&ops);
        for strong in Level::ALL {
            for weak in Level::ALL {
                let both = (holds(&report, strong), holds(&report, weak));
                if both == (Some(true), Some(false)) {
                    assert!(
                        !strong.implies(weak),
                        "seed {seed}: {strong:?} {weak:?} {ops:#?}"
                    );
                    *apart.borrow_mut().entry((strong, weak)).or_default() += 1;
                }
            }
        }
    });
    // The arrows that are missing are missing for a reason.
    let mut unmet: Vec<(Level, Level)> = Vec::new();
    for strong in Level::ALL {
        for weak in Level::ALL {
            let is_met = apart.borrow().contains_key(&(strong, weak));
            if !is_met && !strong.implies(weak) {
                unmet.push((strong, weak));
            }
        }
    }
    unmet.retain(|pair| !RARE.contains(pair));
    assert_eq!(unmet, []);
}

/// Levels that only longer histories tell apart; see [`literature`].
const RARE: [(Level, Level); 2] = [
    (Level::CausalConvergence, Level::CausalMemory),
    (Level::CausalConvergence, Level::Pram),
];

#[test]
fn a_witness_breaks_the_level_by_itself() {
    for_each_case(|seed, random| {
        let ops = draw(random);
        let report = report(&ops);
        let plain = Plain::new(&ops);
        for level in Level::ALL {
            let Standing::Broken(witness) = report.standing(level) else {
                continue;
            };
            let told = format!("seed {seed}: {level:?} {witness:#?} of {ops:#?}");
            assert!(!witness.steps.is_empty(), "{told}");
            assert!(witness.proof.len() <= ops.len(), "{told}");
            assert_eq!(
                Plain::new(&witness.proof).holds(level),
                Some(false),
                "{told}"
            );
            assert_eq!(
                holds(&judge_all(&witness.proof), level),
                Some(false),
                "{told}"
            );
            assert_eq!(plain.holds(level), Some(false), "{told}");
            for step in &witness.steps {
                let sentence = step.sentence(|op| format!("<{op}>"));
                assert!(
                    sentence.ends_with('.') && !sentence.contains("  "),
                    "{sentence}"
                );
            }
        }
    });
}

fn judge_all(ops: &[Op]) -> Report<u8> {
    report(ops)
}

#[test]
fn what_nobody_saw_does_not_matter() {
    for_each_case(|seed, random| {
        let ops = draw(random);
        let known = all(&report(&ops));
        let mut more = ops.clone();
        // Nobody saw these.
        for (value, op) in [(200, Access::Write(200)), (201, Access::Read(201))] {
            let call = 1000 + value;
            let (session, key) = (random.random_range(0..3), random.random_range(0..2));
            let timed = crate::Timed {
                call,
                ret: NEVER,
                op,
            };
            more.push(SessionOp {
                session,
                key,
                timed,
            });
        }
        assert_eq!(all(&report(&more)), known, "seed {seed}: {ops:#?}");
    });
}

#[test]
fn what_took_effect_in_one_order_is_sequential() {
    for_each_case(|seed, random| {
        let ops = draw_sequential(random);
        let report = report(&ops);
        for level in Level::ALL
            .into_iter()
            .filter(|level| Level::Sequential.implies(*level))
        {
            let found = holds(&report, level);
            assert_eq!(found, Some(true), "seed {seed}: {level:?} of {ops:?}");
        }
    });
}

#[test]
fn names_and_places_and_times_do_not_matter() {
    for_each_case(|seed, random| {
        let ops = draw(random);
        let known = all(&report(&ops));
        let mut other = ops.clone();
        for op in &mut other {
            op.session = 17 - 3 * op.session;
            op.key = 9 - op.key;
            op.timed.call = 2 * op.timed.call + 5;
            if op.timed.ret != NEVER {
                op.timed.ret = 2 * op.timed.ret + 5;
            }
        }
        for at in (1..other.len()).rev() {
            other.swap(at, random.random_range(0..=at));
        }
        assert_eq!(all(&report(&other)), known, "seed {seed}: {ops:#?}");
    });
}

#[test]
fn staleness_is_what_it_says() {
    for_each_case(|seed, random| {
        let ops = draw(random);
        let times: Vec<(u64, u64)> = ops
            .iter()
            .map(|op| (10 * u64::from(op.timed.call), 10 * u64::from(op.timed.ret)))
            .collect();
        let measured = staleness(0, &ops, &times).expect("different values");
        let expected = Plain::new(&ops).staleness();
        let shown = measured.map(|m| {
            (
                m.reads,
                m.stale_reads,
                m.inversions,
                m.versions.max,
                m.behind_ns.max,
            )
        });
        assert_eq!(shown, expected, "seed {seed}: {ops:#?}");
        let is_regular = holds(&report(&ops), Level::Regular);
        let is_stale = measured.is_none_or(|m| m.stale_reads > 0);
        assert!(
            !(is_stale && is_regular == Some(true)),
            "seed {seed}: {ops:#?}"
        );
    });
}

#[test]
fn values_must_be_different() {
    let op = |key, value, call| SessionOp {
        session: 0,
        key,
        timed: crate::Timed {
            call,
            ret: call + 1,
            op: Access::Write(value),
        },
    };
    let twice = judge(
        0,
        &[op(3, 1, 0), op(4, 1, 2), op(3, 1, 4)],
        Limits::default(),
    );
    let expected = NotUnique {
        key: 3,
        value: 1,
        ops: [Some(0), Some(2)],
    };
    assert_eq!(twice, Err(expected));
    let initial = judge(0, &[op(3, 0, 0)], Limits::default());
    assert_eq!(
        initial,
        Err(NotUnique {
            key: 3,
            value: 0,
            ops: [None, Some(0)]
        })
    );
}

#[test]
fn a_search_that_is_cut_short_says_so() {
    let ops = literature::late_read();
    let report = judge(0, &ops, Limits { steps: 0 }).expect("different values");
    let standing = report.standing(Level::Sequential);
    assert_eq!(standing, &Standing::Unknown(Why::OutOfSteps(0)));
}

#[test]
fn a_read_of_what_did_not_happen_names_it() {
    let op = |key, access| SessionOp {
        session: key,
        key,
        timed: crate::Timed {
            call: 0,
            ret: 1,
            op: access,
        },
    };
    let mut ops = [
        op(1, Access::Aborted(3)),
        op(0, Access::Aborted(4)),
        op(0, Access::Aborted(3)),
        op(0, Access::Read(3)),
    ];
    for (at, op) in (0..).zip(&mut ops) {
        (op.timed.call, op.timed.ret) = (2 * at, 2 * at + 1);
    }
    let report = report(&ops);
    for level in Level::ALL {
        let Standing::Broken(witness) = report.standing(level) else {
            panic!("{level:?} of {report:?}");
        };
        assert_eq!(
            (witness.flaw, &witness.ops[..]),
            (Flaw::AbortedRead, &[3, 2][..])
        );
        assert_eq!(witness.proof, ops[2..]);
    }
}

#[test]
fn names_are_those_that_are_documented() {
    let levels = [
        (Level::Linearizable, "linearizable"),
        (Level::CausalConvergence, "causal-convergence"),
        (Level::Eventual, "eventual"),
    ];
    for (level, word) in levels {
        assert_eq!(level.word(), word);
    }
    assert_eq!(Flaw::AbortedRead.word(), "aborted-read");
    assert_eq!(
        Flaw::Register(crate::rules::Kind::StaleRead).word(),
        "stale-read"
    );
}

#[test]
fn the_share_of_stale_reads_is_between_0_and_1() {
    let session = |access, call| SessionOp {
        session: 0,
        key: 0,
        timed: crate::Timed {
            call,
            ret: call + 1,
            op: access,
        },
    };
    let mut ops = vec![session(Access::Write(1), 0)];
    let share = |ops: &[Op]| {
        let times = vec![(0, 0); ops.len()];
        let measured = staleness(0, ops, &times).expect("different values");
        measured.map(|measured| measured.stale_share())
    };
    assert_eq!(share(&ops), Some(0.0));
    ops.extend([0, 1, 1, 1].map(|found| session(Access::Read(found), 2)));
    for (at, op) in (0..).zip(&mut ops) {
        (op.timed.call, op.timed.ret) = (2 * at, 2 * at + 1);
    }
    assert_eq!(share(&ops), Some(0.25));
}
