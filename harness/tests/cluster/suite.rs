//! The suite `quorum-kv` with the reference replica, and with some of those that are broken.

use workloads::scenario::built_in as scenario;
use workloads::suite::{ClusterItem, ItemKind, built_in};

use crate::scene::{BINARY, Scene};

/// The items of the suite.
fn items() -> Vec<(String, ClusterItem)> {
    let suite = built_in("quorum-kv")
        .expect("a suite")
        .suite()
        .expect("can be read");
    let items = suite.items.into_iter().map(|item| match item.kind {
        ItemKind::Cluster(cluster) => (item.id, cluster),
        _ => panic!("{} is no cluster", item.id),
    });
    items.collect()
}

/// The verdict of an item with replicas that have this bug.
fn verdict((id, cluster): &(String, ClusterItem), bug: Option<&str>) -> String {
    let base = scenario(&cluster.scenario).expect("a scenario");
    let text = format!("{}\n{}", with_references(base.text, bug), cluster.more);
    let verdict = Scene::of(id, &text).run();
    verdict["verdict"].as_str().expect("a word").to_owned()
}

/// The scenario with our own programs in the place of those that are handed in.
fn with_references(text: &str, bug: Option<&str>) -> String {
    let bug = bug.map_or(String::new(), |bug| format!(", '--bug', '{bug}'"));
    let replica = format!("command = ['{BINARY}', 'node', 'quorum-kv'{bug}]");
    let client = format!("command = ['{BINARY}', 'node', 'quorum-client']");
    let mut is_client = false;
    let lines = text.lines().filter(|line| !line.starts_with("build = "));
    let lines = lines.map(|line| {
        if line.starts_with("name = ") {
            is_client = line.contains("client");
        }
        match line.starts_with("command = ") {
            true if is_client => client.clone(),
            true => replica.clone(),
            // The client has ended by then: its file is there, or never will be.
            false if line.starts_with("within_s = ") => "within_s = 0".to_owned(),
            false => line.to_owned(),
        }
    });
    lines.collect::<Vec<String>>().join("\n")
}

#[test]
fn the_reference_passes_every_item() {
    for item in items() {
        assert_eq!(verdict(&item, None), "valid", "{}", item.0);
    }
}

/// In real time a busy machine can let a bug escape once.
const RUNS: usize = 5;

#[test]
fn broken_replicas_are_caught() {
    let items = items();
    for (bug, by) in [
        ("read-one", "peer2-left-out"),
        ("read-one", "peer0-left-out"),
        ("read-one", "peer1-left-out"),
        ("write-one", "coordinator-dies"),
        ("ack-before-replication", "coordinator-dies"),
    ] {
        let item = items.iter().find(|(id, _)| id == by).expect("an item");
        let is_caught = (0..RUNS).any(|_| verdict(item, Some(bug)) == "invalid");
        assert!(is_caught, "{bug} by {by}");
    }
}
