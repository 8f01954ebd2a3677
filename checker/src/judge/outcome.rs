//! What a judgement says.

use std::collections::BTreeMap;

use super::coverage::Coverage;
use crate::Verdict;
use crate::recorded::Val;
use crate::search::{Lacking, Standstill};

/// An operation that the model does not have, or not like this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The line of its invocation, from 1.
    pub line: u32,
    /// What is wrong with it, and what the model has.
    pub what: String,
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl std::error::Error for Misfit {}

/// What is known of a history.
#[derive(Debug, Clone, Default)]
pub struct Judgement {
    /// What one object is called.
    pub noun: &'static str,
    /// How many objects there are.
    pub objects: usize,
    /// How many operations were judged: all but those that certainly did not happen, and those that
    /// say nothing because nobody knows what they answered.
    pub judged: usize,
    /// Whether anything could have gone wrong.
    pub coverage: Coverage,
    /// What cannot have happened, one for each object that is not linearizable.
    pub violations: Vec<Violation>,
    /// The objects of which it is not known.
    pub undecided: Vec<Undecided>,
    /// How many objects were decided how.
    pub methods: BTreeMap<&'static str, usize>,
    /// Linearizations by object, if they were asked for: operations by number.
    pub orders: Vec<(Val, Vec<u32>)>,
}

impl Judgement {
    /// Valid, invalid, or unknown; a history that says nothing is not valid.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if !self.violations.is_empty() {
            Verdict::Invalid
        } else if !self.undecided.is_empty() || self.judged == 0 {
            Verdict::Unknown
        } else {
            Verdict::Valid
        }
    }
}

/// Operations that cannot have happened as they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The object concerned, or null.
    pub key: Val,
    /// The part of it concerned, where parts are judged by themselves, or null.
    pub element: Val,
    /// The kind, one of those that are explained.
    pub kind: &'static str,
    /// What happened, in one sentence.
    pub summary: String,
    /// Why that is impossible, a sentence for each step.
    pub steps: Vec<String>,
    /// The operations of these sentences, by number, in the order of their calls.
    pub ops: Vec<u32>,
    /// These and others that make sense of them: impossible by themselves.
    pub proof: Vec<u32>,
}

/// An object of which it is not known whether it is linearizable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The object, or null.
    pub key: Val,
    /// The part of it, where parts are judged by themselves, or null.
    pub element: Val,
    /// What was lacking.
    pub lacking: Lacking,
    /// What was proved before: up to this line everything fits.
    pub fits_to_line: u32,
    /// How many lines there are of it.
    pub last_line: u32,
    /// Of so many events all possibilities are known: the first ones.
    pub explored: usize,
    /// So many events there are of it, of operations that matter.
    pub events: usize,
    /// Why it got no further, if most of the budget was spent in one place.
    pub standstill: Option<Standstill>,
    /// What is proved of all of it: sentences.
    pub conditions: &'static [&'static str],
}
