//! A set that is asked about one element at a time.

use super::{Model, Role};

/// One element, which is not in the set at first. What happens to one element says nothing about
/// the others, so a set is judged element by element.
#[derive(Debug, Clone, Copy, Default)]
pub struct SetElement;

/// An operation on one element of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SetOp {
    /// Adds it.
    Add {
        /// Whether it was not in the set before, if that was answered.
        was_new: Option<bool>,
    },
    /// Removes it.
    Remove {
        /// Whether it was in the set before, if that was answered.
        was_there: Option<bool>,
    },
    /// Asks whether it is in the set, and the answer.
    Contains(bool),
}

impl Model for SetElement {
    type Op = SetOp;
    type State = bool;
    type Next = Option<bool>;

    fn initial(&self) -> bool {
        false
    }

    fn step(&self, is_there: &bool, op: &SetOp) -> Option<bool> {
        let (needs, becomes) = match *op {
            SetOp::Add { was_new } => (was_new.map(|was_new| !was_new), true),
            SetOp::Remove { was_there } => (was_there, false),
            SetOp::Contains(found) => (Some(found), found),
        };
        let is_possible = needs.is_none_or(|needs| needs == *is_there);
        is_possible.then_some(becomes)
    }

    fn role(&self, op: &SetOp) -> Role {
        match op {
            SetOp::Contains(_)
            | SetOp::Add {
                was_new: Some(false),
            }
            | SetOp::Remove {
                was_there: Some(false),
            } => Role::Observes,
            SetOp::Add { was_new: None } | SetOp::Remove { was_there: None } => Role::Overwrites,
            SetOp::Add { .. } | SetOp::Remove { .. } => Role::Changes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_say_what_was_there() {
        let step = |is_there, op| SetElement.step(&is_there, &op);
        for (was_new, from_absent, from_there) in [
            (None, Some(true), Some(true)),
            (Some(true), Some(true), None),
            (Some(false), None, Some(true)),
        ] {
            assert_eq!(step(false, SetOp::Add { was_new }), from_absent);
            assert_eq!(step(true, SetOp::Add { was_new }), from_there);
            let was_there = was_new;
            let removed = |before: Option<bool>| before.map(|_| false);
            assert_eq!(
                step(true, SetOp::Remove { was_there }),
                removed(from_absent)
            );
            assert_eq!(
                step(false, SetOp::Remove { was_there }),
                removed(from_there)
            );
        }
        assert_eq!(step(true, SetOp::Contains(true)), Some(true));
        assert_eq!(step(true, SetOp::Contains(false)), None);
    }
}
