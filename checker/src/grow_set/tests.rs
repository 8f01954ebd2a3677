//! Small sets that pass and fail, and the check against brute force.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Verdict;
use crate::test_history::{Step, TestHistory};

fn judge(history: TestHistory) -> CheckResult {
    history.judge(&mut GrowSet::new("broadcast", "broadcast", "read"))
}

fn kinds(result: &CheckResult) -> Vec<&str> {
    result.anomalies.iter().map(|a| a.kind.as_str()).collect()
}

/// 1 and 2 are acknowledged by n0 and n1.
fn two_adds() -> TestHistory {
    let mut history = TestHistory::new();
    history.ok("n0", "broadcast", 1, 1);
    history.ok("n1", "broadcast", 2, 2);
    history
}

/// Ends with these reads at n0, n1, ...
fn ending(mut history: TestHistory, reads: &[&[i64]]) -> CheckResult {
    history.finally();
    for (n, read) in reads.iter().enumerate() {
        history.ok(&format!("n{n}"), "read", (), read.to_vec());
    }
    judge(history)
}

#[test]
fn every_element_on_every_node_passes() {
    let result = ending(two_adds(), &[&[1, 2], &[2, 1]]);
    assert_eq!(result.verdict, Verdict::Valid, "{result:?}");
    assert_eq!(result.figures["acknowledged"], 2);
}

#[test]
fn an_element_that_one_node_lacks_is_lost_there() {
    let result = ending(two_adds(), &[&[1], &[1, 2]]);
    assert_eq!(kinds(&result), ["lost-element", "diverged"]);
    assert_eq!(
        result.anomalies[0].summary,
        "2 was acknowledged by n1 (operation 2) and is missing in the end on n0. Only n1 has it: \
         nobody was told."
    );
    assert_eq!(result.anomalies[0].ops, [2, 4]);
    assert_eq!(
        result.anomalies[1].summary,
        "The nodes do not agree in the end: of n0 and n1, only n1 has 2."
    );
}

#[test]
fn only_the_last_final_read_of_a_node_counts() {
    let mut history = two_adds();
    history.finally();
    history.ok("n0", "read", (), [1]);
    assert_eq!(ending(history, &[&[1, 2], &[1, 2]]).verdict, Verdict::Valid);
}

#[test]
fn of_final_reads_that_overlap_the_one_that_began_last_counts() {
    let mut history = two_adds();
    history.ok("n1", "read", (), [1, 2]);
    history.finally();
    let slow = history.invoke("n0", "read", ());
    history.ok("n0", "read", (), [1, 2]);
    history.complete_ok(slow, [1]);
    let result = judge(history);
    assert_eq!(result.verdict, Verdict::Valid, "{result:?}");
    assert_eq!(GrowSet::new("broadcast", "add", "read").name(), "broadcast");
}

#[test]
fn what_a_node_has_shown_must_stay() {
    let mut history = two_adds();
    history.ok("n0", "read", (), [1, 2]);
    history.ok("n1", "read", (), [2]);
    history.ok("n0", "read", (), [1]);
    let result = ending(history, &[&[1, 2], &[1, 2]]);
    assert_eq!(kinds(&result), ["lost-element"]);
    assert!(result.summary.starts_with("2 was there and vanished: n0"));
    assert_eq!(result.anomalies[0].ops, [4, 8]);
}

#[test]
fn overlapping_reads_may_differ_either_way() {
    let mut history = two_adds();
    let slow = history.invoke("n0", "read", ());
    history.ok("n0", "read", (), [1, 2]);
    history.complete_ok(slow, [1]);
    assert_eq!(ending(history, &[&[1, 2], &[1, 2]]).verdict, Verdict::Valid);
}

#[test]
fn what_nobody_added_is_a_phantom() {
    let mut history = two_adds();
    history.fail("n0", "broadcast", 3);
    let result = ending(history, &[&[1, 2, 3, 99], &[1, 2, 3, 99]]);
    assert_eq!(kinds(&result), ["phantom-element", "phantom-element"]);
    assert_eq!(
        result.anomalies[0].summary,
        "n0 shows 99 (operation 6), which nobody had added."
    );
    assert!(result.anomalies[1].summary.contains("3 was refused by n0"));
}

#[test]
fn an_element_may_be_shown_before_it_is_acknowledged_but_not_before_it_is_added() {
    let mut history = TestHistory::new();
    let add = history.invoke("n0", "broadcast", 1);
    history.ok("n1", "read", (), [1]);
    history.complete_ok(add, 1);
    assert_eq!(ending(history, &[&[1], &[1]]).verdict, Verdict::Valid);

    let mut history = TestHistory::new();
    history.ok("n1", "read", (), [1]);
    history.ok("n0", "broadcast", 1, 1);
    assert_eq!(kinds(&ending(history, &[&[1], &[1]])), ["phantom-element"]);
}

#[test]
fn an_element_twice_in_one_read_is_a_duplicate() {
    let result = ending(two_adds(), &[&[1, 2, 1], &[1, 2]]);
    assert_eq!(kinds(&result), ["duplicate-element"]);
}

#[test]
fn an_unknown_add_may_be_missing_but_alike_everywhere() {
    let with_unknown = || {
        let mut history = two_adds();
        history.info("n0", "broadcast", 3);
        history
    };
    assert_eq!(
        ending(with_unknown(), &[&[1, 2], &[1, 2]]).verdict,
        Verdict::Valid
    );
    assert_eq!(
        ending(with_unknown(), &[&[1, 2, 3], &[1, 2, 3]]).verdict,
        Verdict::Valid
    );
    assert_eq!(
        kinds(&ending(with_unknown(), &[&[1, 2, 3], &[1, 2]])),
        ["diverged"]
    );
}

#[test]
fn stable_latency_goes_from_the_acknowledgement_to_the_last_read_without_it() {
    let mut history = TestHistory::new();
    history.ok("n0", "broadcast", 1, 1); // known at 1 ms
    history.ok("n1", "read", (), Vec::new()); // lacks it at 2 ms
    history.ok("n1", "read", (), Vec::new()); // lacks it at 4 ms
    let result = ending(history, &[&[1], &[1]]);
    assert_eq!(
        result.figures["stable_latency_ms"]["max"].as_f64(),
        Some(3.000_001)
    );
}

#[test]
fn a_node_that_makes_up_elements_needs_no_memory_for_them() {
    let mut history = TestHistory::new();
    history.ok("n0", "broadcast", 1, 1);
    let made_up: Vec<i64> = (0..30_000).collect();
    let result = ending(history, &[&made_up]);
    assert_eq!(result.verdict, Verdict::Invalid);
    assert_eq!(result.figures["elements"], 1);
    assert_eq!(result.anomalies.len(), CheckResult::MAX_ANOMALIES);
}

/// What the check has seen when the history is over, before it is asked.
fn watched(history: TestHistory) -> GrowSet {
    let mut check = GrowSet::new("broadcast", "broadcast", "read");
    for step in &history.into_steps() {
        match step {
            Step::Invoke(invocation) => check.on_invoke(invocation),
            Step::Complete(operation) => check.on_complete(operation),
        }
    }
    check
}

#[test]
fn made_up_elements_beyond_a_number_are_not_told_apart() {
    let mut history = TestHistory::new();
    let made_up: Vec<i64> = (0..2 * PHANTOMS_MAX as i64).collect();
    history.ok("n0", "read", (), made_up);
    let check = watched(history);
    assert_eq!(check.elements.all.len(), PHANTOMS_MAX);
}

#[test]
fn what_is_certain_is_known_at_once() {
    let shows = |reads: &[&[i64]]| {
        let mut history = two_adds();
        for read in reads {
            history.ok("n0", "read", (), read.to_vec());
        }
        watched(history).is_violated()
    };
    assert!(!shows(&[&[1], &[1, 2]]));
    assert!(shows(&[&[1, 3]]), "a phantom");
    assert!(shows(&[&[1, 1]]), "twice");
    assert!(shows(&[&[1, 2], &[1]]), "vanished");
}

#[test]
fn without_reads_that_tell_something_nothing_is_decided() {
    let unknown = judge(two_adds());
    assert_eq!(unknown.verdict, Verdict::Unknown);
    assert!(unknown.summary.contains("No final read"), "{unknown:?}");
    let mut history = two_adds();
    history.ok("n0", "read", (), "all of them");
    let unknown = ending(history, &[&[1, 2], &[1, 2]]);
    assert_eq!(unknown.verdict, Verdict::Unknown);
    assert!(unknown.summary.contains("no lists"), "{unknown:?}");
    let mut history = two_adds();
    history.ok("n0", "read", (), [1, 1]);
    assert_eq!(judge(history).verdict, Verdict::Invalid);
}

#[test]
fn quantiles_are_those_of_all_stable_elements() {
    let mut history = TestHistory::new();
    (1..=100).for_each(|n| history.ok("n0", "broadcast", n, n));
    // Half of them is there at 200 ms, all but one at 202 ms, the last one later.
    history.ok("n1", "read", (), (51..=100).collect::<Vec<_>>());
    history.ok("n1", "read", (), (2..=100).collect::<Vec<_>>());
    let all: Vec<i64> = (1..=100).collect();
    let result = ending(history, &[&all]);
    let latency = &result.figures["stable_latency_ms"];
    let quantiles = ["p50", "p95", "p99", "max"].map(|name| latency[name].as_f64());
    // Each is acknowledged at an odd millisecond: 2 at 3 ms and missing at 200 ms, and so on.
    let expected = [101.000_001, 191.000_001, 201.000_001, 201.000_001];
    assert_eq!(quantiles, expected.map(Some));
}

#[derive(Debug, Clone)]
enum Move {
    Add { node: u8, end: u8 },
    Read { node: u8, mask: u8 },
    SlowRead { node: u8 },
    EndSlow { mask: u8 },
}

fn moves() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0..2u8, 0..6u8).prop_map(|(node, end)| Move::Add { node, end }),
        2 => (0..2u8, mask()).prop_map(|(node, mask)| Move::Read { node, mask }),
        1 => (0..2u8).prop_map(|node| Move::SlowRead { node }),
        1 => mask().prop_map(|mask| Move::EndSlow { mask }),
    ]
}

/// Which elements a read lacks, and the two ways in which it contains too much.
fn mask() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(0u8), 2 => 0..64u8]
}

/// The elements 0.. that were added so far without those of the mask; bit 5 makes one up.
fn read(added: i64, mask: u8) -> Vec<i64> {
    let mut read: Vec<i64> = (0..added).filter(|n| mask >> n.min(&4) & 1 == 0).collect();
    if mask >> 5 & 1 == 1 {
        read.push(77);
    }
    read
}

fn play(moves: &[Move], ends: [u8; 2]) -> TestHistory {
    let mut history = TestHistory::new();
    let (mut slow, mut added) = (Vec::new(), 0);
    for step in moves {
        match step {
            Move::Add { node, end } => {
                let node = format!("n{node}");
                match end {
                    0 => history.fail(&node, "broadcast", added),
                    1 | 2 => history.info(&node, "broadcast", added),
                    _ => history.ok(&node, "broadcast", added, added),
                }
                added += 1;
            }
            Move::Read { node, mask } => {
                history.ok(&format!("n{node}"), "read", (), read(added, *mask));
            }
            Move::SlowRead { node } => slow.push(history.invoke(&format!("n{node}"), "read", ())),
            Move::EndSlow { mask } => {
                if let Some(begun) = slow.pop() {
                    history.complete_ok(begun, read(added, *mask));
                }
            }
        }
    }
    history.finally();
    for (n, mask) in ends.into_iter().enumerate() {
        history.ok(&format!("n{n}"), "read", (), read(added, mask));
    }
    history
}

fn operations(history: TestHistory) -> Vec<Operation> {
    let steps = history.into_steps().into_iter();
    steps
        .filter_map(|step| match step {
            Step::Complete(op) => Some(op),
            Step::Invoke(_) => None,
        })
        .collect()
}

fn contents(read: &Operation) -> BTreeSet<i64> {
    let items = read.completion.value.as_array().expect("a list");
    items.iter().filter_map(Value::as_i64).collect()
}

/// The demands, word by word.
fn is_valid_by_brute_force(ops: &[Operation]) -> bool {
    let element = |op: &Operation| op.invocation.value.as_i64().expect("an integer");
    let of_kind =
        |f: &str| -> Vec<&Operation> { ops.iter().filter(|op| op.invocation.f == f).collect() };
    let adds = of_kind("broadcast");
    let mut reads = of_kind("read");
    reads.retain(|op| op.is_ok());
    let no_phantoms = reads.iter().all(|read| {
        contents(read).into_iter().all(|e| {
            adds.iter().any(|add| {
                element(add) == e && add.invocation.index < read.completion.index && !add.is_fail()
            })
        })
    });
    let nothing_vanishes = reads.iter().all(|a| {
        reads.iter().all(|b| {
            a.invocation.node != b.invocation.node
                || a.completion.index > b.invocation.index
                || contents(a).is_subset(&contents(b))
        })
    });
    let finals: Vec<_> = reads.iter().filter(|op| op.invocation.is_final).collect();
    let acknowledged = adds.iter().filter(|op| op.is_ok()).map(|op| element(op));
    let acknowledged: BTreeSet<i64> = acknowledged.collect();
    let complete = finals
        .iter()
        .all(|read| acknowledged.is_subset(&contents(read)));
    let agree = contents(finals[0]) == contents(finals[1]);
    no_phantoms && nothing_vanishes && complete && agree
}

/// The greatest stable latency by its definition, element by element and read by read.
fn greatest_latency_by_brute_force(ops: &[Operation]) -> Option<f64> {
    let reads = || {
        ops.iter()
            .filter(|op| op.invocation.f == "read" && op.is_ok())
    };
    let adds = ops.iter().filter(|op| op.invocation.f == "broadcast");
    let latencies = adds.filter_map(|add| {
        let element = add.invocation.value.as_i64()?;
        let seen = || reads().filter(|read| add.invocation.index < read.completion.index);
        let has = |read: &&Operation| contents(read).contains(&element);
        let present = seen().filter(has).map(|r| r.invocation.index).max()?;
        let absent = seen()
            .filter(|r| !has(r))
            .max_by_key(|r| r.invocation.index);
        let first_seen = seen().filter(has).map(|r| r.completion.time_ns).min()?;
        let known = match add.is_ok() {
            true => first_seen.min(add.completion.time_ns),
            false => first_seen,
        };
        match absent {
            None => Some(0),
            Some(absent) if absent.invocation.index > present => None,
            Some(absent) => Some((absent.invocation.time_ns + 1).saturating_sub(known)),
        }
    });
    latencies.max().map(|ns| ns as f64 / 1e6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_check_agrees_with_brute_force(
        moves in prop::collection::vec(moves(), 0..9),
        end in mask(),
        other in mask(),
    ) {
        // The made-up 77 is a phantom the first time; what else is wrong must be found as well.
        let history = || play(&moves, [end, other]);
        let ops = operations(history());
        let result = judge(history());
        let expected = is_valid_by_brute_force(&ops);
        prop_assert_eq!(result.verdict == Verdict::Valid, expected, "{:?}", result);
        let greatest = greatest_latency_by_brute_force(&ops);
        let told = result.figures.get("stable_latency_ms").and_then(|l| l["max"].as_f64());
        prop_assert_eq!(told, greatest);
    }
}
