//! A register that can be read, written, and compared-and-set.

use std::hash::Hash;

use super::{Model, Role};

/// One value, which operations replace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Register<V> {
    /// Its value before anything was written.
    pub initial: V,
}

/// An operation on a register with values `V`, small ones such as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RegisterOp<V> {
    /// A read and what it found.
    Read(V),
    /// A write.
    Write(V),
    /// A compare-and-set. Whether it found what it compared with is not known of one whose end is
    /// not known.
    Cas {
        /// What it compares with.
        from: V,
        /// What it writes if they are the same.
        to: V,
        /// Whether they were.
        succeeded: Option<bool>,
    },
}

impl<V: Copy + Eq + Hash> Model for Register<V> {
    type Op = RegisterOp<V>;
    type State = V;
    type Next = Option<V>;

    fn initial(&self) -> V {
        self.initial
    }

    fn step(&self, state: &V, op: &RegisterOp<V>) -> Option<V> {
        match *op {
            RegisterOp::Read(found) => (found == *state).then_some(found),
            RegisterOp::Write(value) => Some(value),
            RegisterOp::Cas {
                from,
                to,
                succeeded,
            } => {
                let is_same = from == *state;
                let is_possible = succeeded.is_none_or(|succeeded| succeeded == is_same);
                is_possible.then_some(if is_same { to } else { *state })
            }
        }
    }

    fn role(&self, op: &RegisterOp<V>) -> Role {
        match op {
            RegisterOp::Read(_) => Role::Observes,
            RegisterOp::Write(_) => Role::Overwrites,
            RegisterOp::Cas {
                succeeded: Some(false),
                ..
            } => Role::Observes,
            RegisterOp::Cas { from, to, .. } if from == to => Role::Observes,
            RegisterOp::Cas { .. } => Role::Changes,
        }
    }
}
