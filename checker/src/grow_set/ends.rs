//! How nodes end: what the last final reads lack, and how they differ.

use super::elements::Element;
use super::{FinalRead, GrowSet};
use crate::words::{listed, natural_order};
use crate::{Anomaly, Findings};

/// So many elements are listed in a sentence.
const LISTED_MAX: usize = 5;

/// A node and its last final read.
type End<'a> = (&'a String, &'a FinalRead);

impl FinalRead {
    fn has(&self, number: usize) -> bool {
        self.contains.get(number).copied().unwrap_or_default()
    }
}

impl GrowSet {
    /// The final reads by node, `n2` before `n10`.
    fn ends(&self) -> Vec<End<'_>> {
        let mut ends: Vec<_> = self.final_reads.iter().collect();
        ends.sort_by(|a, b| natural_order(a.0, b.0));
        ends
    }

    /// Acknowledged elements that some node lacks in the end; not those that it had shown, which
    /// are told as vanished.
    pub(super) fn lost(&self) -> Findings {
        let ends = self.ends();
        let mut findings = Findings::new();
        for (number, element) in self.elements.all.iter().enumerate() {
            if !element.acknowledged {
                continue;
            }
            let (have, lack): (Vec<_>, Vec<_>) =
                ends.iter().copied().partition(|(_, read)| read.has(number));
            let told_otherwise = |node: &String| self.has_vanished(node, number);
            if lack.iter().any(|(node, _)| !told_otherwise(node)) {
                findings.add(|| lost(element, &have, &lack));
            }
        }
        findings
    }

    fn has_vanished(&self, node: &str, number: usize) -> bool {
        let shown = self.shown.get(node).and_then(|shown| shown.get(number));
        shown.is_some_and(|shown| shown.is_some_and(|shown| shown.vanished))
    }

    /// Elements that some node showed although every add of them was refused.
    pub(super) fn refused_but_shown(&self) -> Findings {
        let mut findings = Findings::new();
        for element in &self.elements.all {
            let refused = element.add.is_some() && element.attempts == 0 && !element.acknowledged;
            if let Some(read) = element.present.filter(|_| refused) {
                let add = element.add.unwrap_or_default();
                findings.add(|| {
                    let text = format!(
                        "{} was refused by {} (operation {add}), and still a read shows it \
                         (operation {}).",
                        element.key, element.node, read.index
                    );
                    let mut anomaly = Anomaly::new("phantom-element", text);
                    anomaly.ops = vec![add, read.index];
                    anomaly.nodes.push(element.node.clone());
                    anomaly
                });
            }
        }
        findings
    }

    /// Two nodes whose last reads are not equal, if there are any.
    pub(super) fn diverged(&self) -> Findings {
        let ends = self.ends();
        let mut findings = Findings::new();
        let differs = ends.windows(2).find(|pair| {
            let numbers = 0..self.elements.all.len();
            numbers
                .into_iter()
                .any(|number| pair[0].1.has(number) != pair[1].1.has(number))
        });
        if let Some(pair) = differs {
            findings.add(|| self.pair_differs(pair));
        }
        findings
    }

    fn pair_differs(&self, pair: &[End<'_>]) -> Anomaly {
        let only = |a: &FinalRead, b: &FinalRead| -> Vec<String> {
            let all = self.elements.all.iter().enumerate();
            all.filter(|(number, _)| a.has(*number) && !b.has(*number))
                .map(|(_, element)| element.key.to_string())
                .collect()
        };
        let told: Vec<String> = [(0, 1), (1, 0)]
            .into_iter()
            .map(|(a, b)| (pair[a].0, only(pair[a].1, pair[b].1)))
            .filter(|(_, elements)| !elements.is_empty())
            .map(|(node, elements)| format!("only {node} has {}", first_few(elements)))
            .collect();
        let text = format!(
            "The nodes do not agree in the end: of {} and {}, {}.",
            pair[0].0,
            pair[1].0,
            told.join(", and ")
        );
        let mut anomaly = Anomaly::new("diverged", text);
        for (node, read) in pair {
            anomaly.ops.push(read.op);
            anomaly.messages.extend(&read.messages);
            anomaly.nodes.push((*node).clone());
        }
        anomaly
    }
}

fn first_few(mut elements: Vec<String>) -> String {
    if elements.len() > LISTED_MAX {
        let more = elements.len() - LISTED_MAX;
        elements.truncate(LISTED_MAX);
        elements.push(format!("{more} more"));
    }
    listed(&elements)
}

fn lost(element: &Element, have: &[End<'_>], lack: &[End<'_>]) -> Anomaly {
    let names = |ends: &[End<'_>]| -> Vec<String> {
        ends.iter().map(|(node, _)| (*node).clone()).collect()
    };
    let add = element.add.unwrap_or_default();
    let guess = match have {
        [] => String::from(" No node has it any more."),
        [(only, _)] if **only == element.node => format!(" Only {only} has it: nobody was told."),
        _ => String::new(),
    };
    let text = format!(
        "{} was acknowledged by {} (operation {add}) and is missing in the end on {}.{guess}",
        element.key,
        element.node,
        listed(&names(lack)),
    );
    let mut anomaly = Anomaly::new("lost-element", text);
    anomaly.ops.push(add);
    anomaly.messages.extend(&element.messages);
    for (_, read) in lack {
        anomaly.ops.push(read.op);
        anomaly.messages.extend(&read.messages);
    }
    anomaly.nodes = names(lack);
    anomaly
}
