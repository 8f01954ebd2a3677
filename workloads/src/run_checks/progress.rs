//! `progress`: nodes start, answer, and go on answering after the last fault was healed.

use std::collections::BTreeMap;

use checker::{Anomaly, CheckResult, EventKind, Findings, Operation};

use super::RunCheck;
use super::problems::ProblemLog;
use super::unanswered::Unanswered;
use crate::Event;
use crate::event::{MessageStep, NodeEventKind};
use crate::problem::Judge;

/// A run in which nothing was acknowledged says nothing, and never passes.
#[derive(Debug)]
pub(super) struct Progress {
    required: &'static [&'static str],
    problems: ProblemLog,
    /// Whether any node has answered `init`.
    any_ready: bool,
    /// Whether the run was stopped from outside: what is missing then is nobody's fault.
    cut_short: bool,
    invoked: u64,
    by_f: BTreeMap<String, Tally>,
    finals: BTreeMap<String, FinalTally>,
    unanswered: Unanswered,
    any_fault: bool,
    /// Messages that nodes sent to nodes.
    between_nodes: u64,
}

/// With so many messages between nodes for one operation, nodes may have no time left to answer.
const BUSY_PER_OP: u64 = 500;

/// How the operations of one kind ended.
#[derive(Debug, Default)]
struct Tally {
    asked: u64,
    ok: u64,
    errors: BTreeMap<String, u64>,
}

/// How a node did in the final phase.
#[derive(Debug, Default)]
struct FinalTally {
    asked: u64,
    ok: u64,
    /// For each client whose last final operation got no answer at all: that operation.
    silent: BTreeMap<u64, u64>,
    last: u64,
}

impl Progress {
    const NAME: &str = "progress";

    pub(super) fn new(required: &'static [&'static str]) -> Self {
        Self {
            required,
            problems: ProblemLog::new(Judge::Progress),
            any_ready: false,
            cut_short: false,
            invoked: 0,
            by_f: BTreeMap::new(),
            finals: BTreeMap::new(),
            unanswered: Unanswered::default(),
            any_fault: false,
            between_nodes: 0,
        }
    }

    fn on_complete(&mut self, op: &Operation) {
        let name = op.completion.error.as_ref().map(|e| e.name.as_str());
        let tally = self.by_f.entry(op.invocation.f.clone()).or_default();
        tally.ok += u64::from(op.is_ok());
        if let Some(name) = name {
            *tally.errors.entry(name.to_owned()).or_default() += 1;
        }
        if self.required.contains(&op.invocation.f.as_str()) {
            self.unanswered.on_complete(op);
        }
        // What was cut off by the end of the run was not given the time to answer.
        if op.invocation.is_final && name != Some("interrupted") {
            let node = self.finals.entry(op.invocation.node.clone()).or_default();
            node.on_complete(op);
        }
    }

    /// The operations that this run cannot do without and that were never acknowledged.
    fn never_acknowledged(&self) -> Findings {
        let mut findings = Findings::new();
        for f in self.required {
            if let Some(tally) = self.by_f.get(*f).filter(|tally| tally.ok == 0) {
                findings.add(|| tally.no_answer(f));
            }
        }
        findings
    }

    /// The operations that this run cannot do without and that were not even issued: often a
    /// consequence of something else, so it is told last.
    fn never_asked(&self) -> Findings {
        let mut findings = Findings::new();
        if self.invoked == 0 {
            findings.add(|| {
                let text = match self.any_ready {
                    true => &format!("No operation was issued, so nothing was tested. {RAISE}"),
                    false => {
                        "No node ever got ready, so no operation was issued: nothing was tested."
                    }
                };
                Anomaly::new("nothing-asked", text)
            });
            return findings;
        }
        for f in self
            .required
            .iter()
            .filter(|f| !self.by_f.contains_key(**f))
        {
            findings.add(|| {
                let text = format!("No {f} was ever issued, so this was not tested. {RAISE}");
                Anomaly::new("nothing-asked", text)
            });
        }
        findings
    }

    /// The nodes that did not answer in the end.
    fn silent(&self) -> Findings {
        let mut findings = Findings::new();
        for (node, tally) in &self.finals {
            if let Some(text) = tally.complaint(node) {
                findings.add(|| {
                    let text = format!("{text}{}.{}", self.although_healed(), self.busy());
                    let mut anomaly = Anomaly::new("no-answer", text);
                    anomaly.ops = match tally.silent.len() {
                        0 => vec![tally.last],
                        _ => tally.silent.values().copied().collect(),
                    };
                    anomaly.nodes.push(node.clone());
                    anomaly
                });
            }
        }
        findings
    }

    fn although_healed(&self) -> &'static str {
        if self.any_fault {
            ", although every fault was healed before"
        } else {
            ""
        }
    }

    /// What may keep nodes from answering.
    fn busy(&self) -> String {
        let per_op = self.between_nodes / self.invoked.max(1);
        if per_op < BUSY_PER_OP {
            return String::new();
        }
        format!(
            " The nodes sent each other {per_op} messages for each operation, which may keep them \
             too busy: do not forward what was forwarded before, and do not answer an answer."
        )
    }
}

impl Tally {
    fn no_answer(&self, f: &str) -> Anomaly {
        let errors: Vec<String> = self
            .errors
            .iter()
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let text = format!(
            "No {f} was ever acknowledged: {} asked, {}. Does the program handle {f}, and answer it \
             every time?",
            self.asked,
            errors.join(", "),
        );
        Anomaly::new("no-answer", text)
    }
}

/// What to do when too little was asked.
const RAISE: &str = "If nothing else is reported, raise the rate or the time limit.";

impl FinalTally {
    fn on_complete(&mut self, op: &Operation) {
        let Operation {
            invocation,
            completion,
        } = op;
        self.asked += 1;
        self.last = invocation.index;
        self.ok += u64::from(op.is_ok());
        let answered = completion.kind == EventKind::Ok || completion.message.is_some();
        if answered {
            self.silent.clear();
        } else {
            self.silent.insert(invocation.process, invocation.index);
        }
    }

    fn complaint(&self, node: &str) -> Option<String> {
        if self.ok == 0 {
            return Some(format!(
                "{node} answered none of its last {} requests successfully",
                self.asked
            ));
        }
        (!self.silent.is_empty())
            .then(|| format!("{node} stopped answering: its last request got no answer"))
    }
}

impl RunCheck for Progress {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn on_event(&mut self, event: &Event) {
        self.problems.on_event(event);
        match event {
            Event::Invoke(invocation) => {
                self.invoked += 1;
                self.by_f.entry(invocation.f.clone()).or_default().asked += 1;
            }
            Event::Complete(operation) => self.on_complete(operation),
            Event::Fault(fault) => {
                self.any_fault = true;
                self.unanswered.on_fault(fault);
            }
            Event::Node(node) => self.any_ready |= matches!(node.kind, NodeEventKind::Ready),
            Event::Message(message) => {
                let sent = message.between_nodes && message.step == MessageStep::Send;
                self.between_nodes += u64::from(sent);
            }
        }
    }

    fn cut_short(&mut self) {
        self.cut_short = true;
    }

    fn finish(&mut self) -> CheckResult {
        let mut findings = self.problems.take();
        if !self.cut_short {
            findings = findings.then(self.never_acknowledged()).then(self.silent());
        }
        findings = findings.then(self.unanswered.take());
        if !self.cut_short {
            findings = findings.then(self.never_asked());
        }
        if self.cut_short && findings.count() == 0 {
            let text = "The run was stopped before it could tell.";
            return CheckResult::unknown(Self::NAME, text);
        }
        findings.into_result(Self::NAME, "Every node started and kept answering.")
    }
}
