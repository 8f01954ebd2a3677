//! A log that values are appended to, and that is read whole or at an offset.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};

/// A log that is empty at first.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// An operation on a log of values `V`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LogOp<V> {
    /// Appends a value.
    Append {
        /// What is appended.
        value: V,
        /// How many values stand before it, if that was answered.
        offset: Option<u32>,
    },
    /// Reads all values in order.
    Read(Box<[V]>),
    /// Reads one value, or finds that there are not so many.
    Poll {
        /// How many values stand before it.
        offset: u32,
        /// What was found there.
        found: Option<V>,
    },
}

impl<V: Copy + Eq + Hash> Model for Log<V> {
    type Op = LogOp<V>;
    type State = Vec<V>;
    type Next = Option<Vec<V>>;

    fn initial(&self) -> Vec<V> {
        Vec::new()
    }

    fn step(&self, values: &Vec<V>, op: &LogOp<V>) -> Option<Vec<V>> {
        match op {
            LogOp::Append { value, offset } => {
                let is_possible = offset.is_none_or(|offset| offset as usize == values.len());
                is_possible.then(|| [&values[..], &[*value]].concat())
            }
            LogOp::Read(found) => (**found == **values).then(|| values.clone()),
            LogOp::Poll { offset, found } => {
                let there = values.get(*offset as usize);
                (there == found.as_ref()).then(|| values.clone())
            }
        }
    }

    fn role(&self, op: &LogOp<V>) -> Role {
        match op {
            LogOp::Append { .. } => Role::Changes,
            LogOp::Read(_) | LogOp::Poll { .. } => Role::Observes,
        }
    }
}
