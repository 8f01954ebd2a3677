//! The last words of nodes.

use std::collections::BTreeSet;

use super::super::style::{Style, Tone};
use super::super::text::{indented, paragraph, wrap};
use crate::document::{NodeReport, VerdictDocument};

/// Of so many nodes the stderr is shown: more say the same.
const NODES: usize = 3;

/// So many lines of each.
const LINES: usize = 10;

/// The end of stderr of the nodes that ended by themselves, and not well, or are named in an
/// anomaly. Nodes that wrote the same are shown once.
pub(super) fn stderr_of(run: &VerdictDocument, style: Style) -> String {
    let mut groups: Vec<Vec<&NodeReport>> = Vec::new();
    for node in concerned(run) {
        let same = |group: &&mut Vec<&NodeReport>| {
            group[0].stderr_tail == node.stderr_tail && group[0].exit == node.exit
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(node),
            None => groups.push(vec![node]),
        }
    }
    let shown: Vec<String> = groups
        .iter()
        .take(NODES)
        .map(|group| one_group(group, run, style))
        .collect();
    shown.join("\n")
}

fn concerned(run: &VerdictDocument) -> impl Iterator<Item = &NodeReport> {
    let checks = run.failed_checks();
    let anomalies = checks.iter().flat_map(|check| &check.anomalies);
    let named: BTreeSet<&String> = anomalies.flat_map(|anomaly| &anomaly.nodes).collect();
    run.nodes.iter().filter(move |node| {
        let wrote = !node.stderr_tail.is_empty();
        match (node.exit, named.contains(&node.id)) {
            (None, is_named) => is_named && wrote,
            (Some(_), true) => true,
            // A program of a cluster may have done what it had to.
            (Some(exit), false) => wrote || exit.code != Some(0),
        }
    })
}

fn one_group(group: &[&NodeReport], run: &VerdictDocument, style: Style) -> String {
    let first = group[0];
    let ids: Vec<&str> = group.iter().map(|node| node.id.as_str()).collect();
    let ids = ids.join(", ");
    let ended = first.exit.map(|exit| exit.to_string());
    let wrote = if first.stderr_tail.is_empty() {
        "nothing on stderr"
    } else {
        "the last lines of stderr"
    };
    let head = match ended {
        Some(ended) => format!("{ids} {ended}; {wrote}"),
        None => format!("{ids}: {wrote}"),
    };
    let path = format!("{}/{}", run.run_dir, first.stderr);
    let mut text = paragraph(&format!("{head} ({path})"), 0, style.columns());
    let skipped = first.stderr_tail.len().saturating_sub(LINES);
    for line in &first.stderr_tail[skipped..] {
        let wrapped = wrap(line, style.columns() - 2);
        for line in indented(&wrapped, 2).lines() {
            text += &style.paint(Tone::Faint, line);
            text.push('\n');
        }
    }
    text
}
