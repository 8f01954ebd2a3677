//! Long histories: no stack overflows, and a planted violation is found.

use super::super::{Access, Level, SessionOp};
use super::histories::Op;
use super::{holds, report};
use crate::oracle::{Random, one_in};
use crate::timed::Timed;
use rand::{RngExt, SeedableRng};

/// Sessions that take turns at one store, with up to 250 values.
fn turns(count: u32) -> Vec<Op> {
    let mut random = Random::seed_from_u64(1);
    let (mut holds, mut written) = ([0u8; 4], [0u8; 4]);
    let ops = (0..count).map(|at| {
        let key = random.random_range(0..4usize);
        let op = if written[key] < 250 && one_in(&mut random, count / 1000 + 2) {
            written[key] += 1;
            holds[key] = written[key];
            Access::Write(written[key])
        } else {
            Access::Read(holds[key])
        };
        SessionOp {
            session: at % 7,
            key: key as u32,
            timed: Timed {
                call: 2 * at,
                ret: 2 * at + 1,
                op,
            },
        }
    });
    ops.collect()
}

#[test]
fn long_histories_hold() {
    let mut ops = turns(50_000);
    let report_of = |ops: &[Op]| report(ops);
    assert_eq!(report_of(&ops).strongest(), [Level::Linearizable]);
    // The same in a world where nothing overlaps but all ends late: only order counts.
    for op in &mut ops {
        op.timed.ret += 1_000_000;
    }
    let report = report_of(&ops);
    assert_eq!(holds(&report, Level::Sequential), Some(true));
}

#[test]
fn a_planted_old_value_is_found_everywhere() {
    let mut ops = turns(20_000);
    let at = ops.len() - 10;
    let (key, session) = (ops[at].key, ops[at].session);
    ops[at].timed.op = Access::Read(1);
    ops[at - 7].key = key;
    assert_eq!(ops[at - 7].session, session);
    ops[at - 7].timed.op = Access::Read(0);
    let report = report(&ops);
    for level in [
        Level::Sequential,
        Level::Causal,
        Level::CausalMemory,
        Level::Pram,
    ] {
        assert_eq!(holds(&report, level), Some(false), "{level:?}");
        let super::Standing::Broken(witness) = report.standing(level) else {
            panic!("it is broken");
        };
        assert!(witness.ops.len() <= 8, "{witness:#?}");
    }
}
