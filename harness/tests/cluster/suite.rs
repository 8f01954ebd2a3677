//! The suite `quorum-kv` with the reference replica, and with some of those that are broken.

use workloads::scenario::built_in as scenario;
use workloads::suite::{ItemKind, built_in};

use crate::scene::{BINARY, Scene};

/// The verdict of each item, by its id, with replicas that have this bug.
fn verdicts(bug: Option<&str>) -> Vec<(String, String)> {
    let suite = built_in("quorum-kv")
        .expect("a suite")
        .suite()
        .expect("can be read");
    let items = suite.items.into_iter().map(|item| {
        let ItemKind::Cluster(cluster) = item.kind else {
            panic!("{} is no cluster", item.id);
        };
        let base = scenario(&cluster.scenario).expect("a scenario");
        let text = format!("{}\n{}", with_references(base.text, bug), cluster.more);
        let verdict = Scene::of(&item.id, &text).run();
        (
            item.id,
            verdict["verdict"].as_str().expect("a word").to_owned(),
        )
    });
    items.collect()
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
    for (id, verdict) in verdicts(None) {
        assert_eq!(verdict, "valid", "{id}");
    }
}

#[test]
fn broken_replicas_are_caught() {
    let cases: [(&str, &[&str]); 3] = [
        (
            "read-one",
            &["peer2-left-out", "peer0-left-out", "peer1-left-out"],
        ),
        ("write-one", &["coordinator-dies"]),
        ("ack-before-replication", &["coordinator-dies"]),
    ];
    for (bug, by) in cases {
        let all = verdicts(Some(bug));
        for item in by {
            let caught = (item.to_string(), "invalid".to_owned());
            assert!(all.contains(&caught), "{bug} by {item}: {all:?}");
        }
    }
}
