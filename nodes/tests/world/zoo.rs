//! Every bug of the zoo shows, to clients, as one of the anomalies that it names.

use std::collections::BTreeSet;

use crate::judges::run;
use crate::world::{Faults, World};
use nodes::{BUGS, NODES, Setup, build};

#[test]
fn every_bug_is_seen() {
    for bug in BUGS {
        let caught = |seed| {
            let faults = Faults::named(bug.caught_by);
            let mut world = World::new(bug.node, Some(bug.name), bug.node_count, faults, seed);
            let seen = run(&mut world, bug.node, 300);
            println!("{} {} {seed}: {seen:?}", bug.node, bug.name);
            bug.anomalies.iter().any(|anomaly| seen.contains(anomaly))
        };
        let count = (0..2).filter(|seed| caught(*seed)).count();
        assert!(count == 2, "{} {}: {count} of 2", bug.node, bug.name);
    }
}

#[test]
fn the_table_is_complete() {
    let names: BTreeSet<_> = BUGS.iter().map(|b| (b.node, b.name)).collect();
    assert_eq!(names.len(), BUGS.len());
    for node in NODES {
        let bugs: Vec<_> = BUGS.iter().filter(|b| b.node == node.name).collect();
        assert!(bugs.len() >= 3, "{}", node.name);
        for bug in bugs {
            assert!(build(node.name, Some(bug.name), Setup::default()).is_ok());
            assert!(!bug.anomalies.is_empty() && bug.node_count > 0);
        }
    }
    assert!(BUGS.iter().all(|b| NODES.iter().any(|n| n.name == b.node)));
}

#[test]
fn what_is_unknown_is_named() {
    let message = |name, bug| {
        build(name, bug, Setup::default())
            .err()
            .map(|e| e.to_string())
    };
    assert_eq!(
        message("ecko", None).as_deref(),
        Some("there is no node named \"ecko\"")
    );
    let bug = message("echo", Some("no-gossip"));
    assert_eq!(
        bug.as_deref(),
        Some("node echo has no bug named \"no-gossip\"")
    );
}
