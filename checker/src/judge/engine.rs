//! From a history to a judgement.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::coverage::Coverage;
use super::object::{Object, OpOf};
use super::outcome::{Judgement, Misfit, Undecided, Violation};
use super::parts::{Part, parts};
use super::teller::Teller;
use super::window;
use crate::recorded::{History, Val};
use crate::rules::{Kind, Ruling, Witness};
use crate::search::{Budget, Found, search};
use crate::timed::{NEVER, Timed};

/// Judges a history of such objects: all of them, in parallel. `with_orders` for linearizations as
/// part of the judgement.
///
/// Takes the time of the object's rule where one applies, and of a search otherwise, which the
/// budget bounds.
///
/// # Errors
/// When an operation is none of these objects.
pub fn judge<O: Object>(
    object: &O,
    history: &History,
    budget: &Budget<'_>,
    with_orders: bool,
) -> Result<Judgement, Misfit> {
    let (parts, tally) = parts(object, history)?;
    let parts = parts.all;
    // As many searches as there are processors share the memory.
    let at_once = rayon::current_num_threads().min(parts.len()).max(1);
    let budget = &Budget {
        memory_bytes: budget.memory_bytes / at_once,
        is_over: budget.is_over,
    };
    let answers: Vec<Answer> = parts
        .par_iter()
        .map(|part| answer(object, history, part, budget, with_orders))
        .collect();
    let mut judgement = Judgement {
        noun: object.noun(),
        coverage: tally.coverage(),
        objects: parts.len(),
        judged: parts.iter().map(|part| part.ops.len()).sum(),
        ..Judgement::default()
    };
    let mut methods: BTreeMap<&'static str, usize> = BTreeMap::new();
    for answer in answers {
        *methods.entry(answer.method).or_default() += 1;
        judgement.coverage.add(answer.coverage);
        match answer.says {
            Says::Linearizable(order) => judgement.orders.extend(order),
            Says::Impossible(violation) => judgement.violations.push(violation),
            Says::Undecided(undecided) => judgement.undecided.push(undecided),
        }
    }
    judgement.methods = methods;
    Ok(judgement)
}

/// What is known of one object, and how it was found out.
pub(super) struct Answer {
    method: &'static str,
    coverage: Coverage,
    pub(super) says: Says,
}

pub(super) enum Says {
    Linearizable(Option<(Val, Vec<u32>)>),
    Impossible(Violation),
    Undecided(Undecided),
}

pub(super) fn answer<O: Object>(
    object: &O,
    history: &History,
    part: &Part<OpOf<O>>,
    budget: &Budget<'_>,
    with_orders: bool,
) -> Answer {
    let teller = Teller::new(object, history, part);
    let ordered = |order: Vec<u32>| {
        let numbers = order.iter().map(|op| part.numbers[*op as usize]);
        Says::Linearizable(with_orders.then(|| (part.key, numbers.collect())))
    };
    let coverage = Coverage::of_object(object.model(), &part.ops);
    let ruling = object.rule(&part.ops, with_orders);
    let ruling = ruling.map(|ruling| (object.rule_name(), ruling));
    let broken = || {
        let (condition, witness) = broken(object, &part.ops)?;
        Some((condition, Ruling::Impossible(witness)))
    };
    match ruling.or_else(broken) {
        Some((method, Ruling::Linearizable(order))) => Answer {
            method,
            coverage,
            says: ordered(order),
        },
        Some((method, Ruling::Impossible(witness))) => Answer {
            method,
            coverage,
            says: Says::Impossible(teller.ruled(&witness)),
        },
        None => Answer {
            method: "search",
            coverage,
            says: match search(object.model(), &part.ops, budget, with_orders) {
                Found::Linearizable(order) => ordered(order),
                Found::Impossible { stuck, .. } => {
                    let window = window::around(object.model(), &part.ops, stuck, budget);
                    Says::Impossible(teller.stuck(stuck, &window))
                }
                Found::Undecided {
                    position,
                    explored,
                    events,
                    standstill,
                    lacking,
                } => Says::Undecided(Undecided {
                    key: part.key,
                    element: part.element,
                    lacking,
                    fits_to_line: teller.line_before(position),
                    last_line: teller.line_before(NEVER),
                    explored,
                    events,
                    standstill,
                    conditions: object.conditions(),
                }),
            },
        },
    }
}

/// Whether these operations, sorted by their calls, are linearizable, without evidence; nothing if
/// the budget does not allow to find out.
pub(super) fn fits<O: Object>(
    object: &O,
    ops: &[Timed<OpOf<O>>],
    budget: &Budget<'_>,
) -> Option<bool> {
    if let Some(ruling) = object.rule(ops, false) {
        return Some(matches!(ruling, Ruling::Linearizable(_)));
    }
    if broken(object, ops).is_some() {
        return Some(false);
    }
    match search(object.model(), ops, budget, false) {
        Found::Linearizable(_) => Some(true),
        Found::Impossible { .. } => Some(false),
        Found::Undecided { .. } => None,
    }
}

/// What needs no search, which might take for ever to find it.
fn broken<O: Object>(
    object: &O,
    ops: &[Timed<OpOf<O>>],
) -> Option<(&'static str, Witness<OpOf<O>>)> {
    let stray = || Some(("values", never_made(object, ops)?));
    stray().or_else(|| object.broken(ops))
}

/// The first operation that saw a value that nobody made.
fn never_made<O: Object>(object: &O, ops: &[Timed<OpOf<O>>]) -> Option<Witness<OpOf<O>>> {
    let made = ops.iter().filter_map(|timed| object.made(&timed.op));
    let made: rustc_hash::FxHashSet<Val> = made.collect();
    let is_stray = |op: &OpOf<O>| object.seen(op).is_some_and(|seen| !made.contains(&seen));
    let stray = ops.iter().position(|timed| is_stray(&timed.op))?;
    Some(Witness {
        kind: Kind::ThinAir,
        ops: vec![stray as u32],
        proof: vec![ops[stray].clone()],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::{FailedCas, Registers};
    use crate::recorded::read_notation;

    #[test]
    fn what_nobody_made_needs_no_search() {
        // 1 is written twice, so that there is no rule for it.
        let (history, _) = read_notation("0: |- write 1 -|  |- write 1 -|  |- read 7 -|");
        let registers = Registers::new(Val::NULL, FailedCas::DidNothing);
        let judgement = judge(&registers, &history, &Budget::AMPLE, false);
        let judgement = judgement.expect("operations of a register");
        let kinds: Vec<&str> = judgement
            .violations
            .iter()
            .map(|found| found.kind)
            .collect();
        assert_eq!(kinds, ["thin-air-read"]);
        assert_eq!(
            judgement.methods.into_iter().collect::<Vec<_>>(),
            [("values", 1)]
        );
    }
}
