//! What is wrong with an object, or not known of it, as lines of the history and in sentences.

use rustc_hash::FxHashSet;

use super::fits::fits;
use super::object::{Object, OpOf, StateOf};
use super::outcome::{Undecided, Violation};
use super::parts::Part;
use super::teller::{Teller, capital};
use super::window::Window;
use crate::model::Model;
use crate::recorded::{History, Val};
use crate::rules::{Kind, Witness};
use crate::search::{Budget, Stopped};
use crate::smaller::smaller;
use crate::timed::{NEVER, Timed};

/// What a search may use to find out whether a few operations are a proof.
const TRIAL: Budget<'_> = Budget {
    memory_bytes: 64 << 20,
    is_over: &|| false,
};
/// So many operations are looked at in all to make a proof small.
const TRIAL_OPERATIONS: u64 = 2_000_000;

/// Makes evidence of what a rule or a search found in one object.
pub(super) struct Evidence<'a, O: Object> {
    object: &'a O,
    history: &'a History,
    part: &'a Part<OpOf<O>>,
    teller: Teller<'a, OpOf<O>>,
}

impl<'a, O: Object> Evidence<'a, O> {
    pub(super) fn new(object: &'a O, history: &'a History, part: &'a Part<OpOf<O>>) -> Self {
        let did = |op: &OpOf<O>| object.did(op, &history.values);
        Self {
            object,
            history,
            part,
            teller: Teller::new(history, part, did),
        }
    }

    /// What a rule found.
    pub(super) fn ruled(&self, witness: &Witness<OpOf<O>>) -> Violation {
        if let Some(violation) = self.aborted(witness) {
            return violation;
        }
        let (summary, steps) = self.object.why(&self.teller, witness);
        let mut concerned = witness.ops.clone();
        concerned.sort_unstable_by_key(|op| self.teller.op(*op).call);
        concerned.dedup();
        let mut calls: Vec<u32> = witness.proof.iter().map(|timed| timed.call).collect();
        calls.sort_unstable();
        let in_proof = |op: &u32| calls.binary_search(&self.teller.op(*op).call).is_ok();
        let proof: Vec<u32> = (0..self.part.ops.len() as u32).filter(in_proof).collect();
        let proof = self.as_recorded(proof);
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

    /// A proof may ask less of its operations than was recorded: a log without some of its values
    /// is one of the others. Where operations as they were recorded are no proof, those are taken
    /// that are.
    fn as_recorded(&self, proof: Vec<u32>) -> Vec<u32> {
        let is_proof = |ops: &[u32]| {
            let ops = ops.iter().map(|op| self.teller.op(*op).clone());
            let ops: Vec<Timed<OpOf<O>>> = ops.collect();
            fits(self.object, &ops, &TRIAL) == Some(false)
        };
        if is_proof(&proof) {
            return proof;
        }
        let all: Vec<u32> = (0..self.part.ops.len() as u32).collect();
        let trials = TRIAL_OPERATIONS / (all.len() as u64 + 1);
        smaller(all, trials, is_proof)
    }

    /// A value was seen whose maker certainly failed.
    fn aborted(&self, witness: &Witness<OpOf<O>>) -> Option<Violation> {
        let (Kind::ThinAir | Kind::NeverPut, [op, ..]) = (witness.kind, &witness.ops[..]) else {
            return None;
        };
        let seen = self.object.seen(&self.teller.op(*op).op).iter();
        let mut strays: FxHashSet<Val> = seen.copied().collect();
        let made = self.part.ops.iter();
        for value in made.filter_map(|timed| self.object.made(&timed.op)) {
            strays.remove(&value);
        }
        let makes = |failed: &&(u32, OpOf<O>)| {
            let made = self.object.made(&failed.1);
            made.is_some_and(|value| strays.contains(&value))
        };
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
                "{}, which comes from an operation that failed.",
                self.teller.told(*op)
            ),
            steps: vec![
                format!("{}.", capital(&self.teller.named(recorded, &did))),
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
        let line = window
            .ops
            .first()
            .map(|op| self.teller.recorded(*op).call_line);
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
                self.teller.told(stuck)
            ),
            steps,
            ops: self.numbered(&[stuck]),
            proof: self.numbered(&window.ops),
        }
    }

    /// What is known when the budget was used up.
    pub(super) fn undecided(&self, stopped: Stopped) -> Undecided {
        Undecided {
            key: self.part.key,
            element: self.part.element,
            lacking: stopped.lacking,
            fits_to_line: self.line_before(stopped.position),
            last_line: self.line_before(NEVER),
            explored: stopped.explored,
            events: stopped.events,
            standstill: stopped.standstill,
            conditions: self.object.conditions(),
        }
    }

    /// The last line before a position.
    fn line_before(&self, position: u32) -> u32 {
        let numbers = self.part.numbers.iter();
        let recorded = numbers.map(|n| &self.history.ops[*n as usize]);
        let lines = recorded.flat_map(|op| {
            let ret = (op.ret < position).then_some(op.ret_line);
            [(op.call < position).then_some(op.call_line), ret]
        });
        lines.flatten().max().unwrap_or(0)
    }

    fn numbered(&self, ops: &[u32]) -> Vec<u32> {
        let numbers = ops.iter().map(|op| self.part.numbers[*op as usize]);
        let mut numbers: Vec<u32> = numbers.collect();
        // One recorded operation may have done several things: a drain.
        numbers.dedup();
        numbers
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::{Named, Settings};
    use crate::recorded::read_json_lines;
    use crate::search::{Budget, Lacking};

    #[test]
    fn what_is_not_decided_is_told_up_to_a_line() {
        let mut lines = String::new();
        for n in 0..2_000 {
            let (f, value) = if n % 4 < 2 {
                ("write", n / 4 % 3)
            } else {
                ("read", n / 4 % 3)
            };
            let kind = if n % 2 == 0 { "invoke" } else { "ok" };
            lines +=
                &format!("{{\"process\":0,\"type\":\"{kind}\",\"f\":\"{f}\",\"value\":{value}}}\n");
        }
        let (history, error) = read_json_lines(lines.as_bytes());
        assert_eq!(error, None);
        let over = Budget {
            is_over: &|| true,
            ..Budget::AMPLE
        };
        let judgement = Named::Register.judge(&Settings::default(), &history, &over);
        let judgement = judgement.expect("a register");
        let [undecided] = &judgement.undecided[..] else {
            panic!("{judgement:?}");
        };
        assert_eq!(undecided.lacking, Lacking::Time);
        assert_eq!(
            (undecided.fits_to_line, undecided.last_line),
            (1_021, 2_000)
        );
    }
}
