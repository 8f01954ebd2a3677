//! `protocol` and `crash`: what nodes did wrong on the wire, and how they ended.

use std::collections::BTreeMap;

use checker::{Anomaly, CheckResult, Findings};

use super::RunCheck;
use crate::Event;
use crate::event::{NodeEvent, NodeEventKind, ProblemEvent};
use crate::problem::{Judge, Problem};

/// So many messages and operations are named as evidence of one problem.
const EVIDENCE_MAX: usize = 5;

/// The problems that one judge has to do with; those of one kind and node are told once.
#[derive(Debug)]
pub(super) struct ProblemLog {
    judge: Judge,
    first_of: BTreeMap<(Problem, String), usize>,
    told: Vec<Told>,
}

#[derive(Debug)]
struct Told {
    anomaly: Anomaly,
    more: u64,
}

impl ProblemLog {
    pub(super) fn new(judge: Judge) -> Self {
        Self {
            judge,
            first_of: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) {
        if let Some((node, problem)) = problem_in(event)
            && problem.problem.def().judge == self.judge
        {
            self.add(&node.node, problem);
        }
    }

    fn add(&mut self, node: &str, event: &ProblemEvent) {
        let key = (event.problem, node.to_owned());
        let told = match self.first_of.get(&key) {
            Some(position) => {
                let told = &mut self.told[*position];
                told.more += 1;
                told
            }
            None => {
                self.first_of.insert(key, self.told.len());
                let mut anomaly = Anomaly::new(event.problem.def().name, sentence(event));
                anomaly.nodes.push(node.to_owned());
                self.told.push(Told { anomaly, more: 0 });
                let last = self.told.len() - 1;
                &mut self.told[last]
            }
        };
        let Anomaly { messages, ops, .. } = &mut told.anomaly;
        messages.extend(event.message.filter(|_| messages.len() < EVIDENCE_MAX));
        ops.extend(event.op.filter(|_| ops.len() < EVIDENCE_MAX));
    }

    /// What was found, in the order in which it first happened.
    pub(super) fn take(&mut self) -> Findings {
        let mut findings = Findings::new();
        for told in self.told.drain(..) {
            findings.add(|| told.into_anomaly());
        }
        findings
    }
}

impl Told {
    fn into_anomaly(self) -> Anomaly {
        let mut anomaly = self.anomaly;
        if self.more > 0 {
            anomaly.summary += &format!(" ({} more like it)", self.more);
        }
        anomaly
    }
}

/// What happened, and what to do about it.
fn sentence(event: &ProblemEvent) -> String {
    if event.hint.is_empty() {
        event.what.clone()
    } else {
        format!("{} {}", event.what, event.hint)
    }
}

fn problem_in(event: &Event) -> Option<(&NodeEvent, &ProblemEvent)> {
    match event {
        Event::Node(node) => match &node.kind {
            NodeEventKind::Problem(problem) => Some((node, problem)),
            _ => None,
        },
        _ => None,
    }
}

/// `protocol` or `crash`.
#[derive(Debug)]
pub(super) struct ProblemCheck {
    name: &'static str,
    log: ProblemLog,
    /// How often each kind of note occurred; only kept by `protocol`.
    notes: BTreeMap<Problem, u64>,
}

impl ProblemCheck {
    pub(super) fn new(name: &'static str, judge: Judge) -> Self {
        Self {
            name,
            log: ProblemLog::new(judge),
            notes: BTreeMap::new(),
        }
    }

    fn otherwise(&self) -> String {
        let mut text = match self.log.judge {
            Judge::Crash => "No node ended by itself.",
            _ => "Every line was a message that the protocol allows.",
        }
        .to_owned();
        for (problem, count) in &self.notes {
            let times = if *count == 1 {
                "once"
            } else {
                &format!("{count} times")
            };
            text += &format!(" Noticed {times}: {}", problem.def().doc);
        }
        text
    }
}

impl RunCheck for ProblemCheck {
    fn name(&self) -> &'static str {
        self.name
    }

    fn on_event(&mut self, event: &Event) {
        self.log.on_event(event);
        if self.log.judge == Judge::Protocol
            && let Some((_, problem)) = problem_in(event)
            && problem.problem.def().judge == Judge::Note
        {
            *self.notes.entry(problem.problem).or_default() += 1;
        }
    }

    fn is_violated(&self) -> bool {
        !self.log.told.is_empty()
    }

    fn finish(&mut self) -> CheckResult {
        let mut result = self.log.take().into_result(self.name, &self.otherwise());
        for (problem, count) in &self.notes {
            result = result.with_figure(problem.def().name, *count);
        }
        result
    }
}
