//! Right programs pass, alone, in clusters and under faults, and get all points.

use super::case::{Case, right};
use super::run::{for_each, grade, judge};

const LOSSY: [(&str, &str); 4] = [
    ("--nemesis", "partition,loss,duplicate,reorder,delay,pause"),
    ("--nemesis-interval", "0.5"),
    ("--time-limit", "3"),
    ("--recovery", "10"),
];

fn all() -> Vec<Case> {
    vec![
        right("lww-kv", "lww-kv/right_minimal.py"),
        right("lww-kv", "lww-kv/right_gossip.py"),
        right("lww-kv", "lww-kv/right_node_id_ties.py"),
        right("vector-kv", "vector-kv/right_minimal.py"),
        right("vector-kv", "vector-kv/right_gossip.py"),
        right("g-counter", "counter/right_gossip.py"),
        right("g-counter", "counter/right_durable.py"),
        right("anti-entropy", "anti-entropy/right_minimal.py"),
        right("anti-entropy", "anti-entropy/right_gossip.py"),
    ]
}

#[test]
fn right_programs_pass_alone() {
    let mut cases: Vec<Case> = all().into_iter().map(Case::alone).collect();
    let naive = [
        "counter/wrong_naive.py",
        "general/right_naive_alone.py",
        "general/right_answers_twice.py",
    ];
    cases.extend(naive.map(|program| right("g-counter", program).alone()));
    for_each(&cases, judge);
}

#[test]
fn right_programs_pass_under_faults() {
    let lossy = |case: Case| LOSSY.iter().fold(case, |case, (f, v)| case.with(f, v));
    let mut cases: Vec<Case> = all().into_iter().map(lossy).collect();
    cases.push(
        right("g-counter", "counter/right_durable.py")
            .with("--nemesis", "kill,partition")
            .with("--nemesis-interval", "1")
            .with("--time-limit", "4")
            .with("--recovery", "10"),
    );
    for_each(&cases, judge);
}

#[test]
fn grading_gives_all_points_to_a_right_program_and_not_to_a_wrong_one() {
    // With each wrong program the first item that it fails.
    let rows = [
        (
            "lww-kv",
            "right_node_id_ties",
            "wrong_tie_keeps_mine",
            "cluster",
        ),
        ("vector-kv", "right_minimal", "wrong_lexicographic", "alone"),
        ("counter", "right_gossip", "wrong_naive", "cluster"),
        (
            "anti-entropy",
            "right_minimal",
            "wrong_unsorted_hash",
            "cluster",
        ),
    ];
    let rights = rows.map(|(suite, right, _, _)| (suite, right, None));
    let wrongs = rows.map(|(suite, _, wrong, item)| (suite, wrong, Some(item)));
    let all = [rights, wrongs].concat();
    for_each(&all, |(suite, program, failing)| {
        let (exit, document) = grade(suite, &format!("{suite}/{program}.py"));
        let items = document["items"].as_array().into_iter().flatten();
        let first = items
            .filter(|item| item["verdict"] != "valid")
            .find_map(|item| item["id"].as_str());
        let full = document["points"] == document["max_points"];
        let expected_exit = i32::from(failing.is_some());
        let as_expected = first == *failing
            && full == failing.is_none()
            && exit == Some(expected_exit)
            && document["points"].is_number();
        as_expected.then_some(()).ok_or_else(|| {
            format!("{suite} {program}: exit {exit:?}, first failing item {first:?}\n{document:#}")
        })
    });
}
