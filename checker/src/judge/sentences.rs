//! Why something is impossible, in sentences about lines of the history.

use super::outcome::Violation;
use crate::model::RegisterOp;
use crate::recorded::{History, Val};
use crate::rules::{Kind, Witness};
use crate::timed::{NEVER, Timed};

type Op = RegisterOp<Val>;

/// So many operations around one that fits nowhere are shown.
const AROUND: usize = 12;

/// Tells of operations of one object.
pub(super) struct Teller<'a> {
    history: &'a History,
    key: Val,
    numbers: &'a [u32],
}

impl<'a> Teller<'a> {
    pub(super) fn new(history: &'a History, key: Val, numbers: &'a [u32]) -> Self {
        Self {
            history,
            key,
            numbers,
        }
    }

    /// The last line before a position.
    pub(super) fn line_before(&self, position: u32) -> u32 {
        let recorded = self.numbers.iter().map(|n| &self.history.ops[*n as usize]);
        let lines = recorded.flat_map(|op| {
            let ret = (op.ret < position).then_some(op.ret_line);
            [(op.call < position).then_some(op.call_line), ret]
        });
        lines.flatten().max().unwrap_or(0)
    }

    /// `line 7: process 3 read 5`.
    fn tell(&self, op: u32, timed: &Timed<Op>) -> String {
        let recorded = &self.history.ops[self.numbers[op as usize] as usize];
        let show = |value| self.history.values.show(value);
        let did = match timed.op {
            RegisterOp::Read(value) => format!("read {}", show(value)),
            RegisterOp::Write(value) => format!("wrote {}", show(value)),
            RegisterOp::Cas {
                from,
                to,
                succeeded,
            } => {
                let ended = match succeeded {
                    Some(true) => "",
                    Some(false) => " and found another value",
                    None => ", perhaps",
                };
                format!("changed {} to {}{ended}", show(from), show(to))
            }
        };
        let perhaps = match timed.op {
            RegisterOp::Write(_) if timed.is_indeterminate() => ", perhaps",
            _ => "",
        };
        format!(
            "process {} {did}{perhaps} (line {})",
            recorded.process, recorded.call_line
        )
    }

    /// What a rule found.
    pub(super) fn registers(
        &self,
        initial: Val,
        ops: &[Timed<Op>],
        witness: &Witness<Op>,
    ) -> Violation {
        let (summary, steps) = self.why(initial, ops, witness);
        let mut concerned: Vec<u32> = witness.ops.clone();
        concerned.sort_unstable_by_key(|op| ops[*op as usize].call);
        concerned.dedup();
        let in_proof = |op: &u32| {
            let call = ops[*op as usize].call;
            witness
                .proof
                .binary_search_by_key(&call, |timed| timed.call)
                .is_ok()
        };
        let proof: Vec<u32> = (0..ops.len() as u32).filter(in_proof).collect();
        Violation {
            key: self.key,
            kind: witness.kind.word(),
            summary,
            steps,
            ops: self.numbered(&concerned),
            proof: self.numbered(&proof),
        }
    }

    /// A summary, and the steps to it.
    fn why(&self, initial: Val, ops: &[Timed<Op>], witness: &Witness<Op>) -> (String, Vec<String>) {
        let tell = |op: u32| self.tell(op, &ops[op as usize]);
        let show = |value| self.history.values.show(value);
        match (witness.kind, &witness.ops[..]) {
            (Kind::ThinAir, [op, ..]) => (
                format!("{}: nobody wrote that value.", capital(&tell(*op))),
                vec![format!(
                    "Before anything was written there was {}, and no write in this history, \
                     finished or not, wrote what was found.",
                    show(initial)
                )],
            ),
            (Kind::FutureRead, [read, write]) => (
                format!("{} before that was written.", capital(&tell(*read))),
                vec![
                    format!("The only one to write it: {}.", tell(*write)),
                    format!("{}, but the read had returned by then.", self.began(*write)),
                ],
            ),
            (Kind::DoubleCas, [one, other]) => (
                format!(
                    "Two compare-and-sets found the same value, which was there once: {} and {}.",
                    tell(*one),
                    tell(*other)
                ),
                vec![
                    "Every value is written once in this history.".to_owned(),
                    "The first of both replaced the value, so the second cannot have found it."
                        .to_owned(),
                ],
            ),
            (Kind::CasCircle, circle) => (
                format!(
                    "{} compare-and-sets each need the value of another one.",
                    circle.len()
                ),
                circle
                    .iter()
                    .map(|op| format!("{}.", capital(&tell(*op))))
                    .collect(),
            ),
            (Kind::StaleRead, [later, earlier]) => (
                format!(
                    "{} although {} had not begun.",
                    capital(&tell(*later)),
                    tell(*earlier)
                ),
                vec![
                    "Compare-and-sets say in which order these values followed each other."
                        .to_owned(),
                    self.before(ops, *later, *earlier),
                ],
            ),
            (_, all) => self.both_ways(ops, all),
        }
    }

    /// Two values would each have to come before the other: the first return of one is before the
    /// last call of the other, and the other way round.
    fn both_ways(&self, ops: &[Timed<Op>], all: &[u32]) -> (String, Vec<String>) {
        let value = |op: u32| self.history.values.show(left(&ops[op as usize].op));
        let Some(&last) = all.iter().max_by_key(|op| ops[**op as usize].call) else {
            return (String::new(), Vec::new());
        };
        let [a_first, b_last, b_first, a_last] = match *all {
            [a, b, c, d] => [a, b, c, d],
            // The initial value was there before anything.
            [b_last, b_first, a_last] => [b_last, b_last, b_first, a_last],
            _ => return (String::new(), Vec::new()),
        };
        let mut steps = Vec::new();
        if all.len() == 4 {
            steps.push(self.before(ops, a_first, b_last));
            steps.push(format!(
                "So {} was there before {}.",
                value(a_first),
                value(b_last)
            ));
        }
        steps.push(self.before(ops, b_first, a_last));
        steps.push(format!(
            "So {} was there before {}.",
            value(b_first),
            value(a_last)
        ));
        if all.len() == 3 {
            let initial = value(a_last);
            steps.push(format!(
                "But {initial} was there before anything was written."
            ));
        }
        steps.push(
            "Every value is written once, so one that was replaced does not come back.".to_owned(),
        );
        let told = self.tell(last, &ops[last as usize]);
        (
            format!("{}, which had been replaced before.", capital(&told)),
            steps,
        )
    }

    fn before(&self, ops: &[Timed<Op>], first: u32, second: u32) -> String {
        let first_told = capital(&self.tell(first, &ops[first as usize]));
        let second_told = self.tell(second, &ops[second as usize]);
        let ret_line = self.history.ops[self.numbers[first as usize] as usize].ret_line;
        format!("{first_told} and was done in line {ret_line}, before {second_told} began.")
    }

    fn began(&self, op: u32) -> String {
        let line = self.history.ops[self.numbers[op as usize] as usize].call_line;
        format!("That began in line {line}")
    }

    /// An operation that fits nowhere, as a search found.
    pub(super) fn stuck(&self, ops: &[Timed<Op>], stuck: u32, states: &[Val]) -> Violation {
        let timed = &ops[stuck as usize];
        let held: Vec<String> = states
            .iter()
            .map(|state| self.history.values.show(*state))
            .collect();
        let mut steps = Vec::new();
        if !held.is_empty() {
            steps.push(format!(
                "In every order of what came before, the register held {} at its end.",
                held.join(" or ")
            ));
        }
        steps.push(
            "No order of the operations that were open at that time changes that.".to_owned(),
        );
        // Those that ended last before it, and those that are open.
        let mut around: Vec<u32> = (0..ops.len() as u32)
            .filter(|op| ops[*op as usize].call <= timed.ret)
            .collect();
        around.sort_unstable_by_key(|op| {
            let ret = ops[*op as usize].ret;
            (ret == NEVER, std::cmp::Reverse(ret))
        });
        around.truncate(AROUND);
        around.push(stuck);
        around.sort_unstable_by_key(|op| ops[*op as usize].call);
        around.dedup();
        Violation {
            key: self.key,
            kind: "no-order",
            summary: format!(
                "{}: that fits no order of the operations.",
                capital(&self.tell(stuck, timed))
            ),
            steps,
            ops: self.numbered(&[stuck]),
            proof: self.numbered(&around),
        }
    }

    fn numbered(&self, ops: &[u32]) -> Vec<u32> {
        ops.iter().map(|op| self.numbers[*op as usize]).collect()
    }
}

/// The value that is there after an operation.
fn left(op: &Op) -> Val {
    match *op {
        RegisterOp::Read(value) | RegisterOp::Write(value) => value,
        RegisterOp::Cas { to, .. } => to,
    }
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
