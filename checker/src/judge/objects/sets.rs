//! Sets that are asked about one element at a time: each element is judged by itself.

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Model, SetElement, SetOp};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, set};
use crate::timed::Timed;

/// Sets with the functions `add`, `remove` and `contains`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sets(SetElement);

impl Object for Sets {
    type Model = SetElement;

    fn noun(&self) -> &'static str {
        "element"
    }

    fn model(&self) -> &SetElement {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, SetOp>,
    ) -> Result<(), String> {
        let Some(op) = done_to_one(history, recorded)? else {
            return Ok(());
        };
        let element = recorded.argument;
        match recorded.end {
            EventKind::Fail => intake.failed_to(element, op),
            _ => intake.did_to(element, op),
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<SetOp>], with_order: bool) -> Option<Ruling<SetOp>> {
        set::judge(ops, with_order)
    }

    fn rule_name(&self) -> &'static str {
        "phases"
    }

    fn did(&self, op: &SetOp, _: &Values) -> String {
        match op {
            SetOp::Add {
                was_new: Some(false),
            } => "added it, and it was there",
            SetOp::Add { .. } => "added it",
            SetOp::Remove {
                was_there: Some(false),
            } => "found nothing to remove",
            SetOp::Remove { .. } => "removed it",
            SetOp::Contains(true) => "found it",
            SetOp::Contains(false) => "did not find it",
        }
        .to_owned()
    }

    fn why(&self, teller: &Teller<'_, SetOp>, witness: &Witness<SetOp>) -> (String, Vec<String>) {
        let also = |ops: &[u32]| -> Vec<String> {
            ops.iter()
                .map(|op| format!("{}.", teller.told(*op)))
                .collect()
        };
        match (witness.kind, &witness.ops[..]) {
            (Kind::ThinAir, [found, ..]) => (
                format!("{}, and nobody added it.", teller.told(*found)),
                vec!["No add in this history, finished or not, has that element.".to_owned()],
            ),
            (Kind::TakenTwice, [one, other, rest @ ..]) => (
                format!(
                    "It was removed twice: {} and {}.",
                    teller.tell(*one),
                    teller.tell(*other)
                ),
                [also(rest), vec!["It was added once.".to_owned()]].concat(),
            ),
            (Kind::FutureRead | Kind::TakenEarly, [early, add]) => (
                format!("{} before it was added.", teller.told(*early)),
                vec![teller.before(*early, *add)],
            ),
            (Kind::SeenAfterRemoval, all) => {
                let is_removal = |op: &u32| matches!(teller.op(*op).op, SetOp::Remove { .. });
                let removals = all.iter().copied().filter(is_removal);
                let mut pairs =
                    removals.flat_map(|removal| all.iter().map(move |op| (removal, *op)));
                let follows = |(removal, seen): &(u32, u32)| {
                    teller.op(*removal).precedes(teller.op(*seen)) && !is_removal(seen)
                };
                match pairs.find(follows) {
                    Some((removal, seen)) => (
                        format!("{} after it had been removed.", teller.told(seen)),
                        vec![
                            teller.before(removal, seen),
                            "Nobody added it again.".to_owned(),
                        ],
                    ),
                    None => (teller.together(&also(all)), Vec::new()),
                }
            }
            (Kind::MissedValue, [missed, first, rest @ ..]) => (
                format!("{} although it was there.", teller.told(*missed)),
                [
                    vec![teller.before(*first, *missed)],
                    also(rest),
                    vec!["Nothing removed it in between.".to_owned()],
                ]
                .concat(),
            ),
            (_, all) => {
                let told: Vec<String> = all.iter().map(|op| teller.tell(*op)).collect();
                (teller.together(&told), Vec::new())
            }
        }
    }

    /// That it is there is all there is to see.
    fn seen<'a>(&self, op: &'a SetOp) -> &'a [Val] {
        if finds(op) { &[Val::TRUE] } else { &[] }
    }

    fn made(&self, op: &SetOp) -> Option<Val> {
        matches!(op, SetOp::Add { .. }).then_some(Val::TRUE)
    }

    fn state(&self, is_there: &bool, _: &Values) -> Option<String> {
        let word = if *is_there { "there" } else { "absent" };
        Some(format!("was {word}"))
    }
}

/// What an operation does to the element that is its value, if its answer tells anything.
pub(super) fn done_to_one(history: &History, recorded: &Recorded) -> Result<Option<SetOp>, String> {
    let was = told(recorded);
    Ok(Some(match function(history, recorded) {
        "add" | "insert" => SetOp::Add { was_new: was },
        "remove" | "delete" => SetOp::Remove { was_there: was },
        "contains" if recorded.end != EventKind::Ok => return Ok(None),
        "contains" => SetOp::Contains(truth(recorded.answer).ok_or_else(|| {
            let shown = history.values.show(recorded.answer);
            format!("contains answers true or false, and this one {shown}")
        })?),
        other => {
            return Err(format!(
                "a set has the functions add, remove, contains and read, and not `{other}`"
            ));
        }
    }))
}

/// Whether it is possible only if the element is there.
pub(super) fn finds(op: &SetOp) -> bool {
    SetElement.step(&false, op).is_none()
}

/// Whether something was there, or new, if that was answered. Histories that answer nothing repeat
/// the value, which may be true itself.
pub(in crate::judge) fn told(recorded: &Recorded) -> Option<bool> {
    truth(recorded.answer).filter(|_| recorded.answer != recorded.argument)
}

fn truth(value: Val) -> Option<bool> {
    match value {
        Val::TRUE => Some(true),
        Val::FALSE => Some(false),
        _ => None,
    }
}
