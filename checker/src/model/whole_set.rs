//! A set that is added to and removed from, and read whole.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};

/// A set that is empty at first.
#[derive(Debug, Clone, Copy, Default)]
pub struct WholeSet<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// An operation on a set of values `V`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WholeSetOp<V> {
    /// Adds a value.
    Add(V),
    /// Removes a value, if it is there.
    Remove(V),
    /// Asks for one value, and the answer.
    Contains(V, bool),
    /// Reads all values: sorted, each once.
    Read(Box<[V]>),
}

impl<V: Copy + Ord + Hash> Model for WholeSet<V> {
    type Op = WholeSetOp<V>;
    /// Sorted.
    type State = Vec<V>;
    type Next = Option<Vec<V>>;

    fn initial(&self) -> Vec<V> {
        Vec::new()
    }

    fn step(&self, values: &Vec<V>, op: &WholeSetOp<V>) -> Option<Vec<V>> {
        let place = |value| values.binary_search(value);
        let mut next = values.clone();
        match op {
            WholeSetOp::Add(value) => {
                if let Err(at) = place(value) {
                    next.insert(at, *value);
                }
            }
            WholeSetOp::Remove(value) => {
                if let Ok(at) = place(value) {
                    next.remove(at);
                }
            }
            WholeSetOp::Contains(value, found) if place(value).is_ok() != *found => return None,
            WholeSetOp::Read(found) if **found != **values => return None,
            WholeSetOp::Contains(..) | WholeSetOp::Read(_) => {}
        }
        Some(next)
    }

    fn role(&self, op: &WholeSetOp<V>) -> Role {
        match op {
            WholeSetOp::Add(_) | WholeSetOp::Remove(_) => Role::Changes,
            WholeSetOp::Contains(..) | WholeSetOp::Read(_) => Role::Observes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_and_not_removed_is_there() {
        let set = WholeSet::<u8>::default();
        let step = |values: Vec<u8>, op| set.step(&values, &op).expect("possible");
        let values = step(step(Vec::new(), WholeSetOp::Add(2)), WholeSetOp::Add(1));
        assert_eq!(values, [1, 2]);
        assert_eq!(set.step(&values, &WholeSetOp::Contains(1, false)), None);
        assert_eq!(set.step(&values, &WholeSetOp::Read(Box::new([1]))), None);
        assert_eq!(step(values, WholeSetOp::Remove(2)), [1]);
    }
}
