//! Queues, stacks, priority queues and bags: things are put in and taken out, and they differ in
//! what comes out next.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};

/// What comes out of a container next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discipline {
    /// What was put in first: a queue.
    First,
    /// What was put in last: a stack.
    Last,
    /// What is greatest: a priority queue.
    Greatest,
    /// Anything: an unordered queue.
    Any,
}

/// A container that is empty at first.
#[derive(Debug, Clone, Copy)]
pub struct Container<V> {
    /// What comes out next.
    pub discipline: Discipline,
    /// What it holds.
    pub holds: PhantomData<V>,
}

impl<V> Container<V> {
    /// An empty container.
    #[must_use]
    pub fn new(discipline: Discipline) -> Self {
        Self {
            discipline,
            holds: PhantomData,
        }
    }
}

/// An operation on a container of values `V`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContainerOp<V> {
    /// Puts a value in.
    Put(V),
    /// Takes this value out.
    Take(V),
    /// Looks at the value that would come out next.
    Peek(V),
    /// Finds nothing in it.
    FindNothing,
    /// Takes out what comes next, if anything; nobody knows what.
    TakeUnseen,
}

impl<V: Copy + Ord + Hash> Model for Container<V> {
    type Op = ContainerOp<V>;
    type State = Vec<V>;
    type Next = Vec<Vec<V>>;

    fn initial(&self) -> Vec<V> {
        Vec::new()
    }

    fn step(&self, values: &Vec<V>, op: &ContainerOp<V>) -> Vec<Vec<V>> {
        match op {
            ContainerOp::Put(value) => vec![self.with(values, *value)],
            ContainerOp::Take(value) => {
                let found = self.next(values).find(|at| values[*at] == *value);
                found.map(|at| without(values, at)).into_iter().collect()
            }
            ContainerOp::Peek(value) => {
                let is_next = self.next(values).any(|at| values[at] == *value);
                is_next.then(|| values.clone()).into_iter().collect()
            }
            ContainerOp::FindNothing => {
                let is_empty = values.is_empty();
                is_empty.then(Vec::new).into_iter().collect()
            }
            ContainerOp::TakeUnseen if values.is_empty() => vec![Vec::new()],
            ContainerOp::TakeUnseen => self.next(values).map(|at| without(values, at)).collect(),
        }
    }

    fn role(&self, op: &ContainerOp<V>) -> Role {
        match op {
            ContainerOp::Peek(_) | ContainerOp::FindNothing => Role::Observes,
            _ => Role::Changes,
        }
    }
}

impl<V: Copy + Ord> Container<V> {
    /// Where order of putting in does not matter, values are kept sorted, so that equal contents
    /// are equal states.
    fn with(&self, values: &[V], value: V) -> Vec<V> {
        let mut values = values.to_vec();
        values.push(value);
        if matches!(self.discipline, Discipline::Greatest | Discipline::Any) {
            values.sort_unstable();
        }
        values
    }

    /// The places of what may come out next.
    fn next(&self, values: &[V]) -> std::ops::Range<usize> {
        let count = values.len();
        match self.discipline {
            Discipline::First => 0..count.min(1),
            Discipline::Last | Discipline::Greatest => count.saturating_sub(1)..count,
            Discipline::Any => 0..count,
        }
    }
}

fn without<V: Copy>(values: &[V], at: usize) -> Vec<V> {
    let mut values = values.to_vec();
    values.remove(at);
    values
}

#[cfg(test)]
mod tests {
    use std::slice::from_ref;

    use super::*;

    fn taken_after_putting(discipline: Discipline) -> Vec<u8> {
        let container = Container::new(discipline);
        let full = [2, 3, 1].iter().fold(container.initial(), |values, value| {
            container.step(&values, &ContainerOp::Put(*value)).remove(0)
        });
        let is_next = |value: &u8| !container.step(&full, &ContainerOp::Take(*value)).is_empty();
        (1..=3).filter(is_next).collect()
    }

    #[test]
    fn disciplines_differ_in_what_comes_out() {
        assert_eq!(taken_after_putting(Discipline::First), [2]);
        assert_eq!(taken_after_putting(Discipline::Last), [1]);
        assert_eq!(taken_after_putting(Discipline::Greatest), [3]);
        assert_eq!(taken_after_putting(Discipline::Any), [1, 2, 3]);
    }

    #[test]
    fn who_looks_sees_what_would_come_out_and_leaves_it() {
        for (discipline, seen) in [
            (Discipline::First, &[2][..]),
            (Discipline::Last, &[1]),
            (Discipline::Greatest, &[3]),
            (Discipline::Any, &[1, 2, 3]),
        ] {
            let container = Container::new(discipline);
            let full = [2, 3, 1].iter().fold(container.initial(), |values, value| {
                container.step(&values, &ContainerOp::Put(*value)).remove(0)
            });
            for value in 0..5 {
                let after = container.step(&full, &ContainerOp::Peek(value));
                let left: &[_] = if seen.contains(&value) {
                    from_ref(&full)
                } else {
                    &[]
                };
                assert_eq!(after, left, "{discipline:?} {value}");
            }
        }
    }

    #[test]
    fn nothing_comes_out_of_an_empty_one() {
        let queue = Container::<u8>::new(Discipline::First);
        let empty = queue.initial();
        assert!(queue.step(&empty, &ContainerOp::Take(1)).is_empty());
        assert_eq!(queue.step(&empty, &ContainerOp::TakeUnseen).len(), 1);
        assert_eq!(queue.step(&empty, &ContainerOp::FindNothing).len(), 1);
        assert!(queue.step(&vec![1], &ContainerOp::FindNothing).is_empty());
    }
}
