//! The page about the zoo.

use nodes::quorum::{QUORUM_BUGS, QUORUM_KV, QuorumBug};
use nodes::{BUGS, Bug, NODES};

use super::markdown::{NOTICE, block, code, paragraph, table};
use super::trial::{SEEDS, catches};

pub(crate) fn page() -> String {
    let intro = paragraph(
        "Nodes that are broken on purpose, so that the checks themselves can be tested: every one \
         must be caught, and every correct node must pass. Each bug is one line of a reference \
         node. \"Nodes\" is how many a run needs at least to show the bug, \"faults\" what must \
         happen to them; \"anomaly\" is what it may be caught by; \"caught\" is how many of the \
         zoo's simulated runs of ten seconds, each with another seed, did catch it.",
    );
    let example = block("sh", "splitbrain node g-counter --bug local-only");
    let mut sections = vec![format!("# The zoo\n\n{NOTICE}\n{intro}\n{example}")];
    for node in NODES {
        let rows = BUGS.iter().filter(|bug| bug.node == node.name).map(row);
        let head = [
            "bug",
            "what is wrong",
            "nodes",
            "faults",
            "anomaly",
            "caught",
        ];
        sections.push(format!("## {}\n\n{}", node.name, table(&head, rows)));
    }
    sections.push(replicas());
    sections.join("\n")
}

/// The replicas that speak HTTP.
fn replicas() -> String {
    let intro = paragraph(
        "Replicas of a key-value store that speak HTTP; three of them, with W=2 and R=2. Each bug \
         shows in the situations that are named, in random runs of a simulated network, and as \
         processes in these items of `splitbrain grade quorum-kv-http`.",
    );
    let row = |bug: &QuorumBug| {
        vec![
            code(bug.name),
            bug.what.to_owned(),
            list(bug.caught_by),
            list(bug.items),
            list(bug.anomalies),
        ]
    };
    let head = ["bug", "what is wrong", "situations", "items", "anomaly"];
    let rows = QUORUM_BUGS.iter().map(row);
    format!("## {QUORUM_KV}\n\n{intro}\n{}", table(&head, rows))
}

fn list(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| code(name)).collect();
    names.join(", ")
}

fn row(bug: &Bug) -> Vec<String> {
    let caught = (0..SEEDS).filter(|seed| catches(bug, *seed)).count();
    vec![
        code(bug.name),
        bug.what.to_owned(),
        bug.node_count.to_string(),
        if bug.caught_by.is_empty() {
            "none".to_owned()
        } else {
            list(bug.caught_by)
        },
        list(bug.anomalies),
        format!("{caught} of {SEEDS}"),
    ]
}
