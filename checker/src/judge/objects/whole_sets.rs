//! Sets that are added to, removed from, and read whole.

use std::slice::from_ref;

use super::function;
use super::growing_sets::{set_of, shown};
use super::sets::{done_to_one, finds};
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{SetOp, WholeSet, WholeSetOp};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::Witness;
use crate::words::listed;

/// Sets with the functions `add`, `remove`, `contains` and `read`, judged by search.
#[derive(Debug, Clone, Copy, Default)]
pub struct WholeSets(WholeSet<Val>);

type Op = WholeSetOp<Val>;

impl Object for WholeSets {
    type Model = WholeSet<Val>;

    fn noun(&self) -> &'static str {
        "set"
    }

    fn model(&self) -> &WholeSet<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        match function(history, recorded) {
            "read" if recorded.end == EventKind::Ok => {
                intake.did(Op::Read(set_of(history, recorded.answer)?));
            }
            "read" => {}
            _ => {
                let op = done_to_one(history, recorded)?;
                let op = op.map(|op| Op::To(recorded.argument, op));
                op.into_iter().for_each(|op| intake.did_unless_failed(op));
            }
        }
        Ok(())
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        let (value, op) = match op {
            Op::Read(found) => return format!("read {}", shown(found, values)),
            Op::To(value, op) => (values.show(*value), op),
        };
        match op {
            SetOp::Add {
                was_new: Some(false),
            } => format!("added {value}, and it was there"),
            SetOp::Add { .. } => format!("added {value}"),
            SetOp::Remove {
                was_there: Some(false),
            } => format!("found no {value} to remove"),
            SetOp::Remove { .. } => format!("removed {value}"),
            SetOp::Contains(true) => format!("found {value}"),
            SetOp::Contains(false) => format!("did not find {value}"),
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        // There is no rule, so that this is all that can be found without a search.
        let told: Vec<String> = witness.ops.iter().map(|op| teller.told(*op)).collect();
        (
            format!("{}, and nobody added that.", listed(&told)),
            vec!["No add in this history, finished or not, has that value.".to_owned()],
        )
    }

    fn seen<'a>(&self, op: &'a Op) -> &'a [Val] {
        match op {
            Op::Read(found) => found,
            Op::To(value, op) if finds(op) => from_ref(value),
            Op::To(..) => &[],
        }
    }

    fn made(&self, op: &Op) -> Option<Val> {
        match op {
            Op::To(value, SetOp::Add { .. }) => Some(*value),
            _ => None,
        }
    }

    fn state(&self, state: &Vec<Val>, values: &Values) -> Option<String> {
        Some(format!("held {}", shown(state, values)))
    }
}
