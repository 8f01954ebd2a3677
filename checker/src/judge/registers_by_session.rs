//! A history of registers as the levels of consistency see it.

use super::by_key::{ByKey, parts};
use super::object::Object;
use super::objects::{FailedCas, Registers};
use super::outcome::Misfit;
use crate::history::EventKind;
use crate::levels::{Access, SessionOp};
use crate::model::RegisterOp;
use crate::recorded::{History, Val};
use crate::timed::{NEVER, Timed};

/// The operations of all registers, by their calls, and their numbers in the history.
pub(super) struct Accesses {
    pub(super) ops: Vec<SessionOp<Val>>,
    pub(super) numbers: Vec<u32>,
}

/// Reads operations as accesses.
pub(super) fn accesses(history: &History) -> Result<Accesses, Misfit> {
    let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
    let mut all: Vec<(u32, SessionOp<Val>)> = Vec::with_capacity(history.ops.len());
    let by_key = ByKey::of(history);
    for (key, of_key) in (0..).zip(by_key.groups()) {
        let Some(part) = parts(&registers, history, of_key)?.all.pop() else {
            continue;
        };
        let did = part.numbers.iter().zip(&part.ops);
        let did = did.map(|(number, timed)| (*number, timed.ret, access(&timed.op)));
        let failed = part.failed.iter();
        let failed = failed.map(|(number, op)| (*number, NEVER, aborted(op)));
        for (number, ret, access) in did.chain(failed) {
            let recorded = &history.ops[number as usize];
            let is_failed = recorded.end == EventKind::Fail;
            let timed = Timed {
                call: recorded.call,
                ret: if is_failed { recorded.ret } else { ret },
                op: access,
            };
            let session = recorded.process;
            all.push((
                number,
                SessionOp {
                    session,
                    key,
                    timed,
                },
            ));
        }
    }
    all.sort_unstable_by_key(|(number, _)| *number);
    let (numbers, ops) = all.into_iter().unzip();
    Ok(Accesses { ops, numbers })
}

fn access(op: &RegisterOp<Val>) -> Access<Val> {
    match *op {
        RegisterOp::Read(value) => Access::Read(value),
        RegisterOp::Write(value) => Access::Write(value),
        RegisterOp::Cas { from, to, .. } => Access::Update {
            found: from,
            written: to,
        },
    }
}

fn aborted(op: &RegisterOp<Val>) -> Access<Val> {
    match *op {
        RegisterOp::Read(value) | RegisterOp::Write(value) => Access::Aborted(value),
        RegisterOp::Cas { to, .. } => Access::Aborted(to),
    }
}

/// `process 3 read 5 of "x" (line 7)`.
pub(super) fn told(history: &History, number: u32, timed: &Timed<Access<Val>>) -> String {
    let recorded = &history.ops[number as usize];
    let show = |value| history.values.show(value);
    let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
    let did = match timed.op {
        Access::Read(value) => registers.did(&RegisterOp::Read(value), &history.values),
        Access::Write(value) | Access::Aborted(value) => {
            registers.did(&RegisterOp::Write(value), &history.values)
        }
        Access::Update { found, written } => {
            format!("changed {} to {}", show(found), show(written))
        }
    };
    let key = match recorded.key {
        Val::NULL => String::new(),
        key => format!(" of {}", show(key)),
    };
    let process = history.processes.get(recorded.process as usize);
    let process = process.map(|process| show(*process)).unwrap_or_default();
    format!("process {process} {did}{key} (line {})", recorded.call_line)
}
