//! A set that only grows and is read whole.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};

/// A set that is empty at first.
#[derive(Debug, Clone, Copy, Default)]
pub struct GrowingSet<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// An operation on a growing set of values `V`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GrowingSetOp<V> {
    /// Adds a value.
    Add(V),
    /// Reads all values: sorted, each once.
    Read(Box<[V]>),
}

impl<V: Copy + Ord + Hash> Model for GrowingSet<V> {
    type Op = GrowingSetOp<V>;
    type State = Vec<V>;
    type Next = Option<Vec<V>>;

    fn initial(&self) -> Vec<V> {
        Vec::new()
    }

    fn step(&self, values: &Vec<V>, op: &GrowingSetOp<V>) -> Option<Vec<V>> {
        match op {
            GrowingSetOp::Add(value) => {
                let mut values = values.clone();
                if let Err(at) = values.binary_search(value) {
                    values.insert(at, *value);
                }
                Some(values)
            }
            GrowingSetOp::Read(found) => (**found == **values).then(|| values.clone()),
        }
    }

    fn role(&self, op: &GrowingSetOp<V>) -> Role {
        match op {
            GrowingSetOp::Add(_) => Role::Changes,
            GrowingSetOp::Read(_) => Role::Observes,
        }
    }
}
