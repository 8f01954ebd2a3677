//! Registers: read, written, compared-and-set.

use std::slice::from_ref;

use super::function;
use crate::history::EventKind;
use crate::judge::object::{End, Object};
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Model, Register, RegisterOp, Role};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, register};
use crate::timed::Timed;

/// What is known when a compare-and-set ends with `fail`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailedCas {
    /// That it did nothing, for whatever reason.
    #[default]
    DidNothing,
    /// That it found another value than it compared with.
    FoundAnother,
}

/// Registers with the functions `read`, `write` and `cas`.
#[derive(Debug, Clone, Copy)]
pub struct Registers {
    model: Register<Val>,
    failed_cas: FailedCas,
    has_cas: bool,
}

type Op = RegisterOp<Val>;

impl Registers {
    /// Registers that hold this before anything is written to them.
    #[must_use]
    pub fn new(initial: Val, failed_cas: FailedCas) -> Self {
        Self {
            model: Register { initial },
            failed_cas,
            has_cas: true,
        }
    }

    /// Registers without compare-and-set.
    #[must_use]
    pub fn without_cas(self) -> Self {
        Self {
            has_cas: false,
            ..self
        }
    }

    fn cas(&self, history: &History, recorded: &Recorded) -> Result<Op, String> {
        let pair = history.values.items(recorded.argument);
        let Some([from, to]) = pair.and_then(|pair| <&[Val; 2]>::try_from(pair).ok()) else {
            let shown = history.values.show(recorded.argument);
            return Err(format!(
                "a cas has the value [from, to], and this one has {shown}"
            ));
        };
        let is_fail = recorded.end == EventKind::Fail;
        Ok(Op::Cas {
            from: *from,
            to: *to,
            succeeded: (!recorded.is_indeterminate()).then_some(!is_fail),
        })
    }
}

impl Object for Registers {
    type Model = Register<Val>;

    fn noun(&self) -> &'static str {
        "register"
    }

    fn model(&self) -> &Register<Val> {
        &self.model
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "read" | "r" if recorded.end == EventKind::Ok => intake.did(Op::Read(recorded.answer)),
            "read" | "r" => {}
            "write" | "w" => intake.did_unless_failed(Op::Write(recorded.argument)),
            "cas" if !self.has_cas => {
                return Err("a register has no cas; see --model cas-register".to_owned());
            }
            "cas" if self.failed_cas == FailedCas::FoundAnother => {
                intake.did(self.cas(history, recorded)?);
            }
            "cas" => intake.did_unless_failed(self.cas(history, recorded)?),
            other => {
                return Err(format!(
                    "a register has the functions read, write and cas, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<Op>], with_order: bool) -> Option<Ruling<Op>> {
        register::judge(&self.model, ops, with_order)
    }

    fn rule_name(&self) -> &'static str {
        "zones"
    }

    fn broken(&self, ops: &[Timed<Op>]) -> Option<(&'static str, Witness<Op>)> {
        Some(("overwrites", register::overwritten(&self.model, ops)?))
    }

    fn conditions(&self) -> &'static [&'static str] {
        &[
            "Every value that was found had been written, and another one had not certainly taken \
             its place.",
        ]
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        let show = |value| values.show(value);
        match *op {
            Op::Read(value) => format!("read {}", show(value)),
            Op::Write(value) => format!("wrote {}", show(value)),
            Op::Cas {
                from,
                to,
                succeeded,
            } => {
                let ended = match succeeded {
                    Some(false) => " and found another value",
                    _ => "",
                };
                format!("changed {} to {}{ended}", show(from), show(to))
            }
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        match (witness.kind, &witness.ops[..]) {
            (Kind::ThinAir, [op, ..]) => (
                format!("{}: nobody wrote that value.", teller.told(*op)),
                vec![format!(
                    "Before anything was written there was {}, and no write in this history, \
                     finished or not, wrote what was found.",
                    teller.show(self.model.initial)
                )],
            ),
            (Kind::FutureRead, [read, write]) => (
                format!("{} before that was written.", teller.told(*read)),
                vec![
                    format!("The only one to write it: {}.", teller.tell(*write)),
                    format!(
                        "{}, but the read had returned by then.",
                        teller.began(*write)
                    ),
                ],
            ),
            (Kind::DoubleCas, [one, other]) => (
                format!(
                    "Two compare-and-sets found the same value, which was there once: {} and {}.",
                    teller.tell(*one),
                    teller.tell(*other)
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
                    .map(|op| format!("{}.", teller.told(*op)))
                    .collect(),
            ),
            (Kind::StaleRead, [later, earlier]) => (
                format!(
                    "{} although {} had not begun.",
                    teller.told(*later),
                    teller.tell(*earlier)
                ),
                vec![
                    "Compare-and-sets say in which order these values followed each other."
                        .to_owned(),
                    teller.before(*later, *earlier),
                ],
            ),
            (Kind::Overwritten, [finder, other, makers @ ..]) => {
                gone(teller, *finder, *other, makers, self.model.initial)
            }
            (_, all) => both_ways(teller, all),
        }
    }

    fn ends(&self, ops: &[Timed<Op>]) -> Option<Vec<End<Val, Op>>> {
        let changes = |timed: &&Timed<Op>| self.model.role(&timed.op) != Role::Observes;
        let changes: Vec<&Timed<Op>> = ops.iter().filter(changes).collect();
        let last_call = changes.iter().map(|timed| timed.call).max();
        // What was done before another one began was not the last one.
        let may_be_last = changes.iter().filter(|timed| Some(timed.ret) > last_call);
        let mut values: Vec<Val> = may_be_last.map(|timed| left(&timed.op)).collect();
        if changes.is_empty() {
            values.push(self.model.initial);
        }
        values.sort_unstable();
        values.dedup();
        let end = |value| End {
            state: value,
            leads: match value == self.model.initial {
                true => Vec::new(),
                false => vec![Op::Write(value)],
            },
            finds: Op::Read(value),
        };
        Some(values.into_iter().map(end).collect())
    }

    fn state(&self, state: &Val, values: &Values) -> Option<String> {
        Some(format!("held {}", values.show(*state)))
    }

    fn seen<'a>(&self, op: &'a Op) -> &'a [Val] {
        match needed(op) {
            Some(seen) if *seen != self.model.initial => from_ref(seen),
            _ => &[],
        }
    }

    fn made(&self, op: &Op) -> Option<Val> {
        match *op {
            Op::Write(value) | Op::Cas { to: value, .. } => Some(value),
            Op::Read(_) => None,
        }
    }
}

/// Something else was there after all who made a value had ended.
fn gone(
    teller: &Teller<'_, Op>,
    finder: u32,
    other: u32,
    makers: &[u32],
    initial: Val,
) -> (String, Vec<String>) {
    let found = needed(&teller.op(finder).op).copied().unwrap_or(initial);
    let (value, instead) = (teller.show(found), left(&teller.op(other).op));
    let mut steps: Vec<String> = makers.iter().map(|m| teller.before(*m, other)).collect();
    if steps.is_empty() {
        steps.push(format!(
            "The {value} from the beginning was there before anything was written."
        ));
    }
    let may_make = |timed: &&Timed<Op>| match timed.op {
        Op::Write(value) => value == found,
        Op::Cas { to, succeeded, .. } => to == found && succeeded != Some(false),
        Op::Read(_) => false,
    };
    let count = teller.ops().iter().filter(may_make).count();
    steps.push(match count - makers.len().min(count) {
        0 => format!("Nobody else wrote {value}."),
        _ => format!(
            "Whoever else wrote {value} had returned by then, or began after {} had returned.",
            teller.tell(finder)
        ),
    });
    steps.push(teller.before(other, finder));
    steps.push(format!(
        "So {} was there in between, and nobody wrote {value} after that.",
        teller.show(instead)
    ));
    (
        format!("{}, which had been replaced before.", teller.told(finder)),
        steps,
    )
}

/// Two values would each have to come before the other: the first return of one is before the last
/// call of the other, and the other way round.
fn both_ways(teller: &Teller<'_, Op>, all: &[u32]) -> (String, Vec<String>) {
    let value = |op: u32| teller.show(left(&teller.op(op).op));
    let Some(&last) = all.iter().max_by_key(|op| teller.op(**op).call) else {
        return (String::new(), Vec::new());
    };
    let [a_first, b_last, b_first, a_last] = match *all {
        [a, b, c, d] => [a, b, c, d],
        // The initial value was there before anything.
        [b_last, b_first, a_last] => [b_last, b_last, b_first, a_last],
        _ => return (String::new(), Vec::new()),
    };
    let there_before = |one, other| format!("So {} was there before {}.", value(one), value(other));
    let mut steps = Vec::new();
    if all.len() == 4 {
        steps.push(teller.before(a_first, b_last));
        steps.push(there_before(a_first, b_last));
    }
    steps.push(teller.before(b_first, a_last));
    steps.push(there_before(b_first, a_last));
    if all.len() == 3 {
        steps.push(format!(
            "But {} was there before anything was written.",
            value(a_last)
        ));
    }
    steps.push(
        "Every value is written once, so one that was replaced does not come back.".to_owned(),
    );
    (
        format!("{}, which had been replaced before.", teller.told(last)),
        steps,
    )
}

/// The value that must have been there for an operation to answer as it did.
fn needed(op: &Op) -> Option<&Val> {
    match op {
        Op::Read(value)
        | Op::Cas {
            from: value,
            succeeded: Some(true),
            ..
        } => Some(value),
        _ => None,
    }
}

/// The value that is there after an operation.
fn left(op: &Op) -> Val {
    match *op {
        Op::Read(value) | Op::Write(value) => value,
        Op::Cas { to, .. } => to,
    }
}
