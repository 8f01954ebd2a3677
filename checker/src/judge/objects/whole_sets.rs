//! Sets that are added to, removed from, and read whole.

use super::function;
use super::growing_sets::{set_of, shown};
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::model::{WholeSet, WholeSetOp};
use crate::recorded::{History, Recorded, Val, Values};

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
        let is_ok = recorded.end == EventKind::Ok;
        match function(history, recorded) {
            "add" | "insert" => intake.did_unless_failed(Op::Add(recorded.argument)),
            "remove" | "delete" => intake.did_unless_failed(Op::Remove(recorded.argument)),
            "read" | "contains" if !is_ok => {}
            "read" => intake.did(Op::Read(set_of(history, recorded.answer)?)),
            "contains" => {
                let found = recorded.answer == Val::TRUE;
                intake.did(Op::Contains(recorded.argument, found));
            }
            other => {
                return Err(format!(
                    "a set has the functions add, remove, contains and read, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        match op {
            Op::Add(value) => format!("added {}", values.show(*value)),
            Op::Remove(value) => format!("removed {}", values.show(*value)),
            Op::Contains(value, true) => format!("found {}", values.show(*value)),
            Op::Contains(value, false) => format!("did not find {}", values.show(*value)),
            Op::Read(found) => format!("read {}", shown(found, values)),
        }
    }

    fn state(&self, state: &Vec<Val>, values: &Values) -> Option<String> {
        Some(format!("held {}", shown(state, values)))
    }
}
