//! Locks that are held by somebody: mutexes and semaphores.

use std::hash::Hash;
use std::marker::PhantomData;

use super::{Model, Role};

/// A lock that nobody holds at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock<P> {
    /// So many can hold it at once, or one of them several times.
    pub permits: u32,
    /// Who can hold it.
    pub holders: PhantomData<P>,
}

impl<P> Lock<P> {
    /// A lock with one permit.
    #[must_use]
    pub fn mutex() -> Self {
        Self::semaphore(1)
    }

    /// A lock with so many permits.
    #[must_use]
    pub fn semaphore(permits: u32) -> Self {
        Self {
            permits,
            holders: PhantomData,
        }
    }
}

/// An operation on a lock that processes `P` hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockOp<P> {
    /// Takes a permit.
    Acquire {
        /// Who takes it.
        by: P,
        /// A number that was answered, greater than any that was answered before: a fencing token.
        token: Option<u64>,
    },
    /// Gives a permit back. Only who holds one can do that.
    Release {
        /// Who gives it back.
        by: P,
    },
}

/// A lock in use.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Held<P> {
    /// Who holds it: sorted, once for every permit.
    pub by: Vec<P>,
    /// The last token.
    pub token: Option<u64>,
}

impl<P: Copy + Ord + Hash> Model for Lock<P> {
    type Op = LockOp<P>;
    type State = Held<P>;
    type Next = Option<Held<P>>;

    fn initial(&self) -> Held<P> {
        Held {
            by: Vec::new(),
            token: None,
        }
    }

    fn step(&self, held: &Held<P>, op: &LockOp<P>) -> Option<Held<P>> {
        let Held { mut by, token } = held.clone();
        match *op {
            LockOp::Acquire {
                by: who,
                token: new,
            } => {
                let is_greater = new.is_none() || new > token;
                if by.len() >= self.permits as usize || !is_greater {
                    return None;
                }
                let at = by.partition_point(|holder| *holder < who);
                by.insert(at, who);
                let token = new.or(token);
                Some(Held { by, token })
            }
            LockOp::Release { by: who } => {
                let at = by.binary_search(&who).ok()?;
                by.remove(at);
                Some(Held { by, token })
            }
        }
    }

    fn role(&self, _op: &LockOp<P>) -> Role {
        Role::Changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_possible(lock: Lock<u8>, ops: &[LockOp<u8>]) -> bool {
        let held = ops
            .iter()
            .try_fold(lock.initial(), |held, op| lock.step(&held, op));
        held.is_some()
    }

    #[test]
    fn permits_are_held_by_somebody() {
        let acquire = |by| LockOp::Acquire { by, token: None };
        let release = |by| LockOp::Release { by };
        let mutex = Lock::mutex();
        assert!(is_possible(mutex, &[acquire(1), release(1), acquire(2)]));
        assert!(!is_possible(mutex, &[acquire(1), acquire(2)]));
        assert!(!is_possible(mutex, &[acquire(1), acquire(1)]));
        assert!(!is_possible(mutex, &[acquire(1), release(2)]));
        let two = Lock::semaphore(2);
        assert!(is_possible(
            two,
            &[acquire(2), acquire(2), release(2), acquire(1)]
        ));
        assert!(!is_possible(two, &[acquire(2), acquire(1), acquire(2)]));
    }

    #[test]
    fn tokens_increase() {
        let acquire = |token| LockOp::Acquire { by: 1, token };
        let three = Lock::semaphore(3);
        let tokens = |tokens: [Option<u64>; 3]| is_possible(three, &tokens.map(acquire));
        assert!(tokens([Some(1), None, Some(2)]));
        assert!(!tokens([Some(2), None, Some(2)]));
    }
}
