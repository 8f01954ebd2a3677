//! The rule agrees with the definition, and proves what it says.

use rand::RngExt;

use super::*;
use crate::model::Log;
use crate::oracle::{Random, Shape, is_linearizable, one_in};
use crate::rules::Kind;
use crate::rules::agreement::{assert_all_met, compare};

type Op = LogOp<u8>;

/// Offsets are answered always, or sometimes; some answers are wrong.
fn history(random: &mut Random) -> Vec<Timed<Op>> {
    let (mut log, mut appended) = (Vec::new(), 0);
    let has_offsets = one_in(random, 2);
    let mut ops = Shape::draw(random).fill(random, |random, is_known, has_effect| {
        match random.random_range(0..6) {
            0..3 => {
                appended += 1;
                let is_told = is_known && has_offsets && !one_in(random, 4);
                let offset = is_told.then_some(log.len() as u32);
                log.extend(has_effect.then_some(appended));
                let value = appended;
                LogOp::Append { value, offset }
            }
            3..5 if !has_offsets || one_in(random, 3) => LogOp::Read(log.clone().into()),
            _ => {
                let offset = random.random_range(0..=log.len());
                let found = log.get(offset).copied();
                let offset = offset as u32;
                LogOp::Poll { offset, found }
            }
        }
    });
    if one_in(random, 2) {
        let at = random.random_range(0..ops.len());
        match &mut ops[at].op {
            LogOp::Append { offset, .. } => {
                *offset = offset.map(|_| random.random_range(0..=u32::from(appended)));
            }
            LogOp::Read(found) => {
                let count = random.random_range(0..=3);
                let values = (0..count).map(|_| random.random_range(1..=appended + 1));
                *found = values.collect();
            }
            LogOp::Poll { offset, found } => {
                *offset = random.random_range(0..=u32::from(appended));
                let value = random.random_range(0..=appended + 1);
                *found = (value > 0).then_some(value);
            }
        }
    }
    ops
}

#[test]
fn logs_agree_with_the_definition() {
    let counts = compare(&Log::default(), history, judge);
    assert_all_met(
        &counts,
        &[
            "left to the search",
            "linearizable",
            "thin-air-read",
            "long-fork",
            "same-place",
            "two-places",
            "too-far",
            "future-read",
            "out-of-order",
            "missed-value",
        ],
    );
    assert!(
        counts["left to the search"] * 4 < counts["linearizable"],
        "{counts:?}"
    );
}

#[test]
fn an_append_that_was_answered_is_not_read_later() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let append = |value, offset| LogOp::Append { value, offset };
    let ops = [
        timed(0, 1, append(7, Some(0))),
        timed(2, 3, append(8, Some(1))),
        timed(4, 5, LogOp::Read(Box::new([7]))),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("8 is missing");
    };
    assert_eq!(
        (witness.kind, &witness.ops[..]),
        (Kind::MissedValue, &[1, 2][..])
    );
    let missing = timed(4, 5, LogOp::Read(Box::new([])));
    assert_eq!(witness.proof, [timed(2, 3, append(8, Some(0))), missing]);
}

#[test]
fn a_value_at_two_places_is_impossible_with_what_stands_at_the_second() {
    let timed = |call, ret, op| Timed { call, ret, op };
    let append = |value, offset| LogOp::Append {
        value,
        offset: Some(offset),
    };
    let poll = LogOp::Poll {
        offset: 0,
        found: Some(8),
    };
    let ops = [
        timed(0, 3, append(7, 0)),
        timed(1, 2, append(8, 1)),
        timed(4, 5, poll),
    ];
    let Some(Ruling::Impossible(witness)) = judge(&ops, false) else {
        panic!("8 stands at 0 and at 1");
    };
    assert_eq!(witness.kind, Kind::TwoPlaces);
    assert!(
        !is_linearizable(&Log::default(), &witness.proof),
        "{witness:?}"
    );
}
