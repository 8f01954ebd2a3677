//! Each bug of the zoo shows in a situation that is made for it, and the correct replica does not
//! mind any of them.

use nodes::quorum::{QUORUM_BUGS, Replica, Reply};

use crate::history::{SEEN_BY_CLIENTS, What, violations};
use crate::network::{Network, TIMEOUT_MS};

fn put(value: &str) -> What {
    What::Put(value.to_owned())
}

/// Cuts these links.
fn cut(network: &mut Network, links: &[(usize, usize)]) {
    network.links.extend(links.iter().map(|link| (*link, None)));
}

/// Lets the first one's questions reach the second one at once, and the others late.
fn hears(network: &mut Network, who: usize, whom: usize) {
    for other in (0..3).filter(|other| *other != who) {
        let ms = if other == whom { 1 } else { 100 };
        network.links.insert((who, other), Some(ms));
    }
}

/// A PUT at a replica that reaches nobody, and a GET at another one.
fn cut_off_writer(network: &mut Network) {
    cut(network, &[(0, 1), (0, 2)]);
    network.do_it(0, put("a"));
    hears(network, 2, 1);
    network.do_it(2, What::Get);
}

/// A GET at a replica that reaches nobody and was told nothing.
fn cut_off_reader(network: &mut Network) {
    cut(network, &[(0, 2), (1, 2), (2, 0), (2, 1)]);
    network.do_it(0, put("a"));
    network.do_it(2, What::Get);
}

/// A GET at a replica that nobody told, and that can ask.
fn left_out_reader(network: &mut Network) {
    cut(network, &[(0, 2), (1, 2)]);
    network.do_it(0, put("a"));
    network.do_it(2, What::Get);
}

/// PUTs at two replicas at the same time, and GETs at these.
fn concurrent_writers(network: &mut Network) {
    hears(network, 0, 2);
    hears(network, 1, 2);
    network.invoke(0, 0, "k", put("a"));
    network.invoke(1, 1, "k", put("b"));
    network.pass(TIMEOUT_MS);
    for at in [0, 1, 0, 1] {
        hears(network, at, 1 - at);
        network.do_it(at, What::Get);
        hears(network, at, 2);
        network.do_it(at, What::Get);
    }
}

/// A PUT whose copies are still on their way: a GET that meets it, and one that does not.
fn slow_writer(network: &mut Network) {
    network
        .links
        .extend([((0, 1), Some(100)), ((0, 2), Some(100))]);
    network.invoke(1, 0, "k", put("a"));
    network.pass(250);
    hears(network, 1, 0);
    network.do_it(1, What::Get);
    hears(network, 2, 1);
    hears(network, 1, 2);
    network.do_it(2, What::Get);
}

/// A GET right after a PUT, at another replica.
fn read_at_once(network: &mut Network) {
    hears(network, 2, 1);
    network.do_it(0, put("a"));
    network.do_it(2, What::Get);
}

/// A replica that is killed right after its PUT.
fn killed_writer(network: &mut Network) {
    network.do_it(0, put("a"));
    network.crash(0);
    network.do_it(2, What::Get);
}

type Situation = fn(&mut Network);

const SITUATIONS: &[(&str, Situation)] = &[
    ("cut-off-writer", cut_off_writer),
    ("cut-off-reader", cut_off_reader),
    ("left-out-reader", left_out_reader),
    ("concurrent-writers", concurrent_writers),
    ("slow-writer", slow_writer),
    ("read-at-once", read_at_once),
    ("killed-writer", killed_writer),
];

#[test]
fn each_bug_shows_where_the_table_says() {
    for bug in QUORUM_BUGS {
        assert!(!bug.caught_by.is_empty() && !bug.anomalies.is_empty());
        for name in bug.caught_by {
            let known = SITUATIONS.iter().find(|(known, _)| known == name);
            let (_, situation) = known.unwrap_or_else(|| panic!("situation {name}"));
            let mut network = Network::new(3, Some(bug.name), 1);
            situation(&mut network);
            let seen = violations(&network.history);
            assert!(seen.contains(SEEN_BY_CLIENTS), "{} in {name}", bug.name);
        }
    }
}

#[test]
fn correct_replicas_do_not_mind() {
    for (name, situation) in SITUATIONS {
        let mut network = Network::new(3, None, 1);
        situation(&mut network);
        let seen = violations(&network.history);
        assert!(seen.is_empty(), "{name}: {seen:?}");
    }
}

#[test]
fn a_replica_that_nobody_told_answers_right_and_knows_it_then() {
    let mut network = Network::new(3, None, 1);
    cut(&mut network, &[(0, 2), (1, 2)]);
    network.do_it(0, put("a"));
    let Reply::Found(entry) = network.do_it(2, What::Get) else {
        panic!("peer2 answers");
    };
    assert_eq!(
        (&*entry.value, entry.version.to_string()),
        ("a", "1-peer0".to_owned())
    );
    // It is one of the two that have it now.
    network.crash(0);
    network.links.clear();
    assert_eq!(network.do_it(1, What::Get), Reply::Found(entry));
}

#[test]
fn alone_it_says_that_there_is_no_quorum() {
    let mut network = Network::new(3, None, 1);
    cut(&mut network, &[(0, 1), (0, 2)]);
    let alone = Reply::NoQuorum {
        answers: 1,
        needed: 2,
    };
    assert_eq!(network.do_it(0, put("a")), alone);
    assert_eq!(network.do_it(0, What::Get), alone);
    network.links.clear();
    assert_eq!(network.do_it(0, What::Get), Reply::Absent);
}

#[test]
fn two_puts_at_once_at_one_coordinator_take_two_versions() {
    let mut network = Network::new(3, None, 1);
    for value in ["a", "b", "c"] {
        network.invoke(0, 0, "k", put(value));
    }
    network.pass(TIMEOUT_MS);
    let versions = network.history.iter().map(|o| match &o.returned {
        Some((_, Reply::Stored(version))) => version.to_string(),
        other => panic!("{other:?}"),
    });
    let mut versions: Vec<String> = versions.collect();
    versions.sort();
    assert_eq!(versions, ["1-peer0", "2-peer0", "3-peer0"]);
}

#[test]
fn unknown_bugs_are_named() {
    let error = Replica::new("peer0", [], Some("write-two")).expect_err("no such bug");
    assert_eq!(
        error.to_string(),
        "node quorum-kv has no bug named \"write-two\""
    );
}
