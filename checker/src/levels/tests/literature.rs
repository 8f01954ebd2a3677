//! Examples from the literature, with the levels that they are told to be of.

use super::super::{Access, Level, Limits, judge};
use super::definitions::Plain;
use super::histories::Op;
use super::{holds, report};
use crate::timed::{NEVER, Timed};

/// Sessions by lines, operations as in `w x 1`, `r x 1` and `u x 1>2`, and `o x 1` for a
/// write without an end; all overlap if `is_timeless`, and come
/// column by column otherwise.
fn history(lines: &[&str], is_timeless: bool) -> Vec<Op> {
    let mut ops = Vec::new();
    for (session, line) in (0..).zip(lines) {
        for (column, text) in (0..).zip(line.split(',')) {
            let words: Vec<&str> = text.split_whitespace().collect();
            let [f, key, value] = words[..] else {
                continue;
            };
            let number = |text: &str| text.parse().expect("a number");
            // Timeless sessions run one after another: nothing they say of real time counts.
            let place = if is_timeless {
                session * 100 + column
            } else {
                column * 10
            };
            let call = place * 4 + session;
            let ret = match f {
                "o" => NEVER,
                _ if is_timeless => call + 1,
                _ => call + 30,
            };
            ops.push(Op {
                session,
                key: u32::from(key == "y") + 2 * u32::from(key == "z"),
                timed: Timed {
                    call,
                    ret,
                    op: match value.split_once('>') {
                        Some((found, written)) => Access::Update {
                            found: number(found),
                            written: number(written),
                        },
                        None if matches!(f, "w" | "o") => Access::Write(number(value)),
                        None => Access::Read(number(value)),
                    },
                },
            });
        }
    }
    ops
}

fn check(lines: &[&str], hold: &[Level], break_: &[Level]) {
    let report = report(&history(lines, true));
    for level in hold {
        assert_eq!(
            holds(&report, *level),
            Some(true),
            "{level:?} {lines:?} {report:#?}"
        );
    }
    for level in break_ {
        assert_eq!(holds(&report, *level), Some(false), "{level:?} {lines:?}");
    }
}

use Level::{
    Causal, CausalConvergence, CausalMemory, Linearizable, MonotonicReads, MonotonicWrites, Pram,
    ReadYourWrites, Regular, Sequential, WritesFollowReads,
};

/// A read that is late: there is an order, but not that of real time.
pub(super) fn late_read() -> Vec<Op> {
    history(&["w x 1", "r x 0"], true)
}

#[test]
fn of_causal_memory_that_does_not_converge() {
    // Bouajjani and others, 2017, figure 3 (a).
    check(
        &["w x 1, r x 2", "w x 2, r x 1"],
        &[CausalMemory, Causal, Pram, MonotonicReads, ReadYourWrites],
        &[CausalConvergence, Sequential, Linearizable],
    );
}

#[test]
fn of_convergence_that_no_memory_explains() {
    // The same, figure 3 (b).
    check(
        &["w z 1, w x 1, w y 1", "w x 2, r z 0, r y 1, r x 2"],
        &[CausalConvergence, Causal, WritesFollowReads],
        &[CausalMemory, Pram, Sequential],
    );
}

#[test]
fn of_causes_that_come_before_what_was_overwritten() {
    // The last read shows that x was 1 before it was 2, so z was 1 by then; but 0 was read later.
    check(
        &[
            "w z 1",
            "r z 1, w x 1, w y 1",
            "w x 2",
            "r x 2, r z 0, r y 1, r x 2",
        ],
        &[CausalConvergence, Causal, Pram, WritesFollowReads],
        &[CausalMemory, Sequential, Linearizable],
    );
}

#[test]
fn of_causal_consistency_alone() {
    // The same, figure 3 (c): what is seen goes back and forth.
    check(
        &["w x 1", "w x 2, r x 1, r x 2"],
        &[Causal, MonotonicWrites, WritesFollowReads, ReadYourWrites],
        &[CausalConvergence, CausalMemory, Pram],
    );
}

#[test]
fn of_sequential_stores() {
    // Attiya and Welch, 1994: an order, but not that of real time.
    check(
        &["w x 1", "r x 0"],
        &[Sequential, CausalMemory, CausalConvergence],
        &[Linearizable],
    );
    // Store buffering: no order, but causes are kept.
    check(
        &["w x 1, r y 0", "w y 2, r x 0"],
        &[CausalMemory, CausalConvergence],
        &[Sequential, Regular],
    );
    // Independent reads of independent writes.
    check(
        &["w x 1", "w y 2", "r x 1, r y 0", "r y 2, r x 0"],
        &[CausalMemory, CausalConvergence],
        &[Sequential],
    );
}

#[test]
fn of_answers_without_their_question() {
    // Lloyd and others, 2011: who sees the answer has to see the question.
    check(
        &["w x 1", "r x 1, w y 2", "r y 2, r x 0"],
        &[Pram, MonotonicWrites, MonotonicReads, ReadYourWrites],
        &[Causal, WritesFollowReads, CausalMemory],
    );
}

#[test]
fn of_each_guarantee() {
    check(
        &["w x 1, r x 0"],
        &[MonotonicReads, MonotonicWrites],
        &[ReadYourWrites, Pram],
    );
    check(
        &["w x 1", "r x 1, r x 0"],
        &[ReadYourWrites, MonotonicWrites],
        &[MonotonicReads],
    );
    check(
        &["w x 1, w y 2", "r y 2, r x 0"],
        &[ReadYourWrites, MonotonicReads, WritesFollowReads],
        &[MonotonicWrites, Pram, Causal],
    );
}

#[test]
fn of_a_regular_register_with_an_inversion() {
    // Lamport, 1986: during a write, one read finds the new value and a later one the old.
    let mut ops = history(&["w x 1", "r x 1", "r x 0"], false);
    let spans = [(0, 100), (10, 20), (30, 40)];
    for (op, (call, ret)) in ops.iter_mut().zip(spans) {
        (op.timed.call, op.timed.ret) = (call, ret);
    }
    let report = report(&ops);
    assert_eq!(holds(&report, Regular), Some(true));
    assert_eq!(holds(&report, Linearizable), Some(false));
    assert_eq!(holds(&report, Sequential), Some(true));
}

#[test]
fn of_writes_taken_back() {
    let mut ops = history(&["w x 1", "r x 1"], false);
    ops[0].timed.op = Access::Aborted(1);
    let report = report(&ops);
    for level in Level::ALL {
        assert_eq!(holds(&report, level), Some(false), "{level:?}");
    }
    let super::Standing::Broken(witness) = report.standing(Level::Causal) else {
        panic!("it is broken");
    };
    assert_eq!(witness.flaw, super::Flaw::AbortedRead);
    assert_eq!(witness.ops, [1, 0]);
}

#[test]
fn a_witness_can_be_told() {
    let ops = history(&["w x 1", "r x 1, w y 2", "r y 2, r x 0"], true);
    let report = report(&ops);
    let super::Standing::Broken(witness) = report.standing(WritesFollowReads) else {
        panic!("it is broken");
    };
    let name = |op: u32| {
        let op = &ops[op as usize];
        let key = ["x", "y"][op.key as usize];
        match op.timed.op {
            Access::Read(value) => format!("process {} read {value} of {key}", op.session),
            _ => format!("process {} wrote {key}", op.session),
        }
    };
    let told: Vec<String> = witness
        .steps
        .iter()
        .map(|step| step.sentence(name))
        .collect();
    let expected = [
        "process 0 wrote x, and process 1 read 1 of x, which is that value.",
        "process 1 read 1 of x, and then, in the same session, process 1 wrote y.",
        "process 1 wrote y, and process 2 read 2 of y, which is that value.",
        "process 2 read 2 of y, and then, in the same session, process 2 read 0 of x.",
        "process 2 read 0 of x, the initial value.",
        "process 2 read 0 of x, though it came after this, whose value or a newer one was due: \
         process 0 wrote x.",
    ];
    assert_eq!(told, expected);
}

/// Two writes of x of which the first one is known only by what was not seen of y and z.
fn two_steps(last: &[&str]) -> Vec<Op> {
    let lines = ["w z 1, r x 1", "r x 2, r z 0"];
    history(&[last, &lines].concat(), true)
}

#[test]
fn what_only_a_search_can_tell_is_not_sequential() {
    let ops = two_steps(&["w x 1, r y 0", "w y 1, w x 2"]);
    let sequential = holds(&report(&ops), Sequential);
    assert_eq!(
        (sequential, Plain::new(&ops).holds(Sequential)),
        (Some(false), Some(false))
    );
    // Nor is it if the second write never returned, as its session had written before.
    let mut open = ops;
    open[3].timed.ret = NEVER;
    let sequential = holds(&report(&open), Sequential);
    assert_eq!(
        (sequential, Plain::new(&open).holds(Sequential)),
        (Some(false), Some(false))
    );
    // If that was another session, there is an order.
    open[3].session = 9;
    let sequential = holds(&report(&open), Sequential);
    assert_eq!(
        (sequential, Plain::new(&open).holds(Sequential)),
        (Some(true), Some(true))
    );
}

#[test]
fn a_search_that_began_wrongly_begins_again() {
    // The first session's write is possible at once, but has to wait for the second one's.
    for calls in [[0, 1], [1, 0]] {
        let mut ops = two_steps(&["w x 1", "w x 2"]);
        let times = [ops[0].timed, ops[1].timed];
        for at in [0, 1] {
            (ops[at].timed.call, ops[at].timed.ret) = (times[calls[at]].call, times[calls[at]].ret);
        }
        for is_turned in [false, true] {
            if is_turned {
                ops.swap(0, 1);
            }
            let sequential = holds(&report(&ops), Sequential);
            let expected = Plain::new(&ops).holds(Sequential);
            assert_eq!((sequential, expected), (Some(true), Some(true)), "{ops:?}");
        }
    }
}

#[test]
fn an_update_that_changes_nothing_only_reads() {
    let mut ops = history(&["w x 1", "r x 1", "r x 1"], true);
    ops[1].timed.op = Access::Update {
        found: 1,
        written: 1,
    };
    assert_eq!(holds(&report(&ops), Linearizable), Some(true));
}

#[test]
fn a_search_that_is_cut_short_tells_nothing() {
    let ops = two_steps(&["w x 1, r y 0", "w y 1, w x 2"]);
    let limited = |steps| judge(0, &ops, Limits { steps }).expect("different values");
    let found = [1, 2, 1_000].map(|steps| holds(&limited(steps), Sequential));
    assert_eq!(found, [None, None, Some(false)]);
}

/// Operations of sessions on one key, with their calls and returns.
fn on_one_key(ops: &[(u32, u32, u32, Access<u8>)]) -> Vec<Op> {
    let op = |(session, call, ret, op): &(u32, u32, u32, Access<u8>)| Op {
        session: *session,
        key: 0,
        timed: Timed {
            call: *call,
            ret: *ret,
            op: *op,
        },
    };
    ops.iter().map(op).collect()
}

#[test]
fn a_write_that_never_returned_may_be_seen_without_what_came_before_it() {
    let ops = on_one_key(&[
        (0, 1, NEVER, Access::Write(2)),
        (
            0,
            3,
            4,
            Access::Update {
                found: 0,
                written: 3,
            },
        ),
        (0, 5, 6, Access::Read(4)),
        (0, 7, NEVER, Access::Write(4)),
        (0, 8, 9, Access::Read(2)),
        (0, 10, 11, Access::Write(5)),
    ]);
    assert_eq!(Plain::new(&ops).holds(WritesFollowReads), Some(true));
    assert_eq!(holds(&report(&ops), WritesFollowReads), Some(true));
}

#[test]
fn who_saw_a_write_saw_what_its_session_had_read() {
    let ops = on_one_key(&[
        (
            2,
            0,
            3,
            Access::Update {
                found: 0,
                written: 1,
            },
        ),
        (0, 1, 2, Access::Write(2)),
        (0, 4, 5, Access::Write(3)),
        (
            2,
            6,
            9,
            Access::Update {
                found: 3,
                written: 4,
            },
        ),
        (0, 7, 8, Access::Read(4)),
        (0, 10, 13, Access::Read(2)),
        (2, 11, 12, Access::Read(4)),
    ]);
    assert_eq!(Plain::new(&ops).holds(WritesFollowReads), Some(false));
    assert_eq!(holds(&report(&ops), WritesFollowReads), Some(false));
}

#[test]
fn what_an_update_without_an_end_found_is_its_cause() {
    let ops = on_one_key(&[
        (0, 0, NEVER, Access::Write(1)),
        (
            1,
            2,
            NEVER,
            Access::Update {
                found: 1,
                written: 2,
            },
        ),
        (2, 4, 5, Access::Read(2)),
        (2, 6, 7, Access::Read(1)),
    ]);
    for level in [Causal, CausalConvergence, Sequential] {
        assert_eq!(Plain::new(&ops).holds(level), Some(false), "{level:?}");
        assert_eq!(holds(&report(&ops), level), Some(false), "{level:?}");
    }
}

#[test]
fn a_stale_read_is_found_beside_writes_that_are_concurrent() {
    // When 1 is read, 5 is known as well, and says nothing of it: only 2 does.
    let lines = [
        "w x 5, w y 6",
        "w x 1",
        "r x 1, w x 2, w y 3",
        "r y 3, w z 4",
        "r y 6, r z 4, r x 1",
    ];
    check(
        &lines,
        &[Pram, MonotonicReads, WritesFollowReads],
        &[Causal],
    );
}

#[test]
fn what_comes_before_an_update_comes_before_what_it_found() {
    // 5 was known when 2 was read, so it came before the update, and so before 1.
    for reader in ["u x 1>2, r y 6, r x 2", "r x 1, u x 1>2, r y 6, r x 2"] {
        let lines = ["w x 1, w x 5, w y 6", reader];
        assert_eq!(Plain::new(&history(&lines, true)).holds(Pram), Some(false));
        check(&lines, &[], &[Pram, CausalMemory]);
    }
}

#[test]
fn a_write_that_was_seen_does_not_hide_one_that_was_done() {
    // The last of x that the second session knows of is 3, which says nothing of 1.
    let lines = ["o x 3", "w x 1, w x 2, r x 3, w y 6", "r y 6, r x 1"];
    assert_eq!(
        Plain::new(&history(&lines, true)).holds(Causal),
        Some(false)
    );
    check(&lines, &[], &[Causal]);
}
