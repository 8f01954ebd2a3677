//! Sentences about lines of a history.

use super::object::{Object, OpOf, StateOf};
use super::outcome::Violation;
use super::parts::Part;
use super::window::Window;
use crate::model::Model;
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Witness};
use crate::timed::Timed;

/// Tells of the operations of one object, which are numbered from 0.
pub struct Teller<'a, O: Object> {
    object: &'a O,
    history: &'a History,
    part: &'a Part<OpOf<O>>,
}

impl<'a, O: Object> Teller<'a, O> {
    pub(super) fn new(object: &'a O, history: &'a History, part: &'a Part<OpOf<O>>) -> Self {
        Self {
            object,
            history,
            part,
        }
    }

    /// What values stand for.
    #[must_use]
    pub fn values(&self) -> &'a Values {
        &self.history.values
    }

    /// A value as JSON.
    #[must_use]
    pub fn show(&self, value: Val) -> String {
        self.history.values.show(value)
    }

    /// The operation itself.
    #[must_use]
    pub fn op(&self, op: u32) -> &'a Timed<OpOf<O>> {
        &self.part.ops[op as usize]
    }

    /// All operations of the object.
    #[must_use]
    pub fn ops(&self) -> &'a [Timed<OpOf<O>>] {
        &self.part.ops
    }

    fn recorded(&self, op: u32) -> &'a Recorded {
        &self.history.ops[self.part.numbers[op as usize] as usize]
    }

    /// `process 3 read 5 (line 7)`.
    #[must_use]
    pub fn tell(&self, op: u32) -> String {
        let (timed, recorded) = (self.op(op), self.recorded(op));
        let did = self.object.did(&timed.op, &self.history.values);
        let perhaps = if timed.is_indeterminate() {
            ", perhaps"
        } else {
            ""
        };
        self.named(recorded, &format!("{did}{perhaps}"))
    }

    fn named(&self, recorded: &Recorded, did: &str) -> String {
        let process = self.history.processes.get(recorded.process as usize);
        let process = process.map(|process| self.show(*process));
        let process = process.unwrap_or_default();
        format!("process {process} {did} (line {})", recorded.call_line)
    }

    /// `Process 3 read 5 (line 7)`.
    #[must_use]
    pub fn told(&self, op: u32) -> String {
        capital(&self.tell(op))
    }

    /// That one was done before the other began.
    #[must_use]
    pub fn before(&self, first: u32, second: u32) -> String {
        let ret_line = self.recorded(first).ret_line;
        format!(
            "{} and was done in line {ret_line}, before {} began.",
            self.told(first),
            self.tell(second)
        )
    }

    /// In which line one began.
    #[must_use]
    pub fn began(&self, op: u32) -> String {
        format!("That began in line {}", self.recorded(op).call_line)
    }

    /// That all these cannot be.
    #[must_use]
    pub fn together(&self, told: &[String]) -> String {
        match told {
            [only] => format!("{}: that cannot be.", capital(only)),
            _ => format!(
                "{}: that cannot all be.",
                capital(&crate::words::listed(told))
            ),
        }
    }

    /// The last line before a position.
    pub(super) fn line_before(&self, position: u32) -> u32 {
        let numbers = self.part.numbers.iter();
        let recorded = numbers.map(|n| &self.history.ops[*n as usize]);
        let lines = recorded.flat_map(|op| {
            let ret = (op.ret < position).then_some(op.ret_line);
            [(op.call < position).then_some(op.call_line), ret]
        });
        lines.flatten().max().unwrap_or(0)
    }

    /// What a rule found.
    pub(super) fn ruled(&self, witness: &Witness<OpOf<O>>) -> Violation {
        if let Some(violation) = self.aborted(witness) {
            return violation;
        }
        let (summary, steps) = self.object.why(self, witness);
        let mut concerned = witness.ops.clone();
        concerned.sort_unstable_by_key(|op| self.op(*op).call);
        concerned.dedup();
        let mut calls: Vec<u32> = witness.proof.iter().map(|timed| timed.call).collect();
        calls.sort_unstable();
        let in_proof = |op: &u32| calls.binary_search(&self.op(*op).call).is_ok();
        let proof: Vec<u32> = (0..self.part.ops.len() as u32).filter(in_proof).collect();
        Violation {
            key: self.part.key,
            element: self.part.element,
            kind: witness.kind.word(),
            summary,
            steps,
            ops: self.numbered(&concerned),
            proof: self.numbered(&proof),
        }
    }

    /// A value was seen whose maker certainly failed.
    fn aborted(&self, witness: &Witness<OpOf<O>>) -> Option<Violation> {
        let (Kind::ThinAir | Kind::NeverPut, [op, ..]) = (witness.kind, &witness.ops[..]) else {
            return None;
        };
        let seen = self.object.seen(&self.op(*op).op)?;
        let makes = |failed: &&(u32, OpOf<O>)| self.object.made(&failed.1) == Some(seen);
        let (maker, did) = self.part.failed.iter().find(makes)?;
        let recorded = &self.history.ops[*maker as usize];
        let did = self.object.did(did, &self.history.values);
        let mut ops = vec![*maker, self.part.numbers[*op as usize]];
        ops.sort_unstable();
        Some(Violation {
            key: self.part.key,
            element: self.part.element,
            kind: "aborted-read",
            summary: format!(
                "{}, which was made by an operation that failed.",
                self.told(*op)
            ),
            steps: vec![
                format!("{}.", capital(&self.named(recorded, &did))),
                format!(
                    "In line {} it was told that this failed: it did not happen, and must not be \
                     seen. If it may have happened, the answer has to be `info`.",
                    recorded.ret_line
                ),
            ],
            proof: ops.clone(),
            ops,
        })
    }

    /// What a search found: an operation that fits no order of those in the window.
    pub(super) fn stuck(&self, stuck: u32, window: &Window<StateOf<O>, OpOf<O>>) -> Violation {
        let mut steps = Vec::new();
        let noun = self.object.noun();
        let line = window.ops.first().map(|op| self.recorded(*op).call_line);
        if window.starts.is_empty() {
            let initial = self.object.model().initial();
            let held = self.object.state(&initial, &self.history.values);
            steps.extend(held.map(|held| format!("Before everything the {noun} {held}.")));
        } else if let Some(line) = line {
            steps.push(format!(
                "What happened before line {line} does not matter: the {noun} may have been in \
                 any state then."
            ));
        }
        let count = window.ops.len();
        steps.push(match count {
            1 => "No order of the operations makes that possible.".to_owned(),
            _ => format!(
                "All orders of these {count} operations were tried that keep what was done before \
                 another one began: none gives these answers."
            ),
        });
        Violation {
            key: self.part.key,
            element: self.part.element,
            kind: "no-order",
            summary: format!(
                "{}: that fits no order of the operations.",
                self.told(stuck)
            ),
            steps,
            ops: self.numbered(&[stuck]),
            proof: self.numbered(&window.ops),
        }
    }

    fn numbered(&self, ops: &[u32]) -> Vec<u32> {
        let numbers = ops.iter().map(|op| self.part.numbers[*op as usize]);
        let mut numbers: Vec<u32> = numbers.collect();
        // One recorded operation may have done several things: a drain.
        numbers.dedup();
        numbers
    }
}

/// With a capital letter, as a sentence begins.
pub(super) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
