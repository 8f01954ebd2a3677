//! Hand-written cases, and all orders of small histories by brute force.

use proptest::prelude::*;

use super::*;

fn clock(entries: &[u64]) -> Clock {
    Clock(entries.to_vec())
}

fn put(register: &mut MvRegister, op: u64, entries: &[u64]) {
    register.begin(op, Action::Put(clock(entries)));
}

fn siblings(ops: &[u64]) -> Outcome {
    Outcome::Siblings(ops.iter().copied().collect())
}

#[test]
fn one_after_the_other_everything_is_determined() {
    let mut register = MvRegister::default();
    put(&mut register, 1, &[1, 0]);
    assert_eq!(register.end(1, &Outcome::Written), Ok(()));
    put(&mut register, 2, &[0, 1]);
    assert_eq!(register.end(2, &Outcome::Conflict(2)), Ok(()));
    register.begin(3, Action::Get);
    assert_eq!(register.end(3, &siblings(&[1, 2])), Ok(()));
    put(&mut register, 4, &[0, 0]);
    assert_eq!(register.end(4, &Outcome::Rejected), Ok(()));
    register.begin(5, Action::Resolve(clock(&[1, 1])));
    assert_eq!(register.end(5, &Outcome::Resolved), Ok(()));
    register.begin(6, Action::Get);
    let expected = BTreeSet::from([siblings(&[5])]);
    assert_eq!(register.end(6, &siblings(&[1, 2, 5])), Err(expected));
}

#[test]
fn two_concurrent_puts_cannot_both_be_first() {
    let mut register = MvRegister::default();
    put(&mut register, 1, &[1, 0]);
    put(&mut register, 2, &[0, 1]);
    assert_eq!(register.end(2, &Outcome::Written), Ok(()));
    let expected = BTreeSet::from([Outcome::Conflict(2)]);
    assert_eq!(register.end(1, &Outcome::Written), Err(expected));
}

#[test]
fn an_abandoned_put_may_come_at_any_time_but_does_not_go_again() {
    let mut register = MvRegister::default();
    put(&mut register, 1, &[1, 0]);
    register.abandon(1);
    register.begin(2, Action::Get);
    assert_eq!(register.end(2, &siblings(&[])), Ok(()));
    put(&mut register, 3, &[0, 1]);
    assert_eq!(register.end(3, &Outcome::Conflict(2)), Ok(()));
    register.begin(4, Action::Get);
    assert!(register.end(4, &siblings(&[3])).is_err());
}

#[test]
fn a_withdrawn_put_is_not_there() {
    let mut register = MvRegister::default();
    put(&mut register, 1, &[1, 0]);
    register.withdraw(1);
    register.begin(2, Action::Get);
    assert!(register.end(2, &siblings(&[1])).is_err());
}

#[test]
fn a_replicated_register_may_have_heard_of_anything_else() {
    let definite = [clock(&[1, 0])];
    let others = [clock(&[0, 2]), clock(&[2, 2])];
    let new = clock(&[0, 1]);
    let possible = |outcome| is_possible(&new, &outcome, &definite, &others);
    assert!(possible(Outcome::Conflict(2)));
    assert!(possible(Outcome::Rejected));
    assert!(!possible(Outcome::Written));
    assert!(!possible(Outcome::Conflict(3)));
}

#[test]
fn of_writes_that_replace_each_other_one_counts() {
    let new = clock(&[1, 0, 0]);
    let others = [clock(&[0, 1, 0]), clock(&[0, 2, 0])];
    let possible = |n| is_possible(&new, &Outcome::Conflict(n), &[], &others);
    assert!(possible(2));
    assert!(!possible(3));
    // What is stored already, and what the new one replaces, is no sibling more.
    let definite = [clock(&[0, 2, 0])];
    let others = [clock(&[0, 1, 0]), clock(&[0, 2, 0])];
    let possible = |n| is_possible(&new, &Outcome::Conflict(n), &definite, &others);
    assert!(possible(2));
    assert!(!possible(3));
    // What would have refused it was not there.
    let others = [clock(&[2, 0, 0]), clock(&[0, 0, 1])];
    let possible = |n| is_possible(&new, &Outcome::Conflict(n), &definite, &others);
    assert!(possible(3));
    assert!(!possible(4));
}

#[test]
fn what_replaces_the_new_one_was_not_there() {
    let new = clock(&[1, 0, 0]);
    let definite = [clock(&[0, 2, 0]), clock(&[0, 0, 2])];
    let possible =
        |n, others: &[Clock]| is_possible(&new, &Outcome::Conflict(n), &definite, others);
    assert!(possible(3, &[]));
    // It would have replaced one that is there as well.
    assert!(!possible(2, &[clock(&[2, 2, 0])]));
    assert!(possible(2, &[clock(&[0, 2, 2])]));
}

#[test]
fn a_conflict_takes_two_that_do_not_dominate_each_other() {
    let new = clock(&[1, 0]);
    let possible = |n, definite: &[Clock]| {
        let others = [clock(&[0, 1])];
        is_possible(&new, &Outcome::Conflict(n), definite, &others)
    };
    assert!(possible(2, &[]));
    assert!(!possible(1, &[]));
    assert!(!possible(2, &[clock(&[2, 0])]), "it is refused");
}

#[test]
fn of_many_writes_that_replace_each_other_one_counts() {
    let others: Vec<Clock> = (1..=MAX_SUBSETS_OF as u64)
        .map(|n| clock(&[0, n]))
        .collect();
    let possible = |n| is_possible(&clock(&[1, 0]), &Outcome::Conflict(n), &[], &others);
    assert!(possible(2));
    assert!(!possible(3));
}

#[test]
fn a_clock_is_raised_to_what_another_one_knows() {
    let joined = |one: &[u64], other: &[u64]| {
        let mut one = clock(one);
        one.join(&clock(other));
        one
    };
    assert_eq!(joined(&[1, 5], &[2, 3, 4]), clock(&[2, 5, 4]));
    assert_eq!(joined(&[2, 3, 4], &[1, 5]), clock(&[2, 5, 4]));
}

#[test]
fn whatever_is_resolved_may_replace_all() {
    let after = |entries: &[u64], is_abandoned: bool| {
        let mut register = MvRegister::default();
        put(&mut register, 1, &[2, 0]);
        assert_eq!(register.end(1, &Outcome::Written), Ok(()));
        register.begin(2, Action::Resolve(clock(entries)));
        if is_abandoned {
            register.abandon(2);
        } else {
            assert_eq!(register.end(2, &Outcome::Resolved), Ok(()));
        }
        let ends = [siblings(&[1]), siblings(&[2]), siblings(&[1, 2])];
        ends.map(|end| {
            let mut register = register.clone();
            register.begin(3, Action::Get);
            register.end(3, &end).is_ok()
        })
    };
    assert_eq!(after(&[3, 0], false), [false, true, false]);
    assert_eq!(after(&[1, 0], false), [true, true, false]);
    assert_eq!(after(&[0, 1], false), [false, true, true]);
    assert_eq!(after(&[0, 1], true), [true, true, true]);
    assert_eq!(
        after(&[1, 0], true),
        [true, false, false],
        "it came too late"
    );
}

#[test]
fn of_many_concurrent_writes_only_their_number_bounds_the_siblings() {
    let at = |n: usize| {
        let mut entries = vec![0; MAX_SUBSETS_OF + 3];
        entries[n] = 1;
        clock(&entries)
    };
    for count in [MAX_SUBSETS_OF, MAX_SUBSETS_OF + 1] {
        let others: Vec<Clock> = (1..=count).map(at).collect();
        let possible = |n| is_possible(&at(0), &Outcome::Conflict(n), &[], &others);
        assert!(possible(2) && possible(count as u64 + 1));
        assert!(!possible(count as u64 + 2));
    }
}

#[test]
fn nothing_is_judged_when_what_did_not_happen_was_answered() {
    let mut register = MvRegister::default();
    put(&mut register, 1, &[1]);
    register.begin(2, Action::Get);
    assert_eq!(register.end(2, &siblings(&[1])), Ok(()));
    register.withdraw(1);
    assert!(register.is_undecided());
    register.begin(3, Action::Get);
    assert_eq!(register.end(3, &siblings(&[7])), Ok(()));
}

#[test]
fn what_nobody_waits_for_is_forgotten() {
    let mut register = MvRegister::default();
    register.begin(1, Action::Get);
    register.abandon(1);
    assert!(register.open.is_empty());
    assert!(!register.is_undecided());
    put(&mut register, 2, &[1]);
    assert!(register.end(2, &Outcome::Rejected).is_err());
    assert!(register.is_undecided());
}

/// An operation of a small history: who is asked what, when, and what was answered.
#[derive(Debug, Clone)]
struct Call {
    action: Action,
    begin: usize,
    end: usize,
    outcome: Outcome,
}

/// Whether some order that respects real time gives these answers: tries them all.
fn explained(calls: &[Call], done: &mut Vec<usize>, stored: &[usize]) -> bool {
    if done.len() == calls.len() {
        return true;
    }
    for next in 0..calls.len() {
        let must_wait =
            |other: usize| !done.contains(&other) && calls[other].end < calls[next].begin;
        if done.contains(&next) || (0..calls.len()).any(must_wait) {
            continue;
        }
        let clock_of = |i: usize| match &calls[i].action {
            Action::Put(clock) => clock.clone(),
            _ => panic!("only puts are stored"),
        };
        let mut after = stored.to_vec();
        let outcome = match &calls[next].action {
            Action::Put(clock) => {
                let refused = stored
                    .iter()
                    .any(|i| clock.compare(&clock_of(*i)).is_some_and(Ordering::is_le));
                if !refused {
                    after.retain(|i| !clock.dominates(&clock_of(*i)));
                    after.push(next);
                }
                match (refused, after.len()) {
                    (true, _) => Outcome::Rejected,
                    (false, 1) => Outcome::Written,
                    (false, n) => Outcome::Conflict(n as u64),
                }
            }
            _ => Outcome::Siblings(stored.iter().map(|i| *i as u64).collect()),
        };
        if outcome == calls[next].outcome {
            done.push(next);
            let explained = explained(calls, done, &after);
            done.pop();
            if explained {
                return true;
            }
        }
    }
    false
}

fn judged(calls: &[Call]) -> bool {
    let mut register = MvRegister::default();
    for time in 0..2 * calls.len() {
        for (op, call) in calls.iter().enumerate() {
            if call.begin == time {
                register.begin(op as u64, call.action.clone());
            } else if call.end == time && register.end(op as u64, &call.outcome).is_err() {
                return false;
            }
        }
    }
    true
}

fn any_call() -> impl Strategy<Value = (Action, Outcome)> {
    let action = prop_oneof![
        3 => prop::collection::vec(0u64..3, 2).prop_map(|entries| Action::Put(Clock(entries))),
        1 => Just(Action::Get),
    ];
    (action, 0u64..8).prop_map(|(action, n)| {
        let outcome = match (&action, n) {
            (Action::Get, n) => Outcome::Siblings((0..3).filter(|i| n & (1 << i) != 0).collect()),
            (_, 0..=2) => Outcome::Written,
            (_, 3..=4) => Outcome::Rejected,
            (_, n) => Outcome::Conflict(n - 3),
        };
        (action, outcome)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    /// Calls get 2n distinct times in a random order; the earlier of a call's two is its begin.
    #[test]
    fn agrees_with_trying_all_orders(
        drawn in prop::collection::vec(any_call(), 1..=5),
        times in Just((0..10usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let n = drawn.len();
        let times: Vec<usize> = times.into_iter().filter(|t| *t < 2 * n).collect();
        let calls: Vec<Call> = drawn
            .into_iter()
            .zip(times.chunks(2))
            .map(|((action, outcome), at)| Call {
                action,
                begin: at[0].min(at[1]),
                end: at[0].max(at[1]),
                outcome,
            })
            .collect();
        prop_assert_eq!(judged(&calls), explained(&calls, &mut Vec::new(), &[]));
    }

    /// What one register answers to a put after some others is possible for a replica that has
    /// heard of them.
    #[test]
    fn true_answers_are_possible(
        before in prop::collection::vec((prop::collection::vec(0u64..4, 3), any::<bool>()), 0..8),
        entries in prop::collection::vec(0u64..4, 3),
        reached: u8,
    ) {
        let new = Clock(entries);
        let mut stored = Vec::new();
        let (mut definite, mut others) = (Vec::new(), Vec::new());
        for (i, (entries, is_definite)) in before.into_iter().enumerate() {
            let old = Clock(entries);
            if is_definite || reached & (1 << i) != 0 {
                admit(&mut stored, old.clone(), |c| c);
            }
            if is_definite { definite.push(old) } else { others.push(old) }
        }
        let outcome = match (admit(&mut stored, new.clone(), |c| c), stored.len()) {
            (false, _) => Outcome::Rejected,
            (true, 1) => Outcome::Written,
            (true, n) => Outcome::Conflict(n as u64),
        };
        prop_assert!(is_possible(&new, &outcome, &definite, &others));
    }
}
