//! Finds a smaller plan with which the same check still fails.
//!
//! A [`Shrinker`] is a state machine: it proposes plans and is told what became of each; who runs
//! them is not its business. Everything that a candidate lacks is lacking in the plan, so the last
//! one that failed can be run by itself.
//!
//! - `ddmin`: the fewest items of a list (faults, operations).
//! - `smallest`: the smallest number (nodes, seconds).
//! - `step`: which of these is done to what.
//! - `size`: how large a plan is, for people.
//! - `target`: what a smaller run must still show.
//! - `issued`: which operations a run issued.

mod ddmin;
mod issued;
mod size;
mod smallest;
mod step;
mod target;

use std::collections::BTreeSet;

use crate::plan::Plan;
pub use issued::Issued;
pub use size::Size;
use step::{Search, Step};
pub use target::Target;

/// An operation of the main phase: the index of its client, and its number there.
pub type Operation = (usize, u64);

/// What became of a plan that was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trial {
    /// The same check failed in the same way; these operations were issued in the main phase.
    Fails(Vec<Operation>),
    /// It did not.
    Passes,
}

/// What one way of shrinking achieved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What was made smaller.
    pub step: &'static str,
    /// How much there was of it.
    pub from: String,
    /// How much is left.
    pub to: String,
    /// How many runs it took.
    pub runs: u32,
}

/// The search for a smaller plan.
#[derive(Debug)]
pub struct Shrinker {
    first: (Plan, usize),
    best: Plan,
    operations: Vec<Operation>,
    step: usize,
    search: Search,
    /// What was proposed and not answered yet.
    asked: Option<Plan>,
    /// What need not be tried again, by hash.
    in_vain: BTreeSet<[u8; 32]>,
    /// Runs so far, by step.
    runs: [u32; Step::ALL.len()],
    /// Whether anything was gained since all steps were begun anew.
    gained: bool,
    over: bool,
}

impl Shrinker {
    /// Begins with a plan that fails, and the operations that were issued in its run.
    #[must_use]
    pub fn new(plan: Plan, operations: Vec<Operation>) -> Self {
        Self {
            first: (plan.clone(), operations.len()),
            search: Search::begin(Step::ALL[0], &plan, &operations),
            best: plan,
            operations,
            step: 0,
            asked: None,
            in_vain: BTreeSet::new(),
            runs: [0; Step::ALL.len()],
            gained: false,
            over: false,
        }
    }

    /// The plan to be run next; nothing when nothing smaller is left to try.
    pub fn propose(&mut self) -> Option<Plan> {
        while !self.over {
            match self.search.propose(&self.best) {
                Some(plan) if self.in_vain.contains(&hash(&plan)) => self.search.tell(false),
                Some(plan) => {
                    self.asked = Some(plan.clone());
                    return Some(plan);
                }
                None => self.next_step(),
            }
        }
        None
    }

    /// What became of the plan that was proposed last.
    pub fn tell(&mut self, trial: Trial) {
        let Some(plan) = self.asked.take() else {
            return;
        };
        self.runs[self.step] += 1;
        match trial {
            Trial::Fails(operations) => {
                self.search.tell(true);
                self.best = plan;
                self.operations = operations;
                self.gained = true;
            }
            Trial::Passes => {
                self.in_vain.insert(hash(&plan));
                self.search.tell(false);
            }
        }
    }

    fn next_step(&mut self) {
        self.step += 1;
        if self.step == Step::ALL.len() {
            self.step = 0;
            self.over = !std::mem::take(&mut self.gained);
        }
        self.search = Search::begin(Step::ALL[self.step], &self.best, &self.operations);
    }

    /// The smallest plan that fails, so far.
    #[must_use]
    pub fn best(&self) -> &Plan {
        &self.best
    }

    /// How many plans were run.
    #[must_use]
    pub fn runs(&self) -> u32 {
        self.runs.iter().sum()
    }

    /// How large the run was and how large it is now.
    #[must_use]
    pub fn sizes(&self) -> (Size, Size) {
        let (plan, operations) = &self.first;
        (
            Size::of(plan, *operations),
            Size::of(&self.best, self.operations.len()),
        )
    }

    /// What each way achieved that was tried at all.
    #[must_use]
    pub fn table(&self) -> Vec<Row> {
        let tried = Step::ALL.into_iter().zip(self.runs);
        let (first, operations) = &self.first;
        tried
            .filter(|(_, runs)| *runs > 0)
            .map(|(step, runs)| Row {
                step: step.name(),
                from: step.measure(first, *operations),
                to: step.measure(&self.best, self.operations.len()),
                runs,
            })
            .collect()
    }
}

fn hash(plan: &Plan) -> [u8; 32] {
    let text = serde_json::to_vec(plan).unwrap_or_default();
    *blake3::hash(&text).as_bytes()
}

#[cfg(test)]
mod tests;
