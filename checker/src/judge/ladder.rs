//! How much a history of registers promises, if it is not linearizable.

use rustc_hash::FxHashMap;

use super::outcome::{Misfit, Violation};
use super::registers_by_session::{accesses, told};
use crate::levels::{
    Level, Limits, NotUnique, Report, SessionOp, Staleness, Standing, Why, Witness, judge,
    staleness,
};
use crate::recorded::{History, Val};

/// What is known of all levels.
#[derive(Debug, Clone, Default)]
pub struct Ladder {
    /// The levels, stronger ones before those that they imply.
    pub rungs: Vec<Rung>,
    /// The levels that hold and are not implied by others that do.
    pub strongest: Vec<Level>,
    /// How stale reads are; in time only if the history has times.
    pub staleness: Option<Staleness>,
    /// Why nothing of this is known, if so.
    pub unknown: Option<String>,
}

/// What is known of a level.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The level.
    pub level: Level,
    /// Whether the history is of it, if that is known.
    pub holds: Option<bool>,
    /// Why it is not.
    pub violation: Option<Violation>,
    /// Why it is not known.
    pub unknown: Option<String>,
}

impl Ladder {
    /// What is known of one level.
    #[must_use]
    pub fn rung(&self, level: Level) -> Option<&Rung> {
        self.rungs.iter().find(|rung| rung.level == level)
    }
}

/// Judges a history of registers that hold `initial` at first by all levels. A failed
/// compare-and-set did nothing.
///
/// Takes the time that [`crate::levels::judge`] takes.
///
/// # Errors
/// When an operation is none of a register.
pub fn ladder(history: &History, initial: Val) -> Result<Ladder, Misfit> {
    let accesses = accesses(history)?;
    let ops = &accesses.ops;
    let report = match judge(initial, ops, Limits::default()) {
        Ok(report) => report,
        Err(twice) => {
            return Ok(Ladder {
                unknown: Some(not_unique(history, &accesses.numbers, &twice)),
                ..Ladder::default()
            });
        }
    };
    let times = |number: &u32| {
        let op = &history.ops[*number as usize];
        (op.call_ns, op.ret_ns)
    };
    let times: Vec<(u64, u64)> = accesses.numbers.iter().map(times).collect();
    Ok(Ladder {
        rungs: rungs(history, &accesses.numbers, ops, &report),
        strongest: report.strongest(),
        staleness: staleness(initial, ops, &times).ok().flatten(),
        unknown: None,
    })
}

fn rungs(
    history: &History,
    numbers: &[u32],
    ops: &[SessionOp<Val>],
    report: &Report<Val>,
) -> Vec<Rung> {
    let rung = |(level, standing): (Level, &Standing<Val>)| {
        let (holds, violation, unknown) = match standing {
            Standing::Holds => (Some(true), None, None),
            Standing::Broken(witness) => {
                let violation = violation(history, numbers, ops, witness);
                (Some(false), Some(violation), None)
            }
            Standing::Unknown(why) => (None, None, Some(lacking(*why))),
        };
        Rung {
            level,
            holds,
            violation,
            unknown,
        }
    };
    report.standings().map(rung).collect()
}

fn violation(
    history: &History,
    numbers: &[u32],
    ops: &[SessionOp<Val>],
    witness: &Witness<Val>,
) -> Violation {
    let name = |op: u32| told(history, numbers[op as usize], &ops[op as usize].timed);
    let steps = witness.steps.iter();
    let mut steps: Vec<String> = steps
        .map(|step| super::teller::capital(&step.sentence(name)))
        .collect();
    let summary = steps.pop().unwrap_or_default();
    let of_call: FxHashMap<u32, u32> = (0..).zip(ops).map(|(n, op)| (op.timed.call, n)).collect();
    let in_proof = |op: &SessionOp<Val>| Some(numbers[*of_call.get(&op.timed.call)? as usize]);
    let sorted = |mut ops: Vec<u32>| {
        ops.sort_unstable();
        ops.dedup();
        ops
    };
    let concerned = witness.ops.iter().map(|op| numbers[*op as usize]);
    let concerned = sorted(concerned.collect());
    let proof = witness.proof.iter().filter_map(in_proof);
    Violation {
        key: Val::NULL,
        element: Val::NULL,
        kind: witness.flaw.word(),
        summary,
        steps,
        proof: sorted(proof.chain(concerned.iter().copied()).collect()),
        ops: concerned,
    }
}

fn lacking(why: Why) -> String {
    match why {
        Why::OutOfSteps(steps) => format!("a search of {steps} steps was not enough"),
        Why::NotShown => "no reads after the last writes would show it".to_owned(),
        Why::NoRule => "it is not known for a history like this".to_owned(),
    }
}

fn not_unique(history: &History, numbers: &[u32], twice: &NotUnique<Val>) -> String {
    let lines = twice.ops.iter().flatten();
    let lines = lines.map(|op| {
        history.ops[numbers[*op as usize] as usize]
            .call_line
            .to_string()
    });
    let lines: Vec<String> = lines.collect();
    format!(
        "reads do not tell which write they saw: {} was written more than once, or was there \
         before (lines {})",
        history.values.show(twice.value),
        lines.join(" and ")
    )
}

#[cfg(test)]
mod tests;
