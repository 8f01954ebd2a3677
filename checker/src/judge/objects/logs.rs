//! Logs: appended to, and read whole or at an offset.

use super::function;
use crate::history::EventKind;
use crate::judge::object::Object;
use crate::judge::parts::Intake;
use crate::judge::teller::Teller;
use crate::model::{Log, LogOp};
use crate::recorded::{History, Recorded, Val, Values};
use crate::rules::{Kind, Ruling, Witness, log};
use crate::timed::Timed;

/// Logs with the functions `append`, `read` and `poll`. An append is answered with its offset or
/// with nothing; a read with all values in order; a poll asks for an offset and is answered with
/// the value there, or null.
#[derive(Debug, Clone, Copy, Default)]
pub struct Logs(Log<Val>);

type Op = LogOp<Val>;

/// So many values are named in a sentence.
const TOLD: usize = 8;

impl Object for Logs {
    type Model = Log<Val>;

    fn noun(&self) -> &'static str {
        "log"
    }

    fn model(&self) -> &Log<Val> {
        &self.0
    }

    fn take(
        &self,
        history: &History,
        recorded: &Recorded,
        intake: &mut Intake<'_, Op>,
    ) -> Result<(), String> {
        let is_ok = recorded.end == EventKind::Ok;
        let shown = |value| history.values.show(value);
        let offset = |value: Val| value.as_integer().and_then(|n| u32::try_from(n).ok());
        match function(history, recorded) {
            "append" | "send" => {
                // Histories that answer nothing repeat the value.
                let is_echo = recorded.answer == recorded.argument;
                let offset = offset(recorded.answer).filter(|_| is_ok && !is_echo);
                intake.did_unless_failed(Op::Append {
                    value: recorded.argument,
                    offset,
                });
            }
            "read" | "poll" if !is_ok => {}
            "read" => {
                let found = history.values.items(recorded.answer);
                let found = found.ok_or_else(|| {
                    let found = shown(recorded.answer);
                    format!("a read of a log answers [v, ...], and this one {found}")
                })?;
                intake.did(Op::Read(found.into()));
            }
            "poll" => {
                let offset = offset(recorded.argument).ok_or_else(|| {
                    let asked = shown(recorded.argument);
                    format!("a poll asks for an offset, and this one for {asked}")
                })?;
                let found = (recorded.answer != Val::NULL).then_some(recorded.answer);
                intake.did(Op::Poll { offset, found });
            }
            other => {
                return Err(format!(
                    "a log has the functions append, read and poll, and not `{other}`"
                ));
            }
        }
        Ok(())
    }

    fn rule(&self, ops: &[Timed<Op>], with_order: bool) -> Option<Ruling<Op>> {
        log::judge(ops, with_order)
    }

    fn rule_name(&self) -> &'static str {
        "places"
    }

    fn did(&self, op: &Op, values: &Values) -> String {
        let show = |value: &Val| values.show(*value);
        match op {
            Op::Append {
                value,
                offset: None,
            } => format!("appended {}", show(value)),
            Op::Append {
                value,
                offset: Some(offset),
            } => format!("appended {} at {offset}", show(value)),
            Op::Read(found) => {
                let mut told: Vec<String> = found.iter().take(TOLD).map(show).collect();
                let more = found.len() - told.len();
                told.extend((more > 0).then(|| format!("... ({more} more)")));
                format!("read [{}]", told.join(", "))
            }
            Op::Poll {
                offset,
                found: Some(found),
            } => format!("found {} at {offset}", show(found)),
            Op::Poll { offset, .. } => format!("found nothing at {offset}"),
        }
    }

    fn why(&self, teller: &Teller<'_, Op>, witness: &Witness<Op>) -> (String, Vec<String>) {
        let told = |ops: &[u32]| -> Vec<String> {
            ops.iter()
                .map(|op| format!("{}.", teller.told(*op)))
                .collect()
        };
        let first = witness.ops.first().map(|op| teller.told(*op));
        let first = first.unwrap_or_default();
        let last = witness.ops.iter().max_by_key(|op| teller.op(**op).call);
        let last = last.map(|op| teller.told(*op)).unwrap_or_default();
        let summary = match witness.kind {
            Kind::ThinAir => format!("{first}, and nobody appended that."),
            Kind::LongFork => "Two reads disagree on what stands where.".to_owned(),
            Kind::SamePlace => "Two values stand at one place.".to_owned(),
            Kind::TwoPlaces => "One value stands at two places.".to_owned(),
            Kind::TooFar => format!("{first}, behind more values than were ever appended."),
            Kind::FutureRead => format!("{first} before it was appended."),
            Kind::OutOfOrder => "Two values stand in the wrong order.".to_owned(),
            _ => format!("{last} and misses what was appended before."),
        };
        let mut by_call = witness.ops.clone();
        by_call.sort_unstable_by_key(|op| teller.op(*op).call);
        (summary, told(&by_call))
    }

    fn state(&self, state: &Vec<Val>, _: &Values) -> Option<String> {
        state.is_empty().then(|| "was empty".to_owned())
    }

    fn seen<'a>(&self, op: &'a Op) -> &'a [Val] {
        match op {
            Op::Read(found) => found,
            Op::Poll { found, .. } => found.as_slice(),
            Op::Append { .. } => &[],
        }
    }

    fn made(&self, op: &Op) -> Option<Val> {
        match op {
            Op::Append { value, .. } => Some(*value),
            _ => None,
        }
    }
}
