//! Registers whose values carry their versions: the last writer wins by timestamp, or all that
//! nothing supersedes are kept.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};
use crate::mv_register::{Clock, admit};

/// A register that keeps the value with the greatest timestamp.
#[derive(Debug, Clone, Copy, Default)]
pub struct LastWriter<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// A value and its timestamp; at equal timestamps the greater value wins.
pub type Stamped<V> = (i64, V);

/// An operation on a register that keeps versions `V`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionedOp<V, R> {
    /// Writes a version.
    Write(V),
    /// Reads what is there.
    Read(R),
}

impl<V: Copy + Ord + Hash> Model for LastWriter<V> {
    type Op = VersionedOp<Stamped<V>, Option<Stamped<V>>>;
    type State = Option<Stamped<V>>;
    type Next = Option<Option<Stamped<V>>>;

    fn initial(&self) -> Self::State {
        None
    }

    fn step(&self, held: &Self::State, op: &Self::Op) -> Self::Next {
        match *op {
            VersionedOp::Write(version) => Some((*held).max(Some(version))),
            VersionedOp::Read(found) => (found == *held).then_some(found),
        }
    }

    fn role(&self, op: &Self::Op) -> Role {
        match op {
            VersionedOp::Write(_) => Role::Changes,
            VersionedOp::Read(_) => Role::Observes,
        }
    }
}

/// A register that keeps all values whose vector clocks no other one's dominates.
#[derive(Debug, Clone, Copy, Default)]
pub struct MultiValue<V> {
    /// What it holds.
    pub holds: PhantomData<V>,
}

/// A value and its vector clock.
pub type Clocked<V> = (Clock, V);

impl<V: Copy + Ord + Hash> Model for MultiValue<V> {
    type Op = VersionedOp<Clocked<V>, Vec<Clocked<V>>>;
    /// Sorted.
    type State = Vec<Clocked<V>>;
    type Next = Option<Vec<Clocked<V>>>;

    fn initial(&self) -> Self::State {
        Vec::new()
    }

    fn step(&self, held: &Self::State, op: &Self::Op) -> Self::Next {
        match op {
            VersionedOp::Write(version) => {
                let mut held = held.clone();
                admit(&mut held, version.clone(), |(clock, _)| clock);
                held.sort_unstable();
                Some(held)
            }
            VersionedOp::Read(found) => (found == held).then(|| held.clone()),
        }
    }

    fn role(&self, op: &Self::Op) -> Role {
        match op {
            VersionedOp::Write(_) => Role::Changes,
            VersionedOp::Read(_) => Role::Observes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_timestamp_wins() {
        let register = LastWriter::<u8>::default();
        let write = |held, version| register.step(&held, &VersionedOp::Write(version)).flatten();
        let held = write(write(None, (5, 1)), (3, 2));
        assert_eq!(held, Some((5, 1)));
        assert_eq!(register.step(&held, &VersionedOp::Read(Some((3, 2)))), None);
    }

    #[test]
    fn what_nothing_dominates_is_kept() {
        let register = MultiValue::<u8>::default();
        let versions = [([1, 0], 1), ([0, 1], 2), ([2, 0], 3)];
        let held = versions.iter().fold(Vec::new(), |held, (clock, value)| {
            let write = VersionedOp::Write((Clock(clock.to_vec()), *value));
            register.step(&held, &write).expect("always possible")
        });
        let values: Vec<u8> = held.iter().map(|(_, value)| *value).collect();
        assert_eq!(values, [2, 3]);
    }
}
