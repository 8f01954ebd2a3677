//! Small counters that pass and fail, and the check against brute force.

use proptest::prelude::*;

use super::*;
use crate::Verdict;
use crate::test_history::{Step, TestHistory};

fn judge(history: TestHistory) -> CheckResult {
    history.judge(&mut Counter::new("counter"))
}

fn kinds(result: &CheckResult) -> Vec<&str> {
    result.anomalies.iter().map(|a| a.kind.as_str()).collect()
}

/// Adds 5 at n0 and 3 and 4 at n1.
fn three_adds() -> TestHistory {
    let mut history = TestHistory::new();
    history.ok("n0", "add", 5, 5);
    history.ok("n1", "add", 3, 3);
    history.ok("n1", "add", 4, 4);
    history
}

/// Ends with these reads at n0, n1, ...
fn ending(mut history: TestHistory, values: &[i64]) -> CheckResult {
    history.finally();
    for (n, value) in values.iter().enumerate() {
        history.ok(&format!("n{n}"), "read", (), *value);
    }
    judge(history)
}

#[test]
fn the_sum_of_all_adds_passes() {
    let result = ending(three_adds(), &[12, 12]);
    assert_eq!(result.verdict, Verdict::Valid);
    assert_eq!(result.figures["acknowledged_sum"], 12);
    assert_eq!(result.figures["reads"], 2);
    assert_eq!(Counter::new("counter").name(), "counter");
    assert_eq!(result.figures["final_values"]["n1"], 12);
}

#[test]
fn a_node_that_keeps_its_adds_to_itself_loses_those_of_others() {
    let result = ending(three_adds(), &[5, 12]);
    assert_eq!(kinds(&result), ["lost-add", "diverged"]);
    assert_eq!(
        result.anomalies[0].summary,
        "n0 ends with 5, but the acknowledged adds make 12: 7 are missing. n0 has only what was \
         added at itself; lost there: operation 2 (+3 at n1) and operation 4 (+4 at n1)."
    );
    assert_eq!(result.anomalies[0].ops, [2, 4, 6]);
    assert_eq!(
        result.anomalies[1].summary,
        "The nodes do not agree in the end: n0 with 5 and n1 with 12."
    );
}

#[test]
fn a_lost_add_is_named_for_example() {
    let result = ending(three_adds(), &[9, 9]);
    assert_eq!(kinds(&result), ["lost-add"]);
    assert_eq!(
        result.summary,
        "n0 and n1 end with 9, but the acknowledged adds make 12: 3 are missing. Lost are, for \
         example: operation 2 (+3 at n1)."
    );
}

#[test]
fn what_is_counted_twice_is_named() {
    let result = ending(three_adds(), &[16, 16]);
    assert_eq!(kinds(&result)[0], "phantom-add");
    assert_eq!(
        result.summary.split(" (").next(),
        Some(
            "n0 and n1 end with 16, but the acknowledged adds make 12: 4 too many. It is as if operation 4"
        )
    );
}

#[test]
fn unknown_adds_may_count_or_not_but_not_in_part() {
    for (value, expected) in [
        (12, Verdict::Valid),
        (15, Verdict::Valid),
        (18, Verdict::Valid),
        (13, Verdict::Invalid),
        (19, Verdict::Invalid),
    ] {
        let mut history = three_adds();
        history.info("n0", "add", 3);
        history.info("n1", "add", 3);
        history.fail("n1", "add", 1);
        assert_eq!(
            ending(history, &[value, value]).verdict,
            expected,
            "{value}"
        );
    }
}

#[test]
fn the_last_final_read_of_a_node_counts() {
    let mut history = three_adds();
    history.finally();
    history.ok("n0", "read", (), 5);
    history.ok("n1", "read", (), 7);
    assert_eq!(ending(history, &[12, 12]).verdict, Verdict::Valid);
}

#[test]
fn a_read_may_lack_what_other_nodes_have_but_not_what_its_own_has() {
    let mut history = three_adds();
    history.ok("n0", "read", (), 5);
    let result = ending(history, &[12, 12]);
    assert_eq!(result.verdict, Verdict::Valid);
    assert_eq!(result.figures["stale_reads"], 1);
    assert_eq!(result.figures["stale_worst"], 7);

    let mut history = three_adds();
    history.ok("n1", "read", (), 6);
    assert_eq!(kinds(&ending(history, &[12, 12])), ["lost-add"]);
}

#[test]
fn nothing_is_read_before_it_was_asked_for() {
    let mut history = TestHistory::new();
    let add = history.invoke("n0", "add", 2);
    history.ok("n1", "read", (), 2);
    history.ok("n2", "read", (), 3);
    history.complete_ok(add, 2);
    let result = ending(history, &[2, 2]);
    assert_eq!(kinds(&result), ["phantom-add"]);
    assert_eq!(result.anomalies[0].nodes, ["n2"]);
}

#[test]
fn a_node_never_goes_down_but_overlapping_reads_may() {
    let mut history = three_adds();
    let slow = history.invoke("n0", "read", ());
    history.ok("n0", "read", (), 12);
    history.complete_ok(slow, 5);
    assert_eq!(ending(history, &[12, 12]).verdict, Verdict::Valid);

    let mut history = three_adds();
    history.ok("n0", "read", (), 12);
    history.ok("n0", "read", (), 8);
    let result = ending(history, &[12, 12]);
    assert_eq!(kinds(&result), ["counter-regress"]);
    assert_eq!(result.anomalies[0].ops, [6, 8]);
}

#[test]
fn what_is_certain_is_known_at_once() {
    let shows = |values: &[i64]| {
        let mut history = three_adds();
        for value in values {
            history.ok("n0", "read", (), *value);
        }
        let mut check = Counter::new("counter");
        for step in &history.into_steps() {
            match step {
                Step::Invoke(invocation) => check.on_invoke(invocation),
                Step::Complete(operation) => check.on_complete(operation),
            }
        }
        check.is_violated()
    };
    assert!(!shows(&[5, 12]));
    assert!(shows(&[13]), "too much");
    assert!(shows(&[12, 8]), "back");
}

#[test]
fn the_first_read_that_showed_more_is_named() {
    let mut history = three_adds();
    history.ok("n0", "read", (), 12);
    history.ok("n0", "read", (), 12);
    history.ok("n0", "read", (), 8);
    let result = ending(history, &[12, 12]);
    assert_eq!(result.anomalies[0].ops, [6, 10]);
}

#[test]
fn with_subtractions_a_counter_may_go_down() {
    let mut history = three_adds();
    history.ok("n0", "read", (), 12);
    history.ok("n0", "add", -2, -2);
    history.ok("n0", "read", (), 10);
    assert_eq!(ending(history, &[10, 10]).verdict, Verdict::Valid);
}

#[test]
fn without_final_reads_nothing_is_decided() {
    assert_eq!(judge(three_adds()).verdict, Verdict::Unknown);
}

#[test]
fn what_is_no_integer_makes_sums_unknown() {
    let mut history = three_adds();
    history.ok("n0", "add", "many", "many");
    assert_eq!(ending(history, &[12, 12]).verdict, Verdict::Unknown);
    let mut history = three_adds();
    history.ok("n0", "read", (), "many");
    assert_eq!(ending(history, &[12, 12]).verdict, Verdict::Unknown);
    let mut history = three_adds();
    history.ok("n0", "read", (), "many");
    assert_eq!(ending(history, &[11, 12]).verdict, Verdict::Invalid);
}

#[test]
fn too_many_sums_are_unknown_but_have_bounds() {
    let unknown = || {
        let mut history = TestHistory::new();
        (0..40).for_each(|n| history.info("n0", "add", 1 << n));
        history
    };
    assert_eq!(ending(unknown(), &[12, 12]).verdict, Verdict::Unknown);
    assert_eq!(ending(unknown(), &[1 << 40]).verdict, Verdict::Invalid);
    assert_eq!(ending(unknown(), &[12, 13]).verdict, Verdict::Invalid);
}

/// What is said first of two nodes that end with this, after these adds.
fn explained(adds: &[(&str, i64)], value: i64) -> String {
    let mut history = TestHistory::new();
    for (node, delta) in adds {
        history.ok(node, "add", *delta, *delta);
    }
    let result = ending(history, &[value, value]);
    let summary = &result.anomalies[0].summary;
    let (_, told) = summary.split_once(": ").expect("what is wrong and why");
    told.to_owned()
}

#[test]
fn what_is_missing_is_guessed() {
    let adds = [
        ("n1", 3),
        ("n2", 9),
        ("n3", 9),
        ("n1", 10),
        ("n4", 50),
        ("n2", 0),
    ];
    let told = |difference: i64| explained(&adds, 81 + difference);
    assert_eq!(
        told(-13),
        "13 are missing. That is exactly what n1 acknowledged; lost: operation 0 (+3 at n1) and \
         operation 6 (+10 at n1)."
    );
    assert_eq!(
        told(-22),
        "22 are missing. That is exactly what n1 and n2 acknowledged; lost: operation 0 (+3 at \
         n1), operation 2 (+9 at n2) and operation 6 (+10 at n1)."
    );
    assert_eq!(
        told(-19),
        "19 are missing. Lost are, for example: operation 2 (+9 at n2) and operation 6 (+10 at \
         n1)."
    );
    assert_eq!(told(-1), "1 is missing.");
}

#[test]
fn what_is_too_much_is_guessed() {
    let adds = [
        ("n1", 3),
        ("n2", 9),
        ("n3", 9),
        ("n1", 10),
        ("n4", 50),
        ("n2", 0),
    ];
    let told = |difference: i64| explained(&adds, 81 + difference);
    assert_eq!(
        told(9),
        "9 too many. It is as if operation 2 (+9 at n2) were counted twice."
    );
    assert_eq!(
        told(31),
        "31 too many. It is as if everything that n1, n2 and n3 acknowledged were counted twice."
    );
    assert_eq!(told(5), "5 too many. Something was counted more than once.");
}

#[test]
fn long_lists_are_cut_short() {
    for (count, rest) in [(6, " and operation 10 (+1 at n2)."), (7, " and 1 more.")] {
        let told = explained(&vec![("n2", 1); count], 0);
        assert!(told.ends_with(rest), "{told}");
    }
}

#[test]
fn how_much_may_have_happened_is_told() {
    let told = |deltas: &[i64], value| {
        let mut history = three_adds();
        deltas
            .iter()
            .for_each(|delta| history.info("n0", "add", *delta));
        ending(history, &[value]).anomalies[0].summary.clone()
    };
    assert_eq!(
        told(&[6], 19),
        "n0 ends with 19, but the acknowledged adds make 12 (and up to 6 more whose fate is \
         unknown): 1 too many. Something was counted more than once."
    );
    assert_eq!(
        told(&[6, -2], 9),
        "n0 ends with 9, but the acknowledged adds make 12 (between -2 and 6 more may have \
         happened): 1 is missing."
    );
    assert_eq!(
        told(&[6], 15),
        "n0 ends with 15, but the acknowledged adds make 12 (and up to 6 more whose fate is \
         unknown): no choice of those whose fate is unknown makes the difference."
    );
}

/// One move of a random history: which operation begins or ends, and how.
#[derive(Debug, Clone)]
enum Move {
    Add { node: u8, delta: i64, end: u8 },
    Read { node: u8, value: i64 },
    SlowRead { node: u8 },
    EndSlow { value: i64 },
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0..2u8, 0..4i64, 0..6u8)
            .prop_map(|(node, delta, end)| Move::Add { node, delta, end }),
        2 => (0..2u8, 0..5i64).prop_map(|(node, value)| Move::Read { node, value }),
        1 => (0..2u8).prop_map(|node| Move::SlowRead { node }),
        1 => (0..8i64).prop_map(|value| Move::EndSlow { value }),
    ]
}

fn acknowledged(moves: &[Move]) -> i64 {
    let deltas = moves.iter().map(|step| match step {
        Move::Add {
            delta, end: 3.., ..
        } => *delta,
        _ => 0,
    });
    deltas.sum()
}

fn play(moves: &[Move], ends: [i64; 2]) -> TestHistory {
    let mut history = TestHistory::new();
    let mut slow = Vec::new();
    for step in moves {
        match step {
            Move::Add { node, delta, end } => {
                let node = format!("n{node}");
                match end {
                    0 => history.fail(&node, "add", *delta),
                    1 | 2 => history.info(&node, "add", *delta),
                    _ => history.ok(&node, "add", *delta, *delta),
                }
            }
            Move::Read { node, value } => history.ok(&format!("n{node}"), "read", (), *value),
            Move::SlowRead { node } => slow.push(history.invoke(&format!("n{node}"), "read", ())),
            Move::EndSlow { value } => {
                if let Some(read) = slow.pop() {
                    history.complete_ok(read, *value);
                }
            }
        }
    }
    history.finally();
    for (n, value) in ends.into_iter().enumerate() {
        history.ok(&format!("n{n}"), "read", (), value);
    }
    history
}

/// The demands, word by word, over all pairs and subsets.
fn is_valid_by_brute_force(history: TestHistory) -> bool {
    let mut ops: Vec<Operation> = Vec::new();
    for step in history.into_steps() {
        if let Step::Complete(op) = step {
            ops.push(op);
        }
    }
    let amount = |value: &Value| value.as_i64().expect("an integer");
    let adds: Vec<&Operation> = ops.iter().filter(|op| op.invocation.f == "add").collect();
    let reads = ops
        .iter()
        .filter(|op| op.invocation.f == "read" && op.is_ok());
    let reads: Vec<&Operation> = reads.collect();
    let total = |wanted: &dyn Fn(&Operation) -> bool| -> i64 {
        let chosen = adds.iter().filter(|op| wanted(op));
        chosen.map(|op| amount(&op.invocation.value)).sum()
    };
    let within_bounds = reads.iter().all(|read| {
        let low = total(&|add| {
            add.is_ok()
                && add.invocation.node == read.invocation.node
                && add.completion.index < read.invocation.index
        });
        let high = total(&|add| {
            let refused = add.is_fail() && add.completion.index < read.completion.index;
            add.invocation.index < read.completion.index && !refused
        });
        (low..=high).contains(&amount(&read.completion.value))
    });
    let never_down = reads.iter().all(|a| {
        reads.iter().all(|b| {
            a.invocation.node != b.invocation.node
                || a.completion.index > b.invocation.index
                || amount(&a.completion.value) <= amount(&b.completion.value)
        })
    });
    let acknowledged = total(&Operation::is_ok);
    let unknown: Vec<i64> = adds
        .iter()
        .filter(|op| op.is_info())
        .map(|op| amount(&op.invocation.value))
        .collect();
    let finals = reads.iter().filter(|op| op.invocation.is_final);
    let finals: Vec<i64> = finals.map(|op| amount(&op.completion.value)).collect();
    let possible = (0..1u32 << unknown.len()).any(|subset| {
        let chosen = unknown
            .iter()
            .enumerate()
            .filter(|(i, _)| subset >> i & 1 == 1);
        acknowledged + chosen.map(|(_, n)| n).sum::<i64>() == finals[0]
    });
    within_bounds && never_down && possible && finals[0] == finals[1]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_check_agrees_with_brute_force(
        moves in prop::collection::vec(moves(), 0..9),
        end in -1..4i64,
        other in prop_oneof![4 => Just(0i64), 1 => -2..3i64],
    ) {
        let end = acknowledged(&moves) + end;
        let ends = [end, end + other];
        let expected = is_valid_by_brute_force(play(&moves, ends));
        let result = judge(play(&moves, ends));
        prop_assert_eq!(result.verdict == Verdict::Valid, expected, "{:?}", result);
        prop_assert_ne!(result.verdict, Verdict::Unknown);
    }
}
