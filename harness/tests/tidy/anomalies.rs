//! What checks can find is explained.

use std::collections::BTreeSet;

use workloads::anomaly;
use workloads::problem::Problem;

use super::sources::sources;

/// Where the name of a kind follows in quotes: anomalies and violations that are made.
const MADE: [&str; 2] = ["Anomaly::new(", " kind: "];
/// Where all kinds of a check stand, each with its name.
const KINDS: [&str; 2] = ["checker/src/rules/mod.rs", "checker/src/levels/witness.rs"];

/// The names in quotes that follow a mark.
fn names<'a>(text: &'a str, mark: &str) -> impl Iterator<Item = &'a str> {
    let after = text.split(mark).skip(1);
    let quoted = after.filter_map(|rest| rest.trim_start().strip_prefix('"'));
    quoted.filter_map(|rest| rest.split_once('"').map(|(name, _)| name))
}

#[test]
fn every_kind_that_is_found_is_explained() {
    let problems = Problem::ALL.iter().map(|problem| problem.def().name);
    let known: BTreeSet<&str> = anomaly::all().map(|def| def.name).chain(problems).collect();
    let (mut met, mut complaints) = (0, Vec::new());
    for source in sources().iter().filter(|source| !source.is_test()) {
        if !["checker/src/", "workloads/src/"]
            .iter()
            .any(|room| source.path.starts_with(room))
        {
            continue;
        }
        let is_list = KINDS.contains(&source.path.as_str());
        let marks = MADE.into_iter().chain(is_list.then_some("=> "));
        for name in marks.flat_map(|mark| names(source.without_tests(), mark)) {
            met += 1;
            if !known.contains(name) {
                complaints.push(format!("{}: nobody explains {name}", source.path));
            }
        }
    }
    assert!(met > 50, "the kinds are found: {met}");
    super::report(&complaints);
}
