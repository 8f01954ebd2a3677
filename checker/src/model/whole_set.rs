//! A set that is added to and removed from, and read whole.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role, SetElement, SetOp};

/// A set that is empty at first.
#[derive(Debug, Clone, Copy, Default)]
pub struct WholeSet<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// An operation on a set of values `V`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum WholeSetOp<V> {
    /// Does something to one value.
    To(V, SetOp),
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
        let (value, op) = match op {
            WholeSetOp::Read(found) => return (**found == **values).then(|| values.clone()),
            WholeSetOp::To(value, op) => (value, op),
        };
        let place = values.binary_search(value);
        let is_there = SetElement.step(&place.is_ok(), op)?;
        let mut next = values.clone();
        match place {
            Ok(at) if !is_there => drop(next.remove(at)),
            Err(at) if is_there => next.insert(at, *value),
            _ => {}
        }
        Some(next)
    }

    fn role(&self, op: &WholeSetOp<V>) -> Role {
        match op {
            WholeSetOp::Read(_) => Role::Observes,
            WholeSetOp::To(_, op) if SetElement.role(op) == Role::Observes => Role::Observes,
            WholeSetOp::To(..) => Role::Changes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_and_not_removed_is_there() {
        let set = WholeSet::<u8>::default();
        let add = |was_new| SetOp::Add { was_new };
        let remove = |was_there| SetOp::Remove { was_there };
        let step = |values: &Vec<u8>, value, op| set.step(values, &WholeSetOp::To(value, op));
        let one = step(&set.initial(), 2, add(None)).expect("possible");
        let both = step(&one, 1, add(Some(true))).expect("possible");
        assert_eq!(both, [1, 2]);
        assert_eq!(step(&both, 1, add(None)), Some(both.clone()));
        assert_eq!(step(&both, 1, add(Some(false))), Some(both.clone()));
        assert_eq!(step(&both, 1, add(Some(true))), None);
        assert_eq!(step(&both, 1, remove(None)), Some(one.clone()));
        assert_eq!(step(&one, 1, remove(None)), Some(one.clone()));
        assert_eq!(step(&one, 1, remove(Some(true))), None);
    }

    #[test]
    fn reads_and_questions_are_answered_by_what_is_there() {
        let set = WholeSet::<u8>::default();
        let step = |op| set.step(&vec![1, 2], &op);
        let read = |found: &[u8]| WholeSetOp::Read(found.into());
        assert_eq!(step(read(&[1, 2])), Some(vec![1, 2]));
        assert_eq!(step(read(&[1])), None);
        for (value, is_there) in [(1, true), (2, true), (3, false)] {
            let contains = |found| WholeSetOp::To(value, SetOp::Contains(found));
            assert_eq!(step(contains(is_there)), Some(vec![1, 2]));
            assert_eq!(step(contains(!is_there)), None);
        }
    }
}
