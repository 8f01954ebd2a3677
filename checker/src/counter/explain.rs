//! Words for a final value that cannot be, and the adds that explain it.

use super::{Add, Counter, Sums};
use crate::words::{listed, natural_order};
use crate::{Anomaly, Operation};

/// So many adds are listed in a sentence.
const LISTED_MAX: usize = 6;
/// So many adds are named as evidence.
const EVIDENCE_MAX: usize = 20;
/// Above this number of nodes, combinations of nodes are not tried.
const NODES_MAX: usize = 12;

impl Counter {
    /// The anomaly of nodes that end with a value that no choice of unknown adds explains.
    pub(super) fn explain(&self, value: i128, reads: &[&Operation], unknown: &Sums) -> Anomaly {
        let sum = self.acknowledged.sum();
        let (kind, verdict, named) = if value < sum.saturating_add(unknown.least()) {
            let missing = sum.saturating_add(unknown.least()).saturating_sub(value);
            let (guess, named) = self.explain_lost(value, missing, reads);
            let verdict = format!("{missing} {} missing. {guess}", is_or_are(missing));
            ("lost-add", verdict, named)
        } else if value > sum.saturating_add(unknown.greatest()) {
            let excess = value.saturating_sub(sum.saturating_add(unknown.greatest()));
            let (guess, named) = self.explain_phantom(excess);
            ("phantom-add", format!("{excess} too many. {guess}"), named)
        } else {
            let verdict = "no choice of those whose fate is unknown makes the difference.";
            ("phantom-add", verdict.to_owned(), Vec::new())
        };
        let text = format!(
            "{} {} with {value}, but the acknowledged adds make {sum}{}: {verdict}",
            nodes_of(reads),
            if reads.len() == 1 { "ends" } else { "end" },
            self.unknown_told(unknown),
        );
        let mut anomaly = Anomaly::new(kind, text.trim_end());
        anomaly.ops = named.iter().take(EVIDENCE_MAX).map(|add| add.op).collect();
        reads
            .iter()
            .fold(anomaly, |anomaly, op| anomaly.with_op(op))
    }

    fn unknown_told(&self, unknown: &Sums) -> String {
        match (unknown.least(), unknown.greatest()) {
            (0, 0) => String::new(),
            (0, most) => format!(" (and up to {most} more whose fate is unknown)"),
            (least, most) => format!(" (between {least} and {most} more may have happened)"),
        }
    }

    /// Which adds may be the ones that are missing.
    fn explain_lost(
        &self,
        value: i128,
        missing: i128,
        reads: &[&Operation],
    ) -> (String, Vec<&Add>) {
        if self.attempted.down < 0 {
            return (String::new(), Vec::new());
        }
        if let [read] = reads
            && let Some(others) = self.only_own(value, &read.invocation.node)
        {
            let node = &read.invocation.node;
            let text = format!(
                "{node} has only what was added at itself; lost there: {}.",
                self.adds_listed(&others)
            );
            return (text, others);
        }
        if let Some((nodes, adds)) = self.all_of_some_nodes(missing) {
            let text = format!(
                "That is exactly what {} acknowledged; lost: {}.",
                listed(&nodes),
                self.adds_listed(&adds)
            );
            return (text, adds);
        }
        match self.example(missing, reads) {
            Some(adds) => {
                let text = format!("Lost are, for example: {}.", self.adds_listed(&adds));
                (text, adds)
            }
            None => (String::new(), Vec::new()),
        }
    }

    /// The adds of other nodes, if the value is what was added at this node alone.
    fn only_own(&self, value: i128, node: &str) -> Option<Vec<&Add>> {
        let state = self.by_node.get(node)?;
        let own_unknown = self.unknown_adds.iter();
        let own_unknown = own_unknown.filter(|add| add.node == state.number);
        let sums = Sums::of(own_unknown.map(|add| add.delta));
        let own = state.acknowledged.sum();
        let others: Vec<&Add> = self
            .adds
            .iter()
            .filter(|add| add.node != state.number && add.delta != 0)
            .collect();
        let explained = sums.contains(value.saturating_sub(own)) == Some(true);
        (explained && !others.is_empty()).then_some(others)
    }

    /// The smallest group of nodes whose acknowledged adds are what is missing, and these adds.
    fn all_of_some_nodes(&self, missing: i128) -> Option<(Vec<String>, Vec<&Add>)> {
        let mut nodes: Vec<(&String, u32, i128)> = self
            .by_node
            .iter()
            .map(|(name, state)| (name, state.number, state.acknowledged.sum()))
            .filter(|(_, _, sum)| *sum != 0)
            .collect();
        nodes.sort_by(|a, b| natural_order(a.0, b.0));
        if nodes.len() > NODES_MAX {
            return None;
        }
        let chosen = |group: u32| {
            nodes
                .iter()
                .enumerate()
                .filter(move |(i, _)| group >> i & 1 == 1)
        };
        let group = (1..1u32 << nodes.len())
            .filter(|group| chosen(*group).map(|(_, node)| node.2).sum::<i128>() == missing)
            .min_by_key(|group| (group.count_ones(), *group))?;
        let names = chosen(group).map(|(_, node)| node.0.clone()).collect();
        let numbers: Vec<u32> = chosen(group).map(|(_, node)| node.1).collect();
        let adds = self.adds.iter();
        let adds = adds.filter(|add| numbers.contains(&add.node) && add.delta != 0);
        Some((names, adds.collect()))
    }

    /// Few acknowledged adds that make what is missing: the largest first, those of other nodes
    /// before those of the nodes that miss them.
    fn example(&self, missing: i128, reads: &[&Operation]) -> Option<Vec<&Add>> {
        let own: Vec<u32> = reads
            .iter()
            .filter_map(|read| self.by_node.get(&read.invocation.node))
            .map(|state| state.number)
            .collect();
        let mut elsewhere: Vec<&Add> = self.adds.iter().filter(|add| add.delta > 0).collect();
        elsewhere.sort_by_key(|add| (-add.delta, add.op));
        let all = elsewhere.clone();
        elsewhere.retain(|add| !own.contains(&add.node));
        pick(&elsewhere, missing).or_else(|| pick(&all, missing))
    }

    fn explain_phantom(&self, excess: i128) -> (String, Vec<&Add>) {
        if let Some(add) = self.adds.iter().find(|add| add.delta == excess) {
            let text = format!("It is as if {} were counted twice.", self.add_told(add));
            return (text, vec![add]);
        }
        if let Some((nodes, adds)) = self.all_of_some_nodes(excess) {
            let text = format!(
                "It is as if everything that {} acknowledged were counted twice.",
                listed(&nodes)
            );
            return (text, adds);
        }
        (
            "Something was counted more than once.".to_owned(),
            Vec::new(),
        )
    }

    fn adds_listed(&self, adds: &[&Add]) -> String {
        let mut told: Vec<String> = adds
            .iter()
            .take(LISTED_MAX)
            .map(|add| self.add_told(add))
            .collect();
        if adds.len() > LISTED_MAX {
            told.push(format!("{} more", adds.len() - LISTED_MAX));
        }
        listed(&told)
    }

    fn add_told(&self, add: &Add) -> String {
        let node = self
            .by_node
            .iter()
            .find(|(_, state)| state.number == add.node)
            .map_or("?", |(name, _)| name.as_str());
        format!("operation {} ({:+} at {node})", add.op, add.delta)
    }
}

/// Takes from the largest to the smallest what still fits; `None` if that does not work out.
fn pick<'a>(adds: &[&'a Add], missing: i128) -> Option<Vec<&'a Add>> {
    let mut left = missing;
    let mut picked = Vec::new();
    for add in adds {
        if add.delta <= left {
            left -= add.delta;
            picked.push(*add);
        }
    }
    picked.sort_by_key(|add| add.op);
    (left == 0).then_some(picked)
}

fn is_or_are(n: i128) -> &'static str {
    if n == 1 { "is" } else { "are" }
}

/// The nodes that were read: "n0, n1 and n2".
pub(super) fn nodes_of(reads: &[&Operation]) -> String {
    let names: Vec<String> = reads
        .iter()
        .map(|read| read.invocation.node.clone())
        .collect();
    listed(&names)
}
