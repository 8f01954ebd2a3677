//! Sets that only grow and are read whole.

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{GrowingSet, GrowingSetOp};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, grow_set};
use crate::timed::Timed;

/// Sets with the functions `add` and `read`.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrowingSets(GrowingSet<Val>);

type Op = GrowingSetOp<Val>;

/// So many values are named in a sentence.
const TOLD: usize = 8;

impl Object for GrowingSets {
    type Model = GrowingSet<Val>;

    fn noun(&self) -> &'static str {
        "set"
    }

    fn model(&self) -> &GrowingSet<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "add" => intake.did_unless_failed(Op::Add(recorded.argument)),
            "read" | "r" if recorded.end == EventKind::Ok => {
                intake.did(Op::Read(set_of(history, recorded.answer)?));
            }
            "read" | "r" => {}
            other => {
                return Err(format!(
                    "a growing set has the functions add and read, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<Op>], with_order: bool) -> Option<Ruling<Op>> {
        grow_set::judge(ops, with_order)
    }

    fn rule_name(&self) -> &'static str {
        "snapshots"
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        match op {
            Op::Add(value) => format!("added {}", values.show(*value)),
            Op::Read(found) => format!("read {}", shown(found, values)),
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        let values = teller.values();
        let of_proof: Vec<Val> = witness
            .proof
            .iter()
            .flat_map(|timed| match &timed.op {
                Op::Add(value) => vec![*value],
                Op::Read(found) => found.to_vec(),
            })
            .collect();
        let has = |op: u32, value: &Val| match &teller.op(op).op {
            Op::Read(found) => found.binary_search(value).is_ok(),
            Op::Add(added) => added == value,
        };
        let only = |one: u32, other: u32| {
            let only = |value: &&Val| has(one, value) && !has(other, value);
            of_proof.iter().find(only).map(|value| values.show(*value))
        };
        match (witness.kind, &witness.ops[..]) {
            (Kind::ThinAir, [read, ..]) => (
                format!(
                    "{}: nobody added {}.",
                    teller.told(*read),
                    shown(&of_proof, values)
                ),
                vec!["No add in this history, finished or not, has that value.".to_owned()],
            ),
            (Kind::LongFork, [one, other]) => (
                "Two reads each miss a value that the other one has.".to_owned(),
                vec![
                    format!("{}.", teller.told(*one)),
                    format!("{}.", teller.told(*other)),
                    format!(
                        "The first has {}, which the second misses, and misses {}, which the \
                         second has: neither can have been before the other.",
                        only(*one, *other).unwrap_or_default(),
                        only(*other, *one).unwrap_or_default()
                    ),
                ],
            ),
            (Kind::FutureRead, [read, add]) => (
                format!("{} before it was added.", teller.told(*read)),
                vec![teller.before(*read, *add)],
            ),
            (Kind::StaleRead, [between, later, earlier]) => (
                format!(
                    "{}: it has the value that was added later, and not the one before.",
                    teller.told(*between)
                ),
                vec![teller.before(*later, *earlier)],
            ),
            (Kind::StaleRead, [later, earlier]) => (
                format!(
                    "{} and misses {}, which was there before.",
                    teller.told(*earlier),
                    only(*later, *earlier).unwrap_or_default()
                ),
                vec![
                    teller.before(*later, *earlier),
                    "Nothing is removed from this set.".to_owned(),
                ],
            ),
            (_, all) => {
                let told: Vec<String> = all.iter().map(|op| teller.tell(*op)).collect();
                (teller.together(&told), Vec::new())
            }
        }
    }

    fn seen<'a>(&self, op: &'a Op) -> &'a [Val] {
        match op {
            Op::Read(found) => found,
            Op::Add(_) => &[],
        }
    }

    fn made(&self, op: &Op) -> Option<Val> {
        match op {
            Op::Add(value) => Some(*value),
            Op::Read(_) => None,
        }
    }
}

/// What a read found: sorted, each value once.
pub(super) fn set_of(history: &History, answer: Val) -> Result<Box<[Val]>, String> {
    let Some(found) = history.values.items(answer) else {
        let shown = history.values.show(answer);
        return Err(format!(
            "a read of a set answers [v, ...], and this one has {shown}"
        ));
    };
    let mut found = found.to_vec();
    found.sort_unstable();
    if found.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("this read of a set has a value twice; a set holds each once".to_owned());
    }
    Ok(found.into())
}

/// A set in a sentence, cut where it is long.
pub(super) fn shown(found: &[Val], values: &Values) -> String {
    let mut told: Vec<String> = found.iter().map(|value| values.show(*value)).collect();
    let more = told.len().saturating_sub(TOLD);
    if more > 0 {
        told.truncate(TOLD);
        told.push(format!("... ({more} more)"));
    }
    format!("[{}]", told.join(", "))
}
