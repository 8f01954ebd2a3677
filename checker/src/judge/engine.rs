//! From a history to a judgement.

use rayon::prelude::*;

use super::by_key::{ByKey, OfKey, parts};
use super::coverage::Coverage;
use super::evidence::Evidence;
use super::fits::broken;
use super::object::{Object, OpOf};
use super::outcome::{Judgement, Misfit, Undecided, Violation};
use super::parts::Part;
use super::window;
use crate::recorded::{History, Val};
use crate::rules::Ruling;
use crate::search::{Budget, Found, search};

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
    let by_key = ByKey::of(history);
    let keys = by_key.groups();
    let judge_key = |of_key: &OfKey<'_>| {
        let parts = parts(object, history, *of_key)?.all;
        // As many searches as there are processors share the memory.
        let at_once = rayon::current_num_threads().min(parts.len().max(keys.len()));
        let budget = &Budget {
            memory_bytes: budget.memory_bytes / at_once.max(1),
            is_over: budget.is_over,
        };
        let answers = parts.par_iter();
        let answers = answers.map(|part| answer(object, history, part, budget, with_orders));
        Ok(answers.collect())
    };
    let answers: Vec<Result<Vec<Answer>, Misfit>> = keys.par_iter().map(judge_key).collect();
    let mut judgement = Judgement {
        noun: object.noun(),
        coverage: Coverage::of_history(history),
        ..Judgement::default()
    };
    let mut misfits = Vec::new();
    for answers in answers {
        match answers {
            Ok(answers) => answers
                .into_iter()
                .for_each(|answer| judgement.take(answer)),
            Err(misfit) => misfits.push(misfit),
        }
    }
    // The first one in the file, whatever its key.
    match misfits.into_iter().min_by_key(|misfit| misfit.line) {
        Some(misfit) => Err(misfit),
        None => Ok(judgement),
    }
}

impl Judgement {
    /// Adds what is known of another object.
    fn take(&mut self, answer: Answer) {
        self.objects += 1;
        self.judged += answer.judged;
        *self.methods.entry(answer.method).or_default() += 1;
        self.coverage.add(answer.coverage);
        match answer.says {
            Says::Linearizable(order) => self.orders.extend(order),
            Says::Impossible(violation) => self.violations.push(violation),
            Says::Undecided(undecided) => self.undecided.push(undecided),
        }
    }
}

/// What is known of one object, and how it was found out.
pub(super) struct Answer {
    method: &'static str,
    judged: usize,
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
    let evidence = Evidence::new(object, history, part);
    let ordered = |order: Vec<u32>| {
        let numbers = order.iter().map(|op| part.numbers[*op as usize]);
        Says::Linearizable(with_orders.then(|| (part.key, numbers.collect())))
    };
    let ruling = object.rule(&part.ops, with_orders);
    let ruling = ruling.map(|ruling| (object.rule_name(), ruling));
    let broken = || {
        let (condition, witness) = broken(object, &part.ops)?;
        Some((condition, Ruling::Impossible(witness)))
    };
    let (method, says) = match ruling.or_else(broken) {
        Some((method, Ruling::Linearizable(order))) => (method, ordered(order)),
        Some((method, Ruling::Impossible(witness))) => {
            (method, Says::Impossible(evidence.ruled(&witness)))
        }
        None => {
            let found = search(object.model(), &part.ops, budget, with_orders);
            let says = match found {
                Found::Linearizable(order) => ordered(order),
                Found::Impossible { stuck, .. } => {
                    let window = window::around(object.model(), &part.ops, stuck, budget);
                    Says::Impossible(evidence.stuck(stuck, &window))
                }
                Found::Undecided(stopped) => Says::Undecided(evidence.undecided(stopped)),
            };
            ("search", says)
        }
    };
    Answer {
        method,
        judged: part.ops.len(),
        coverage: Coverage::of_object(object.model(), &part.ops),
        says,
    }
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
